//! Documents changed: each change of bytes, title or collection is a version, which can be read and restored.
use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::document::{self, find, is_duplicate};
use crate::file::{self, Upload};
use crate::permission::Action;
use crate::{Error, Kind, Result, blob, collection, secret};
use edge_model::document::{Document, DocumentStatus, DocumentVersion, SourceType};
use edge_model::text::Name;
use edge_model::{CollectionId, DocumentId};
use edge_store::{Constraint, TenantStatement, TenantStore};

/// How much of an old text is shown, in bytes.
const SHOWN: usize = 1024 * 1024;

/// A version with its text.
#[derive(Clone, Debug)]
pub struct Text {
    pub version: DocumentVersion,
    /// Whether it is the one that is answered from, or will be.
    pub is_current: bool,
    pub text: String,
    /// Whether there is more of it than is shown.
    pub is_cut: bool,
}

/// Puts another file in place of a document's. Until it is processed, the old one is answered from. Returns the
/// document and whether nothing changed.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`]; [`Kind::Conflict`] for a page of a
/// site, or when another document of the collection has the same bytes; [`Kind::Unprocessable`] and
/// [`Kind::UnsupportedMedia`] for files that cannot be read.
pub async fn replace(
    app: &App,
    caller: &Caller,
    id: &DocumentId,
    title: Option<Name>,
    upload: Upload,
) -> Result<(Document, bool)> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let before = find(tenant, id).await?;
    if before.source_type != SourceType::File {
        let message = "a page of a website changes with the website; only its title and collection can be changed";
        return Err(Error::new(Kind::Conflict, message));
    }
    file::kind(&upload)?;
    let content_hash = secret::sha256(&upload.bytes);
    let kept = document::keep_bytes(app, tenant, &content_hash, &upload.bytes, before.version + 1).await?;
    let after = Document {
        title: title.map_or_else(|| before.title.clone(), |it| it.to_string()),
        size: u64::try_from(upload.bytes.len()).unwrap_or(u64::MAX),
        file_name: Some(upload.name),
        media_type: upload.media_type,
        content_hash,
        ..before.clone()
    };
    change(app, tenant, before, after, Some(kept)).await
}

/// Gives a document another title or collection; none keeps. Returns the document and whether nothing changed.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`] for the document or the collection;
/// [`Kind::Conflict`] when another document of the collection has the same bytes.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: &DocumentId,
    title: Option<Name>,
    collection_id: Option<CollectionId>,
) -> Result<(Document, bool)> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let before = find(tenant, id).await?;
    let mut after = before.clone();
    if let Some(title) = title {
        after.title = title.to_string();
    }
    if let Some(id) = collection_id {
        after.collection_id = collection::find(tenant, &id).await?.id;
    }
    change(app, tenant, before, after, None).await
}

/// Makes an earlier version's bytes and title a new version; the document stays in its collection. Returns the document
/// and whether nothing changed.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`]; [`Kind::Conflict`] when another
/// document of the collection has the same bytes.
pub async fn restore(app: &App, caller: &Caller, id: &DocumentId, version: u32) -> Result<(Document, bool)> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let before = find(tenant, id).await?;
    let DocumentVersion {
        content_hash,
        title,
        file_name,
        media_type,
        size,
        ..
    } = find_version(caller, id, version).await?;
    let after = Document {
        content_hash,
        title,
        file_name,
        media_type,
        size,
        ..before.clone()
    };
    change(app, tenant, before, after, None).await
}

/// Lists a document's versions, newest first, and which of them is the current one.
///
/// # Errors
/// [`Kind::NotFound`].
pub async fn list(_: &App, caller: &Caller, id: &DocumentId) -> Result<(Vec<DocumentVersion>, u32)> {
    caller.require(Action::Read)?;
    let document = find(caller.tenant(), id).await?;
    let versions = caller.tenant().document_versions(id).await?;
    Ok((versions, document.version))
}

/// Returns a version with its text, as it is answered from.
///
/// # Errors
/// [`Kind::NotFound`]; [`Kind::Unprocessable`] when its file cannot be read.
pub async fn get(app: &App, caller: &Caller, id: &DocumentId, version: u32) -> Result<Text> {
    caller.require(Action::Read)?;
    let tenant = caller.tenant();
    let workspace = tenant.workspace_id();
    let document = find(tenant, id).await?;
    let version = find_version(caller, id, version).await?;
    let key = blob::upload_key(workspace, &version.content_hash);
    // The file, and what is read in it.
    let size = usize::try_from(version.size).unwrap_or(usize::MAX);
    let _memory = app.memory.reserve_at_most(size.saturating_mul(2))?;
    let found = app.blobs.get(&key).await?;
    let bytes = found.ok_or_else(|| Error::internal(format!("blob `{key}` is missing")))?;
    let upload = Upload {
        name: version.file_name.clone().unwrap_or_default(),
        media_type: version.media_type.clone(),
        bytes,
    };
    let extracted = file::read(app, upload, None).await?;
    let mut text = String::new();
    let mut is_cut = false;
    for block in extracted.blocks {
        is_cut = text.len() + block.text.len() > SHOWN;
        if is_cut {
            break;
        }
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&block.text);
    }
    Ok(Text {
        is_current: version.version == document.version,
        version,
        text,
        is_cut,
    })
}

async fn find_version(caller: &Caller, id: &DocumentId, version: u32) -> Result<DocumentVersion> {
    let found = caller.tenant().document_version(id, version).await?;
    found.ok_or_else(|| Error::not_found("version"))
}

/// Writes a document as its next version, with the job that works on it, unless it is as it was.
async fn change(
    app: &App,
    tenant: &TenantStore,
    before: Document,
    mut after: Document,
    kept: Option<TenantStatement>,
) -> Result<(Document, bool)> {
    let what = |it: &Document| (it.content_hash.clone(), it.title.clone(), it.collection_id.clone());
    if what(&before) == what(&after) {
        return Ok((before, true));
    }
    let now = app.now();
    after.version = before.version + 1;
    after.status = DocumentStatus::Queued;
    after.stage = "queued".into();
    after.error = None;
    after.updated_at = now;
    let mut changes = Changes::new(app, tenant);
    document::next_version(app, &mut changes, &after).await?;
    changes.extend(kept);
    match changes.commit().await {
        Ok(_) => Ok((after, false)),
        Err(error) if is_duplicate(&error) => {
            let message = "another document of the collection has the same content";
            Err(Error::new(Kind::Conflict, message))
        }
        Err(error) if error.constraint() == Some(Constraint::DocumentVersion) => Err(Error::new(
            Kind::Conflict,
            "somebody else has just changed the document; try again",
        )),
        Err(error) => Err(error),
    }
}
