//! The operator of an installation: who may change plans.
use crate::app::App;
use crate::{Error, Result, secret, workspace};
use edge_model::WorkspaceId;
use edge_model::plan::Plan;

/// Changes a workspace's plan for whoever shows the operator's token. Without a token set, there is no such operation.
///
/// # Errors
/// [`crate::Kind::NotFound`] without a token set, or for an unknown workspace; [`crate::Kind::Unauthenticated`] for
/// another token.
pub async fn set_plan(app: &App, token: Option<&str>, id: &WorkspaceId, plan: Plan) -> Result<()> {
    let Some(expected) = &app.settings.operator_token else {
        return Err(Error::not_found("page"));
    };
    let is_operator = token.is_some_and(|it| secret::is_equal(it.as_bytes(), expected.as_bytes()));
    if !is_operator {
        return Err(Error::unauthenticated("the operator token is missing or wrong"));
    }
    workspace::set_plan(app, id, plan).await
}
