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
