//! API keys: made, listed, revoked with what they made.
use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::origin::DomainPattern;
use crate::permission::Action;
use crate::provenance::{self, Consequences, Keep};
use crate::{Error, Kind, Result, outbox, secret};
use edge_model::key::{ApiKey, KeyKind};
use edge_model::outbox::Access;
use edge_model::text::Name;
use edge_model::webhook::Webhook;
use edge_model::{KeyId, WorkspaceId};
use edge_store::Page;
use edge_store::api_keys::{self, CountedKey};
use edge_store::directory::key_hashes;
use edge_store::provenance::Revoked;

/// The settings of a new key.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub name: Name,
    pub kind: KeyKind,
    pub allowed_domains: Vec<DomainPattern>,
    pub allow_no_origin: bool,
}

/// Makes a key and returns it with its text, which is not shown again. The workspace's owner is told by mail.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller does not administer the workspace.
pub async fn create(app: &App, caller: &Caller, new: NewKey) -> Result<(ApiKey, String)> {
    caller.require(Action::Administer)?;
    let text = secret::api_key(&*app.random, new.kind)?;
    let workspace = &caller.workspace().id;
    let key = ApiKey {
        id: KeyId::new(app.id(KeyId::PREFIX)?),
        workspace_id: workspace.clone(),
        kind: new.kind,
        name: new.name.to_string(),
        display: secret::key_display(&text, new.kind),
        allowed_domains: new.allowed_domains.iter().map(|it| it.as_str().to_owned()).collect(),
        allow_no_origin: new.allow_no_origin,
        last_used_at: None,
        last_used_network: None,
        created_by: caller.actor(),
        revoked_at: None,
        created_at: app.now(),
    };
    let hash = secret::sha256(&text);
    let (tenant, note) = (caller.tenant(), key_hashes::insert(workspace, &key.id, &hash));
    let mut changes = Changes::of(app, tenant, api_keys::insert(&key, &hash));
    changes.push(caller.require_in_batch(Action::Administer));
    outbox::access_added(&mut changes, Access::ApiKey(key.id.clone()))?;
    if tenant.is_in_directory() {
        changes.push_of_directory(note)?;
        changes.commit().await?;
        return Ok((key, text));
    }
    // First, so that no key is one that cannot be found. A hash without a key finds nothing.
    Changes::of(app, app.directory(), note).commit().await?;
    if let Err(error) = changes.commit().await {
        if error.kind != Kind::Unavailable {
            forget_hash(app, workspace, &key.id).await;
        }
        return Err(error);
    }
    Ok((key, text))
}

/// Lists the workspace's keys, newest first and those that are revoked last, and counts them all.
pub async fn list(_: &App, caller: &Caller, page: &Page) -> Result<(Vec<CountedKey>, u64)> {
    caller.require(Action::Read)?;
    caller.person()?;
    Ok(caller.tenant().api_keys(page).await?)
}

/// Returns a key, revoked or not, and the webhooks that it has made, newest first.
///
/// # Errors
/// [`Kind::NotFound`].
pub async fn get(_: &App, caller: &Caller, id: &KeyId) -> Result<(CountedKey, Vec<Webhook>)> {
    caller.require(Action::Read)?;
    caller.person()?;
    let key = caller.tenant().api_key(id).await?;
    let key = key.ok_or_else(|| Error::not_found("API key"))?;
    let webhooks = caller.tenant().all_webhooks(Some(id)).await?;
    Ok((key, webhooks))
}

/// Revokes a key: it opens nothing from now on. The webhooks that it made are deleted with it, in the same batch,
/// unless they are kept.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller does not administer the workspace; [`Kind::NotFound`], also for a key that was
/// revoked before.
pub async fn revoke(app: &App, caller: &Caller, id: &KeyId, keep: Keep) -> Result<Consequences> {
    caller.require(Action::Administer)?;
    let (workspace, now) = (&caller.workspace().id, app.now());
    let revoked = Revoked {
        workspace,
        key: id,
        at: now,
    };
    let mut changes = Changes::new(app, caller.tenant());
    let revocation = changes.push(api_keys::revoke(workspace, id, now));
    let consequences = provenance::with_key(&mut changes, revoked, &caller.person()?.account.id, keep);
    let mut committed = changes.commit().await?;
    if !committed.has(revocation) {
        return Err(Error::not_found("API key"));
    }
    forget_hash(app, workspace, id).await;
    consequences.read(&mut committed)
}

/// Forgets to which workspace a key belonged. One that is not forgotten finds a key that opens nothing.
async fn forget_hash(app: &App, workspace: &WorkspaceId, id: &KeyId) {
    let forget = key_hashes::delete(workspace, &[id]);
    Changes::of(app, app.directory(), forget).commit().await.ok();
}
