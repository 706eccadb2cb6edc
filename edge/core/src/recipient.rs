//! Recipients of mail: what an address says about a workspace's mail, over links that only its mails hold.
//!
//! A link holds a workspace and what it is about, and is signed, so that no row is kept for it. Addresses are kept as
//! hashes.
use crate::app::App;
use crate::changes::{Changes, Committed};
use crate::keyring::RingKey;
use crate::{Error, Result, mailbox, secret};
use edge_model::escalation::Escalation;
use edge_model::{EscalationId, WorkspaceId};
use edge_store::directory::unsubscribes;
use edge_store::mail_recipients::MailWishes;
use edge_store::{TenantStore, escalations, mail_recipients};
use futures_util::future::try_join;

/// Hexadecimal digits of a signature: 128 bits.
const DIGITS: usize = 32;
/// Stands for the workspace in links of mails that no workspace sends.
const NO_WORKSPACE: &str = "all";

/// What a link is for. One for this does not do for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Confirm,
    Unsubscribe,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Unsubscribe => "unsubscribe",
        }
    }
}

/// How a workspace stands with an address.
#[derive(Clone, Debug)]
pub(crate) struct MailStanding {
    /// None when there is no such workspace, or none was asked about.
    pub(crate) workspace_name: Option<String>,
    pub(crate) is_stopped: bool,
    pub(crate) is_unsubscribed: bool,
    /// Whether the address wants no mail from any workspace, or wanted none before it confirmed.
    pub(crate) is_unsubscribed_from_all: bool,
    pub(crate) is_confirmed: bool,
    /// Whether it was asked within the last day whether it wants replies.
    pub(crate) is_asked: bool,
}

impl MailStanding {
    /// Tells whether the address wants no mail from the workspace.
    pub(crate) fn is_unwanted(&self) -> bool {
        self.is_unsubscribed || self.is_unsubscribed_from_all
    }
}

/// Tells how a workspace stands with an address; without a workspace, how the address stands with all.
///
/// # Errors
/// When a database does not answer.
pub(crate) async fn standing(app: &App, tenant: Option<&TenantStore>, address: &str) -> Result<MailStanding> {
    let mut standing = standing_of_hash(app, tenant, &mailbox::hash(address)).await?;
    for as_written in mailbox::hashes(address).iter().skip(1) {
        let earlier = standing_of_hash(app, tenant, as_written).await?;
        standing.is_unsubscribed |= earlier.is_unsubscribed;
        standing.is_unsubscribed_from_all |= earlier.is_unsubscribed_from_all;
    }
    Ok(standing)
}

async fn standing_of_hash(app: &App, tenant: Option<&TenantStore>, recipient: &str) -> Result<MailStanding> {
    let workspace = tenant.map(TenantStore::workspace_id);
    let with_all = app.directory().installation_standing(workspace, recipient, app.now());
    let said = async {
        match tenant {
            Some(tenant) => tenant.mail_wishes(recipient).await,
            None => Ok(MailWishes::default()),
        }
    };
    let (with_all, said) = try_join(with_all, said).await?;
    let confirmed_at = said.confirmed_at.map_or(0, |it| it.0);
    Ok(MailStanding {
        workspace_name: with_all.workspace_name,
        is_stopped: with_all.is_stopped,
        is_unsubscribed: said.unsubscribed_at.is_some(),
        is_unsubscribed_from_all: with_all.unsubscribed_at.is_some_and(|it| confirmed_at <= it.0),
        is_confirmed: said.confirmed_at.is_some(),
        is_asked: with_all.is_asked,
    })
}

/// Returns the page on which a visitor confirms that they want the reply to an escalation; none when the installation
/// does not know where it is reached.
pub(crate) fn confirm_url(app: &App, escalation: &Escalation) -> Result<Option<String>> {
    let workspace = escalation.workspace_id.as_str();
    url(app, Purpose::Confirm, workspace, escalation.id.as_str())
}

/// Returns the page on which an address ends the mail of a workspace, or of the installation.
pub(crate) fn unsubscribe_url(app: &App, workspace: Option<&WorkspaceId>, address: &str) -> Result<Option<String>> {
    let workspace = workspace.map_or(NO_WORKSPACE, WorkspaceId::as_str);
    url(app, Purpose::Unsubscribe, workspace, &mailbox::hash(address))
}

fn url(app: &App, purpose: Purpose, workspace: &str, subject: &str) -> Result<Option<String>> {
    let base = &app.settings.public_url;
    if base.is_empty() {
        return Ok(None);
    }
    let signature = signature(app.settings.auth_keys.current(), purpose, workspace, subject)?;
    let purpose = purpose.as_str();
    Ok(Some(format!("{base}/mail/{purpose}/{workspace}.{subject}.{signature}")))
}

fn signature(key: &RingKey, purpose: Purpose, workspace: &str, subject: &str) -> Result<String> {
    let text = format!("mail link:{}:{workspace}:{subject}", purpose.as_str());
    let mac = key.mac(text.as_bytes())?;
    Ok(secret::hex(&mac).chars().take(DIGITS).collect())
}

