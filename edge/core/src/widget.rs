//! The widget: what it is let in with, what it shows, and what visitors think of the answers.
use crate::address::ClientAddress;
use crate::app::App;
use crate::changes::Changes;
use crate::limit::Meter;
use crate::limit::lane::{self, Visit};
use crate::token::{self, Audience};
use crate::{Error, Kind, Reason, Result, idempotency, origin, secret};
use edge_model::agent::AgentConfig;
use edge_model::conversation::Rating;
use edge_model::event::{FeedbackReceived, Happening};
use edge_model::key::KeyKind;
use edge_model::text::Comment;
use edge_model::time::MINUTE;
use edge_model::{AgentId, FeedbackId, KeyId, MessageId, Timestamp};
use edge_store::conversations::{self, KeyOwner, KeyRef};
use edge_store::{Statement, api_keys};
use serde::{Deserialize, Serialize};

/// How long a visitor token is good for, in milliseconds.
const VISIT: i64 = 15 * MINUTE;

/// What a widget call is let in with.
#[derive(Clone, Debug)]
pub enum Credential {
    /// The key itself, and the page it is used from.
    Key { key: String, page: Page },
    /// A token that our loader got with the key on the customer's page.
    Visitor { key: KeyId, agent: AgentId },
}

/// Where a widget key is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// On a page of this origin.
    Of(String),
    /// On one of our own: the chat's document, which browsers show only where `frame-ancestors` lets them, asks for the
    /// configuration in the loader's place when the customer's page forbids the loader to.
    Own,
    /// The caller does not say, as programs outside of browsers do not.
    Unknown,
}

/// Who calls the widget's API.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub credential: Credential,
    pub from: ClientAddress,
    /// Where their limit stands is noted here.
    pub meter: Meter,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    key: KeyId,
    agent: AgentId,
}

impl Credential {
    /// Reads a visitor token.
    ///
    /// # Errors
    /// [`Kind::Unauthenticated`] when it is not ours or its time is over.
    pub fn from_token(app: &App, token: &str) -> Result<Self> {
        let claims: Claims = token::verify(&app.settings.auth_keys, Audience::Visitor, token, app.now())?;
        Ok(Self::Visitor {
            key: claims.key,
            agent: claims.agent,
        })
    }

    /// Tells whether the credential opens an agent of its workspace: a token opens the one that it was made for.
    pub(crate) fn is_for(&self, agent: &AgentId) -> bool {
        match self {
            Self::Key { .. } => true,
            Self::Visitor { agent: own, .. } => own == agent,
        }
    }
}

fn wrong_key() -> Error {
    Error::unauthenticated("the API key is not valid").because(Reason::WrongKey)
}

/// Tells how to look a credential's key up. A malformed key, or one of another kind, is refused without asking the
/// database.
pub(crate) fn key_ref(credential: &Credential) -> Result<KeyRef> {
    match credential {
        Credential::Visitor { key, .. } => Ok(KeyRef::Id(key.clone())),
        Credential::Key { key, .. } if secret::key_kind(key) == Some(KeyKind::Widget) => {
            Ok(KeyRef::Hash(secret::sha256(key)))
        }
        Credential::Key { .. } => Err(wrong_key()),
    }
}

/// What a call is let in for: only a configuration may be asked for by one of our own pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Configuration,
    Other,
}

/// Lets a key in, when it is a living widget key and is used from one of its domains.
pub(crate) fn admit_key(credential: &Credential, purpose: Purpose, owner: Option<KeyOwner>) -> Result<KeyOwner> {
    let is_living = |it: &KeyOwner| it.key.revoked_at.is_none() && it.key.kind == KeyKind::Widget;
    let owner = owner.filter(is_living).ok_or_else(wrong_key)?;
    match credential {
        Credential::Visitor { .. } => Ok(owner),
        Credential::Key { page, .. } => check_page(&owner, purpose, page).map(|()| owner),
    }
}

