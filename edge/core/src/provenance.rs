//! What goes with an API key that is revoked, or with a member who is removed or loses the right to it: the keys,
//! webhooks and invitations that they made.
use crate::Result;
use crate::permission::{self, Action};
use edge_model::{AccountId, Timestamp};
use edge_store::provenance::{self as store, InvitationRef, KeyRef, Leaver, Revoked, WebhookRef};
use edge_store::{Statement, events};
use serde_json::Value;

/// What is to stay although its maker goes. It then counts as made by who decides so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    pub keys: bool,
    pub webhooks: bool,
}

/// What went with its maker, and what was kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consequences {
    pub keys_revoked: Vec<KeyRef>,
    pub keys_kept: Vec<KeyRef>,
    pub webhooks_deleted: Vec<WebhookRef>,
    pub webhooks_kept: Vec<WebhookRef>,
    pub invitations_withdrawn: Vec<InvitationRef>,
}

/// Returns the write for the webhooks of a key that the same batch revokes, to be read with [`of_key`].
pub(crate) fn with_key(revoked: Revoked<'_>, keeper: &AccountId, keep: Keep) -> [Statement; 2] {
    let webhooks = match keep.webhooks {
        true => store::hand_over_webhooks_of_key(revoked, keeper),
        false => store::delete_webhooks_of_key(revoked),
    };
    [webhooks, events::delete_unkept(revoked.workspace)]
}

/// Reads what [`with_key`] returned.
pub(crate) fn of_key(answers: Vec<Vec<Value>>, keep: Keep) -> Result<Consequences> {
    let mut consequences = Consequences::default();
    let webhooks = store::read(answers.into_iter().next().unwrap_or_default())?;
    match keep.webhooks {
        true => consequences.webhooks_kept = webhooks,
        false => consequences.webhooks_deleted = webhooks,
    }
    Ok(consequences)
}

/// Returns the writes for what a member made whom the same batch removes or gives another role, to be read with
/// [`of_member`]. They do nothing when the member may still have keys and webhooks afterwards.
pub(crate) fn with_member(
    workspace: &edge_model::WorkspaceId,
    account: &AccountId,
    keeper: &AccountId,
    keep: Keep,
    now: Timestamp,
) -> [Statement; 4] {
    let roles = permission::roles(Action::ManageWebhooks);
    let leaver = Leaver {
        workspace,
        account,
        roles: &roles,
    };
    // Before the keys change hands, since webhooks are found by them.
    let webhooks = match keep.webhooks {
        true => store::hand_over_webhooks_of_member(leaver, !keep.keys, keeper),
        false => store::delete_webhooks_of_member(leaver, !keep.keys),
    };
    let keys = match keep.keys {
        true => store::hand_over_keys_of_member(leaver, keeper),
        false => store::revoke_keys_of_member(leaver, now),
    };
    [
        webhooks,
        keys,
        store::withdraw_invitations_of_member(leaver),
        events::delete_unkept(workspace),
    ]
}

/// Reads what [`with_member`] returned.
pub(crate) fn of_member(answers: Vec<Vec<Value>>, keep: Keep) -> Result<Consequences> {
    let mut answers = answers.into_iter();
    let mut consequences = of_key(answers.next().into_iter().collect(), keep)?;
    let keys = store::read(answers.next().unwrap_or_default())?;
    match keep.keys {
        true => consequences.keys_kept = keys,
        false => consequences.keys_revoked = keys,
    }
    consequences.invitations_withdrawn = store::read(answers.next().unwrap_or_default())?;
    Ok(consequences)
}
