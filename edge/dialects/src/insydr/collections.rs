//! Collections (`public/docs/api-insydr.md#how-do-i-manage-collections-through-the-api`).
use super::caller::Member;
use super::error::{ApiError, ApiResult, Body, Path};
use crate::dialect::route::{self, Access, Route};
use axum::Json;
use axum::extract::State;
use edge_core::{App, collection};
use edge_model::CollectionId;
use edge_model::collection::Collection;
use edge_model::text::{Description, Name};
use http::StatusCode;
use shared as wire;
use wire::error::Message;
use wire::knowledge::{CollectionList, CreateCollection, UpdateCollection};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const COLLECTIONS: &str = "/api/v1/workspaces/{workspace_id}/collections";
    const COLLECTION: &str = "/api/v1/workspaces/{workspace_id}/collections/{collection_id}";
    vec![
        route::post(COLLECTIONS, create, Access::Member, "Create a collection")
            .takes::<CreateCollection>()
            .gives::<wire::knowledge::Collection>(201),
        route::get(COLLECTIONS, list, Access::Member, "List collections")
            .gives::<CollectionList>(200)
            .extension(),
        route::patch(COLLECTION, update, Access::Member, "Change a collection")
            .takes::<UpdateCollection>()
            .gives::<wire::knowledge::Collection>(200)
            .extension(),
        route::delete(
            COLLECTION,
            delete,
            Access::Member,
            "Delete a collection and its documents",
        )
        .control()
        .gives::<Message>(200)
        .extension(),
    ]
}

fn name(text: &str) -> ApiResult<Name> {
    Name::new(text).map_err(|why| ApiError::field("name", why))
}

fn description(text: &str) -> ApiResult<Description> {
    Description::new(text).map_err(|why| ApiError::field("description", why))
}

fn full(collection: Collection) -> wire::knowledge::Collection {
    let Collection {
        id,
        workspace_id: _,
        name,
        description,
        is_default,
        document_count,
        created_at,
    } = collection;
    wire::knowledge::Collection {
        id: id.to_string(),
        name,
        description,
        document_count,
        created_at: created_at.rfc3339(),
        is_default,
    }
}

pub async fn create(
    State(app): State<App>,
    Member(member): Member,
    Body(new): Body<CreateCollection>,
) -> ApiResult<(StatusCode, Json<wire::knowledge::Collection>)> {
    let description = description(new.description.as_deref().unwrap_or_default())?;
    let collection = collection::create(&app, &member, &name(&new.name)?, &description).await?;
    Ok((StatusCode::CREATED, Json(full(collection))))
}

pub async fn list(State(app): State<App>, Member(member): Member) -> ApiResult<Json<CollectionList>> {
    let collections: Vec<_> = collection::list(&app, &member).await?.into_iter().map(full).collect();
    let total = u64::try_from(collections.len()).unwrap_or_default();
    Ok(Json(CollectionList { collections, total }))
}

pub async fn update(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Body(change): Body<UpdateCollection>,
) -> ApiResult<Json<wire::knowledge::Collection>> {
    let name = change.name.as_deref().map(name).transpose()?;
    let description = change.description.as_deref().map(description).transpose()?;
    let collection = collection::update(&app, &member, &CollectionId::new(id), name, description).await?;
    Ok(Json(full(collection)))
}

pub async fn delete(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Json<Message>> {
    collection::delete(&app, &member, &CollectionId::new(id)).await?;
    Ok(Json(Message {
        message: "Collection deleted".into(),
    }))
}
