//! Who made what, between this dialect's words and ours: extensions.
use super::error::{ApiError, ApiResult};
use edge_core::provenance::{Consequences, Keep};
use edge_model::actor::Actor;
use edge_store::provenance as store;
use serde::Deserialize;
use shared as wire;
use wire::provenance::{KeyRef, WebhookRef};

/// The query of a member's removal and change of role.
pub(super) const KEEP_OF_MEMBER: [(&str, &str); 1] = [(
    "keep",
    "`keys`, `webhooks` or `keys,webhooks`: what stays and counts as made by the caller from now on",
)];
/// The query of a key's revocation.
pub(super) const KEEP_OF_KEY: [(&str, &str); 1] = [(
    "keep",
    "`webhooks`: those that the key made stay and count as made by the caller from now on",
)];

/// What is to stay although its maker goes.
#[derive(Debug, Deserialize)]
pub struct KeepQuery {
    keep: Option<String>,
}

impl KeepQuery {
    /// Reads what of a member's is to stay.
    pub(super) fn of_member(&self) -> ApiResult<Keep> {
        let mut keep = Keep::default();
        for word in self.keep.iter().flat_map(|it| it.split(',')) {
            match word.trim() {
                "keys" => keep.keys = true,
                "webhooks" => keep.webhooks = true,
                _ => return Err(ApiError::field("keep", "must be `keys`, `webhooks` or `keys,webhooks`")),
            }
        }
        Ok(keep)
    }

    /// Reads what of a key's is to stay.
    pub(super) fn of_key(&self) -> ApiResult<Keep> {
        match self.keep.as_deref() {
            None => Ok(Keep::default()),
            Some("webhooks") => Ok(Keep {
                keys: false,
                webhooks: true,
            }),
            Some(_) => Err(ApiError::field("keep", "must be `webhooks`")),
        }
    }
}

/// Shows who made something; none when no account was noted, or it is gone.
pub(super) fn actor(actor: Actor) -> Option<wire::provenance::Actor> {
    let Actor {
        account_id,
        key_id,
        actor_name,
    } = actor;
    let key = key_id.map(|it| ("api_key", it.to_string()));
    let (kind, id) = key.or_else(|| account_id.map(|it| ("person", it.to_string())))?;
    Some(wire::provenance::Actor {
        kind: kind.into(),
        id,
        name: actor_name.unwrap_or_default(),
    })
}

fn key(key: store::KeyRef) -> KeyRef {
    let store::KeyRef { id, name, kind } = key;
    KeyRef {
        id: id.to_string(),
        name,
        kind: kind.as_str().into(),
    }
}

/// Shows webhooks to who administers the workspace.
pub(super) fn webhooks(found: Vec<store::WebhookRef>) -> Vec<WebhookRef> {
    let webhook = |webhook: store::WebhookRef| {
        let store::WebhookRef { id, name, url, form } = webhook;
        WebhookRef {
            id: id.to_string(),
            name,
            url,
            dialect: form.as_str().into(),
        }
    };
    found.into_iter().map(webhook).collect()
}

/// Shows what went with a member.
pub(super) fn consequences(found: Consequences) -> wire::provenance::Consequences {
    let Consequences {
        keys_revoked,
        keys_kept,
        webhooks_deleted,
        webhooks_kept,
        invitations_withdrawn,
    } = found;
    wire::provenance::Consequences {
        keys_revoked: keys_revoked.into_iter().map(key).collect(),
        webhooks_deleted: webhooks(webhooks_deleted),
        invitations_withdrawn: invitations_withdrawn.into_iter().map(|it| it.email).collect(),
        keys_kept: keys_kept.into_iter().map(key).collect(),
        webhooks_kept: webhooks(webhooks_kept),
    }
}
