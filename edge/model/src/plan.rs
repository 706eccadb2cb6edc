//! Plans: what a workspace may use.
use serde::{Deserialize, Serialize};

/// What a workspace pays for. Its limits, per dialect, are a table in core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Plan {
    Free,
    Starter,
    Pro,
    Enterprise,
}

impl Plan {
    /// Every plan, smallest first.
    pub const ALL: [Self; 4] = [Self::Free, Self::Starter, Self::Pro, Self::Enterprise];

    /// Returns the plan's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "FREE",
            Self::Starter => "STARTER",
            Self::Pro => "PRO",
            Self::Enterprise => "ENTERPRISE",
        }
    }

    /// Reads a plan's name; `PRO` goes by `PROFESSIONAL` as well.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "PROFESSIONAL" => Some(Self::Pro),
            _ => Self::ALL.into_iter().find(|it| it.as_str() == text),
        }
    }
}
