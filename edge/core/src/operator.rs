//! The operator of an installation: who may change plans and stop mail.
use crate::app::App;
use crate::auth::operator::Operator;
use crate::changes::Changes;
use crate::{Error, Result, workspace};
use edge_model::WorkspaceId;
use edge_model::plan::Plan;
use edge_store::directory::workspaces;

/// Changes a workspace's plan.
///
/// # Errors
/// [`crate::Kind::NotFound`] for an unknown workspace.
pub async fn set_plan(app: &App, _: Operator, id: &WorkspaceId, plan: Plan) -> Result<()> {
    workspace::set_plan(app, id, plan).await
}

/// Stops a workspace's outgoing mail, or lets it flow again. Mails on their way are not sent while it is stopped; what
/// they were to bring is not mailed later by itself.
///
/// # Errors
/// [`crate::Kind::NotFound`] for an unknown workspace.
pub async fn set_mail_stopped(app: &App, _: Operator, id: &WorkspaceId, is_stopped: bool) -> Result<()> {
    let at = is_stopped.then(|| app.now());
    let mut changes = Changes::new(app, app.directory());
    let changed = changes.push(workspaces::set_mail_stopped(id, at));
    match changes.commit().await?.has(changed) {
        true => Ok(()),
        false => Err(Error::not_found("workspace")),
    }
}
