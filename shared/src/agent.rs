//! Agents: what answers.
use crate::provenance::Actor;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Default)]
pub struct CreateAgent {
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    /// SUPPORT (default), SALES, FAQ or CUSTOM.
    #[serde(default)]
    pub agent_type: Option<String>,
    #[serde(default, deserialize_with = "crate::object")]
    pub behavior_settings: Option<BehaviorSettings>,
    #[serde(default, deserialize_with = "crate::object")]
    pub response_config: Option<ResponseConfig>,
    #[serde(default)]
    pub conversation_rules: Option<Map<String, Value>>,
    #[serde(default)]
    pub greeting_message: Option<String>,
    #[serde(default)]
    pub fallback_message: Option<String>,
    /// Extension: the collections it answers from; the workspace's default collection when absent.
    #[serde(default)]
    pub collection_ids: Option<Vec<String>>,
    /// Extension: what the widget shows.
    #[serde(default, deserialize_with = "crate::object")]
    pub widget: Option<WidgetSettings>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedAgent {
    pub id: String,
    pub name: String,
    /// DRAFT, PUBLISHED or ARCHIVED.
    pub status: String,
    pub agent_type: String,
    pub version: String,
    pub created_at: String,
}

/// How it speaks. Every member is optional in a request; what is absent keeps its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Default)]
#[serde(default)]
pub struct BehaviorSettings {
    /// friendly, professional, casual or formal.
    pub tone: Option<String>,
    /// conversational, concise or detailed.
    pub response_style: Option<String>,
    /// auto or a language code.
    pub language_mode: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Default)]
#[serde(default)]
pub struct ResponseConfig {
    /// In characters, 50 to 4,000.
    pub max_response_length: Option<u32>,
    /// 0 to 1; below it the agent answers with its fallback.
    pub confidence_threshold: Option<f64>,
    pub show_sources: Option<bool>,
    /// Extension: REDWOOD (the question as it was asked), CEDAR (together with what was said before it) or CYPRESS (and
    /// questions of several parts taken apart).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// Extension: default (the installation's language model, when it has one) or extractive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator: Option<String>,
}

/// Extension: the widget's appearance, behaviour and branding, as `GET /widget/config/{agent_id}` answers them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Default)]
#[serde(default)]
pub struct WidgetSettings {
    /// light, dark or auto.
    pub theme: Option<String>,
    /// `#rrggbb`.
    pub primary_color: Option<String>,
    /// In CSS pixels, 0 to 32.
    pub border_radius: Option<u32>,
    /// bottom-right or bottom-left.
    pub position: Option<String>,
    pub greeting_enabled: Option<bool>,
    /// In milliseconds, 0 to 60,000.
    pub greeting_delay: Option<u32>,
    pub suggested_questions: Option<Vec<String>>,
    pub show_powered_by: Option<bool>,
    /// An https URL; an empty string removes it.
    pub avatar_url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentList {
    pub agents: Vec<AgentSummary>,
    pub total: u64,
    /// Extension: where the next page begins; null at the end.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentSummary {
    pub id: String,
    pub name: String,
    pub status: String,
    pub agent_type: String,
    pub conversation_count: u64,
    pub created_at: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Agent {
    pub id: String,
    pub name: String,
    pub description: String,
    pub status: String,
    pub agent_type: String,
    pub version: String,
    pub behavior_settings: BehaviorSettings,
    pub response_config: ResponseConfig,
    pub conversation_rules: Map<String, Value>,
    pub greeting_message: String,
    pub fallback_message: String,
    pub knowledge_collections: Vec<AgentCollection>,
    pub stats: AgentStats,
    pub published_at: Option<String>,
    pub created_at: String,
    /// Extension.
    pub updated_at: String,
    /// Extension: whether the draft differs from the published version.
    pub has_unpublished_changes: bool,
    /// Extension.
    pub widget: WidgetSettings,
    /// Extension: counted up with every change; the `ETag`, and what `If-Match` compares.
    #[serde(default)]
    pub revision: u64,
    /// Extension: who changed it last; null when that was not noted or they are gone.
    #[serde(default)]
    pub updated_by: Option<Actor>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentCollection {
    pub id: String,
    pub name: String,
    pub document_count: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentStats {
    pub total_conversations: u64,
    pub total_messages: u64,
    /// 1 to 5; null before the first feedback.
    pub avg_satisfaction: Option<f64>,
}

/// A PATCH: what is absent stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Default)]
#[serde(default)]
pub struct UpdateAgent {
    pub name: Option<String>,
    pub description: Option<String>,
    pub agent_type: Option<String>,
    #[serde(deserialize_with = "crate::object")]
    pub behavior_settings: Option<BehaviorSettings>,
    #[serde(deserialize_with = "crate::object")]
    pub response_config: Option<ResponseConfig>,
    pub conversation_rules: Option<Map<String, Value>>,
    pub greeting_message: Option<String>,
    pub fallback_message: Option<String>,
    /// Extension.
    pub collection_ids: Option<Vec<String>>,
    /// Extension.
    #[serde(deserialize_with = "crate::object")]
    pub widget: Option<WidgetSettings>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Published {
    pub message: String,
    pub version: String,
    pub published_at: String,
    /// Extension: the agent's revision after the publish.
    #[serde(default)]
    pub revision: u64,
}

/// Extension: `POST …/duplicate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DuplicateAgent {
    /// The name of the copy; the name of the original and "(copy)" when absent.
    #[serde(default)]
    pub name: Option<String>,
}

/// Extension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentVersionList {
    pub versions: Vec<AgentVersionSummary>,
    pub total: u64,
}

/// Extension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentVersionSummary {
    pub version: String,
    pub published_at: String,
    /// Whether it is what visitors are answered by now.
    pub is_published: bool,
}

/// Extension: the settings that were published as a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentVersion {
    pub version: String,
    pub published_at: String,
    pub is_published: bool,
    pub name: String,
    pub description: String,
    pub behavior_settings: BehaviorSettings,
    pub response_config: ResponseConfig,
    pub conversation_rules: Map<String, Value>,
    pub greeting_message: String,
    pub fallback_message: String,
    pub collection_ids: Vec<String>,
    pub widget: WidgetSettings,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestMessage {
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestAnswer {
    pub response: String,
    pub sources: Vec<Source>,
    /// A calibrated probability that the answer is right, 0 to 1.
    pub confidence: f64,
    pub response_time_ms: u64,
    /// Extension: whether the answer came from the documents; false when it is the fallback.
    pub answered: bool,
}

/// A passage that an answer stands on. `[1]` in the text is the first of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Source {
    pub document_id: String,
    pub title: String,
    pub chunk_preview: String,
    /// 0 to 1.
    pub relevance_score: f64,
    /// Extension: the address of the page, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Extension: the headings above the passage, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heading_path: Vec<String>,
    /// Extension: the passage's place in its document, from 0.
    #[serde(default)]
    pub chunk_index: u32,
}

impl CreateAgent {
    /// Returns all but the name as the change of a fresh draft.
    pub fn into_update(self) -> UpdateAgent {
        let Self {
            name: _,
            description,
            agent_type,
            behavior_settings,
            response_config,
            conversation_rules,
            greeting_message,
            fallback_message,
            collection_ids,
            widget,
        } = self;
        UpdateAgent {
            name: None,
            description,
            agent_type,
            behavior_settings,
            response_config,
            conversation_rules,
            greeting_message,
            fallback_message,
            collection_ids,
            widget,
        }
    }
}
