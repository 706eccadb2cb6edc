//! API keys: which dialect they open, and from where.
use crate::actor::Actor;
use crate::{KeyId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};

/// Which dialect a key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    Widget,
    Twig,
    Twin,
    Builder,
}

impl KeyKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Widget, Self::Twig, Self::Twin, Self::Builder];

    /// Returns the kind's name, in rows and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Widget => "widget",
            Self::Twig => "twig",
            Self::Twin => "twin",
            Self::Builder => "builder",
        }
    }

    /// Returns what every key of the kind begins with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Widget => "pk_live_",
            Self::Twig => "twig_live_",
            Self::Twin => "twin_live_",
            Self::Builder => "tw_live_",
        }
    }

    /// Reads a kind's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// A key's record. The key itself is known to its holder alone.
#[derive(Clone, Debug, Deserialize)]
pub struct ApiKey {
    pub id: KeyId,
    pub workspace_id: WorkspaceId,
    pub kind: KeyKind,
    pub name: String,
    /// The key's first and last characters, for people to recognise it.
    pub display: String,
    #[serde(deserialize_with = "crate::column::json")]
    pub allowed_domains: Vec<String>,
    #[serde(deserialize_with = "crate::column::flag")]
    pub allow_no_origin: bool,
    pub last_used_at: Option<Timestamp>,
    /// The network that a program called from last; none for keys of web pages.
    #[serde(default)]
    pub last_used_network: Option<String>,
    #[serde(flatten)]
    pub created_by: Actor,
    pub revoked_at: Option<Timestamp>,
    pub created_at: Timestamp,
}
