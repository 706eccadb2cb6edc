//! Jobs: worked off one at a time per workspace, at least once, with patience.
use crate::app::App;
use crate::attempt::{self, Attempt, Begin, Work};
use crate::{
    Error, Kind, Result, crawl, delivery, erasure, event, file, idempotency, index, letter, reseal, retention,
};
use edge_model::document::{ChunkPreview, Document, DocumentStatus, SourceType};
use edge_model::event::{DocumentEnded, Happening};
use edge_model::job::{Job, Task};
use edge_model::time::{DAY, HOUR, MINUTE, SECOND};
use edge_model::{DocumentId, JobId, Timestamp, WorkspaceId};
use edge_store::jobs::{self, Lane};
use edge_store::{Statement, attempts, documents};
use futures_util::future::join;
use retrieval::{DocumentInput, Parsed, SegmentBuilder};
use std::sync::atomic::{AtomicBool, Ordering};

/// How often the prompt lane looks for work while the patient one is busy, in milliseconds.
const LOOK: u32 = 200;
/// How long a job that was begun is left alone, in milliseconds. A crash costs that much at most.
const LEASE: i64 = 45 * SECOND;
/// When a job over which the parser crashed is tried again, in milliseconds. It has few such tries, so waiting for longer
/// each time would only keep its owner waiting.
const AFTER_CRASH: i64 = 2 * SECOND;
/// When a failed job is tried again; after the last one it is parked.
const BACKOFF: [i64; 6] = [2 * SECOND, 10 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR];
/// How long a parked job is kept for whoever looks into it, in milliseconds.
const KEPT: i64 = 30 * DAY;
/// How long a parked mail is kept, in milliseconds: some name an address.
const MAILS_KEPT: i64 = 3 * DAY;
/// How many blobs are deleted between two looks at whether they are still of no use.
const ERASED_AT_ONCE: usize = 10;
/// What the owner of a document reads when it is not the file that is at fault.
const NOT_PROCESSED: &str = "we could not process it; try again later";
/// What the owner of a document reads whose processing crashed each time.
const CRASHES: &str =
    "it cannot be processed: our reader crashed over it each time; save it in another form, or split it";
/// Passages of one segment: about 3 MiB.
const SEGMENT_CHUNKS: usize = 2_000;
/// What working on a file takes in memory, in times its length or that of its text: its text, its blocks, its passages.
const PROCESSING: usize = 3;
/// What is reserved for that at most, in bytes: the largest files are short of passages.
const MOST_PROCESSING: usize = 48 * 1024 * 1024;
/// What a segment takes while it is built, in bytes.
const SEGMENT_ROOM: usize = 8 * 1024 * 1024;
/// How much text tells its language, in bytes.
const LANGUAGE_SAMPLE: usize = 16 * 1024;
/// How many passages a document's record shows.
const PREVIEW_CHUNKS: usize = 10;
/// How much of a passage a preview shows, in characters.
const PREVIEW_CHARS: usize = 240;

/// Returns the write that orders a task, due in `delay` milliseconds. Goes into the batch of what causes it.
pub(crate) fn insert(app: &App, workspace: &WorkspaceId, task: Task, delay: i64) -> Result<Statement> {
    insert_named(app, workspace, task, delay).map(|it| it.1)
}

/// The same, with the job's id, for whoever may take it back.
///
/// # Errors
/// When there is no randomness for its id.
pub(crate) fn insert_named(app: &App, workspace: &WorkspaceId, task: Task, delay: i64) -> Result<(JobId, Statement)> {
    let now = app.now();
    let id = JobId::new(app.id(JobId::PREFIX)?);
    let job = Job {
        id: id.clone(),
        workspace_id: workspace.clone(),
        task,
        attempts: 0,
        run_at: now.plus(delay),
    };
    Ok((id, jobs::insert(&job, now)))
}

/// Works off a workspace's due jobs until none is left or the time is over, and returns when to come back; none when
/// there is nothing left to do.
///
/// # Errors
/// When the database does not answer; a job that fails is put off, not reported.
pub async fn drain(app: &App, workspace: &WorkspaceId, budget_ms: i64) -> Result<Option<Timestamp>> {
    let stop = app.now().plus(budget_ms);
    let is_done = AtomicBool::new(false);
    let patient = async {
        let end = lane(app, workspace, Lane::Patient, stop).await;
        is_done.store(true, Ordering::Relaxed);
        end
    };
    // Nobody's upload waits for another host's vectors.
    let prompt = async {
        loop {
            lane(app, workspace, Lane::Prompt, stop).await?;
            if is_done.load(Ordering::Relaxed) || app.now() >= stop {
                return Result::Ok(());
            }
            app.clock.sleep(LOOK).await;
        }
    };
    let (patient, prompt) = join(patient, prompt).await;
    patient.and(prompt)?;
    Ok(app.store.next_job_at(workspace).await?)
}

