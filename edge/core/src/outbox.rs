//! The outbox: mails are ordered with the changes that cause them, and sent by a job ([`crate::workers`]).
//!
//! That keeps a mail from being lost, and it takes the same time whether or not the address has an account.
use crate::app::App;
use crate::changes::Changes;
use crate::mail::Sender;
use crate::{Result, recipient, secret};
use edge_model::WorkspaceId;
use edge_model::job::Task;
use edge_model::outbox::{Access, QueuedMail};
use edge_model::time::TimeDelta;

/// Returns whose jobs the mails to an address are that belong to no workspace: a queue for each address.
pub(crate) fn queue(address: &str) -> WorkspaceId {
    let hash = secret::sha256(address);
    WorkspaceId::new(format!("mail_{}", hash.get(..22).unwrap_or(&hash)))
}

/// Orders a mail of a workspace. The row that the mail names knows the address.
pub(crate) fn order(changes: &mut Changes<'_>, workspace: &WorkspaceId, mail: QueuedMail) -> Result<()> {
    order_later(changes, workspace, mail, TimeDelta::zero())
}

/// Orders a mail of a workspace, to be sent in `delay`.
pub(crate) fn order_later(
    changes: &mut Changes<'_>,
    workspace: &WorkspaceId,
    mail: QueuedMail,
    delay: TimeDelta,
) -> Result<()> {
    let task = Task::SendMail { to: None, mail };
    changes.enqueue(workspace, task, delay).map(drop)
}

/// Orders a mail to an address that belongs to no workspace, and commits it with the changes that cause it.
pub(crate) async fn post(mut changes: Changes<'_>, to: &str, mail: QueuedMail) -> Result<()> {
    let task = Task::SendMail {
        to: Some(to.to_owned()),
        mail,
    };
    changes.enqueue(&queue(to), task, TimeDelta::zero())?;
    changes.commit().await.map(drop)
}

/// Orders a mail to the workspace's owner: something was added that reads the workspace's data or is sent it.
pub(crate) fn access_added(changes: &mut Changes<'_>, workspace: &WorkspaceId, access: Access) -> Result<()> {
    order(changes, workspace, QueuedMail::AccessAdded { access })
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
