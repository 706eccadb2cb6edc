//! Escalations: questions for a person. All of it is an extension, but for what the widget sends.
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EscalationList {
    pub escalations: Vec<Escalation>,
    /// How many there are of the status.
    pub total: u64,
    /// Where the next page begins; null at the end.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Escalation {
    pub id: String,
    pub agent_id: String,
    /// Null when the visitor never asked the agent.
    pub conversation_id: Option<String>,
    /// The answer that was not good enough.
    pub message_id: Option<String>,
    pub question: String,
    pub asked_by: String,
    /// Where a reply goes.
    pub email: Option<String>,
    /// Of the answer, 0 to 1; null when there was none.
    pub confidence: Option<f64>,
    /// VISITOR, `LOW_CONFIDENCE`, APPROVE, SIGN, AUTHORISE, STAFF, DISCOUNT, EXCEPTION or AMOUNT.
    pub reason_code: String,
    /// The reason in a sentence.
    pub reason: String,
    /// OPEN or RESOLVED.
    pub status: String,
    /// The member who sees to it.
    pub assignee_id: Option<String>,
    /// What was replied by mail.
    pub reply: Option<String>,
    pub replied_at: Option<String>,
    /// How far the reply has come: `WAITING_FOR_CONFIRMATION` by the visitor, QUEUED, SENT, UNSUBSCRIBED when the
    /// visitor wants no mail, STOPPED when the operator stopped the workspace's mail; null without a reply.
    #[serde(default)]
    pub reply_status: Option<String>,
    /// The document that answers the question from now on.
    pub document_id: Option<String>,
    pub created_at: String,
    pub resolved_at: Option<String>,
}

/// What is to change; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct UpdateEscalation {
    /// OPEN or RESOLVED.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// A member of the workspace; null when it is not assigned.
    #[serde(deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<Option<String>>,
    /// The document that closes it; null for none.
    #[serde(deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    pub document_id: Option<Option<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplyToEscalation {
    /// 1 to 5,000 characters, mailed to who asked once they have confirmed that they want it.
    pub message: String,
}

/// A visitor's wish to speak to a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Escalate {
    pub session_id: String,
    pub agent_id: String,
    /// Where to reply to.
    #[serde(default)]
    pub email: Option<String>,
    /// 1 to 10,000 characters.
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Escalated {
    pub escalation_id: String,
    pub message: String,
}