/// Works off the due jobs of a lane.
async fn lane(app: &App, workspace: &WorkspaceId, lane: Lane, stop: Timestamp) -> Result<()> {
    while app.now() < stop {
        let now = app.now();
        let Some(job) = app.store.lease_job(workspace, lane, now, now.plus(LEASE)).await? else {
            break;
        };
        let attempt = match attempt::begin(app, work(&job), |_| None).await? {
            Begin::Run(attempt) => attempt,
            Begin::SetAside => {
                set_aside(app, &job, &work(&job)).await?;
                continue;
            }
            Begin::Later(at) => {
                let put_off = jobs::retry(workspace, &job.id, at, "another run of it is under way");
                app.store.write(vec![put_off]).await?;
                continue;
            }
        };
        let done = run(app, &job, &attempt).await;
        if attempt.is_used_up() {
            set_aside(app, &job, attempt.work()).await?;
            continue;
        }
        let end = match done {
            Ok(()) => jobs::delete(workspace, &job.id),
            Err(error) => fail(app, &job, &attempt, &error),
        };
        app.store.write(vec![end, attempt.end(app.now())]).await?;
    }
    Ok(())
}

/// Returns what is counted as begun for a job: the document; the task, where its next run is a job of its own; or else
/// the job.
fn work(job: &Job) -> Work {
    let (name, set_aside) = match &job.task {
        Task::ProcessDocument { document_id, version } => (format!("document/{document_id}/{version}"), 0),
        Task::CompactIndex | Task::EmbedIndex { .. } | Task::PurgeConversations | Task::EraseWorkspace { .. } => {
            (format!("task/{}", job.task.name()), DAY)
        }
        Task::EraseBlobs { .. } | Task::Reseal { .. } => (format!("job/{}", job.id), DAY),
        Task::SendMail { .. } | Task::ReportWebhook { .. } => (format!("job/{}", job.id), 0),
    };
    Work {
        workspace_id: job.workspace_id.clone(),
        name,
        lease: LEASE,
        set_aside,
    }
}

/// Gives up a job that crashed what does it each time it had it to itself. What nothing else would order again, and
/// what would be ordered again at once, has another try after a day.
async fn set_aside(app: &App, job: &Job, work: &Work) -> Result<()> {
    let (workspace, now) = (&job.workspace_id, app.now());
    if let Task::ProcessDocument { document_id, version } = &job.task {
        let found = app.store.document(workspace, document_id).await?;
        if let Some(document) = found.filter(|it| it.version == *version) {
            fail_document(app, job, &document, CRASHES).await?;
        }
    }
    let reason = format!(
        "{}: it crashed {} times while nothing else ran",
        job.task.name(),
        attempt::MOST_TRAPS
    );
    let end = match &job.task {
        // Every change of the index orders another run, so one is kept for whoever looks into it, and not all of them.
        Task::CompactIndex => vec![
            jobs::delete_waiting(workspace, job.task.name(), &job.id),
            jobs::park(workspace, &job.id, now, &reason),
        ],
        Task::EraseWorkspace { .. }
        | Task::EraseBlobs { .. }
        | Task::EmbedIndex { .. }
        | Task::PurgeConversations
        | Task::Reseal { .. } => vec![jobs::retry(workspace, &job.id, now.plus(work.set_aside), &reason)],
        Task::ProcessDocument { .. } | Task::SendMail { .. } | Task::ReportWebhook { .. } => {
            vec![jobs::park(workspace, &job.id, now, &reason)]
        }
    };
    let writes = end.into_iter().chain([work.set_aside(now)]).collect();
    Ok(app.store.write(writes).await.map(drop)?)
}

