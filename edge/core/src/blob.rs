//! Files and index segments, each under a key that names its content.
use crate::Result;
use crate::app::App;
use edge_model::WorkspaceId;

/// Keeps bytes under a key that names their content.
///
/// KV refuses a second write of one key within a second. A request that was quicker wrote the same bytes, so what is
/// there already need not be written.
///
/// # Errors
/// When the storage does not answer and the bytes are not there.
pub(crate) async fn put(app: &App, key: &str, bytes: &[u8]) -> Result<()> {
    let Err(error) = app.blobs.put(key, bytes).await else {
        return Ok(());
    };
    match app.blobs.get(key).await? {
        Some(found) if found == bytes => Ok(()),
        _ => Err(error),
    }
}

/// Returns the key of the blob that holds a document's bytes.
pub(crate) fn upload_key(workspace: &WorkspaceId, content_hash: &str) -> String {
    format!("upload/{workspace}/{content_hash}")
}
