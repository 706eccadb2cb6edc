//! Ingestion: a document is read, cut into passages, and put into the index.
use crate::app::App;
use crate::attempt::Attempt;
use crate::changes::Changes;
use crate::{Error, Kind, Result, blob, file, index};
use edge_model::document::{Document, DocumentStatus, PassagePreview, SourceType};
use edge_model::event::{DocumentEnded, EventPayload};
use edge_model::job::Job;
use edge_store::TenantStore;
use edge_store::documents;
use retrieval::{DocumentInput, Parsed, SegmentBuilder};
use std::time::Duration;

/// Passages of one segment: about 3 MiB.
const SEGMENT_PASSAGES: usize = 2_000;
/// What working on a file takes in memory, in times its length or that of its text: its text, its blocks, its passages.
const PROCESSING: usize = 3;
/// What is reserved for that at most, in bytes: the largest files are short of passages.
const MOST_PROCESSING: usize = 48 * 1024 * 1024;
/// What a segment takes while it is built, in bytes.
const SEGMENT_ROOM: usize = 8 * 1024 * 1024;
/// How much text tells its language, in bytes.
const LANGUAGE_SAMPLE: usize = 16 * 1024;
/// How many passages a document's record shows.
const PREVIEW_PASSAGES: usize = 10;
/// How much of a passage a preview shows, in characters.
const PREVIEW_CHARS: usize = 240;

/// Reads and indexes one version of a document, and says so in its record. Run twice, the second replaces the first by
/// the same.
///
/// # Errors
/// [`Kind::Unprocessable`] and [`Kind::UnsupportedMedia`] when the file is at fault.
pub(crate) async fn ingest(
    app: &App,
    tenant: &TenantStore,
    job: &Job,
    attempt: &Attempt,
    document: &mut Document,
) -> Result<()> {
    let workspace = document.workspace_id.clone();
    set_stage(app, tenant, document, DocumentStatus::Processing, "parsing", None).await?;
    let key = blob::upload_key(&workspace, &document.content_hash);
    let size = usize::try_from(document.size).unwrap_or(usize::MAX);
    let mut memory = app.memory.reserve(size)?;
    let bytes = app
        .blobs
        .get(&key)
        .await?
        .ok_or_else(|| Error::internal(format!("blob `{key}` is missing")))?;
    let upload = file::Upload {
        name: document.file_name.clone().unwrap_or_default(),
        media_type: document.media_type.clone(),
        bytes,
    };
    let parsed = if document.source_type == SourceType::Text {
        titled(&document.title, &file::decode(&upload.bytes)?)
    } else {
        // The bytes go with it: what is made of them takes their room.
        let extracted = file::read(app, upload, Some(attempt)).await?;
        Parsed {
            title: extracted.title,
            blocks: extracted.blocks,
        }
    };
    // The text of a compressed file is longer than the file.
    let text: usize = parsed.blocks.iter().map(|it| it.text.len()).sum();
    let all = size.max(text).saturating_mul(PROCESSING).min(MOST_PROCESSING);
    memory.grow(all.saturating_sub(size))?;
    document.language = language(&parsed).map(Into::into);
    let passages = retrieval::passages(&parsed);
    drop(parsed);
    memory.shrink_to(size.saturating_add(SEGMENT_ROOM));
    if passages.is_empty() {
        return Err(Error::new(Kind::Unprocessable, "no text was found in the file"));
    }
    set_stage(app, tenant, document, DocumentStatus::Processing, "indexing", None).await?;
    let embedder = index::embedder(app).await?;
    let mut segments = Vec::new();
    for part in passages.chunks(SEGMENT_PASSAGES) {
        let mut builder = SegmentBuilder::new(&embedder);
        builder.add(&DocumentInput {
            document_id: document.id.as_str(),
            collection_id: document.collection_id.as_str(),
            title: &document.title,
            url: document.source_url.as_deref(),
            language: document.language.as_deref(),
            passages: part,
        });
        let bytes = builder.finish().map_err(Error::internal)?;
        let count = u64::try_from(part.len()).unwrap_or_default();
        segments.push(index::write_segment(app, &workspace, &bytes, count).await?);
        // Others are waiting for the isolate.
        app.clock.sleep(Duration::ZERO).await;
    }
    document.passage_count = u64::try_from(passages.len()).unwrap_or_default();
    document.token_count = passages.iter().map(|it| u64::from(it.tokens)).sum();
    document.preview = passages.iter().take(PREVIEW_PASSAGES).map(preview).collect();
    let document = &*document;
    index::retry(app, || publish_segments(app, tenant, job, document, &segments)).await
}

/// Reads a text that was given under a title, which has no other heading.
fn titled(title: &str, text: &str) -> Parsed {
    let mut parsed = retrieval::parse::plain(text);
    for block in &mut parsed.blocks {
        block.heading_path.insert(0, title.to_owned());
    }
    parsed
}

/// Tells the language by the beginning.
fn language(parsed: &Parsed) -> Option<&'static str> {
    let mut sample = String::new();
    for block in &parsed.blocks {
        sample.push_str(&block.text);
        sample.push('\n');
        if sample.len() >= LANGUAGE_SAMPLE {
            break;
        }
    }
    retrieval::text::language(&sample)
}

/// Makes a document's passages answerable, all at once, and says so in its record.
async fn publish_segments(
    app: &App,
    tenant: &TenantStore,
    job: &Job,
    document: &Document,
    segments: &[index::Written],
) -> Result<()> {
    let mut changes = Changes::new(app, tenant);
    index::replace(app, &mut changes, &document.id, segments).await?;
    // Deleted meanwhile: nothing may come back. Looked for after the snapshot was read, which a deletion replaces, so
    // that one that comes later makes the batch fail.
    if tenant.document(&document.id).await?.is_none() {
        return Ok(());
    }
    changes.push(documents::complete(document, app.now()));
    let payload = EventPayload::DocumentProcessed(ended(document, None));
    changes.event_of(job.id.as_str(), payload);
    changes.commit().await.map(drop)
}

/// Gives a document up, with the reason.
pub(crate) async fn fail(app: &App, tenant: &TenantStore, job: &Job, document: &Document, reason: &str) -> Result<()> {
    let workspace = &document.workspace_id;
    let status = DocumentStatus::Failed;
    let stage = documents::set_stage(workspace, &document.id, status, "failed", Some(reason), app.now());
    let mut changes = Changes::of(app, tenant, stage);
    let payload = EventPayload::DocumentFailed(ended(document, Some(reason)));
    changes.event_of(job.id.as_str(), payload);
    changes.commit().await.map(drop)
}

fn ended(document: &Document, error: Option<&str>) -> DocumentEnded {
    DocumentEnded {
        document_id: document.id.clone(),
        title: document.title.clone(),
        version: document.version,
        passage_count: document.passage_count,
        error: error.map(str::to_owned),
    }
}

fn preview(passage: &retrieval::Passage) -> PassagePreview {
    PassagePreview {
        index: passage.index,
        text: passage.text.chars().take(PREVIEW_CHARS).collect(),
        tokens: passage.tokens,
    }
}

async fn set_stage(
    app: &App,
    tenant: &TenantStore,
    document: &Document,
    status: DocumentStatus,
    stage: &str,
    error: Option<&str>,
) -> Result<()> {
    let write = documents::set_stage(&document.workspace_id, &document.id, status, stage, error, app.now());
    Changes::of(app, tenant, write).commit().await.map(drop)
}