/// Wakes everybody who has work to do: after a start, since work may have been left by a crash. Deletes what is kept no
/// longer. Whoever cannot be woken keeps nobody else from it.
///
/// # Errors
/// When the database does not answer, or somebody was not woken: the first failure, once everything was tried.
pub async fn sweep(app: &App) -> Result<()> {
    let mut end = Ok(());
    for workspace in app.store.workspaces_with_jobs(app.now()).await? {
        end = end.and(app.jobs.wake(&workspace).await);
    }
    let now = app.now();
    let purges = vec![
        jobs::purge_parked(now.plus(-KEPT), now.plus(-MAILS_KEPT)),
        attempts::purge(now.plus(-attempt::KEPT)),
    ];
    let purge = app.store.write(purges).await;
    end.and(purge.map(drop).map_err(Error::from))
        .and(delivery::sweep(app).await)
        .and(crawl::sweep(app).await)
        .and(idempotency::sweep(app).await)
        .and(reseal::sweep(app).await)
        .and(erasure::sweep(app).await)
}

fn fail(app: &App, job: &Job, attempt: &Attempt, error: &Error) -> Statement {
    let tries = usize::try_from(job.attempts).unwrap_or(usize::MAX).saturating_sub(1);
    let reason = format!("{}: {}", job.task.name(), error.for_log());
    match BACKOFF.get(tries) {
        Some(_) if attempt.is_crashed() => {
            jobs::retry(&job.workspace_id, &job.id, app.now().plus(AFTER_CRASH), &reason)
        }
        Some(delay) => jobs::retry(&job.workspace_id, &job.id, app.now().plus(*delay), &reason),
        None => jobs::park(&job.workspace_id, &job.id, app.now(), &reason),
    }
}

async fn run(app: &App, job: &Job, attempt: &Attempt) -> Result<()> {
    let workspace = &job.workspace_id;
    match &job.task {
        Task::ProcessDocument { document_id, version } => {
            let is_last = usize::try_from(job.attempts).is_ok_and(|it| it > BACKOFF.len());
            process_document(app, job, attempt, (document_id, *version), is_last).await
        }
        Task::CompactIndex => index::retry(app, || index::compact(app, workspace)).await,
        Task::EmbedIndex { failures, .. } => index::embed::embed(app, job, *failures).await,
        Task::EraseBlobs { keys } => erase_blobs(app, workspace, &job.id, keys).await,
        Task::SendMail { to, letter } => letter::send(app, workspace, to.as_deref(), letter).await,
        Task::PurgeConversations => retention::purge(app, workspace, &job.id).await,
        Task::EraseWorkspace { is_last } => erasure::erase(app, workspace, &job.id, *is_last).await,
        Task::ReportWebhook { webhook_id } => letter::report_webhook(app, workspace, webhook_id).await,
        Task::Reseal { rows, after } => reseal::reseal(app, &job.id, *rows, after).await,
    }
}

/// Parses, embeds and indexes one version of a document. Run twice, the second replaces the first by the same.
async fn process_document(
    app: &App,
    job: &Job,
    attempt: &Attempt,
    (id, version): (&DocumentId, u32),
    is_last_try: bool,
) -> Result<()> {
    let workspace = &job.workspace_id;
    let found = app.store.document(workspace, id).await?;
    let Some(mut document) = found.filter(|it| it.version == version) else {
        return Ok(());
    };
    match index_document(app, job, attempt, &mut document).await {
        Ok(()) => Ok(()),
        // The file is at fault, not we: trying again would not help.
        Err(error) if matches!(error.kind, Kind::Unprocessable | Kind::UnsupportedMedia) => {
            fail_document(app, job, &document, &error.message).await
        }
        Err(error) => {
            if is_last_try {
                fail_document(app, job, &document, NOT_PROCESSED).await?;
            }
            Err(error)
        }
    }
}

