//! Extension: what the operator of an installation may do, with `X-Operator-Token`.
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetPlan {
    /// FREE, STARTER, PROFESSIONAL or ENTERPRISE.
    pub plan: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanSet {
    pub workspace_id: String,
    pub plan: String,
}

/// Whether a workspace may send mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetMail {
    /// True stops invitations and replies, false lets them flow again.
    pub is_stopped: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailSet {
    pub workspace_id: String,
    pub is_stopped: bool,
}

/// How a change of `AUTH_SECRET` stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthKeys {
    /// The current secret and the previous ones, by their key ids.
    pub keys: Vec<AuthKey>,
    /// How many texts in the database do not name the secret that sealed them: those of earlier releases.
    pub unmarked: u64,
    /// How many only a secret opens that the installation does not have.
    pub lost: u64,
    /// When the last token of a previous secret ends; null when there is none, or it is not known yet.
    pub tokens_until: Option<String>,
    /// Whether `AUTH_SECRET_PREVIOUS` may be removed.
    pub previous_may_go: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthKey {
    pub id: String,
    pub is_current: bool,
    /// How many texts in the database it has sealed.
    pub sealed: u64,
}
