//! Documents: taken in, worked on by jobs, listed, deleted.
pub(crate) mod ingestion;

use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::file::{self, Upload};
use crate::permission::Action;
use crate::{Error, Result, blob, collection, deletion, index, quota, secret};
use edge_model::document::{Document, DocumentKind, DocumentStatus, DocumentVersion, SourceType};
use edge_model::job::Task;
use edge_model::limits::MAX_UPLOAD_BYTES;
use edge_model::text::Name;
use edge_model::time::TimeDelta;
use edge_model::{CollectionId, DocumentId, WorkspaceId};
use edge_store::documents::Filter;
use edge_store::{Constraint, Page, TenantStatement, TenantStore, crawls, document_versions, documents, jobs};
use std::collections::BTreeSet;

/// After how long bytes are erased that no row names: longer than a request takes.
const UNCLAIMED_LIFETIME: TimeDelta = TimeDelta::minutes(5);

/// How many versions of a document are kept, the current one included.
const KEPT_VERSIONS: u32 = 20;

/// What became of an upload.
#[derive(Clone, Debug)]
pub struct Accepted {
    pub document: Document,
    /// Whether the same bytes were in the collection already, so that no second document was made.
    pub is_duplicate: bool,
}

/// Takes a file in. When this returns, the bytes and the job that works on them survive a crash.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller may not edit content; [`crate::Kind::NotFound`] when there is no such
/// collection; [`crate::Kind::Unprocessable`] and [`crate::Kind::UnsupportedMedia`] for files that cannot be read.
pub async fn upload(
    app: &App,
    caller: &Caller,
    collection: &CollectionId,
    title: Option<Name>,
    upload: Upload,
) -> Result<Accepted> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    collection::find(tenant, collection).await?;
    file::kind(&upload)?;
    let content_hash = secret::sha256(&upload.bytes);
    if let Some(document) = tenant.document_by_content(collection, &content_hash).await? {
        return again(app, tenant, document).await;
    }
    let kept = keep_bytes(app, tenant, &content_hash, &upload.bytes, 1).await?;
    let title = title.map_or_else(|| upload.name.clone(), |it| it.to_string());
    let contents = Contents {
        media_type: upload.media_type,
        hash: content_hash,
        size: upload.bytes.len(),
    };
    let document = Document {
        file_name: Some(upload.name),
        ..first_version(
            app,
            tenant.workspace_id(),
            collection,
            SourceType::File,
            title,
            contents,
        )?
    };
    insert(app, tenant, document, kept).await
}

/// Keeps the bytes of a version, the document's first or a later one, that is about to be written: a row must never
/// name a blob that is not there.
///
/// Before them goes the order to erase them, so that a request that is refused or cut off leaves nothing. Returns the
/// write that takes the order back, for the batch that names them.
///
/// # Errors
/// [`crate::Kind::PlanLimit`] when the workspace has no room for them.
pub(crate) async fn keep_bytes(
    app: &App,
    tenant: &TenantStore,
    hash: &str,
    bytes: &[u8],
    version: u32,
) -> Result<TenantStatement> {
    let workspace = tenant.workspace_id();
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let documents = u64::from(version == 1);
    // Beyond these the oldest version goes, whose size is not known here.
    let freed = match version > KEPT_VERSIONS {
        true => u64::try_from(MAX_UPLOAD_BYTES).unwrap_or(u64::MAX),
        false => 0,
    };
    if let Err(refusal) = quota::require_room(tenant, documents, size.saturating_sub(freed)).await {
        // The same bytes are counted once.
        let hashes = [hash.to_owned()];
        if tenant.contents_in_use(&hashes).await?.is_empty() {
            return Err(refusal);
        }
        quota::require_room(tenant, documents, 0).await?;
    }
    let key = blob::upload_key(workspace, hash);
    let keys = vec![key.clone()];
    let mut changes = Changes::new(app, tenant);
    let id = changes.enqueue(Task::EraseBlobs { keys }, UNCLAIMED_LIFETIME)?;
    changes.commit().await?;
    blob::put(app, &key, bytes).await?;
    Ok(jobs::delete(workspace, &id))
}

/// The bytes that a document is made of.
pub(crate) struct Contents {
    /// The media type that the upload or the web server gave.
    pub(crate) media_type: String,
    pub(crate) hash: String,
    /// In bytes.
    pub(crate) size: usize,
}

/// Returns a new document as it waits for its job, with nothing said of where it came from but how.
pub(crate) fn first_version(
    app: &App,
    workspace: &WorkspaceId,
    collection: &CollectionId,
    source_type: SourceType,
    title: String,
    contents: Contents,
) -> Result<Document> {
    let now = app.now();
    Ok(Document {
        id: DocumentId::new(app.id(DocumentId::PREFIX)?),
        workspace_id: workspace.clone(),
        collection_id: collection.clone(),
        title,
        kind: DocumentKind::default(),
        source_type,
        source_url: None,
        source_id: None,
        file_name: None,
        media_type: contents.media_type,
        content_hash: contents.hash,
        size: u64::try_from(contents.size).unwrap_or(u64::MAX),
        version: 1,
        status: DocumentStatus::Queued,
        stage: "queued".into(),
        error: None,
        language: None,
        passage_count: 0,
        token_count: 0,
        preview: vec![],
        hits: 0,
        created_at: now,
        updated_at: now,
    })
}

