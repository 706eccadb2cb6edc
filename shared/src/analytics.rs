//! Analytics.
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overview {
    pub period: Period,
    pub stats: Stats,
    pub trends: Trends,
}

/// Days, UTC, the last one included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Period {
    pub start: String,
    pub end: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stats {
    pub total_conversations: u64,
    pub total_messages: u64,
    /// Published ones.
    pub active_agents: u64,
    pub knowledge_documents: u64,
    /// Null without any answer.
    pub avg_response_time_ms: Option<u64>,
    /// 1 to 5; null without any feedback.
    pub satisfaction_score: Option<f64>,
    /// Extension: the share of questions that were answered, 0 to 1; null without any.
    pub answer_rate: Option<f64>,
}

/// Changes against the time before, in percent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trends {
    pub conversations_change: f64,
    pub messages_change: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conversations {
    pub daily_data: Vec<Day>,
    /// The busiest first; hours without any question are left out.
    pub peak_hours: Vec<Hour>,
    pub by_agent: Vec<AgentShare>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Day {
    pub date: String,
    pub conversations: u64,
    pub messages: u64,
    pub avg_duration_seconds: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hour {
    /// 0 to 23, UTC.
    pub hour: u32,
    pub count: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentShare {
    pub agent_id: String,
    pub agent_name: String,
    pub conversations: u64,
    pub percentage: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Questions {
    pub top_questions: Vec<Question>,
    pub trending: Vec<Question>,
    pub categories: Vec<Category>,
    /// Extension: whether there were more different questions than are told apart.
    pub truncated: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// The wording that was used most.
    pub question: String,
    pub count: u64,
    /// up, down or stable, against the time before.
    pub trend: String,
    pub avg_confidence: f64,
    /// Extension: how often it was asked in the time before.
    pub previous_count: u64,
    /// Extension: other wordings that count as the same question, at most 10.
    pub variants: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Category {
    pub category: String,
    pub count: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnansweredList {
    pub unanswered: Vec<Unanswered>,
    pub total: u64,
    pub resolved_this_week: u64,
    /// Extension: whether there were more different questions than are told apart.
    pub truncated: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unanswered {
    pub id: String,
    pub question: String,
    pub occurrences: u64,
    pub first_seen: String,
    pub last_seen: String,
    /// OPEN or RESOLVED.
    pub status: String,
    /// Extension: other wordings that count as the same question, at most 10.
    pub variants: Vec<String>,
}

/// Extension: `PATCH /analytics/unanswered/{question_id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateUnanswered {
    /// OPEN or RESOLVED.
    pub status: String,
}
