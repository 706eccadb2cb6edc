//! Collections and documents: what is answered from.
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateCollection {
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Default)]
#[serde(default)]
pub struct UpdateCollection {
    pub name: Option<String>,
    pub description: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Collection {
    pub id: String,
    pub name: String,
    pub description: String,
    pub document_count: u64,
    pub created_at: String,
    /// Extension: the collection that agents made without any answer from.
    pub is_default: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CollectionList {
    pub collections: Vec<Collection>,
    pub total: u64,
}

/// The answer to an upload, and to a reprocess.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptedDocument {
    pub id: String,
    pub title: String,
    /// PROCESSING, or COMPLETED when the same bytes were here already.
    pub status: String,
    pub message: String,
    /// Extension: whether the same bytes were in this collection already, so that nothing was added.
    pub duplicate: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptedReprocess {
    pub id: String,
    pub status: String,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentList {
    pub documents: Vec<DocumentSummary>,
    pub total: u64,
    /// Extension: where the next page begins; null at the end.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentSummary {
    pub id: String,
    pub title: String,
    /// FILE or URL.
    pub source_type: String,
    /// PROCESSING, COMPLETED or FAILED.
    pub status: String,
    pub chunk_count: u64,
    pub created_at: String,
    /// Extension.
    pub collection_id: String,
    /// Extension.
    pub progress: Progress,
}

/// Extension: how far a document has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    /// queued, parsing, indexing, done or failed; crawling or cancelled for a website.
    pub stage: String,
    /// 0 to 100.
    pub percent: u32,
    pub pages_done: u64,
    pub pages_total: u64,
    /// Pages of a website that were left out, or could not be had; the list of its pages says why.
    #[serde(default)]
    pub pages_skipped: u64,
    /// Why it failed, in a sentence for the person who uploaded it.
    pub error: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Document {
    pub id: String,
    pub title: String,
    pub source_type: String,
    pub source_url: Option<String>,
    pub file_path: Option<String>,
    pub status: String,
    pub language: Option<String>,
    pub chunk_count: u64,
    pub token_count: u64,
    pub versions: Vec<DocumentVersion>,
    pub chunks_preview: Vec<ChunkPreview>,
    pub created_at: String,
    /// Extension.
    pub collection_id: String,
    /// Extension: in bytes.
    pub size: u64,
    /// Extension.
    pub progress: Progress,
    /// Extension: the website that it is a page of.
    #[serde(default)]
    pub source_id: Option<String>,
    /// Extension: how a website is crawled; null for a document.
    #[serde(default)]
    pub crawl: Option<Crawl>,
}

/// A website to be crawled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CrawlSite {
    /// Where to begin: a page, or a sitemap.
    pub url: String,
    pub collection_id: String,
    /// 1 to 5,000; 100 when absent.
    #[serde(default)]
    pub max_pages: Option<u32>,
    /// Globs of what is taken in, such as `/docs/*`; `*` crosses `/`. Without any, everything is.
    #[serde(default)]
    pub include_patterns: Option<Vec<String>>,
    /// Globs of what is left out.
    #[serde(default)]
    pub exclude_patterns: Option<Vec<String>>,
    /// Extension: WEBSITE, SITEMAP or PAGE; told by the address when absent.
    #[serde(default)]
    pub mode: Option<String>,
    /// Extension: NEVER (when absent), HOURLY, DAILY, WEEKLY or MONTHLY.
    #[serde(default)]
    pub refresh_frequency: Option<String>,
    /// Extension: further hosts, such as `docs.example.com` or `*.example.com`.
    #[serde(default)]
    pub allowed_hosts: Option<Vec<String>>,
    /// Extension: what to call it; its address when absent.
    #[serde(default)]
    pub title: Option<String>,
}

/// Extension: a PATCH of how a website is crawled; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct UpdateCrawl {
    pub max_pages: Option<u32>,
    pub include_patterns: Option<Vec<String>>,
    pub exclude_patterns: Option<Vec<String>>,
    pub refresh_frequency: Option<String>,
    pub allowed_hosts: Option<Vec<String>>,
}

/// Extension: how a website is crawled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Crawl {
    /// WEBSITE, SITEMAP or PAGE.
    pub mode: String,
    pub max_pages: u32,
    pub include_patterns: Vec<String>,
    pub exclude_patterns: Vec<String>,
    pub allowed_hosts: Vec<String>,
    pub refresh_frequency: String,
    pub started_at: String,
    pub ended_at: Option<String>,
    /// When it is crawled again by itself.
    pub next_refresh_at: Option<String>,
}

/// Extension: what the newest crawl of a website came across.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CrawledPageList {
    /// In the order of their addresses.
    pub pages: Vec<CrawledPage>,
    pub total: u64,
    /// Where the next page of the list begins; null at the end.
    pub next_cursor: Option<String>,
}

/// Extension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CrawledPage {
    pub url: String,
    pub title: Option<String>,
    /// WAITING, DONE, SKIPPED or FAILED.
    pub status: String,
    /// Why, where there is something to say.
    pub reason: Option<String>,
    /// The document that was made of it.
    pub document_id: Option<String>,
    pub fetched_at: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentVersion {
    pub version: u32,
    pub created_at: String,
}

/// Extension: a PATCH; what is absent stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateDocument {
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub collection_id: Option<String>,
}

/// Extension: a PUT of a text; a PUT of a file is a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplaceDocument {
    /// Markdown or plain text.
    pub text: String,
    #[serde(default)]
    pub title: Option<String>,
}

/// Extension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentVersionList {
    /// Newest first.
    pub versions: Vec<DocumentVersionSummary>,
    pub total: u64,
}

/// Extension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentVersionSummary {
    pub version: u32,
    pub title: String,
    pub file_name: Option<String>,
    /// In bytes.
    pub size: u64,
    pub is_current: bool,
    pub created_at: String,
}

/// Extension: a version with its text, as it is answered from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentVersionText {
    #[serde(flatten)]
    pub summary: DocumentVersionSummary,
    /// At most 1 MiB.
    pub text: String,
    /// Whether there is more of it.
    pub truncated: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChunkPreview {
    pub chunk_index: u32,
    pub content_preview: String,
    pub token_count: u64,
}
