//! The queue of background work: a row of the batch that causes it. Done by [`crate::workers`].
use crate::Result;
use crate::app::App;
use edge_model::job::{Job, Task};
use edge_model::{JobId, WorkspaceId};
use edge_store::{Statement, jobs};

/// Returns the write that orders a task, due in `delay` milliseconds. Goes into the batch of what causes it.
pub(crate) fn insert(app: &App, workspace: &WorkspaceId, task: Task, delay: i64) -> Result<Statement> {
    insert_named(app, workspace, task, delay).map(|it| it.1)
}

/// The same, with the job's id, for whoever may take it back.
///
/// # Errors
/// When there is no randomness for its id.
pub(crate) fn insert_named(app: &App, workspace: &WorkspaceId, task: Task, delay: i64) -> Result<(JobId, Statement)> {
    let now = app.now();
    let id = JobId::new(app.id(JobId::PREFIX)?);
    let job = Job {
        id: id.clone(),
        workspace_id: workspace.clone(),
        task,
        attempts: 0,
        run_at: now.plus(delay),
    };
    Ok((id, jobs::insert(&job, now)))
}
