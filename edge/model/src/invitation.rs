//! Invitations: an address that may become a member. Who has confirmed the address may accept.
use crate::workspace::Role;
use crate::{AccountId, InvitationId, Timestamp, WorkspaceId};
use serde::Deserialize;

/// How long an invitation is open, in days.
pub const INVITATION_DAYS: i64 = 7;

/// An invitation, and what its reader wants to know of where it leads.
#[derive(Clone, Debug, Deserialize)]
pub struct Invitation {
    pub id: InvitationId,
    pub workspace_id: WorkspaceId,
    /// Lower-cased.
    pub email: String,
    pub role: Role,
    /// None when the inviter's account is gone.
    pub invited_by: Option<AccountId>,
    pub expires_at: Timestamp,
    pub created_at: Timestamp,
    /// Whether a mail was ordered: not to an address that wants none, or has got too many.
    #[serde(deserialize_with = "crate::column::flag")]
    pub is_mailed: bool,
    pub workspace_name: String,
    /// The inviter's name; none when their account is gone.
    pub inviter_name: Option<String>,
}
