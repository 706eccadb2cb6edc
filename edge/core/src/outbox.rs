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
use edge_store::{Directory, TenantStore};

/// Returns whose jobs the mails to an address are that belong to no workspace: a queue for each address.
pub(crate) fn queue(address: &str) -> WorkspaceId {
    let hash = secret::sha256(address);
    WorkspaceId::new(format!("mail_{}", hash.get(..22).unwrap_or(&hash)))
}

/// Orders a mail of a workspace. The row that the mail names knows the address.
pub(crate) fn order(changes: &mut Changes<'_>, mail: QueuedMail) -> Result<()> {
    order_later(changes, mail, TimeDelta::zero())
}

/// Orders a mail of a workspace, to be sent in `delay`.
pub(crate) fn order_later(changes: &mut Changes<'_>, mail: QueuedMail, delay: TimeDelta) -> Result<()> {
    let task = Task::SendMail { to: None, mail };
    changes.enqueue(task, delay).map(drop)
}

/// Orders a mail of a workspace about a row of the directory.
pub(crate) fn order_of_directory(
    changes: &mut Changes<'_, Directory>,
    workspace: &WorkspaceId,
    mail: QueuedMail,
) -> Result<()> {
    let task = Task::SendMail { to: None, mail };
    changes.enqueue(workspace, task, TimeDelta::zero()).map(drop)
}

/// Orders a mail to an address that belongs to no workspace, and commits it with the changes that cause it.
pub(crate) async fn post(mut changes: Changes<'_, Directory>, to: &str, mail: QueuedMail) -> Result<()> {
    let task = Task::SendMail {
        to: Some(to.to_owned()),
        mail,
    };
    changes.enqueue(&queue(to), task, TimeDelta::zero())?;
    changes.commit().await.map(drop)
}

/// Orders a mail to the workspace's owner: something was added that reads the workspace's data or is sent it.
pub(crate) fn access_added(changes: &mut Changes<'_>, access: Access) -> Result<()> {
    order(changes, QueuedMail::AccessAdded { access })
}

/// Returns who a mail to an address is from.
pub(crate) fn sender(app: &App, workspace: Option<&WorkspaceId>, to: &str) -> Result<Sender> {
    Ok(Sender {
        workspace: workspace.cloned(),
        unsubscribe_url: recipient::unsubscribe_url(app, workspace, to)?,
    })
}

/// Returns who a mail of a workspace is from; none when the operator stopped its mail or the address wants none of it.
pub(crate) async fn permitted_sender(app: &App, tenant: &TenantStore, to: &str) -> Result<Option<Sender>> {
    let standing = recipient::standing(app, Some(tenant), to).await?;
    if standing.is_stopped || standing.is_unwanted() {
        return Ok(None);
    }
    sender(app, Some(tenant.workspace_id()), to).map(Some)
}
