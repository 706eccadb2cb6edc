//! Deliveries: every event reaches every endpoint that asked for it, at least once.
//!
//! Each endpoint has a worker of its own that delivers to it ([`drain`]), so that one that hangs delays no other. Of
//! one endpoint's deliveries a few are under way at a time. After several failures in a row it is left alone for a
//! while, and then tried with one.
mod attempt;
mod plan;

use crate::app::App;
use crate::attempt::{self as work, Begin, Work};
use crate::auth::Caller;
use crate::changes::Changes;
use crate::permission::Action;
use crate::ports::Envelope;
use crate::webhook::{self, Scope, endpoint_of};
use crate::{Error, Result};
use attempt::Outcome;
use edge_model::delivery::{Attempt, Delivery, DeliveryStatus};
use edge_model::event::{EventPayload, Test};
use edge_model::job::Task;
use edge_model::time::TimeDelta;
use edge_model::webhook::{DisabledBecause, Webhook};
use edge_model::{DeliveryId, Timestamp, WebhookId};
use edge_store::deliveries::{Due, Endpoint, Range};
use edge_store::{Page, TenantStore, deliveries, events, webhooks};
use futures_util::future::join_all;

/// How many deliveries to one endpoint are under way at a time.
const MAX_CONCURRENT_DELIVERIES: u32 = 4;
/// How many events may be ordered again at a time.
const MAX_REPLAYED_EVENTS: u32 = 1_000;
/// An endpoint that took nothing for so long, while it was tried again and again, is disabled.
const LONGEST_FAILURE: TimeDelta = TimeDelta::days(5);
/// How long one attempt may take. A crash costs that much.
const ATTEMPT_LEASE: TimeDelta = TimeDelta::seconds(45);
/// How long events and what became of them are kept.
const EVENT_LIFETIME: TimeDelta = TimeDelta::days(30);

/// Delivers what is due to an endpoint until nothing is or the time is over, and returns when to come back; none when
/// there is nothing left to do.
///
/// # Errors
/// When the database does not answer; what an endpoint does wrong is written down, not reported.
pub async fn drain(app: &App, endpoint: &Endpoint, budget: TimeDelta) -> Result<Option<Timestamp>> {
    let stop = app.now().plus(budget);
    let tenant = &app.locate(&endpoint.workspace_id).await?;
    loop {
        let now = app.now();
        let found = tenant.due_deliveries(endpoint, now, MAX_CONCURRENT_DELIVERIES).await?;
        let Some((webhook, mut due)) = found.filter(|it| it.0.disabled_because.is_none()) else {
            return Ok(None);
        };
        let paused_until = webhook.paused_until.filter(|it| *it > now);
        if due.is_empty() || now >= stop || paused_until.is_some() {
            let next = tenant.next_delivery_at(endpoint).await?;
            return Ok(next.map(|it| paused_until.map_or(it, |until| it.max(until))));
        }
        if webhook.failures >= plan::TOLERATED {
            due.truncate(1);
        }
        round(app, tenant, webhook, due).await?;
    }
}

/// Makes one attempt for each of some deliveries and writes down what came of them: all at the same time, but for those
/// during which something crashed.
async fn round(app: &App, tenant: &TenantStore, mut webhook: Webhook, due: Vec<Due>) -> Result<()> {
    let works = due.iter().map(|it| work_of(tenant, &it.delivery)).collect();
    let Endpoint {
        workspace_id,
        webhook_id,
    } = endpoint_of(&webhook);
    // An endpoint that crashes the isolate over these might do so over the next ones, so it pauses.
    let pause = |until| Some(webhooks::pause(&workspace_id, &webhook_id, until));
    let begun = work::begin_together(app, tenant, works, pause).await?;
    let (mut together, mut ends, mut suspects) = (vec![], vec![], vec![]);
    for (due, begun) in due.into_iter().zip(begun) {
        match begun {
            Ok(attempt) => {
                together.push(due);
                ends.push(attempt);
            }
            Err(work) => suspects.push((due, work)),
        }
    }
    if !together.is_empty() {
        let mut changes = Changes::new(app, tenant);
        changes.extend(ends.iter().map(|it| it.end(app.now())));
        let done = attempt_all(app, webhook.clone(), together, changes.clone()).await;
        if done.is_err() {
            // They ended, if not well. Where this cannot be written either, they count as if something had crashed.
            let _ = changes.commit().await;
        }
        done?;
        let Some(after) = tenant.webhook(&webhook_id).await? else {
            return Ok(());
        };
        webhook = after;
    }
    // Deliveries that must be alone in the isolate begin when these have ended.
    drop(ends);
    for (due, work) in suspects {
        match work::begin_alone(app, work.clone(), pause).await? {
            Begin::Run(attempt) => {
                let changes = Changes::of(app, tenant, attempt.end(app.now()));
                let done = attempt_all(app, webhook, vec![due], changes).await;
                attempt.finish(app, done).await?;
            }
            Begin::SetAside => set_aside(app, &webhook, due.delivery, &work).await?,
            Begin::Later(at) => {
                let mut changes = Changes::new(app, tenant);
                changes.extend(pause(at));
                return changes.commit().await.map(drop);
            }
        }
        // The endpoint may have been changed or disabled by the delivery before.
        let Some(after) = tenant.webhook(&webhook_id).await? else {
            return Ok(());
        };
        webhook = after;
    }
    Ok(())
}

