//! Attempts: work that may crash the isolate is counted as begun before it is, and set aside when it goes on crashing.
//!
//! A row is written before the work and deleted when the work ends, well or badly. A row whose lease is over tells of a
//! crash meanwhile. Many things may have caused it, so the work is done again with the isolate to itself; only a crash
//! of such a run is charged to the work, and after [`MOST_TRAPS`] of them it is set aside.
use crate::Result;
use crate::app::App;
use crate::changes::Changes;
use crate::ports::{Company, Unread};
use edge_model::Timestamp;
use edge_model::time::TimeDelta;
use edge_permit::Permit;
use edge_store::{TenantStatement, TenantStore, attempts};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

/// How many crashes are charged to work before it is set aside.
pub(crate) const MOST_TRAPS: u32 = 3;
/// How long between two looks at whether it is one's turn.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);
/// How long to wait before work is looked at again that another isolate has just ended.
const RETRY_DELAY: TimeDelta = TimeDelta::seconds(1);
/// How long it is kept that work crashed.
pub(crate) const CRASHES_KEPT: TimeDelta = TimeDelta::days(30);

/// How work ended, as far as its row is concerned.
const ENDED: u8 = 0;
const CRASHED: u8 = 1;
const POSTPONED: u8 = 2;

/// Work to begin.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub(crate) tenant: TenantStore,
    /// What it is: the same each time it is tried.
    pub(crate) name: String,
    /// How long it may take. A crash costs that much.
    pub(crate) lease: TimeDelta,
    /// For how long it is set aside; then it has one more try. Zero where a person has to order it again.
    pub(crate) set_aside: TimeDelta,
}

/// Whether work may begin.
pub(crate) enum Begin {
    Run(Attempt),
    /// It crashed too often. What that means is written together with [`Work::set_aside`].
    SetAside,
    /// Another run of it is under way, until then at most.
    Later(Timestamp),
}

/// Work that has begun. It ends with the write that [`Attempt::end`] returns.
pub(crate) struct Attempt {
    work: Work,
    /// How many crashes are charged to it; none is while it is not alone.
    traps: Option<u32>,
    outcome: AtomicU8,
    _permit: Arc<Permit>,
}

impl Work {
    /// Returns the write that sets it aside.
    pub(crate) fn set_aside(&self, now: Timestamp) -> TenantStatement {
        let until = now.plus(self.set_aside);
        attempts::set_aside(self.tenant.workspace_id(), &self.name, MOST_TRAPS - 1, now, until)
    }
}

impl Attempt {
    /// Says whether the work may share with others what does it.
    pub(crate) fn company(&self) -> Company {
        match self.traps {
            Some(_) => Company::Alone,
            None => Company::Shared,
        }
    }

    /// Notes why the parser has not read what the work is about.
    pub(crate) fn note(&self, unread: &Unread) {
        let outcome = match unread {
            Unread::Crashed(_) => CRASHED,
            Unread::Busy => POSTPONED,
            Unread::Refused(_) => ENDED,
        };
        self.outcome.store(outcome, Ordering::Relaxed);
    }

    /// Tells whether the parser crashed.
    pub(crate) fn is_crashed(&self) -> bool {
        self.outcome.load(Ordering::Relaxed) == CRASHED
    }

    /// Tells whether it crashed for the last time, so that it is to be set aside.
    pub(crate) fn is_used_up(&self) -> bool {
        let is_last = self.traps.is_some_and(|it| it + 1 >= MOST_TRAPS);
        is_last && self.is_crashed()
    }

    /// Returns the work.
    pub(crate) fn work(&self) -> &Work {
        &self.work
    }

    /// Returns the write that notes how it ended. Belongs into the batch of what came of it.
    pub(crate) fn end(&self, now: Timestamp) -> TenantStatement {
        let (workspace, name) = (self.work.tenant.workspace_id(), &self.work.name);
        match self.outcome.load(Ordering::Relaxed) {
            CRASHED => attempts::crash(workspace, name, now),
            POSTPONED if self.traps.is_some() => attempts::postpone(workspace, name, now),
            _ => attempts::end(workspace, name),
        }
    }

