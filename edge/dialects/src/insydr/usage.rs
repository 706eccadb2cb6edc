//! What a workspace uses of what its plan allows.
use super::ApiResult;
use super::caller::Member;
use super::workspaces::tier;
use crate::dialect::route::{Access, Route, get};
use axum::Json;
use axum::extract::State;
use edge_core::{App, quota};
use edge_model::quota::{Resource, ResourceUsage};
use shared::usage::{Usage, Used};

/// Returns the route.
pub fn routes() -> Vec<Route> {
    let path = "/api/v1/workspaces/{workspace_id}/usage";
    let what = "What is used of what the plan allows";
    vec![get(path, show, Access::Member, what).gives::<Usage>(200).extension()]
}

fn used(resources: &[ResourceUsage], resource: Resource) -> Used {
    let found = resources.iter().find(|it| it.resource == resource);
    found.map_or_else(Used::default, |it| Used {
        used: it.used,
        limit: Some(it.amount),
    })
}

async fn show(State(app): State<App>, Member(member): Member) -> ApiResult<Json<Usage>> {
    let quota::Usage {
        plan,
        resources,
        messages_used,
        messages_limit,
        messages_reset_at,
    } = quota::usage(&app, &member).await?;
    Ok(Json(Usage {
        subscription_tier: tier(plan).into(),
        documents: used(&resources, Resource::Documents),
        sources: used(&resources, Resource::Sources),
        stored_bytes: used(&resources, Resource::StoredBytes),
        agents: used(&resources, Resource::Agents),
        collections: used(&resources, Resource::Collections),
        api_keys: used(&resources, Resource::ApiKeys),
        open_escalations: used(&resources, Resource::OpenEscalations),
        messages: Used {
            used: messages_used,
            limit: messages_limit,
        },
        messages_reset_at: messages_reset_at.rfc3339(),
    }))
}
