//! Agents: what answers, from which collections, in which manner.
use crate::actor::Actor;
use crate::{AgentId, CollectionId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Where an agent is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AgentStatus {
    Draft,
    Published,
    Archived,
}

impl AgentStatus {
    /// Returns the status's name, in rows and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Published => "PUBLISHED",
            Self::Archived => "ARCHIVED",
        }
    }

    /// Reads a status's name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Draft, Self::Published, Self::Archived]
            .into_iter()
            .find(|it| it.as_str() == text)
    }
}

/// An agent's record: its draft, and what of it is published.
#[derive(Clone, Debug, Deserialize)]
pub struct Agent {
    pub id: AgentId,
    pub workspace_id: WorkspaceId,
    pub name: String,
    pub agent_type: String,
    pub status: AgentStatus,
    /// What `/test` answers with, and what the next publish publishes.
    #[serde(deserialize_with = "crate::column::json")]
    pub draft: AgentConfig,
    /// The minor number of version `1.<minor>`: 0 before the first publish.
    pub version: u32,
    pub published_at: Option<Timestamp>,
    /// Whether the draft differs from what is published.
    #[serde(deserialize_with = "crate::column::flag")]
    pub is_changed: bool,
    /// Counted up with every change.
    pub revision: u64,
    /// Who changed it last; none before its first change.
    #[serde(flatten)]
    pub updated_by: Actor,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Everything about an agent that a version fixes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentConfig {
    pub name: String,
    pub description: String,
    pub tone: Tone,
    pub style: ResponseStyle,
    /// `auto` or an ISO 639-1 code.
    pub language_mode: String,
    /// In characters.
    pub max_response_length: u32,
    /// 0 to 1.
    pub confidence_threshold: f64,
    pub show_sources: bool,
    /// How it looks questions up.
    #[serde(default)]
    pub strategy: Strategy,
    /// What puts its answers into words.
    #[serde(default)]
    pub generator: GeneratorChoice,
    pub conversation_rules: Map<String, Value>,
    pub greeting_message: String,
    pub fallback_message: String,
    pub collection_ids: Vec<CollectionId>,
    pub widget: WidgetConfig,
}

/// What was published of an agent, never changed afterwards.
#[derive(Clone, Debug, Deserialize)]
pub struct AgentVersion {
    #[serde(flatten)]
    pub summary: AgentVersionSummary,
    #[serde(deserialize_with = "crate::column::json")]
    pub config: AgentConfig,
}

/// A published version of an agent without its settings.
#[derive(Clone, Debug, Deserialize)]
pub struct AgentVersionSummary {
    /// The minor number of version `1.<minor>`.
    pub version: u32,
    /// When it was published.
    pub created_at: Timestamp,
    /// Whether it is what visitors are answered by now.
    #[serde(deserialize_with = "crate::column::flag")]
    pub is_published: bool,
}

/// How an agent sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    Friendly,
    Professional,
    Casual,
    Formal,
}

/// How much an agent says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResponseStyle {
    Conversational,
    Concise,
    Detailed,
}

/// How an agent looks questions up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Strategy {
    /// The question as it was asked.
    Redwood,
    /// The question together with what was said before it.
    #[default]
    Cedar,
    /// The same, and a question of several parts is taken apart.
    Cypress,
}

impl Strategy {
    /// Every strategy.
    pub const ALL: [Self; 3] = [Self::Redwood, Self::Cedar, Self::Cypress];

    /// Returns the strategy's code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Redwood => "REDWOOD",
            Self::Cedar => "CEDAR",
            Self::Cypress => "CYPRESS",
        }
    }
}

/// What puts an agent's answers into words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GeneratorChoice {
    /// The installation's language model when it has one, and extraction otherwise.
    #[default]
    Default,
    /// Extraction, whatever the installation has.
    Extractive,
}

/// What the widget shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WidgetConfig {
    /// light, dark or auto.
    pub theme: String,
    /// `#rrggbb`.
    pub primary_color: String,
    /// In CSS pixels.
    pub border_radius: u32,
    /// bottom-right or bottom-left.
    pub position: String,
    pub greeting_enabled: bool,
    /// In milliseconds.
    pub greeting_delay: u32,
    pub suggested_questions: Vec<String>,
    pub show_powered_by: bool,
    pub avatar_url: Option<String>,
}

/// An agent in a list.
#[derive(Clone, Debug, Deserialize)]
pub struct AgentSummary {
    pub id: AgentId,
    pub name: String,
    pub status: AgentStatus,
    pub agent_type: String,
    pub conversation_count: u64,
    pub created_at: Timestamp,
}

/// What came of an agent so far.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct AgentStats {
    pub conversations: u64,
    pub messages: u64,
    /// 1 to 5; none before the first feedback.
    pub satisfaction: Option<f64>,
}
