//! The operator's routes: extensions.
use super::caller::Operator;
use super::error::{ApiError, ApiResult, Body, Path};
use super::workspaces::tier;
use crate::dialect::route::{self, Access, Route};
use axum::Json;
use axum::extract::State;
use edge_core::reseal::{self, KeyInRotation, Rotation};
use edge_core::{App, operator};
use edge_model::WorkspaceId;
use edge_model::plan::Plan;
use shared as wire;
use wire::operator::{AuthKey, AuthKeys, MailSet, PlanSet, SetMail, SetPlan};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    vec![
        route::put(
            "/api/v1/operator/workspaces/{workspace_id}/plan",
            set_plan,
            Access::Operator,
            "Change a workspace's plan",
        )
        .control()
        .takes::<SetPlan>()
        .gives::<PlanSet>(200)
        .extension(),
        route::put(
            "/api/v1/operator/workspaces/{workspace_id}/mail",
            set_mail,
            Access::Operator,
            "Stop a workspace's mail, or let it flow again",
        )
        .takes::<SetMail>()
        .gives::<MailSet>(200)
        .extension(),
        route::get(
            "/api/v1/operator/auth-keys",
            auth_keys,
            Access::Operator,
            "How a change of AUTH_SECRET stands",
        )
        .gives::<AuthKeys>(200)
        .extension(),
    ]
}

pub async fn set_plan(
    State(app): State<App>,
    Operator(operator): Operator,
    Path(id): Path<String>,
    Body(wish): Body<SetPlan>,
) -> ApiResult<Json<PlanSet>> {
    let wrong = || ApiError::field("plan", "must be FREE, STARTER, PROFESSIONAL or ENTERPRISE");
    let plan = Plan::parse(&wish.plan).ok_or_else(wrong)?;
    operator::set_plan(&app, operator, &WorkspaceId::new(id.as_str()), plan).await?;
    Ok(Json(PlanSet {
        workspace_id: id,
        plan: tier(plan).into(),
    }))
}

pub async fn set_mail(
    State(app): State<App>,
    Operator(operator): Operator,
    Path(id): Path<String>,
    Body(wish): Body<SetMail>,
) -> ApiResult<Json<MailSet>> {
    let SetMail { is_stopped } = wish;
    operator::set_mail_stopped(&app, operator, &WorkspaceId::new(id.as_str()), is_stopped).await?;
    Ok(Json(MailSet {
        workspace_id: id,
        is_stopped,
    }))
}

pub async fn auth_keys(State(app): State<App>, Operator(operator): Operator) -> ApiResult<Json<AuthKeys>> {
    Ok(Json(shown(reseal::standing(&app, operator).await?)))
}

fn shown(standing: Rotation) -> AuthKeys {
    let Rotation {
        keys,
        unmarked,
        lost,
        tokens_until,
        is_over,
    } = standing;
    let key = |key: KeyInRotation| {
        let KeyInRotation { id, is_current, sealed } = key;
        AuthKey { id, is_current, sealed }
    };
    AuthKeys {
        keys: keys.into_iter().map(key).collect(),
        unmarked,
        lost,
        tokens_until: tokens_until.map(|it| it.rfc3339()),
        previous_may_go: is_over,
    }
}
