//! API keys: made, listed, revoked.
use crate::app::App;
use crate::origin::DomainPattern;
use crate::permission::Action;
use crate::workspace::Member;
use crate::{Error, Result, secret};
use edge_model::KeyId;
use edge_model::key::{ApiKey, KeyKind};
use edge_model::text::Name;
use edge_store::api_keys;

/// What a new key is to be.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub name: Name,
    pub kind: KeyKind,
    pub allowed_domains: Vec<DomainPattern>,
    pub allow_no_origin: bool,
}

/// Makes a key and returns it with its text, which nobody can get again.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller does not administer the workspace.
pub async fn create(app: &App, member: &Member, new: NewKey) -> Result<(ApiKey, String)> {
    member.require(Action::Administer)?;
    let text = secret::api_key(&*app.random, new.kind)?;
    let key = ApiKey {
        id: KeyId::new(app.id(KeyId::PREFIX)?),
        workspace_id: member.workspace.id.clone(),
        kind: new.kind,
        name: new.name.to_string(),
        display: secret::key_display(&text, new.kind),
        allowed_domains: new.allowed_domains.iter().map(|it| it.as_str().to_owned()).collect(),
        allow_no_origin: new.allow_no_origin,
        last_used_at: None,
        revoked_at: None,
        created_at: app.now(),
    };
    app.store
        .write(vec![api_keys::insert(&key, &secret::sha256(&text))])
        .await?;
    Ok((key, text))
}

/// Lists the workspace's keys, newest first, revoked ones included.
///
/// # Errors
/// When the database does not answer.
pub async fn list(app: &App, member: &Member) -> Result<Vec<ApiKey>> {
    Ok(app.store.api_keys(&member.workspace.id).await?)
}

/// Revokes a key: it opens nothing from now on.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller does not administer the workspace; [`crate::Kind::NotFound`].
pub async fn revoke(app: &App, member: &Member, id: &KeyId) -> Result<()> {
    member.require(Action::Administer)?;
    let answers = app
        .store
        .write(vec![api_keys::revoke(&member.workspace.id, id, app.now())])
        .await?;
    if answers.first().is_none_or(Vec::is_empty) {
        return Err(Error::not_found("API key"));
    }
    Ok(())
}
