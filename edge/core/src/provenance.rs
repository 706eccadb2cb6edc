//! What goes with an API key that is revoked, or with a member who is removed or loses the right to it: the keys,
//! webhooks and invitations that they made.
use crate::Result;
use crate::changes::{Changes, Committed, Returned};
use crate::permission::{self, Action};
use edge_model::{AccountId, Timestamp};
use edge_store::events;
use edge_store::provenance::{self as store, InvitationRef, KeyRef, Leaver, Revoked, WebhookRef};

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

/// Names the rows that say what went with a key, and what was kept of it.
pub(crate) struct KeyConsequences {
    keep: Keep,
    webhooks: Returned,
}

impl KeyConsequences {
    /// Reads what went with the key.
    ///
    /// # Errors
    /// When a row is not what its statement returns.
    pub(crate) fn read(self, committed: &mut Committed) -> Result<Consequences> {
        let mut consequences = Consequences::default();
        let webhooks = store::read(committed.take(self.webhooks))?;
        match self.keep.webhooks {
            true => consequences.webhooks_kept = webhooks,
            false => consequences.webhooks_deleted = webhooks,
        }
        Ok(consequences)
    }
}

/// Names the rows that say what went with a member, and what was kept of theirs. Invitations are the directory's.
pub(crate) struct MemberConsequences {
    webhooks: KeyConsequences,
    keys: Returned,
}

impl MemberConsequences {
    /// Reads what went with the member.
    ///
    /// # Errors
    /// When a row is not what its statement returns.
    pub(crate) fn read(self, committed: &mut Committed) -> Result<Consequences> {
        let keep = self.webhooks.keep;
        let mut consequences = self.webhooks.read(committed)?;
        let keys = store::read(committed.take(self.keys))?;
        match keep.keys {
            true => consequences.keys_kept = keys,
            false => consequences.keys_revoked = keys,
        }
        Ok(consequences)
    }
}

/// Ends or hands over the webhooks of a key that the same changes revoke.
pub(crate) fn with_key(
    changes: &mut Changes<'_>,
    revoked: Revoked<'_>,
    keeper: &AccountId,
    keep: Keep,
) -> KeyConsequences {
    let webhooks = changes.push(match keep.webhooks {
        true => store::hand_over_webhooks_of_key(revoked, keeper),
        false => store::delete_webhooks_of_key(revoked),
    });
    changes.push(events::delete_unkept(revoked.workspace));
    KeyConsequences { keep, webhooks }
}

/// Ends or hands over what a member made whom the same changes remove or give another role. Nothing happens when the
/// member may still have keys and webhooks afterwards.
pub(crate) fn with_member(
    changes: &mut Changes<'_>,
    account: &AccountId,
    keeper: &AccountId,
    keep: Keep,
    now: Timestamp,
) -> MemberConsequences {
    let roles = permission::roles(Action::ManageWebhooks);
    let workspace = &changes.half().workspace_id().clone();
    let leaver = Leaver {
        workspace,
        account,
        roles: &roles,
    };
    // Before the keys change hands, since webhooks are found by them.
    let webhooks = changes.push(match keep.webhooks {
        true => store::hand_over_webhooks_of_member(leaver, !keep.keys, keeper),
        false => store::delete_webhooks_of_member(leaver, !keep.keys),
    });
    let keys = changes.push(match keep.keys {
        true => store::hand_over_keys_of_member(leaver, keeper),
        false => store::revoke_keys_of_member(leaver, now),
    });
    changes.push(events::delete_unkept(workspace));
    MemberConsequences {
        webhooks: KeyConsequences { keep, webhooks },
        keys,
    }
}
