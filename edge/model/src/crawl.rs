//! Crawling: the addresses a crawl has come across, and the hosts they are on.
use crate::{DocumentId, SourceId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};

/// What is expected at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageKind {
    Page,
    /// A list of pages, or of such lists.
    Sitemap,
}

impl PageKind {
    /// Returns the kind's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Sitemap => "sitemap",
        }
    }
}

/// What became of an address in the newest crawl.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageState {
    Waiting,
    /// Taken in, or found to be as it was.
    Done,
    Skipped,
    Failed,
}

impl PageState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Done, Self::Skipped, Self::Failed];

    /// Returns the state's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }

    /// Tells whether it may still be taken in, or was.
    pub fn is_hopeful(self) -> bool {
        matches!(self, Self::Waiting | Self::Done)
    }
}

/// An address of the frontier.
#[derive(Clone, Debug, Deserialize)]
pub struct CrawlPage {
    pub source_id: SourceId,
    pub workspace_id: WorkspaceId,
    pub url: String,
    pub kind: PageKind,
    pub origin: String,
    /// The crawl that saw it last.
    pub run: u32,
    pub state: PageState,
    /// Why, in words for the member who ordered the crawl.
    pub reason: Option<String>,
    /// Where a redirect, or its canonical link, leads.
    pub leads_to: Option<String>,
    /// Clicks from the start.
    pub depth: u32,
    /// Redirects since the last click.
    pub hops: u32,
    pub tries: u32,
    pub next_at: Timestamp,
    /// Whether it counts as the page that its canonical link names, since that one cannot be had.
    #[serde(deserialize_with = "crate::column::flag")]
    pub is_canonical: bool,
    /// Whether a member deleted its document, so that it is read for its links alone.
    #[serde(deserialize_with = "crate::column::flag")]
    pub is_removed: bool,
    pub document_id: Option<DocumentId>,
    /// What the page called itself when it was taken in.
    pub title: Option<String>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    #[serde(deserialize_with = "crate::column::json")]
    pub links: Vec<String>,
    pub fetched_at: Option<Timestamp>,
}

/// A host, by its origin.
#[derive(Clone, Debug, Deserialize)]
pub struct CrawlHost {
    pub origin: String,
    /// What was read in its robots.txt, in a form of the core's; none while it could not be had.
    pub rules: Option<String>,
    pub robots_at: Timestamp,
    /// Times in a row that its robots.txt could not be had.
    pub failures: u32,
    /// When it may be asked again.
    pub next_at: Timestamp,
}

/// An address that was come across, as it goes into the frontier.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    pub url: String,
    pub kind: PageKind,
    pub origin: String,
    pub shape: Option<String>,
    /// How many addresses of the shape are asked for.
    pub most: Option<u32>,
    /// Why it is not asked for; none when it is.
    pub skipped: Option<String>,
    pub depth: u32,
    pub hops: u32,
}
