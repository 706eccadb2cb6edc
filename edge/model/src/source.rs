//! Sources: sites that documents are taken from.
use crate::time::TimeDelta;
use crate::{CollectionId, SourceId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};

/// What a source takes its pages from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SourceKind {
    /// A site: from its start page, by its links and its sitemaps.
    Website,
    /// The pages that a sitemap lists.
    Sitemap,
    /// One page.
    Page,
}

impl SourceKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Website, Self::Sitemap, Self::Page];

    /// Returns the kind's name, in rows and on wires.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Website => "WEBSITE",
            Self::Sitemap => "SITEMAP",
            Self::Page => "PAGE",
        }
    }

    /// Reads a kind's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// How far the newest crawl of a source has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SourceStatus {
    /// Accepted; nothing was asked for yet.
    Queued,
    Crawling,
    Completed,
    /// A member ended it early; what was taken in stays.
    Cancelled,
    /// Nothing could be taken in.
    Failed,
}

impl SourceStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Crawling,
        Self::Completed,
        Self::Cancelled,
        Self::Failed,
    ];

    /// Returns the status's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Crawling => "CRAWLING",
            Self::Completed => "COMPLETED",
            Self::Cancelled => "CANCELLED",
            Self::Failed => "FAILED",
        }
    }

    /// Tells whether a crawl is under way.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Queued | Self::Crawling)
    }
}

/// How often a source is crawled again by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Refresh {
    #[default]
    Never,
    Hourly,
    Daily,
    Weekly,
    /// Every 30 days.
    Monthly,
}

impl Refresh {
    /// Every frequency.
    pub const ALL: [Self; 5] = [Self::Never, Self::Hourly, Self::Daily, Self::Weekly, Self::Monthly];

    /// Returns the frequency's name, in rows and on wires.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "NEVER",
            Self::Hourly => "HOURLY",
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
        }
    }

    /// Reads a frequency's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// Returns how long after a crawl the next one begins; none when there is to be none.
    pub fn interval(self) -> Option<TimeDelta> {
        match self {
            Self::Never => None,
            Self::Hourly => Some(TimeDelta::hours(1)),
            Self::Daily => Some(TimeDelta::days(1)),
            Self::Weekly => Some(TimeDelta::days(7)),
            Self::Monthly => Some(TimeDelta::days(30)),
        }
    }
}

/// A source's record.
#[derive(Clone, Debug, Deserialize)]
pub struct Source {
    pub id: SourceId,
    pub workspace_id: WorkspaceId,
    pub collection_id: CollectionId,
    pub kind: SourceKind,
    pub name: String,
    /// Where it begins.
    pub url: String,
    /// How many pages may be taken in.
    pub max_pages: u32,
    /// Globs; without any, every page is taken in.
    #[serde(deserialize_with = "crate::column::json")]
    pub include_patterns: Vec<String>,
    #[serde(deserialize_with = "crate::column::json")]
    pub exclude_patterns: Vec<String>,
    /// Hosts that belong to it in addition to the start's own; `*.example.com` means those below.
    #[serde(deserialize_with = "crate::column::json")]
    pub allowed_hosts: Vec<String>,
    pub refresh: Refresh,
    pub status: SourceStatus,
    /// Why the newest crawl took nothing in, in a sentence for the person who ordered it.
    pub error: Option<String>,
    /// The number of the newest crawl, from 1.
    pub run: u32,
    /// When the newest crawl began.
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub next_step_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What there is of a source, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct SourceCounts {
    /// Pages of the newest crawl that were taken in or are as they were.
    pub pages_done: u64,
    pub pages_skipped: u64,
    pub pages_failed: u64,
    pub pages_waiting: u64,
    /// Passages of all its documents.
    #[serde(rename = "chunk_count")]
    pub passage_count: u64,
    pub token_count: u64,
}