/// Keeps a new document, whose bytes [`keep_bytes`] has kept, with the job that works on it. When the same bytes were
/// taken in at the same time, the other one is the document.
pub(crate) async fn insert(
    app: &App,
    tenant: &TenantStore,
    document: Document,
    kept: TenantStatement,
) -> Result<Accepted> {
    let mut changes = Changes::new(app, tenant);
    changes.push(documents::insert(&document));
    changes.push(document_versions::insert(&document, document.created_at));
    process(&mut changes, &document)?;
    changes.push(kept);
    match changes.commit().await {
        Ok(_) => Ok(Accepted {
            document,
            is_duplicate: false,
        }),
        Err(error) if is_duplicate(&error) => {
            let (collection, hash) = (&document.collection_id, &document.content_hash);
            let first = tenant.document_by_content(collection, hash).await?;
            again(app, tenant, first.ok_or_else(|| Error::internal(error))?).await
        }
        Err(error) => Err(error),
    }
}

/// Tells whether a write was refused since the same content is there already.
pub(crate) fn is_duplicate(error: &Error) -> bool {
    error.constraint() == Some(Constraint::DocumentContent)
}

/// Answers an upload of bytes that are here already; one that failed is tried again.
pub(crate) async fn again(app: &App, tenant: &TenantStore, mut document: Document) -> Result<Accepted> {
    if document.status == DocumentStatus::Failed {
        queue(app, tenant, &mut document).await?;
    }
    Ok(Accepted {
        document,
        is_duplicate: true,
    })
}

/// Has a document worked on again, from its kept bytes. The old passages answer until the new ones do.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller may not edit content; [`crate::Kind::NotFound`].
pub async fn reprocess(app: &App, caller: &Caller, id: &DocumentId) -> Result<Document> {
    caller.require(Action::EditContent)?;
    let mut document = find(caller.tenant(), id).await?;
    if !matches!(document.status, DocumentStatus::Queued | DocumentStatus::Processing) {
        queue(app, caller.tenant(), &mut document).await?;
    }
    Ok(document)
}

async fn queue(app: &App, tenant: &TenantStore, document: &mut Document) -> Result<()> {
    let workspace = &document.workspace_id;
    document.status = DocumentStatus::Queued;
    document.stage = "queued".into();
    document.error = None;
    let stage = documents::set_stage(
        workspace,
        &document.id,
        DocumentStatus::Queued,
        "queued",
        None,
        app.now(),
    );
    let mut changes = Changes::new(app, tenant);
    changes.push(stage);
    process(&mut changes, document)?;
    changes.commit().await.map(drop)
}

/// Puts a document's next version in place of the one before, with the job that works on it. Versions
/// beyond [`KEPT_VERSIONS`] go in the same batch: a website that is read every hour would fill the workspace otherwise.
/// They go first, so that what they take counts no more when the new one is counted.
pub(crate) async fn next_version(app: &App, changes: &mut Changes<'_>, after: &Document) -> Result<()> {
    let (workspace, now) = (&after.workspace_id, app.now());
    if let Some(oldest) = after.version.checked_sub(KEPT_VERSIONS).filter(|it| *it > 0) {
        let old = changes.half().oldest_versions(&after.id, oldest).await?;
        // Where there are more, the next versions take them along: no row goes whose file would not be erased.
        if let Some(last) = old.last() {
            changes.push(document_versions::delete_up_to(workspace, &after.id, last.version));
        }
        let contents: BTreeSet<&String> = old.iter().map(|it| &it.content_hash).collect();
        let contents: Vec<String> = contents.into_iter().cloned().collect();
        deletion::erase(changes, &contents)?;
    }
    changes.push(document_versions::insert(after, now));
    changes.push(document_versions::update(after, now));
    process(changes, after)
}

/// Orders the job that reads and indexes a document's version.
pub(crate) fn process(changes: &mut Changes<'_>, document: &Document) -> Result<()> {
    let task = Task::ProcessDocument {
        document_id: document.id.clone(),
        version: document.version,
    };
    changes.enqueue(task, TimeDelta::zero()).map(drop)
}

/// Lists documents, newest first, and counts all that the filter lets through.
pub async fn list(_: &App, caller: &Caller, filter: &Filter, page: &Page) -> Result<(Vec<Document>, u64)> {
    caller.require(Action::Read)?;
    Ok(caller.tenant().documents(filter, page).await?)
}

/// Returns a document and its versions, newest first.
///
/// # Errors
/// [`crate::Kind::NotFound`].
pub async fn get(_: &App, caller: &Caller, id: &DocumentId) -> Result<(Document, Vec<DocumentVersion>)> {
    caller.require(Action::Read)?;
    let document = find(caller.tenant(), id).await?;
    let versions = caller.tenant().document_versions(id).await?;
    Ok((document, versions))
}

/// Deletes a document and its passages, at once.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller may not edit content; [`crate::Kind::NotFound`].
pub async fn delete(app: &App, caller: &Caller, id: &DocumentId) -> Result<()> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    index::retry(app, || try_delete(app, tenant, id)).await
}

async fn try_delete(app: &App, tenant: &TenantStore, id: &DocumentId) -> Result<()> {
    let workspace = tenant.workspace_id();
    find(tenant, id).await?;
    let contents = tenant.document_contents(id).await?;
    // No crawl brings back a document that a member deleted.
    let mut changes = Changes::new(app, tenant);
    changes.push(crawls::remove(workspace, id));
    changes.push(documents::delete(workspace, id));
    deletion::write(app, changes, (vec![id.clone()], contents)).await
}

pub(crate) async fn find(tenant: &TenantStore, id: &DocumentId) -> Result<Document> {
    tenant.document(id).await?.ok_or_else(|| Error::not_found("document"))
}