/// Reads workspace and subject out of a link.
fn read<'a>(app: &App, purpose: Purpose, token: &'a str) -> Result<(&'a str, &'a str)> {
    let mut parts = token.split('.');
    let (Some(workspace), Some(subject), Some(given), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(not_valid());
    };
    match app
        .settings
        .auth_keys
        .has_made(given, |key| signature(key, purpose, workspace, subject))?
    {
        true => Ok((workspace, subject)),
        false => Err(not_valid()),
    }
}

fn not_valid() -> Error {
    Error::not_found("page")
}

/// What a confirmation is of.
#[derive(Clone, Debug)]
pub struct Confirmation {
    pub(crate) tenant: TenantStore,
    pub(crate) escalation: Escalation,
    /// What the sender is called.
    pub workspace_name: String,
    /// Whether the address has confirmed already.
    pub is_confirmed: bool,
}

/// Reads the link of a mail that asks whether a visitor wants a reply.
///
/// # Errors
/// [`crate::Kind::NotFound`] when the link is not ours, or what it was about is gone.
pub async fn confirmation(app: &App, token: &str) -> Result<Confirmation> {
    let (workspace, id) = read(app, Purpose::Confirm, token)?;
    let tenant = app.locate(&WorkspaceId::new(workspace)).await?;
    let found = tenant.escalation(&EscalationId::new(id)).await?;
    let escalation = found.ok_or_else(not_valid)?;
    let address = escalation.email.as_deref().ok_or_else(not_valid)?;
    let standing = standing(app, Some(&tenant), address).await?;
    Ok(Confirmation {
        tenant,
        is_confirmed: standing.is_confirmed && !standing.is_unwanted(),
        workspace_name: standing.workspace_name.ok_or_else(not_valid)?,
        escalation,
    })
}

/// Whose mail an address does not want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Workspace,
    Everybody,
    /// It wants mail again.
    Nobody,
}

/// What an address wants, as its link shows it.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// What the sender is called; none when it is the installation itself, or is gone.
    pub workspace_name: Option<String>,
    /// Whose mail it does not want.
    pub refused: Scope,
}

impl From<MailStanding> for Subscription {
    fn from(standing: MailStanding) -> Self {
        let refused = match (standing.is_unsubscribed_from_all, standing.is_unsubscribed) {
            (true, _) => Scope::Everybody,
            (false, true) => Scope::Workspace,
            (false, false) => Scope::Nobody,
        };
        Self {
            workspace_name: standing.workspace_name,
            refused,
        }
    }
}

/// Reads the link with which an address ends mail.
///
/// # Errors
/// [`crate::Kind::NotFound`] when the link is not ours.
pub async fn subscription(app: &App, token: &str) -> Result<Subscription> {
    let (workspace, recipient) = sender_and_recipient(app, token)?;
    let tenant = tenant_of(app, workspace.as_ref()).await?;
    Ok(standing_of_hash(app, tenant.as_ref(), recipient).await?.into())
}

/// Ends mail to an address, or lets it come again. A link of no workspace ends the mail of all.
///
/// # Errors
/// [`crate::Kind::NotFound`] when the link is not ours.
pub async fn unsubscribe(app: &App, token: &str, scope: Scope) -> Result<Subscription> {
    let (workspace, recipient) = sender_and_recipient(app, token)?;
    let (now, directory) = (app.now(), app.directory());
    let tenant = tenant_of(app, workspace.as_ref()).await?;
    match (scope, &tenant) {
        (Scope::Nobody, _) => {
            Changes::of(app, directory, unsubscribes::delete(recipient))
                .commit()
                .await?
        }
        (Scope::Everybody, _) | (Scope::Workspace, None) => {
            let insert = unsubscribes::insert(recipient, now);
            Changes::of(app, directory, insert).commit().await?
        }
        (Scope::Workspace, Some(_)) => Committed::default(),
    };
    let Some(tenant) = tenant else {
        return subscription(app, token).await;
    };
    let id = tenant.workspace_id();
    let mut changes = Changes::new(app, &tenant);
    match scope {
        Scope::Nobody => {
            changes.push(mail_recipients::resubscribe(id, recipient));
        }
        Scope::Workspace => {
            changes.push(mail_recipients::unsubscribe(id, recipient, now));
        }
        Scope::Everybody => {}
    }
    if scope != Scope::Nobody {
        let waited_for = tenant.addresses_waited_for().await?;
        let own = waited_for
            .iter()
            .filter(|it| mailbox::hashes(it).iter().any(|it| it == recipient));
        changes.extend(own.map(|it| escalations::give_up_waiting_replies(id, it)));
    }
    changes.commit().await?;
    subscription(app, token).await
}

/// Opens the workspace that a link names.
async fn tenant_of(app: &App, workspace: Option<&WorkspaceId>) -> Result<Option<TenantStore>> {
    match workspace {
        Some(id) => Ok(Some(app.locate(id).await?)),
        None => Ok(None),
    }
}

fn sender_and_recipient<'a>(app: &App, token: &'a str) -> Result<(Option<WorkspaceId>, &'a str)> {
    let (workspace, recipient) = read(app, Purpose::Unsubscribe, token)?;
    let workspace = (workspace != NO_WORKSPACE).then(|| WorkspaceId::new(workspace));
    Ok((workspace, recipient))
}
