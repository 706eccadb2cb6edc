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
use edge_store::Statement;
use edge_store::api_keys::{self, KeyOwner, KeyRef};

/// Finds whose key this is, and writes nothing. A malformed key, or one of another kind, is refused without asking the
/// database.
///
/// # Errors
/// [`Reason::WrongKey`].
pub async fn find(app: &App, kind: KeyKind, text: &str) -> Result<KeyOwner> {
    if secret::key_kind(text) != Some(kind) {
        return Err(wrong_key());
    }
    let found = app.store.key_owner(&KeyRef::Hash(secret::sha256(text))).await?;
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
    let now = app.now();
    lane::admit_program(&*app.limiter, meter, policy, &owner, now).await?;
    if let Some(write) = record_use(&owner, address.and_then(block_of).as_deref(), now) {
        Changes::of(app, write).commit().await?;
    }
    Ok(Caller::of_key(owner))
}

/// Returns the write that notes the use of a key, to the minute: a busy key is not written all the time.
pub(crate) fn record_use(owner: &KeyOwner, network: Option<&str>, now: Timestamp) -> Option<Statement> {
    let is_stale = owner
        .key
        .last_used_at
        .is_none_or(|it| it.plus(TimeDelta::minutes(1)) <= now);
    is_stale.then(|| api_keys::record_use(&owner.workspace.id, &owner.key.id, network, now))
}
