//! Copies: what the directory and the database of a tenant say of each other's rows.
//!
//! Where they are two databases, an account's name and a membership are copied from the directory, a workspace's name
//! to it, and its plan from it. Who changes one of these copies it at once, and orders, in the batch of the change, a
//! job that copies it again: after a crash, and after two changes at a time. In the first database nothing is copied.

use crate::Result;
use crate::app::App;
use crate::changes::Changes;
use crate::erasure;
use edge_model::job::Task;
use edge_model::time::TimeDelta;
use edge_model::workspace::Role;
use edge_model::{AccountId, Timestamp, WorkspaceId};
use edge_store::directory::{invitations, members, workspaces as directory_rows};
use edge_store::provenance::{self, InvitationRef, Leaver};
use edge_store::{Database, Directory, TenantStore, memberships, workspaces};

/// When the job comes: what is copied at once needs it only after a crash.
const JOB_DELAY: TimeDelta = TimeDelta::seconds(5);

/// Orders that a person's name and memberships are copied.
pub(crate) fn order_account(changes: &mut Changes<'_, Directory>, id: &AccountId) -> Result<()> {
    if changes.app().databases().len() < 2 {
        return Ok(());
    }
    let account_id = id.clone();
    changes
        .enqueue(&erasure::queue(id), Task::CopyAccount { account_id }, JOB_DELAY)
        .map(drop)
}

/// Copies a person's name and memberships to the databases that their workspaces are in.
///
/// # Errors
/// When a database does not answer.
pub(crate) async fn account(app: &App, id: &AccountId) -> Result<()> {
    let directory = app.directory();
    if app.databases().len() < 2 {
        return Ok(());
    }
    let Some(name) = directory.account_name(id).await? else {
        return Ok(());
    };
    for database in app.databases().iter().filter(|it| !it.is_directory()) {
        Changes::of(app, database, memberships::rename_account(id, &name))
            .commit()
            .await?;
    }
    for found in directory.memberships_elsewhere(id).await? {
        let tenant = app.store.tenant_in(&found.database, &found.workspace_id)?;
        let workspace = tenant.workspace_id();
        let mut changes = Changes::new(app, &tenant);
        changes.push(memberships::insert_account(workspace, id, &name, app.now()));
        changes.push(memberships::put(
            workspace,
            id,
            found.role,
            found.created_at,
            found.changed_at,
        ));
        changes.commit().await?;
        forget_unknown(app, tenant.database(), id).await?;
    }
    forget_ended(app, id).await
}

/// Takes copies of memberships back that the directory does not know any more: they ended while they were copied.
async fn forget_ended(app: &App, id: &AccountId) -> Result<()> {
    for database in app.databases().iter().filter(|it| !it.is_directory()) {
        let copied = database.workspaces_of_member(id).await?;
        if copied.is_empty() {
            continue;
        }
        // A new workspace is known to its own database first.
        for workspace in app.directory().workspaces_without_member(id, &copied).await? {
            let forget = memberships::forget(&workspace, id, app.now());
            Changes::of(app, &database.tenant(&workspace), forget).commit().await?;
        }
    }
    Ok(())
}

/// Takes a copy of an account back that was deleted while it was made.
///
/// # Errors
/// When a database does not answer.
pub(crate) async fn forget_unknown(app: &App, database: &Database, id: &AccountId) -> Result<()> {
    if database.is_directory() || app.directory().account_name(id).await?.is_some() {
        return Ok(());
    }
    let forget = memberships::delete_account(id);
    Changes::of(app, database, forget).commit().await.map(drop)
}

/// Orders that a workspace's name is copied, or its plan.
pub(crate) fn order_workspace(changes: &mut Changes<'_>) -> Result<()> {
    match changes.half().is_in_directory() {
        true => Ok(()),
        false => changes.enqueue(Task::CopyWorkspace, JOB_DELAY).map(drop),
    }
}

/// The same, for a change of the directory.
pub(crate) fn order_workspace_of_directory(changes: &mut Changes<'_, Directory>, id: &WorkspaceId) -> Result<()> {
    match changes.app().databases().len() {
        0 | 1 => Ok(()),
        _ => changes.enqueue(id, Task::CopyWorkspace, JOB_DELAY).map(drop),
    }
}

/// Copies a workspace's name to the directory, and its plan from it.
///
/// # Errors
/// When a database does not answer.
pub(crate) async fn workspace(app: &App, tenant: &TenantStore) -> Result<()> {
    if tenant.is_in_directory() {
        return Ok(());
    }
    let (id, directory) = (tenant.workspace_id(), app.directory());
    let (Some(own), Some(plan)) = (tenant.workspace().await?, directory.plan(id).await?) else {
        return Ok(());
    };
    Changes::of(app, tenant, workspaces::set_plan(id, plan))
        .commit()
        .await?;
    Changes::of(app, directory, directory_rows::rename(id, &own.name))
        .commit()
        .await
        .map(drop)
}

/// Has the directory follow what became of a member in the tenant's database at a moment, another role or none; and
/// withdraws the invitations that they sent when they may not have webhooks any more, which it returns. Takes back what
/// was copied of one who was removed meanwhile. Safe to repeat.
///
/// # Errors
/// When a database does not answer.
pub(crate) async fn member(
    app: &App,
    tenant: &TenantStore,
    leaver: Leaver<'_>,
    role: Option<Role>,
    at: Timestamp,
) -> Result<Vec<InvitationRef>> {
    let mut changes = Changes::new(app, app.directory());
    changes.extend(members::settle(leaver.workspace, leaver.account, role, at));
    let withdrawn = changes.push(invitations::withdraw_invitations_of_member(leaver));
    let mut committed = changes.commit().await?;
    if role.is_none() {
        let forget = memberships::forget(leaver.workspace, leaver.account, at);
        Changes::of(app, tenant, forget).commit().await?;
    }
    Ok(provenance::read(committed.take(withdrawn))?)
}
