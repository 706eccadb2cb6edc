//! Workspaces: the tenants, and who belongs to them.
use crate::plan::Plan;
use crate::{AccountId, DatabaseName, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A tenant. Every other row but accounts' own names one.
#[derive(Clone, Debug, Deserialize)]
pub struct Workspace {
    pub id: WorkspaceId,
    pub name: String,
    /// Unique, for people to read.
    pub slug: String,
    pub logo_url: Option<String>,
    /// An IANA name.
    pub timezone: String,
    pub plan: Plan,
    #[serde(deserialize_with = "crate::column::json")]
    pub settings: Map<String, Value>,
    pub owner_id: AccountId,
    /// After how many days without a message conversations are deleted: 0 keeps nothing after the answer, none keeps
    /// everything.
    pub retention_days: Option<u32>,
    /// The embedder of passages and questions, in addition to the built-in table.
    pub embedder: Embedder,
    pub created_at: Timestamp,
    /// Which database has its rows. It never changes.
    pub database: DatabaseName,
}

/// What turns texts into vectors. Which of them an installation has is in its settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Embedder {
    /// The table that comes with the product, and nothing else.
    #[default]
    Static,
    /// all-MiniLM-L6-v2, in a Worker of this installation.
    Minilm,
    /// A server that speaks OpenAI's protocol.
    Openai,
    /// A model of the platform's own.
    WorkersAi,
}

impl Embedder {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Static, Self::Minilm, Self::Openai, Self::WorkersAi];

    /// Returns the embedder's name, in rows and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Minilm => "minilm",
            Self::Openai => "openai",
            Self::WorkersAi => "workers-ai",
        }
    }

    /// Reads an embedder's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// What a member may do; the table is in core. A greater role may do all that a lesser one may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Role {
    Viewer,
    Member,
    Admin,
    Owner,
}

impl Role {
    /// Returns the role's name, in rows and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "OWNER",
            Self::Admin => "ADMIN",
            Self::Member => "MEMBER",
            Self::Viewer => "VIEWER",
        }
    }

    /// Reads a role's name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Owner, Self::Admin, Self::Member, Self::Viewer]
            .into_iter()
            .find(|it| it.as_str() == text)
    }
}

/// A member as others see them.
#[derive(Clone, Debug, Deserialize)]
pub struct MemberSummary {
    pub account_id: AccountId,
    pub email: String,
    pub full_name: String,
    pub role: Role,
    /// When they became a member.
    pub created_at: Timestamp,
}

/// A workspace as its member sees it in a list.
#[derive(Clone, Debug, Deserialize)]
pub struct WorkspaceSummary {
    pub id: WorkspaceId,
    pub name: String,
    pub slug: String,
    pub role: Role,
    pub agent_count: u64,
    pub document_count: u64,
}

/// How much there is in a workspace.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct WorkspaceStats {
    pub agents: u64,
    pub documents: u64,
    pub conversations: u64,
    pub messages: u64,
}
