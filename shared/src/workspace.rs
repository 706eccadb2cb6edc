//! Workspaces: the tenants.
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateWorkspace {
    pub name: String,
    /// An IANA name; `UTC` when absent.
    #[serde(default)]
    pub timezone: Option<String>,
    #[serde(default)]
    pub settings: Option<Map<String, Value>>,
    /// Extension: `static` (the default), `minilm`, `openai` or `workers-ai`, as far as the installation has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedder: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedWorkspace {
    pub id: String,
    pub name: String,
    pub slug: String,
    pub owner_id: String,
    pub subscription_tier: String,
    pub created_at: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkspaceList {
    pub workspaces: Vec<WorkspaceSummary>,
    pub total: u64,
    /// Extension: where the next page begins; null at the end.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkspaceSummary {
    pub id: String,
    pub name: String,
    pub slug: String,
    /// OWNER, ADMIN, MEMBER or VIEWER.
    pub role: String,
    pub agent_count: u64,
    pub document_count: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Workspace {
    pub id: String,
    pub name: String,
    pub slug: String,
    pub logo_url: Option<String>,
    pub timezone: String,
    pub subscription_tier: String,
    pub settings: Map<String, Value>,
    pub stats: WorkspaceStats,
    pub created_at: String,
    /// Extension: the caller's role here.
    pub role: String,
    /// Extension: this month's messages against the plan's.
    pub usage: MessageUsage,
    /// Extension: after how many days without a message conversations are deleted: 0 keeps nothing after the answer,
    /// null keeps them.
    #[serde(default)]
    pub retention_days: Option<u32>,
    /// Extension: what turns passages and questions into vectors: `static`, `minilm`, `openai` or `workers-ai`.
    #[serde(default)]
    pub embedder: String,
    /// Extension: how far the passages are embedded by it.
    #[serde(default)]
    pub embedding: Embedding,
}

/// Extension: how far the passages of a workspace have the vectors of its embedder. Those that have none yet are found
/// by words and by the built-in table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Embedding {
    /// The embedders that this installation has.
    pub available: Vec<String>,
    /// The model that the embedder stands for; null for `static`, and for one that is not set up any more.
    pub model: Option<String>,
    /// `ready`, `embedding`, or `waiting` when the model did not answer.
    pub state: String,
    pub passages: u64,
    pub embedded: u64,
    /// Why the model did not answer; null otherwise.
    pub reason: Option<String>,
    /// When it is asked again; null when no passage waits for it.
    pub retry_at: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkspaceStats {
    pub total_agents: u64,
    pub total_documents: u64,
    pub total_conversations: u64,
    pub total_messages: u64,
}

/// Extension: what of the plan's monthly messages is used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageUsage {
    pub messages_used: u64,
    /// Null when the plan has no limit.
    pub messages_limit: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateWorkspace {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub logo_url: Option<Option<String>>,
    #[serde(default)]
    pub timezone: Option<String>,
    #[serde(default)]
    pub settings: Option<Map<String, Value>>,
    /// Extension: 0 to 3,650, or null.
    #[serde(default, deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub retention_days: Option<Option<u32>>,
    /// Extension: `static`, `minilm`, `openai` or `workers-ai`, as far as the installation has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedder: Option<String>,
}