fn check_page(owner: &KeyOwner, purpose: Purpose, page: &Page) -> Result<()> {
    let may_be_embedded = purpose == Purpose::Configuration && !owner.key.allowed_domains.is_empty();
    let message = match page {
        Page::Own if may_be_embedded => return Ok(()),
        Page::Of(origin) if origin::is_allowed(origin, &owner.key.allowed_domains) => return Ok(()),
        Page::Of(origin) => format!("`{origin}` is not among the key's allowed domains"),
        Page::Own | Page::Unknown if owner.key.allow_no_origin => return Ok(()),
        Page::Own | Page::Unknown => "this key needs an `Origin` header".into(),
    };
    Err(Error::new(Kind::Forbidden, message).because(Reason::WrongOrigin))
}

/// Finds whose widget key a visitor calls with, and neither counts the call nor writes anything.
///
/// # Errors
/// Those of the credential.
pub async fn find(app: &App, credential: &Credential) -> Result<KeyOwner> {
    let found = app.store.key_owner(&key_ref(credential)?).await?;
    admit_key(credential, Purpose::Other, found)
}

/// Finds whose key a visitor calls with, and does not count the call yet. One that is refused is counted.
///
/// # Errors
/// Those of the credential; [`Kind::RateLimited`].
pub(crate) async fn owner(app: &App, visitor: &Visitor) -> Result<KeyOwner> {
    let key = key_ref(&visitor.credential)?;
    let found = app.store.key_owner(&key).await?;
    match admit_key(&visitor.credential, Purpose::Other, found) {
        Ok(owner) => Ok(owner),
        Err(error) => Err(refuse(app, visitor, error).await),
    }
}

/// Counts a call whose key, page and agent are good: in the lane of the workspace's visitors.
///
/// # Errors
/// [`Kind::RateLimited`], [`Kind::QuotaExhausted`].
pub(crate) async fn admit(
    app: &App,
    visitor: &Visitor,
    owner: &KeyOwner,
    session: Option<&str>,
    messages: u64,
) -> Result<()> {
    let visit = Visit {
        owner,
        from: &visitor.from,
        session,
        messages,
    };
    lane::admit_visitor(&*app.limiter, &visitor.meter, &visit, app.now()).await
}

/// Counts a call that is refused, against its network alone, and returns what it is refused with.
pub(crate) async fn refuse(app: &App, visitor: &Visitor, error: Error) -> Error {
    let counted = lane::admit_stranger(&*app.limiter, &visitor.meter, &visitor.from, app.now()).await;
    counted.err().unwrap_or(error)
}

/// Lets a caller in and counts the request, for one whose answer is there already.
///
/// # Errors
/// Those of the credential; [`Kind::RateLimited`].
pub async fn enter(app: &App, visitor: &Visitor) -> Result<()> {
    let owner = owner(app, visitor).await?;
    admit(app, visitor, &owner, None, 0).await
}

/// Counts a call that is to be refused for its body. A stranger learns no more than that they are one.
///
/// # Errors
/// Those of the credential; [`Kind::RateLimited`].
pub async fn count_malformed(app: &App, visitor: &Visitor) -> Result<()> {
    owner(app, visitor).await?;
    lane::admit_stranger(&*app.limiter, &visitor.meter, &visitor.from, app.now()).await
}

/// Returns the write that notes the use of a key, to the minute: a busy key is not written all the time.
pub(crate) fn touch(owner: &KeyOwner, network: Option<&str>, now: Timestamp) -> Option<Statement> {
    let is_stale = owner.key.last_used_at.is_none_or(|it| it.plus(MINUTE) <= now);
    is_stale.then(|| api_keys::touch(&owner.workspace.id, &owner.key.id, network, now))
}

/// What the widget shows, and its token.
#[derive(Clone, Debug)]
pub struct Config {
    pub config: AgentConfig,
    pub token: String,
    pub token_expires_at: Timestamp,
}