async fn index_document(app: &App, job: &Job, attempt: &Attempt, document: &mut Document) -> Result<()> {
    let workspace = document.workspace_id.clone();
    set_stage(app, document, DocumentStatus::Processing, "parsing", None).await?;
    let key = crate::document::blob_key(&workspace, &document.content_hash);
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
    // What is packed is longer than its file.
    let text: usize = parsed.blocks.iter().map(|it| it.text.len()).sum();
    let all = size.max(text).saturating_mul(PROCESSING).min(MOST_PROCESSING);
    memory.grow(all.saturating_sub(size))?;
    document.language = language(&parsed).map(Into::into);
    let chunks = retrieval::chunk::chunks(&parsed);
    drop(parsed);
    memory.shrink_to(size.saturating_add(SEGMENT_ROOM));
    if chunks.is_empty() {
        return Err(Error::new(Kind::Unprocessable, "no text was found in the file"));
    }
    set_stage(app, document, DocumentStatus::Processing, "indexing", None).await?;
    let embedder = index::embedder(app).await?;
    let mut segments = Vec::new();
    for part in chunks.chunks(SEGMENT_CHUNKS) {
        let mut builder = SegmentBuilder::new(&embedder);
        builder.add(&DocumentInput {
            document_id: document.id.as_str(),
            collection_id: document.collection_id.as_str(),
            title: &document.title,
            url: document.source_url.as_deref(),
            language: document.language.as_deref(),
            chunks: part,
        });
        let bytes = builder.finish().map_err(Error::internal)?;
        let count = u64::try_from(part.len()).unwrap_or_default();
        segments.push(index::write_segment(app, &workspace, &bytes, count).await?);
        // Others are waiting for the isolate.
        app.clock.sleep(0).await;
    }
    document.chunk_count = u64::try_from(chunks.len()).unwrap_or_default();
    document.token_count = chunks.iter().map(|it| u64::from(it.tokens)).sum();
    document.preview = chunks.iter().take(PREVIEW_CHUNKS).map(preview).collect();
    let document = &*document;
    index::retry(app, || publish_segments(app, job, document, &segments)).await
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
async fn publish_segments(app: &App, job: &Job, document: &Document, segments: &[index::Written]) -> Result<()> {
    let workspace = &document.workspace_id;
    let mut writes = index::replace(app, workspace, &document.id, segments).await?;
    // Deleted meanwhile: nothing may come back. Looked for after the snapshot was read, which a deletion replaces, so that
    // one that comes later makes the batch fail.
    if app.store.document(workspace, &document.id).await?.is_none() {
        return Ok(());
    }
    writes.push(documents::complete(document, app.now()));
    let happening = Happening::DocumentProcessed(ended(document, None));
    writes.extend(event::statements(&event::made_by(app, workspace, &job.id, happening)));
    event::write(app, writes).await.map(drop)
}

/// Gives a document up, with the reason.
async fn fail_document(app: &App, job: &Job, document: &Document, reason: &str) -> Result<()> {
    let workspace = &document.workspace_id;
    let status = DocumentStatus::Failed;
    let mut writes = vec![documents::set_stage(
        workspace,
        &document.id,
        status,
        "failed",
        Some(reason),
        app.now(),
    )];
    let happening = Happening::DocumentFailed(ended(document, Some(reason)));
    writes.extend(event::statements(&event::made_by(app, workspace, &job.id, happening)));
    event::write(app, writes).await.map(drop)
}

fn ended(document: &Document, error: Option<&str>) -> DocumentEnded {
    DocumentEnded {
        document_id: document.id.clone(),
        title: document.title.clone(),
        version: document.version,
        chunk_count: document.chunk_count,
        error: error.map(str::to_owned),
    }
}

fn preview(chunk: &retrieval::Chunk) -> ChunkPreview {
    ChunkPreview {
        index: chunk.index,
        text: chunk.text.chars().take(PREVIEW_CHARS).collect(),
        tokens: chunk.tokens,
    }
}

async fn set_stage(
    app: &App,
    document: &Document,
    status: DocumentStatus,
    stage: &str,
    error: Option<&str>,
) -> Result<()> {
    let write = documents::set_stage(&document.workspace_id, &document.id, status, stage, error, app.now());
    Ok(app.store.write(vec![write]).await.map(drop)?)
}

/// Deletes blobs, but none that a row names again: an upload may have come back since, also while others are deleted. One
/// that is under way has an order of its own, which then decides.
async fn erase_blobs(app: &App, workspace: &WorkspaceId, own: &JobId, keys: &[String]) -> Result<()> {
    let hash_of = |key: &str| key.rsplit('/').next().unwrap_or_default().to_owned();
    for keys in keys.chunks(ERASED_AT_ONCE) {
        let hashes: Vec<String> = keys.iter().map(|it| hash_of(it)).collect();
        // Before the rows are looked at: the batch that names a blob takes its order back.
        let ordered = app.store.ordered_by_others(workspace, own, keys).await?;
        let in_use = app.store.contents_in_use(workspace, &hashes).await?;
        let snapshot = app.store.snapshot(workspace).await?;
        let is_segment = |key: &str| snapshot.as_ref().is_some_and(|it| it.manifest.names(key));
        for key in keys
            .iter()
            .filter(|it| !in_use.contains(&hash_of(it)) && !ordered.contains(it) && !is_segment(it))
        {
            app.blobs.delete(key).await?;
        }
    }
    Ok(())
}
