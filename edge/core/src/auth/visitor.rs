//! Visitors: pages with a widget key, and the chats that they open with a token.
use super::api_key::{self, active, wrong_key};
use crate::address::ClientAddress;
use crate::app::App;
use crate::limit::Meter;
use crate::limit::lane::{self, Visit};
use crate::token::{self, Audience};
use crate::{Error, Kind, Reason, Result, origin, secret};
use edge_model::key::KeyKind;
use edge_model::time::TimeDelta;
use edge_model::{AgentId, KeyId, Timestamp};
use edge_store::api_keys::{KeyOwner, KeyRef};
use serde::{Deserialize, Serialize};

/// How long a visitor token is good for.
const VISITOR_TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(15);

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

/// Makes a token for the chat that a page opens with a key, and returns it with its end.
pub(crate) fn new_token(app: &App, key: KeyId, agent: AgentId, now: Timestamp) -> Result<(String, Timestamp)> {
    let expires_at = now.plus(VISITOR_TOKEN_LIFETIME);
    let claims = Claims { key, agent };
    let token = token::sign(&app.settings.auth_keys, Audience::Visitor, claims, now, expires_at)?;
    Ok((token, expires_at))
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
pub(crate) fn checked_key(credential: &Credential, purpose: Purpose, owner: Option<KeyOwner>) -> Result<KeyOwner> {
    let owner = active(owner, KeyKind::Widget)?;
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
    let found = api_key::owner(app, &key_ref(credential)?).await?;
    checked_key(credential, Purpose::Other, found)
}

/// Finds whose key a visitor calls with, and does not count the call yet. One that is refused is counted.
///
/// # Errors
/// Those of the credential; [`Kind::RateLimited`].
pub(crate) async fn owner(app: &App, visitor: &Visitor) -> Result<KeyOwner> {
    let key = key_ref(&visitor.credential)?;
    let found = api_key::owner(app, &key).await?;
    match checked_key(&visitor.credential, Purpose::Other, found) {
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
pub async fn authenticate(app: &App, visitor: &Visitor) -> Result<()> {
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