/// Returns what the widget of an agent shows.
///
/// # Errors
/// Those of the credential; [`Kind::NotFound`] for an agent that is not published here.
pub async fn config(app: &App, visitor: &Visitor, agent: &AgentId) -> Result<Config> {
    let (now, credential) = (app.now(), &visitor.credential);
    let context = app.store.widget_context(&key_ref(credential)?, agent).await?;
    let published = context.agent.filter(|_| credential.is_for(agent));
    let found = admit_key(credential, Purpose::Configuration, context.owner).and_then(|owner| match published {
        Some(published) => Ok((owner, published)),
        None => Err(Error::not_found("agent")),
    });
    let (owner, published) = match found {
        Ok(found) => found,
        Err(error) => return Err(refuse(app, visitor, error).await),
    };
    admit(app, visitor, &owner, None, 0).await?;
    if let Some(touch) = touch(&owner, None, now) {
        Changes::of(app, touch).commit().await?;
    }
    let claims = Claims {
        key: owner.key.id,
        agent: agent.clone(),
    };
    let token_expires_at = now.plus(VISIT);
    let token = token::sign(
        &app.settings.auth_keys,
        Audience::Visitor,
        claims,
        now,
        token_expires_at,
    )?;
    Ok(Config {
        config: published.config,
        token,
        token_expires_at,
    })
}

/// Keeps a visitor's word on an answer; a second one replaces the first.
///
/// # Errors
/// Those of the credential; [`Kind::NotFound`] for a message that is no answer that the caller may have seen.
pub async fn give_feedback(
    app: &App,
    visitor: &Visitor,
    message: &MessageId,
    rating: Rating,
    comment: &Comment,
) -> Result<FeedbackId> {
    let owner = owner(app, visitor).await?;
    let workspace = &owner.workspace.id;
    let agent = app.store.answering_agent(workspace, message).await?;
    let Some((agent, session_key)) = agent.filter(|it| visitor.credential.is_for(&it.0)) else {
        return Err(refuse(app, visitor, Error::not_found("message")).await);
    };
    admit(app, visitor, &owner, Some(&session_key), 0).await?;
    let id = FeedbackId::new(app.id(FeedbackId::PREFIX)?);
    let feedback = conversations::put_feedback(workspace, &agent, message, &id, rating, comment.as_str(), app.now());
    let happening = Happening::FeedbackReceived(FeedbackReceived {
        message_id: message.clone(),
        session_key: Some(session_key),
        agent_id: agent,
        rating: rating.value(),
        comment: comment.as_str().into(),
    });
    let mut changes = Changes::of(app, feedback);
    changes.event(workspace, happening)?;
    changes.commit().await?;
    Ok(id)
}

/// Finds a visitor's word on an answer once more.
///
/// # Errors
/// Those of the credential; [`Kind::Gone`] when it is not kept any more.
pub async fn given_feedback(app: &App, visitor: &Visitor, id: &FeedbackId) -> Result<()> {
    let owner = owner(app, visitor).await?;
    admit(app, visitor, &owner, None, 0).await?;
    match app.store.has_feedback(&owner.workspace.id, id).await? {
        true => Ok(()),
        false => Err(idempotency::nothing_kept()),
    }
}

/// Returns who may embed an agent's widget, as the value of `frame-ancestors`: the pages that its workspace's living
/// keys name.
///
/// # Errors
/// [`Kind::NotFound`] for an agent that is not published.
pub async fn frame_ancestors(app: &App, agent: &AgentId) -> Result<String> {
    let found = app.store.embedding_domains(agent).await?;
    let mut domains: Vec<String> = found
        .ok_or_else(|| Error::not_found("agent"))?
        .into_iter()
        .flatten()
        .collect();
    domains.sort();
    domains.dedup();
    Ok(origin::frame_ancestors(&domains))
}
