//! Changes: all that one operation writes to one half of the rows, applied by one call: rows, events, jobs, and the
//! wake-ups that they need.
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
use edge_store::{Directory, DirectoryStatement, Half, TenantStore, Wake, Waker, deliveries, events, jobs};
use serde_json::Value;
use std::panic::Location;

/// What an operation is about to write: to the rows of a tenant, unless it says otherwise.
#[derive(Clone)]
pub(crate) struct Changes<'a, H: Half = TenantStore> {
    app: &'a App,
    half: H,
    statements: Vec<H::Statement>,
}

/// Names the rows that a statement of a [`Changes`] returns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Returned(usize);

impl<'a, H: Half + 'static> Changes<'a, H> {
    /// Begins without anything to write.
    pub(crate) fn new(app: &'a App, half: &H) -> Self {
        Self {
            app,
            half: half.clone(),
            statements: vec![],
        }
    }

    /// Begins with a statement.
    pub(crate) fn of(app: &'a App, half: &H, statement: H::Statement) -> Self {
        Self {
            app,
            half: half.clone(),
            statements: vec![statement],
        }
    }

    /// Returns the application.
    pub(crate) fn app(&self) -> &'a App {
        self.app
    }

    /// Returns what is written to.
    pub(crate) fn half(&self) -> &H {
        &self.half
    }

    /// Adds a statement, and returns what names its rows in [`Committed`].
    pub(crate) fn push(&mut self, statement: H::Statement) -> Returned {
        self.statements.push(statement);
        Returned(self.statements.len() - 1)
    }

    /// Adds statements whose returned rows are not needed.
    pub(crate) fn extend(&mut self, statements: impl IntoIterator<Item = H::Statement>) {
        self.statements.extend(statements);
    }

    /// Tells whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// Writes everything in one transaction, and wakes the workers that it leaves work to.
    ///
    /// # Errors
    /// Those of the database, and when a worker could not be woken; then nothing was written.
    #[track_caller]
    pub(crate) fn commit(self) -> impl Future<Output = Result<Committed>> + use<'a, H> {
        self.commit_with(None)
    }

    /// The same, but afterwards workers are woken in the background, so that the caller does not wait for it.
    ///
    /// # Errors
    /// Those of [`Self::commit`].
    #[track_caller]
    pub(crate) fn commit_in(self, background: &Background) -> impl Future<Output = Result<Committed>> + use<'a, H> {
        self.commit_with(Some(background.clone()))
    }

    #[track_caller]
    fn commit_with(self, background: Option<Background>) -> impl Future<Output = Result<Committed>> + use<'a, H> {
        let at = Location::caller();
        async move {
            let Self { app, half, statements } = self;
            let waker = AppWaker { app, background };
            let written = half.write(statements, &waker).await;
            written.map(Committed).map_err(|why| Error::from(why).met_at(at))
        }
    }
}

impl Changes<'_> {
    /// Adds what the directory writes in the same transaction.
    ///
    /// # Errors
    /// When the tenant's rows are in another database.
    pub(crate) fn push_of_directory(&mut self, statement: DirectoryStatement) -> Result<Returned> {
        let statement = self.half.with_directory(statement)?;
        Ok(self.push(statement))
    }

    /// Records that something happened, and its deliveries to the endpoints that ask for it. Costs nothing where none
    /// does.
    pub(crate) fn event(&mut self, payload: EventPayload) -> Result<()> {
        let id = EventId::new(self.app.id(EventId::PREFIX)?);
        self.record(id, payload);
        Ok(())
    }

    /// Records an event that a subject has at most once, such as the end of a job. Its id is made from the subject's
    /// id, so recording it twice keeps one.
    pub(crate) fn event_of(&mut self, subject: &str, payload: EventPayload) {
        let suffix = subject.split_once('_').map_or(subject, |it| it.1);
        let id = EventId::new(format!("{}{suffix}", EventId::PREFIX));
        self.record(id, payload);
    }

    fn record(&mut self, id: EventId, payload: EventPayload) {
        let event = Event {
            id,
            workspace_id: self.half.workspace_id().clone(),
            payload,
            created_at: self.app.now(),
        };
        self.push(events::insert(&event));
        self.push(deliveries::insert(&event.workspace_id, &event.id, event.created_at));
    }

    /// Records an event that no endpoint has asked for, and returns its id.
    pub(crate) fn unasked_event(&mut self, payload: EventPayload) -> Result<EventId> {
        let event = Event {
            id: EventId::new(self.app.id(EventId::PREFIX)?),
            workspace_id: self.half.workspace_id().clone(),
            payload,
            created_at: self.app.now(),
        };
        self.push(events::insert_unasked(&event));
        Ok(event.id)
    }

    /// Orders a task, due in `delay`, and returns the id of its job.
    pub(crate) fn enqueue(&mut self, task: Task, delay: TimeDelta) -> Result<JobId> {
        let job = job(self.app, self.half.workspace_id(), task, delay)?;
        self.push(jobs::insert(&job, self.app.now()));
        Ok(job.id)
    }
}

impl Changes<'_, Directory> {
    /// Orders a task in a queue of the directory, due in `delay`, and returns the id of its job.
    pub(crate) fn enqueue(&mut self, queue: &WorkspaceId, task: Task, delay: TimeDelta) -> Result<JobId> {
        let job = job(self.app, queue, task, delay)?;
        self.push(jobs::insert_in_directory(&job, self.app.now()));
        Ok(job.id)
    }
}

fn job(app: &App, queue: &WorkspaceId, task: Task, delay: TimeDelta) -> Result<Job> {
    Ok(Job {
        id: JobId::new(app.id(JobId::PREFIX)?),
        workspace_id: queue.clone(),
        task,
        attempts: 0,
        run_at: app.now().plus(delay),
    })
}

/// What the statements of [`Changes`] have returned.
#[derive(Debug, Default)]
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
