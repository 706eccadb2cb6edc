//! Changes: all that one operation writes, applied by one call: rows, events, jobs, and the wake-ups that they need.
//!
//! An operation makes [`Changes`], adds statements, events and jobs, and commits them once. Either everything is
//! written, or nothing is. The commit wakes the workers for which a statement leaves work, before the write and after
//! it, so that no operation can forget it. What a statement returns is read by the [`Returned`] that [`Changes::push`]
//! gave for it.
use crate::app::App;
use crate::ports::Background;
use crate::{Error, Result};
use async_trait::async_trait;
use edge_model::event::{Event, EventPayload};
use edge_model::job::{Job, Task};
use edge_model::time::TimeDelta;
use edge_model::{EventId, JobId, WorkspaceId};
use edge_store::{Statement, Wake, Waker, deliveries, events, jobs};
use serde_json::Value;
use std::panic::Location;

/// What an operation is about to write.
#[derive(Clone)]
pub(crate) struct Changes<'a> {
    app: &'a App,
    statements: Vec<Statement>,
}

/// Names the rows that a statement of a [`Changes`] returns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Returned(usize);

impl<'a> Changes<'a> {
    /// Begins without anything to write.
    pub(crate) fn new(app: &'a App) -> Self {
        Self {
            app,
            statements: vec![],
        }
    }

    /// Begins with a statement.
    pub(crate) fn of(app: &'a App, statement: Statement) -> Self {
        Self {
            app,
            statements: vec![statement],
        }
    }

    /// Adds a statement, and returns what names its rows in [`Committed`].
    pub(crate) fn push(&mut self, statement: Statement) -> Returned {
        self.statements.push(statement);
        Returned(self.statements.len() - 1)
    }

    /// Adds statements whose returned rows are not needed.
    pub(crate) fn extend(&mut self, statements: impl IntoIterator<Item = Statement>) {
        self.statements.extend(statements);
    }

    /// Tells whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// Records that something happened, and its deliveries to the endpoints that ask for it. Costs nothing where none
    /// does.
    pub(crate) fn event(&mut self, workspace: &WorkspaceId, payload: EventPayload) -> Result<()> {
        let id = EventId::new(self.app.id(EventId::PREFIX)?);
        self.record(workspace, id, payload);
        Ok(())
    }

    /// Records an event that a subject has at most once, such as the end of a job. Its id is made from the subject's
    /// id, so recording it twice keeps one.
    pub(crate) fn event_of(&mut self, workspace: &WorkspaceId, subject: &str, payload: EventPayload) {
        let suffix = subject.split_once('_').map_or(subject, |it| it.1);
        let id = EventId::new(format!("{}{suffix}", EventId::PREFIX));
        self.record(workspace, id, payload);
    }

    fn record(&mut self, workspace: &WorkspaceId, id: EventId, payload: EventPayload) {
        let event = Event {
            id,
            workspace_id: workspace.clone(),
            payload,
            created_at: self.app.now(),
        };
        self.push(events::insert(&event));
        self.push(deliveries::insert(workspace, &event.id, event.created_at));
    }

    /// Records an event that no endpoint has asked for, and returns its id.
    pub(crate) fn unasked_event(&mut self, workspace: &WorkspaceId, payload: EventPayload) -> Result<EventId> {
        let event = Event {
            id: EventId::new(self.app.id(EventId::PREFIX)?),
            workspace_id: workspace.clone(),
            payload,
            created_at: self.app.now(),
        };
        self.push(events::insert_unasked(&event));
        Ok(event.id)
    }

    /// Orders a task, due in `delay`, and returns the id of its job.
    pub(crate) fn enqueue(&mut self, workspace: &WorkspaceId, task: Task, delay: TimeDelta) -> Result<JobId> {
        let now = self.app.now();
        let id = JobId::new(self.app.id(JobId::PREFIX)?);
        let job = Job {
            id: id.clone(),
            workspace_id: workspace.clone(),
            task,
            attempts: 0,
            run_at: now.plus(delay),
        };
        self.push(jobs::insert(&job, now));
        Ok(id)
    }

    /// Writes everything in one transaction, and wakes the workers that it leaves work to.
    ///
    /// # Errors
    /// Those of the database, and when a worker could not be woken; then nothing was written.
    #[track_caller]
    pub(crate) fn commit(self) -> impl Future<Output = Result<Committed>> + use<'a> {
        self.commit_with(None)
    }

    /// The same, but afterwards workers are woken in the background, so that the caller does not wait for it.
    ///
    /// # Errors
    /// Those of [`Self::commit`].
    #[track_caller]
    pub(crate) fn commit_in(self, background: &Background) -> impl Future<Output = Result<Committed>> + use<'a> {
        self.commit_with(Some(background.clone()))
    }

    #[track_caller]
    fn commit_with(self, background: Option<Background>) -> impl Future<Output = Result<Committed>> + use<'a> {
        let at = Location::caller();
        async move {
            let Self { app, statements } = self;
            let waker = AppWaker { app, background };
            let written = app.store.write(statements, &waker).await;
            written.map(Committed).map_err(|why| Error::from(why).met_at(at))
        }
    }
}

/// What the statements of [`Changes`] have returned.
#[derive(Debug)]
pub(crate) struct Committed(Vec<Vec<Value>>);

impl Committed {
    /// Counts the rows of a statement.
    pub(crate) fn count(&self, returned: Returned) -> usize {
        self.0.get(returned.0).map_or(0, Vec::len)
    }

    /// Tells whether a statement returned a row.
    pub(crate) fn has(&self, returned: Returned) -> bool {
        self.count(returned) > 0
    }

    /// Takes the rows of a statement.
    pub(crate) fn take(&mut self, returned: Returned) -> Vec<Value> {
        self.0.get_mut(returned.0).map(std::mem::take).unwrap_or_default()
    }
}

/// Wakes workers through the ports of an application.
struct AppWaker<'a> {
    app: &'a App,
    background: Option<Background>,
}

#[async_trait]
impl Waker for AppWaker<'_> {
    async fn wake_before(&self, wake: &Wake) -> Result<(), String> {
        let woken = self.app.wake(wake).await;
        woken.map_err(|why| why.for_log().to_string())
    }

    async fn wake_after(&self, wakes: Vec<Wake>) {
        let app = self.app.clone();
        let wake = async move {
            for wake in &wakes {
                // The alarm was set before, and the sweep wakes a worker that was not reached: the write stands.
                let _ = app.wake(wake).await;
            }
        };
        match &self.background {
            Some(background) => background.spawn(wake),
            None => wake.await,
        }
    }
}
