//! Letters: mails are ordered in the batch of what causes them, and sent by a job ([`crate::workers`]).
//!
//! That keeps a mail from being lost, and it takes the same time whether or not there is anybody to write to.
use crate::app::App;
use crate::mail::Sender;
use crate::{Result, job, recipient, secret};
use edge_model::WorkspaceId;
use edge_model::job::Task;
use edge_model::letter::{Access, Letter};
use edge_store::Statement;

/// Returns whose jobs the mails to an address are that belong to no workspace: a queue for each address.
pub(crate) fn queue(address: &str) -> WorkspaceId {
    let hash = secret::sha256(address);
    WorkspaceId::new(format!("mail_{}", hash.get(..22).unwrap_or(&hash)))
}

/// Returns the write that orders a mail of a workspace. The row that the letter names knows the address.
pub(crate) fn order(app: &App, workspace: &WorkspaceId, letter: Letter) -> Result<Statement> {
    order_later(app, workspace, letter, 0)
}

/// Returns the write that orders a mail of a workspace, to be sent in `delay` milliseconds.
pub(crate) fn order_later(app: &App, workspace: &WorkspaceId, letter: Letter, delay: i64) -> Result<Statement> {
    job::insert(app, workspace, Task::SendMail { to: None, letter }, delay)
}

/// Writes `writes` and the order of a mail to an address, in one batch.
pub(crate) async fn post(app: &App, to: &str, letter: Letter, mut writes: Vec<Statement>) -> Result<()> {
    let queue = queue(to);
    let to = Some(to.to_owned());
    writes.push(job::insert(app, &queue, Task::SendMail { to, letter }, 0)?);
    app.jobs.wake(&queue).await?;
    app.store.write(writes).await?;
    app.jobs.wake(&queue).await
}

/// Returns the write that orders a mail to the workspace's owner: something was added that reads the workspace's data or
/// is sent it.
pub(crate) fn access_added(app: &App, workspace: &WorkspaceId, access: Access) -> Result<Statement> {
    order(app, workspace, Letter::AccessAdded { access })
}

/// Returns who a mail to an address is from.
pub(crate) fn sender(app: &App, workspace: Option<&WorkspaceId>, to: &str) -> Result<Sender> {
    Ok(Sender {
        workspace: workspace.cloned(),
        unsubscribe_url: recipient::unsubscribe_url(app, workspace, to)?,
    })
}

/// Returns who a mail of a workspace is from; none when the operator stopped its mail or the address wants none of it.
pub(crate) async fn permitted_sender(app: &App, workspace: &WorkspaceId, to: &str) -> Result<Option<Sender>> {
    let standing = recipient::standing(app, Some(workspace), to).await?;
    if standing.is_stopped || standing.is_unwanted() {
        return Ok(None);
    }
    sender(app, Some(workspace), to).map(Some)
}
