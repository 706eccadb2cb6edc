//! API keys (`public/docs/api-insydr.md#how-do-i-manage-api-keys-through-the-api`).
use super::PAGE;
use super::caller::Member;
use super::error::{ApiError, ApiResult, Body, Path, Query};
use super::page::Paging;
use super::provenance::{self, KeepQuery, actor};
use super::webhooks;
use crate::dialect::route::{self, Access, Route, RouteList};
use axum::Json;
use axum::extract::{Extension, State};
use edge_core::cursor::List;
use edge_core::key::NewKey;
use edge_core::origin::DomainPattern;
use edge_core::{App, key};
use edge_model::KeyId;
use edge_model::key::{ApiKey, KeyKind};
use edge_model::text::Name;
use edge_store::api_keys::CountedKey;
use http::StatusCode;
use shared as wire;
use wire::key::{CreateKey, CreatedKey, Key, KeyDetail, KeyList, Made, RevokedKey};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const KEYS: &str = "/api/v1/workspaces/{workspace_id}/api-keys";
    const KEY: &str = "/api/v1/workspaces/{workspace_id}/api-keys/{key_id}";
    vec![
        route::post(KEYS, create, Access::Member, "Make an API key (owner, admin)")
            .takes::<CreateKey>()
            .gives::<CreatedKey>(201),
        route::get(KEYS, list, Access::Member, "List API keys")
            .query(&PAGE)
            .gives::<KeyList>(200),
        route::get(
            KEY,
            show,
            Access::Member,
            "Get an API key, what it may do and what it has made",
        )
        .gives::<KeyDetail>(200)
        .extension(),
        route::delete(
            KEY,
            revoke,
            Access::Member,
            "Revoke an API key with the webhooks that it made (owner, admin)",
        )
        .control()
        .query(&provenance::KEEP_OF_KEY)
        .gives::<RevokedKey>(200),
    ]
}

fn domains(given: &[String]) -> ApiResult<Vec<DomainPattern>> {
    if given.len() > 50 {
        return Err(ApiError::field("allowed_domains", "must be at most 50 domains"));
    }
    let domain = |it: &String| DomainPattern::new(it).map_err(|why| ApiError::field("allowed_domains", why));
    given.iter().map(domain).collect()
}

fn kind(given: Option<&str>) -> ApiResult<KeyKind> {
    let wrong = || ApiError::field("kind", "must be `widget`, `twig`, `twin` or `builder`");
    given.map_or(Ok(KeyKind::Widget), |it| KeyKind::parse(it).ok_or_else(wrong))
}

pub async fn create(
    State(app): State<App>,
    Member(member): Member,
    Body(new): Body<CreateKey>,
) -> ApiResult<(StatusCode, Json<CreatedKey>)> {
    let new = NewKey {
        name: Name::new(&new.name).map_err(|why| ApiError::field("name", why))?,
        kind: kind(new.kind.as_deref())?,
        allowed_domains: domains(&new.allowed_domains)?,
        allow_no_origin: new.allow_no_origin,
    };
    let (key, text) = key::create(&app, &member, new).await?;
    // As documented: this answer shows the beginning of the key, the list its end as well.
    let beginning = key.display.split("...").next().unwrap_or_default();
    let answer = CreatedKey {
        id: key.id.to_string(),
        name: key.name,
        key: text,
        key_prefix: beginning.into(),
        allowed_domains: key.allowed_domains,
        created_at: key.created_at.rfc3339(),
        message: "Save this key - it won't be shown again!".into(),
        kind: key.kind.as_str().into(),
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

pub async fn list(
    State(app): State<App>,
    Member(member): Member,
    Query(paging): Query<Paging>,
) -> ApiResult<Json<KeyList>> {
    let asked = paging.short(&app, List::of("api keys", &[member.workspace().id.as_str()]))?;
    let (found, total) = key::list(&app, &member, &asked.page).await?;
    let (api_keys, next_cursor) = asked.rows(found, |it| (it.place, it.key.id.as_str()), shown)?;
    Ok(Json(KeyList {
        api_keys,
        total,
        next_cursor,
    }))
}

fn shown(counted: CountedKey) -> Key {
    let CountedKey {
        key,
        webhook_count,
        place: _,
    } = counted;
    let ApiKey {
        id,
        workspace_id: _,
        kind,
        name,
        display,
        allowed_domains,
        allow_no_origin,
        last_used_at,
        last_used_network,
        created_by,
        revoked_at,
        created_at,
    } = key;
    Key {
        id: id.to_string(),
        name,
        key_prefix: display,
        allowed_domains,
        is_active: revoked_at.is_none(),
        last_used_at: last_used_at.map(|it| it.rfc3339()),
        created_at: created_at.rfc3339(),
        kind: kind.as_str().into(),
        allow_no_origin,
        created_by: actor(created_by),
        revoked_at: revoked_at.map(|it| it.rfc3339()),
        last_used_network,
        webhook_count,
    }
}

/// Names the endpoints that a key opens.
fn endpoints(routes: &RouteList, key: &ApiKey) -> Vec<String> {
    let is_opened = |access: Access| match access {
        Access::Widget => key.kind == KeyKind::Widget,
        Access::Program(program) => key.kind == program.kind,
        _ => false,
    };
    match key.revoked_at {
        Some(_) => vec![],
        None => routes.names(is_opened),
    }
}

pub async fn show(
    State(app): State<App>,
    Member(member): Member,
    Extension(routes): Extension<RouteList>,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Json<KeyDetail>> {
    let (counted, webhooks) = key::get(&app, &member, &KeyId::new(id)).await?;
    Ok(Json(KeyDetail {
        may: endpoints(&routes, &counted.key),
        key: shown(counted),
        made: Made {
            webhooks: webhooks::shown_to(&app, &member, webhooks),
        },
    }))
}

pub async fn revoke(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Query(query): Query<KeepQuery>,
) -> ApiResult<Json<RevokedKey>> {
    let gone = key::revoke(&app, &member, &KeyId::new(id), query.of_key()?).await?;
    Ok(Json(RevokedKey {
        message: "API key revoked".into(),
        webhooks_deleted: provenance::webhooks(gone.webhooks_deleted),
        webhooks_kept: provenance::webhooks(gone.webhooks_kept),
    }))
}
