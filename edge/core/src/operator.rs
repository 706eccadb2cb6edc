//! The operator of an installation: who may change plans.
use crate::app::App;
use crate::{Error, Result, secret, workspace};
use edge_model::WorkspaceId;
use edge_model::plan::Plan;

/// The operator, let in.
#[derive(Clone, Copy, Debug)]
pub struct Operator(());

/// Lets in whoever shows the operator's token. Without a token set, there are no such operations.
///
/// # Errors
/// [`crate::Kind::NotFound`] without a token set; [`crate::Kind::Unauthenticated`] for another token.
pub fn enter(app: &App, token: Option<&str>) -> Result<Operator> {
    let Some(expected) = &app.settings.operator_token else {
        return Err(Error::not_found("page"));
    };
    let is_operator = token.is_some_and(|it| secret::is_equal(it.as_bytes(), expected.as_bytes()));
    if is_operator {
        Ok(Operator(()))
    } else {
        Err(Error::unauthenticated("the operator token is missing or wrong"))
    }
}

/// Changes a workspace's plan.
///
/// # Errors
/// [`crate::Kind::NotFound`] for an unknown workspace.
pub async fn set_plan(app: &App, _: Operator, id: &WorkspaceId, plan: Plan) -> Result<()> {
    workspace::set_plan(app, id, plan).await
}
