//! The operator of an installation: who may change plans and stop mail.
use crate::address::ClientAddress;
use crate::app::App;
use crate::changes::Changes;
use crate::ports::Window;
use crate::{Error, Result, secret, throttle, workspace};
use edge_model::WorkspaceId;
use edge_model::plan::Plan;
use edge_store::workspaces;

/// How many wrong tokens a quarter of an hour has from one network.
const WRONG_TOKENS: u64 = 10;

/// The operator, let in.
#[derive(Clone, Copy, Debug)]
pub struct Operator(());

/// Lets in a caller who shows the operator's token. Without a token set, there are no such operations. Only wrong tokens are
/// counted, and only once they were compared, so that the operator has no limit.
///
/// # Errors
/// [`crate::Kind::NotFound`] without a token set; [`crate::Kind::Unauthenticated`] for another token;
/// [`crate::Kind::RateLimited`] after too many of these from one network.
pub async fn enter(app: &App, from: &ClientAddress, token: Option<&str>) -> Result<Operator> {
    let Some(expected) = &app.settings.operator_token else {
        return Err(Error::not_found("page"));
    };
    let wrong = || Error::unauthenticated("the operator token is missing or wrong");
    let token = token.filter(|it| !it.is_empty()).ok_or_else(wrong)?;
    throttle::check(app, from, "operator", WRONG_TOKENS, Window::QuarterHour).await?;
    if !secret::is_equal(token.as_bytes(), expected.as_bytes()) {
        // Those that come together may be a few more than the figure; nobody guesses a token of so many bits by that.
        throttle::count(app, from, "operator", WRONG_TOKENS, Window::QuarterHour).await?;
        return Err(wrong());
    }
    Ok(Operator(()))
}

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
    let mut changes = Changes::new(app);
    let changed = changes.push(workspaces::set_mail_stopped(id, at));
    match changes.commit().await?.has(changed) {
        true => Ok(()),
        false => Err(Error::not_found("workspace")),
    }
}
