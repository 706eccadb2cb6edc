//! Background work: jobs are worked off one at a time per workspace and lane, at least once. A job that fails is tried
//! again, later each time; one that crashes what does it is tried alone, and set aside after three crashes.
//!
//! Each kind of work is a file here and a [`Worker`]. They are enqueued through [`crate::changes`].
mod compact_index;
mod copy_account;
mod copy_workspace;
mod delete_account;
mod embed_index;
mod erase_blobs;
mod erase_unopened;
mod erase_workspace;
mod process_document;
mod purge_conversations;
mod report_webhook;
mod reseal;
mod send_mail;
mod settle_member;
mod sweep;

pub use sweep::sweep;

use crate::app::App;
use crate::attempt::{self, Attempt, Begin, Work};
use crate::changes::Changes;
use crate::{Error, Result};
use async_trait::async_trait;
use edge_model::job::{Job, Task};
use edge_model::time::TimeDelta;
use edge_model::{Timestamp, WorkspaceId};
use edge_store::jobs::{self, Lane};
use edge_store::{TenantStatement, TenantStore, Wake};
use futures_util::future::join;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often the prompt lane looks for work while the patient one is busy.
const LOOK_INTERVAL: Duration = Duration::from_millis(200);
/// How long a job that was begun is left alone. A crash costs that much at most.
const JOB_LEASE: TimeDelta = TimeDelta::seconds(45);
/// When a job over which the parser crashed is tried again. It has few such tries, so waiting for longer each time
/// would only keep its owner waiting.
const RETRY_AFTER_CRASH: TimeDelta = TimeDelta::seconds(2);
/// When a failed job is tried again, unless its kind says otherwise; after the last time it is parked.
const RETRY_SCHEDULE: [TimeDelta; 6] = [
    TimeDelta::seconds(2),
    TimeDelta::seconds(10),
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
];

/// A kind of background work. Safe to run twice.
#[async_trait(?Send)]
trait Worker {
    /// Returns what is counted as begun: the job, or what all jobs of this kind are about.
    fn name(&self, job: &Job) -> String {
        format!("job/{}", job.id)
    }

    /// Returns when a run that failed is tried again; after the last time the job is parked.
    fn retry_schedule(&self) -> &'static [TimeDelta] {
        &RETRY_SCHEDULE
    }

    /// Returns what becomes of a job that crashed what does it each time.
    fn after_crashes(&self) -> AfterCrashes {
        AfterCrashes::Park
    }

    /// Does the work; the rows of the job's workspace are `tenant`.
    async fn run(&self, app: &App, tenant: &TenantStore, job: &Job, attempt: &Attempt) -> Result<()>;

    /// Writes down for its owner that work crashed each time and is given up.
    async fn give_up(&self, _app: &App, _tenant: &TenantStore, _job: &Job) -> Result<()> {
        Ok(())
    }
}

/// What becomes of a job that crashed what does it each time it had it to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AfterCrashes {
    /// It is kept in the table, for the operator to look into.
    Park,
    /// It is kept in place of all others of its kind that wait: every change orders another.
    ParkForAll,
    /// It has another try after a day, since nothing else would order it again; also when it only failed each time.
    RetryAfterDay,
}

impl AfterCrashes {
    /// For how long the work is left alone that is ordered again at once.
    fn set_aside(self) -> TimeDelta {
        match self {
            Self::Park => TimeDelta::zero(),
            Self::ParkForAll | Self::RetryAfterDay => TimeDelta::days(1),
        }
    }
}

/// Returns who does a task.
fn worker(task: &Task) -> Box<dyn Worker + '_> {
    match task {
        Task::ProcessDocument { document_id, version } => Box::new(process_document::ProcessDocument {
            document_id,
            version: *version,
        }),
        Task::CompactIndex => Box::new(compact_index::CompactIndex),
        Task::EmbedIndex { failures, .. } => Box::new(embed_index::EmbedIndex { failures: *failures }),
        Task::EraseBlobs { keys } => Box::new(erase_blobs::EraseBlobs { keys }),
        Task::SendMail { to, mail } => Box::new(send_mail::SendMail {
            to: to.as_deref(),
            mail,
        }),
        Task::PurgeConversations => Box::new(purge_conversations::PurgeConversations),
        Task::EraseWorkspace { is_last } => Box::new(erase_workspace::EraseWorkspace { is_last: *is_last }),
        Task::ReportWebhook { webhook_id } => Box::new(report_webhook::ReportWebhook { webhook_id }),
        Task::SettleMember { account_id, role, at } => Box::new(settle_member::SettleMember {
            account_id,
            role: *role,
            at: *at,
        }),
        Task::CopyAccount { account_id } => Box::new(copy_account::CopyAccount { account_id }),
        Task::CopyWorkspace => Box::new(copy_workspace::CopyWorkspace),
        Task::EraseUnopened => Box::new(erase_unopened::EraseUnopened),
        Task::DeleteAccount { account_id } => Box::new(delete_account::DeleteAccount { account_id }),
        Task::Reseal { rows, after } => Box::new(reseal::Reseal { rows: *rows, after }),
    }
}