fn work_of(tenant: &TenantStore, delivery: &Delivery) -> Work {
    Work {
        tenant: tenant.clone(),
        name: format!("delivery/{}", delivery.id),
        lease: ATTEMPT_LEASE,
        set_aside: TimeDelta::zero(),
    }
}

/// Gives up a delivery that crashed whatever made it each time nothing else ran. The endpoint is not at fault.
async fn set_aside(app: &App, webhook: &Webhook, mut delivery: Delivery, work: &Work) -> Result<()> {
    let now = app.now();
    delivery.attempts += 1;
    delivery.status = DeliveryStatus::Failed;
    delivery.next_attempt_at = None;
    delivery.ended_at = Some(now);
    let attempt = Attempt {
        number: delivery.attempts,
        url: webhook.url.clone(),
        headers: vec![],
        status: None,
        error: Some("sending it crashed our sender each time, so it was given up".into()),
        response: String::new(),
        duration_ms: 0,
        created_at: now,
    };
    let mut changes = Changes::of(app, &work.tenant, deliveries::insert_attempt(&delivery, &attempt));
    changes.push(deliveries::update(&delivery));
    changes.push(webhooks::set_health(webhook));
    changes.push(events::delete_unkept(&delivery.workspace_id));
    changes.push(work.set_aside(now));
    changes.commit().await.map(drop)
}

/// Makes an attempt for each of some deliveries, all at the same time, and adds what came of them to `changes`, which
/// it commits.
async fn attempt_all(app: &App, mut webhook: Webhook, due: Vec<Due>, mut changes: Changes<'_>) -> Result<()> {
    let attempts = due.iter().map(|it| attempt::make(app, &webhook, it));
    let outcomes = join_all(attempts).await;
    let now = app.now();
    let mut is_gone = false;
    for (Due { mut delivery, .. }, outcome) in due.into_iter().zip(outcomes) {
        is_gone |= outcome.is_gone();
        plan::note(&mut webhook, outcome.is_delivered(), now);
        let attempt = settle(app, &mut delivery, outcome, now)?;
        changes.push(deliveries::insert_attempt(&delivery, &attempt));
        changes.push(deliveries::update(&delivery));
    }
    changes.push(webhooks::set_health(&webhook));
    changes.push(events::delete_unkept(&webhook.workspace_id));
    let is_failing = webhook.failing_since.is_some_and(|it| it.plus(LONGEST_FAILURE) <= now);
    match (is_gone, is_failing) {
        (true, _) => give_up(&mut changes, &webhook, DisabledBecause::Gone, now)?,
        (false, true) => give_up(&mut changes, &webhook, DisabledBecause::Failing, now)?,
        (false, false) => {}
    }
    changes.commit().await.map(drop)
}

fn give_up(changes: &mut Changes<'_>, webhook: &Webhook, why: DisabledBecause, now: Timestamp) -> Result<()> {
    let task = Task::ReportWebhook {
        webhook_id: webhook.id.clone(),
    };
    webhook::disable(changes, webhook, why, now);
    changes.push(events::delete_unkept(&webhook.workspace_id));
    changes.enqueue(task, TimeDelta::zero()).map(drop)
}

/// Works out how a delivery stands after an attempt.
fn settle(app: &App, delivery: &mut Delivery, outcome: Outcome, now: Timestamp) -> Result<Attempt> {
    delivery.tries += 1;
    delivery.attempts += 1;
    delivery.next_attempt_at = None;
    let wait = plan::wait(&*app.random, delivery.tries, outcome.retry_after)?;
    match wait.filter(|_| !outcome.is_delivered()) {
        Some(wait) => delivery.next_attempt_at = Some(now.plus(wait)),
        None if outcome.is_delivered() => delivery.status = DeliveryStatus::Delivered,
        None => delivery.status = DeliveryStatus::Failed,
    }
    delivery.ended_at = delivery.next_attempt_at.is_none().then_some(now);
    Ok(Attempt {
        number: delivery.attempts,
        ..outcome.attempt
    })
}

/// Wakes the workers of endpoints that have deliveries due, since a crash may have lost their wake-up; and deletes what
/// is kept no longer.
///
/// # Errors
/// When the database does not answer, or a worker was not woken, once all others were.
pub(crate) async fn sweep(app: &App) -> Result<()> {
    let now = app.now();
    let mut end = Ok(());
    for database in app.databases() {
        for endpoint in database.endpoints_with_deliveries(now).await? {
            end = end.and(app.deliveries.wake(&endpoint).await);
        }
        Changes::of(app, database, events::purge(now.plus(-EVENT_LIFETIME)))
            .commit()
            .await?;
    }
    end
}