    /// Passes on how work ended. An error means that nothing was written, so that it ends here.
    pub(crate) async fn finish<T>(&self, app: &App, done: Result<T>) -> Result<T> {
        if done.is_err() {
            // If this cannot be written either, the attempt counts as a crash that may be another one's fault.
            let _ = Changes::of(app, &self.work.tenant, self.end(app.now())).commit().await;
        }
        done
    }
}

/// Begins work, with the write that `hold` makes: until then nothing else of its kind is begun, so that a crash does
/// not lead to the next one at once.
pub(crate) async fn begin(app: &App, work: Work, hold: impl Fn(Timestamp) -> Option<TenantStatement>) -> Result<Begin> {
    let mut begun = begin_together(app, &work.tenant, vec![work.clone()], &hold).await?;
    match begun.pop() {
        Some(Ok(attempt)) => Ok(Begin::Run(attempt)),
        _ => begin_alone(app, work, hold).await,
    }
}

/// Begins several pieces of work of a tenant that go on together. What did not end in order before is given back, for
/// [`begin_alone`].
pub(crate) async fn begin_together(
    app: &App,
    tenant: &TenantStore,
    works: Vec<Work>,
    hold: impl Fn(Timestamp) -> Option<TenantStatement>,
) -> Result<Vec<Result<Attempt, Work>>> {
    let permit = Arc::new(permit(app, Company::Shared).await);
    let now = app.now();
    let mut changes = Changes::new(app, tenant);
    let lease = works.iter().map(|it| it.lease).max().unwrap_or_default();
    let mut orders = vec![];
    for work in works {
        let begin = attempts::begin(work.tenant.workspace_id(), &work.name, now, now.plus(work.lease));
        orders.push((changes.push(begin), work));
    }
    changes.extend(hold(now.plus(lease)));
    let committed = changes.commit().await?;
    let begun = orders.into_iter().map(|(begun, work)| match committed.has(begun) {
        false => Err(work),
        true => Ok(Attempt {
            work,
            traps: None,
            outcome: AtomicU8::new(ENDED),
            _permit: permit.clone(),
        }),
    });
    Ok(begun.collect())
}

/// Begins work that did not end in order, once it has the isolate to itself.
pub(crate) async fn begin_alone(
    app: &App,
    work: Work,
    hold: impl Fn(Timestamp) -> Option<TenantStatement>,
) -> Result<Begin> {
    let Some(unended) = work.tenant.unended(&work.name).await? else {
        return Ok(Begin::Later(app.now().plus(RETRY_DELAY)));
    };
    let now = app.now();
    match unended {
        it if it.set_aside_until > now => return Ok(Begin::SetAside),
        it if it.lease_until > now => return Ok(Begin::Later(it.lease_until)),
        it if it.traps >= MOST_TRAPS => return Ok(Begin::SetAside),
        _ => {}
    }
    let permit = Arc::new(permit(app, Company::Alone).await);
    let now = app.now();
    let until = now.plus(work.lease);
    let mut changes = Changes::new(app, &work.tenant);
    let begun = changes.push(attempts::begin_alone(
        work.tenant.workspace_id(),
        &work.name,
        now,
        until,
    ));
    changes.extend(hold(until));
    if !changes.commit().await?.has(begun) {
        return Ok(Begin::Later(now.plus(RETRY_DELAY)));
    }
    Ok(Begin::Run(Attempt {
        work,
        traps: Some(unended.traps),
        outcome: AtomicU8::new(ENDED),
        _permit: permit,
    }))
}

/// Waits until work may share the isolate, or has it alone.
async fn permit(app: &App, company: Company) -> Permit {
    let waiting = app.permits.ask(company == Company::Alone);
    loop {
        if let Some(permit) = waiting.poll(app.now().0) {
            return permit;
        }
        app.clock.sleep(LOOK_INTERVAL).await;
    }
}
