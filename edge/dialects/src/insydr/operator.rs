//! The operator's routes: extensions.
use super::error::{ApiError, ApiResult, Body, Path};
use super::workspaces::tier;
use crate::extract::header_of;
use axum::Json;
use axum::extract::State;
use edge_core::{App, operator};
use edge_model::WorkspaceId;
use edge_model::plan::Plan;
use http::HeaderMap;
use shared as wire;
use wire::operator::{PlanSet, SetPlan};

pub async fn set_plan(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Body(wish): Body<SetPlan>,
) -> ApiResult<Json<PlanSet>> {
    let wrong = || ApiError::field("plan", "must be FREE, STARTER, PROFESSIONAL or ENTERPRISE");
    let plan = Plan::parse(&wish.plan).ok_or_else(wrong)?;
    let token = header_of(&headers, "x-operator-token");
    operator::set_plan(&app, token, &WorkspaceId::new(id.as_str()), plan).await?;
    Ok(Json(PlanSet {
        workspace_id: id,
        plan: tier(plan).into(),
    }))
}