/// Works off a workspace's due jobs until none is left or the time is over, and returns when to come back; none when
/// there is nothing left to do.
///
/// # Errors
/// When the database does not answer; a job that fails is put off, not reported.
pub async fn drain(app: &App, workspace: &WorkspaceId, budget: TimeDelta) -> Result<Option<Timestamp>> {
    let app = &app.working_for(Wake::Jobs(workspace.clone()));
    let stop = app.now().plus(budget);
    let (mut next, mut end): (Option<Timestamp>, _) = (None, Ok(()));
    // Jobs are where their cause was written: with the rows of the workspace, or in the directory.
    for database in app.databases() {
        match drain_queue(app, &database.tenant(workspace), stop).await {
            Ok(at) => next = next.into_iter().chain(at).min(),
            Err(error) => end = end.and(Err(error)),
        }
    }
    end.map(|()| next)
}

/// Works off what is due in one database.
async fn drain_queue(app: &App, queue: &TenantStore, stop: Timestamp) -> Result<Option<Timestamp>> {
    let is_done = AtomicBool::new(false);
    let patient = async {
        let end = lane(app, queue, Lane::Patient, stop).await;
        is_done.store(true, Ordering::Relaxed);
        end
    };
    // Uploads do not wait for another host's vectors.
    let prompt = async {
        loop {
            lane(app, queue, Lane::Prompt, stop).await?;
            if is_done.load(Ordering::Relaxed) || app.now() >= stop {
                return Result::Ok(());
            }
            app.clock.sleep(LOOK_INTERVAL).await;
        }
    };
    let (patient, prompt) = join(patient, prompt).await;
    patient.and(prompt)?;
    Ok(queue.next_job_at().await?)
}

/// Works off the due jobs of a lane.
async fn lane(app: &App, queue: &TenantStore, lane: Lane, stop: Timestamp) -> Result<()> {
    while app.now() < stop {
        let now = app.now();
        let Some(job) = queue.lease_job(lane, now, now.plus(JOB_LEASE)).await? else {
            break;
        };
        let worker = worker(&job.task);
        let work = work(queue, &job, &*worker);
        let attempt = match attempt::begin(app, work.clone(), |_| None).await? {
            Begin::Run(attempt) => attempt,
            Begin::SetAside => {
                set_aside(app, queue, &job, &*worker, &work).await?;
                continue;
            }
            Begin::Later(at) => {
                let put_off = jobs::retry(&job.workspace_id, &job.id, at, "another run of it is under way");
                Changes::of(app, queue, put_off).commit().await?;
                continue;
            }
        };
        let done = worker.run(app, queue, &job, &attempt).await;
        if attempt.is_used_up() {
            set_aside(app, queue, &job, &*worker, &work).await?;
            continue;
        }
        let end = match done {
            Ok(()) => jobs::delete(&job.workspace_id, &job.id),
            Err(error) => fail(app, &job, &*worker, &attempt, &error),
        };
        let mut changes = Changes::of(app, queue, end);
        changes.push(attempt.end(app.now()));
        changes.commit().await?;
    }
    Ok(())
}

fn work(queue: &TenantStore, job: &Job, worker: &dyn Worker) -> Work {
    Work {
        tenant: queue.clone(),
        name: worker.name(job),
        lease: JOB_LEASE,
        set_aside: worker.after_crashes().set_aside(),
    }
}

/// Gives up a job that crashed what does it each time it had it to itself.
async fn set_aside(app: &App, queue: &TenantStore, job: &Job, worker: &dyn Worker, work: &Work) -> Result<()> {
    worker.give_up(app, queue, job).await?;
    let (workspace, now, name) = (&job.workspace_id, app.now(), job.task.name());
    let traps = attempt::MOST_TRAPS;
    let reason = format!("{name}: it crashed {traps} times while nothing else ran");
    let mut changes = Changes::new(app, queue);
    match worker.after_crashes() {
        AfterCrashes::Park => {
            changes.push(jobs::park(workspace, &job.id, now, &reason));
        }
        AfterCrashes::ParkForAll => {
            changes.push(jobs::delete_waiting(workspace, name, &job.id));
            changes.push(jobs::park(workspace, &job.id, now, &reason));
        }
        AfterCrashes::RetryAfterDay => {
            changes.push(jobs::retry(workspace, &job.id, now.plus(TimeDelta::days(1)), &reason));
        }
    }
    changes.push(work.set_aside(now));
    changes.commit().await.map(drop)
}

fn fail(app: &App, job: &Job, worker: &dyn Worker, attempt: &Attempt, error: &Error) -> TenantStatement {
    let tries = usize::try_from(job.attempts).unwrap_or(usize::MAX).saturating_sub(1);
    let reason = format!("{}: {}", job.task.name(), error.for_log());
    match worker.retry_schedule().get(tries) {
        Some(_) if attempt.is_crashed() => {
            jobs::retry(&job.workspace_id, &job.id, app.now().plus(RETRY_AFTER_CRASH), &reason)
        }
        Some(delay) => jobs::retry(&job.workspace_id, &job.id, app.now().plus(*delay), &reason),
        None if worker.after_crashes() == AfterCrashes::RetryAfterDay => {
            let tomorrow = app.now().plus(TimeDelta::days(1));
            jobs::retry(&job.workspace_id, &job.id, tomorrow, &reason)
        }
        None => jobs::park(&job.workspace_id, &job.id, app.now(), &reason),
    }
}