/// A delivery with its log.
#[derive(Clone, Debug)]
pub struct Detail {
    pub delivery: Delivery,
    /// The body that is sent; none when the endpoint's dialect has no word for the event.
    pub body: Option<String>,
    /// The first one first.
    pub attempts: Vec<Attempt>,
}

/// Lists the deliveries to an endpoint, newest first, and counts all of the status.
///
/// # Errors
/// [`crate::Kind::NotFound`] when there is no such endpoint.
pub async fn list(
    _: &App,
    caller: &Caller,
    scope: &Scope,
    id: &WebhookId,
    status: Option<DeliveryStatus>,
    page: &Page,
) -> Result<(Vec<Delivery>, u64)> {
    caller.require(Action::Read)?;
    let webhook = webhook::find(caller.tenant(), scope, id).await?;
    Ok(caller.tenant().deliveries(&endpoint_of(&webhook), status, page).await?)
}

/// Returns a delivery with all that was sent and came back. It shows the endpoint's address, which may be a secret.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller does not manage webhooks; [`crate::Kind::NotFound`].
pub async fn get(app: &App, caller: &Caller, scope: &Scope, id: &WebhookId, delivery: &DeliveryId) -> Result<Detail> {
    caller.require(Action::ManageWebhooks)?;
    let webhook = webhook::find(caller.tenant(), scope, id).await?;
    let delivery = find(caller.tenant(), &endpoint_of(&webhook), delivery).await?;
    let event = caller.tenant().event(&delivery.event_id).await?;
    let envelope = event.and_then(|it| app.envelopes.envelope(webhook.form, &it));
    let body = envelope.map(|Envelope { body, .. }| String::from_utf8_lossy(&body).into_owned());
    let attempts = caller.tenant().attempts(&delivery.id).await?;
    Ok(Detail {
        delivery,
        body,
        attempts,
    })
}

/// Orders a delivery once more, whatever became of it.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller does not manage webhooks; [`crate::Kind::NotFound`];
/// [`crate::Kind::Conflict`] when the endpoint is disabled.
pub async fn redeliver(
    app: &App,
    caller: &Caller,
    scope: &Scope,
    id: &WebhookId,
    delivery: &DeliveryId,
) -> Result<Delivery> {
    let tenant = caller.tenant();
    caller.require(Action::ManageWebhooks)?;
    let webhook = webhook::find(caller.tenant(), scope, id).await?;
    let endpoint = endpoint_of(&webhook);
    find(tenant, &endpoint, delivery).await?;
    webhook::require_active(&webhook)?;
    let again = deliveries::again(&endpoint, delivery, app.now());
    Changes::of(app, tenant, again).commit().await?;
    find(tenant, &endpoint, delivery).await
}

/// Orders the events of a range once more, up to 1,000 of them, and returns how many.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller does not manage webhooks; [`crate::Kind::NotFound`];
/// [`crate::Kind::Conflict`] when the endpoint is disabled.
pub async fn replay(app: &App, caller: &Caller, scope: &Scope, id: &WebhookId, range: &Range) -> Result<u64> {
    let tenant = caller.tenant();
    caller.require(Action::ManageWebhooks)?;
    let webhook = webhook::find(caller.tenant(), scope, id).await?;
    webhook::require_active(&webhook)?;
    let mut changes = Changes::new(app, tenant);
    let replayed = changes.push(deliveries::replay(
        &endpoint_of(&webhook),
        range,
        MAX_REPLAYED_EVENTS,
        app.now(),
    ));
    let count = changes.commit().await?.count(replayed);
    Ok(u64::try_from(count).unwrap_or_default())
}

pub(crate) async fn find(tenant: &TenantStore, endpoint: &Endpoint, id: &DeliveryId) -> Result<Delivery> {
    let found = tenant.delivery(endpoint, id).await?;
    found.ok_or_else(|| Error::not_found("delivery"))
}

/// Sends an endpoint an event that reports nothing.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller does not manage webhooks; [`Kind::NotFound`]; [`Kind::Conflict`] when the
/// endpoint is disabled.
pub async fn test(app: &App, caller: &Caller, scope: &Scope, id: &WebhookId) -> Result<Delivery> {
    let tenant = caller.tenant();
    caller.require(Action::ManageWebhooks)?;
    let webhook = webhook::find(caller.tenant(), scope, id).await?;
    webhook::require_active(&webhook)?;
    let payload = EventPayload::Test(Test {
        message: "This is a test of your webhook.".into(),
    });
    let endpoint = endpoint_of(&webhook);
    let mut changes = Changes::new(app, tenant);
    let event = changes.unasked_event(payload)?;
    let inserted = changes.push(deliveries::insert_for(&endpoint, &event, app.now()));
    let rows = changes.commit().await?.take(inserted);
    let id = rows.first().and_then(|it| it.get("id")?.as_str()).map(DeliveryId::new);
    let id = id.ok_or_else(|| Error::internal("a test was not written"))?;
    find(tenant, &endpoint, &id).await
}
