//! Programs: back ends that call with a key of their own.
use super::Caller;
use crate::address::block_of;
use crate::app::App;
use crate::changes::Changes;
use crate::limit::plan::RateLimitPolicy;
use crate::limit::{Meter, lane};
use crate::{Error, Reason, Result, secret};
use edge_model::Timestamp;
use edge_model::key::KeyKind;
use edge_model::time::TimeDelta;
use edge_store::api_keys::{self, KeyOwner, KeyRef};
use edge_store::{Database, TenantStatement};

/// Finds whose key this is, and writes nothing. A malformed key, or one of another kind, is refused without asking the
/// database.
///
/// # Errors
/// [`Reason::WrongKey`].
pub async fn find(app: &App, kind: KeyKind, text: &str) -> Result<KeyOwner> {
    if secret::key_kind(text) != Some(kind) {
        return Err(wrong_key());
    }
    let found = owner(app, &KeyRef::Hash(secret::sha256(text))).await?;
    active(found, kind)
}

/// Returns the owner of a key of a kind, unless it was revoked.
pub(super) fn active(owner: Option<KeyOwner>, kind: KeyKind) -> Result<KeyOwner> {
    let is_active = |it: &KeyOwner| it.key.revoked_at.is_none() && it.key.kind == kind;
    owner.filter(is_active).ok_or_else(wrong_key)
}

pub(super) fn wrong_key() -> Error {
    Error::unauthenticated("the API key is not valid").because(Reason::WrongKey)
}

/// Finds the database with the rows of a key's workspace; none when the directory does not know the key.
///
/// # Errors
/// When the directory does not answer, or the database is not bound.
pub(crate) async fn database<'a>(app: &'a App, key: &KeyRef) -> Result<Option<&'a Database>> {
    if let [only] = app.databases() {
        return Ok(Some(only));
    }
    match app.directory().database_of_key(key).await? {
        Some(name) => Ok(Some(app.store.database(&name)?)),
        None => Ok(None),
    }
}

/// Finds a key, revoked or not, and the workspace that it belongs to.
///
/// # Errors
/// When a database does not answer.
pub(crate) async fn owner(app: &App, key: &KeyRef) -> Result<Option<KeyOwner>> {
    match database(app, key).await? {
        Some(database) => Ok(database.key_owner(key).await?),
        None => Ok(None),
    }
}

/// Lets a key of a kind in, and counts the request. The network of `address`, where the program calls from, is noted
/// with the key's use.
///
/// # Errors
/// Those of [`find`]; [`Kind::RateLimited`].
pub async fn authenticate(
    app: &App,
    meter: &Meter,
    kind: KeyKind,
    policy: RateLimitPolicy,
    text: &str,
    address: Option<&str>,
) -> Result<Caller> {
    let owner = find(app, kind, text).await?;
    let (tenant, now) = (app.tenant(&owner.workspace)?, app.now());
    lane::admit_program(&*app.limiter, meter, policy, &owner, now).await?;
    if let Some(write) = record_use(&owner, address.and_then(block_of).as_deref(), now) {
        Changes::of(app, &tenant, write).commit().await?;
    }
    Ok(Caller::of_key(owner, tenant))
}

/// Returns the write that notes the use of a key, to the minute: a busy key is not written all the time.
pub(crate) fn record_use(owner: &KeyOwner, network: Option<&str>, now: Timestamp) -> Option<TenantStatement> {
    let is_stale = owner
        .key
        .last_used_at
        .is_none_or(|it| it.plus(TimeDelta::minutes(1)) <= now);
    is_stale.then(|| api_keys::record_use(&owner.workspace.id, &owner.key.id, network, now))
}
