//! Collections: named sets of documents.
use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::permission::Action;
use crate::{Error, Kind, Result, deletion, index};
use edge_model::CollectionId;
use edge_model::collection::Collection;
use edge_model::text::{Description, Name};
use edge_store::TenantStore;
use edge_store::collections;

/// Makes a collection.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content.
pub async fn create(app: &App, caller: &Caller, name: &Name, description: &Description) -> Result<Collection> {
    let tenant = caller.tenant();
    caller.require(Action::EditContent)?;
    let collection = Collection {
        id: CollectionId::new(app.id(CollectionId::PREFIX)?),
        workspace_id: caller.workspace().id.clone(),
        name: name.to_string(),
        description: description.to_string(),
        is_default: false,
        document_count: 0,
        created_at: app.now(),
    };
    Changes::of(app, tenant, collections::insert(&collection))
        .commit()
        .await?;
    Ok(collection)
}

/// Lists the workspace's collections, oldest first.
pub async fn list(_: &App, caller: &Caller) -> Result<Vec<Collection>> {
    caller.require(Action::Read)?;
    Ok(caller.tenant().collections().await?)
}

/// Changes a collection's name or description; none keeps.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`].
pub async fn update(
    app: &App,
    caller: &Caller,
    id: &CollectionId,
    name: Option<Name>,
    description: Option<Description>,
) -> Result<Collection> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let workspace = tenant.workspace_id();
    let name = name.as_ref().map(Name::as_str);
    let description = description.as_ref().map(Description::as_str);
    Changes::of(app, tenant, collections::update(workspace, id, name, description))
        .commit()
        .await?;
    find(tenant, id).await
}

/// Deletes a collection with its documents, and their passages with them, all at once.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`]; [`Kind::Conflict`] when it is the
/// default one or an agent answers from it.
pub async fn delete(app: &App, caller: &Caller, id: &CollectionId) -> Result<()> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let collection = find(tenant, id).await?;
    if collection.is_default {
        return Err(Error::new(Kind::Conflict, "the default collection cannot be deleted"));
    }
    let agents = tenant.agents_of_collection(id).await?;
    if !agents.is_empty() {
        return Err(Error::new(
            Kind::Conflict,
            format!("agents answer from it: {}", agents.join(", ")),
        ));
    }
    index::retry(app, || try_delete(app, tenant, id)).await
}

async fn try_delete(app: &App, tenant: &TenantStore, id: &CollectionId) -> Result<()> {
    let workspace = tenant.workspace_id();
    let documents = tenant.collection_contents(id).await?;
    let changes = Changes::of(app, tenant, collections::delete(workspace, id));
    deletion::write(app, changes, documents).await
}

/// Finds a collection of a workspace.
///
/// # Errors
/// [`Kind::NotFound`].
pub(crate) async fn find(tenant: &TenantStore, id: &CollectionId) -> Result<Collection> {
    let found = tenant.collections_by_id(std::slice::from_ref(id)).await?;
    found.into_iter().next().ok_or_else(|| Error::not_found("collection"))
}
