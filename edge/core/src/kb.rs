//! The knowledge base: the default collection, as programs keep it, text by text.
use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::document::Contents;
use crate::memory::Reservation;
use crate::permission::Action;
use crate::{Error, Kind, Result, blob, document, file, secret};
use edge_model::document::{Document, DocumentKind, DocumentStatus, SourceType};
use edge_model::text::Name;
use edge_model::{CollectionId, DocumentId};
use edge_store::documents::Filter;
use edge_store::{Constraint, Page, TenantStore, documents};

/// How much of a text is shown, in bytes. What is given as a text is shorter; an uploaded file may be longer.
const SHOWN: usize = 1024 * 1024;

/// A document with its text.
#[derive(Clone, Debug)]
pub struct Entry {
    pub document: Document,
    pub content: String,
}

/// A text to be taken in.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub title: Name,
    /// Plain text.
    pub content: String,
    pub kind: DocumentKind,
}

/// What is to change about a document; none keeps.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub title: Option<Name>,
    pub content: Option<String>,
    pub kind: Option<DocumentKind>,
}

/// Names a text by all that is looked up of it, so that two texts under two titles are two documents.
fn hash(title: &str, content: &str) -> String {
    secret::sha256(format!("{title}\n{content}"))
}

async fn collection(tenant: &TenantStore) -> Result<CollectionId> {
    let found = tenant.default_collection().await?;
    found.ok_or_else(|| Error::internal("the workspace has no default collection"))
}

/// Finds a document of the default collection; the others are not of this knowledge base.
async fn find(tenant: &TenantStore, id: &DocumentId) -> Result<Document> {
    let collection = collection(tenant).await?;
    let document = document::find(tenant, id).await?;
    if document.collection_id == collection {
        Ok(document)
    } else {
        Err(Error::not_found("document"))
    }
}

/// Lists the newest documents, of one kind if one is named, and counts all there are.
pub async fn list(_: &App, caller: &Caller, kind: Option<DocumentKind>, page: &Page) -> Result<(Vec<Document>, u64)> {
    caller.require(Action::Read)?;
    let tenant = caller.tenant();
    let filter = Filter {
        collection: Some(collection(tenant).await?),
        kind,
        ..Filter::default()
    };
    Ok(tenant.documents(&filter, page).await?)
}

/// Returns a document with its text, cut after a mebibyte.
///
/// # Errors
/// [`Kind::NotFound`].
pub async fn get(app: &App, caller: &Caller, id: &DocumentId) -> Result<Entry> {
    caller.require(Action::Read)?;
    let document = find(caller.tenant(), id).await?;
    Ok(shown(entry(app, document).await?.0))
}

/// Cuts what is shown of a long text, after a whole character.
fn shown(mut entry: Entry) -> Entry {
    entry.content.truncate(entry.content.floor_char_boundary(SHOWN));
    entry.content.shrink_to_fit();
    entry
}

/// Returns a document with all of its text, and what that reserves.
async fn entry(app: &App, document: Document) -> Result<(Entry, Reservation)> {
    let key = blob::upload_key(&document.workspace_id, &document.content_hash);
    // The bytes, and the text in them.
    let size = usize::try_from(document.size).unwrap_or(usize::MAX);
    let memory = app.memory.reserve_at_most(size.saturating_mul(2))?;
    let bytes = app.blobs.get(&key).await?;
    let bytes = bytes.ok_or_else(|| Error::internal(format!("blob `{key}` is missing")))?;
    let content = match file::decode(&bytes) {
        Ok(text) => text.into_owned(),
        // An uploaded file that is no text: what we read in it.
        Err(_) => {
            let passages: Vec<&str> = document.preview.iter().map(|it| it.text.as_str()).collect();
            passages.join("\n\n")
        }
    };
    Ok((Entry { document, content }, memory))
}

/// Takes a text in. When this returns, the text and the job that works on it survive a crash. The same text under the
/// same title is one document, however often it is given.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content.
pub async fn add(app: &App, caller: &Caller, new: NewEntry) -> Result<Entry> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let workspace = tenant.workspace_id();
    let collection = collection(tenant).await?;
    let NewEntry { title, content, kind } = new;
    let content_hash = hash(title.as_str(), &content);
    let known = tenant.document_by_content(&collection, &content_hash);
    if let Some(document) = known.await? {
        let document = document::again(app, tenant, document).await?.document;
        return Ok(Entry { document, content });
    }
    let kept = document::keep_bytes(app, tenant, &content_hash, content.as_bytes(), 1).await?;
    let contents = Contents {
        media_type: "text/plain".into(),
        hash: content_hash,
        size: content.len(),
    };
    let document = Document {
        kind,
        ..document::first_version(
            app,
            workspace,
            &collection,
            SourceType::Text,
            title.to_string(),
            contents,
        )?
    };
    let document = document::insert(app, tenant, document, kept).await?.document;
    Ok(Entry { document, content })
}

/// Changes a document. The old text answers until the new one does.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`]; [`Kind::Conflict`] when another caller
/// changed it at the same time, or when it would be the same as another one.
pub async fn update(app: &App, caller: &Caller, id: &DocumentId, change: Change) -> Result<Entry> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let workspace = tenant.workspace_id();
    let (entry, _memory) = entry(app, find(tenant, id).await?).await?;
    let Entry {
        mut document,
        content: before,
    } = entry;
    let Change { title, content, kind } = change;
    let is_new = |title: &str, content: Option<&str>| {
        title != document.title || content.is_some_and(|content| content != before)
    };
    let title = title.map_or_else(|| document.title.clone(), |it| it.to_string());
    let now = app.now();
    document.updated_at = now;
    let mut changes = Changes::new(app, tenant);
    if let Some(kind) = kind {
        document.kind = kind;
        changes.push(documents::set_kind(workspace, id, kind, now));
    }
    let is_new = is_new(&title, content.as_deref());
    let content = content.unwrap_or(before);
    if is_new {
        // An uploaded file becomes the text that it is shown as.
        document.content_hash = hash(&title, &content);
        document.size = u64::try_from(content.len()).unwrap_or(u64::MAX);
        document.title = title;
        document.version += 1;
        document.status = DocumentStatus::Queued;
        document.stage = "queued".into();
        document.error = None;
        let kept = document::keep_bytes(
            app,
            tenant,
            &document.content_hash,
            content.as_bytes(),
            document.version,
        )
        .await?;
        changes.push(kept);
        document::next_version(app, &mut changes, &document).await?;
    }
    if !changes.is_empty() {
        changes.commit().await.map_err(conflict)?;
    }
    Ok(shown(Entry { document, content }))
}

/// Says what a constraint that refused a change of a document means for the caller.
fn conflict(error: Error) -> Error {
    match error.constraint() {
        Some(Constraint::DocumentContent) => {
            Error::new(Kind::Conflict, "the same text is here already, under the same title")
        }
        Some(Constraint::DocumentVersion) => {
            Error::new(Kind::Conflict, "somebody else changed the document just now; try again")
        }
        _ => error,
    }
}

/// Deletes a document and its passages, at once.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`].
pub async fn remove(app: &App, caller: &Caller, id: &DocumentId) -> Result<()> {
    caller.require(Action::EditContent)?;
    find(caller.tenant(), id).await?;
    document::delete(app, caller, id).await
}
