//! Extensions: members of a workspace, and invitations into it.
use crate::provenance::{Actor, Consequences};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberList {
    pub members: Vec<Member>,
    pub total: u64,
    /// Where the next page begins; null at the end.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    pub user_id: String,
    pub email: String,
    pub full_name: String,
    /// OWNER, ADMIN, MEMBER or VIEWER.
    pub role: String,
    pub joined_at: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateMember {
    /// OWNER, ADMIN, MEMBER or VIEWER.
    pub role: String,
}

/// A member with another role, and what followed from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangedMember {
    #[serde(flatten)]
    pub member: Member,
    #[serde(flatten)]
    pub consequences: Consequences,
}

/// A member who is none any more, and what followed from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RemovedMember {
    pub message: String,
    #[serde(flatten)]
    pub consequences: Consequences,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateInvitation {
    pub email: String,
    /// OWNER, ADMIN, MEMBER or VIEWER.
    pub role: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationList {
    pub invitations: Vec<Invitation>,
    pub total: u64,
    /// Where the next page begins; null at the end.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    pub id: String,
    pub workspace_id: String,
    pub workspace_name: String,
    pub email: String,
    pub role: String,
    /// The name of who invited; null when their account is gone.
    pub invited_by: Option<String>,
    /// Who invited; null when their account is gone.
    #[serde(default)]
    pub created_by: Option<Actor>,
    pub expires_at: String,
    pub created_at: String,
    /// Whether a mail was sent: not to an address that has unsubscribed, or has got too many invitations. It can be
    /// accepted all the same.
    #[serde(default = "yes")]
    pub is_mailed: bool,
}

fn yes() -> bool {
    true
}

/// What accepting an invitation led to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Joined {
    pub workspace_id: String,
    pub role: String,
    pub message: String,
}
