//! Resealing: after a change of `AUTH_SECRET`, what the previous secrets have sealed is sealed with the current one, a
//! few rows at a time, so that the previous ones can be removed.
//!
//! The sweep orders the job while previous secrets are set and rows are left. What no secret of the ring opens is
//! passed over and stays as it is.
use crate::Result;
use crate::app::App;
use crate::auth::operator::Operator;
use crate::auth::session;
use crate::changes::Changes;
use crate::encryption::{self, MARK_LENGTH, Purpose};
use edge_model::job::{SealedRows, Task};
use edge_model::time::TimeDelta;
use edge_model::webhook::Webhook;
use edge_model::{JobId, Timestamp, WorkspaceId};
use edge_store::{Database, DatabaseStatement, TenantStore, Wake, jobs, seals};

/// The queue of these jobs, which belongs to no workspace.
const QUEUE: &str = "reseal";
/// How many rows one run seals anew.
const ROWS_PER_RUN: u32 = 50;
/// How long an isolate that was started with the previous secret may go on using it.
const ISOLATE_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// How a secret of the ring stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInRotation {
    pub id: String,
    pub is_current: bool,
    /// How many texts in rows it has sealed.
    pub sealed: u64,
}

/// How the change of the secret stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The current secret first.
    pub keys: Vec<KeyInRotation>,
    /// Texts of earlier releases, which do not name their secret.
    pub unmarked: u64,
    /// Texts that only a secret opens that is not in the ring.
    pub lost: u64,
    /// Until when tokens of previous secrets are good; none when there are none, or it is not known yet.
    pub tokens_until: Option<Timestamp>,
    /// Whether the previous secrets are needed no longer.
    pub is_over: bool,
}

/// Orders the job when previous secrets are set and rows are left that one of them has sealed.
pub(crate) async fn sweep(app: &App) -> Result<()> {
    for database in app.databases() {
        sweep_database(app, database).await?;
    }
    Ok(())
}

async fn sweep_database(app: &App, database: &Database) -> Result<()> {
    let keys = &app.settings.auth_keys;
    if !keys.has_previous() {
        return Ok(());
    }
    let id = keys.current().id();
    let known = database.auth_key(id).await?;
    if known.is_none() {
        Changes::of(app, database, seals::note_key(id, app.now()))
            .commit()
            .await?;
    }
    let is_through = known.is_some_and(|it| it.resealed_at.is_some());
    let previous: Vec<String> = keys.all().skip(1).map(encryption::mark).collect();
    if is_through && !database.has_seals(&previous, MARK_LENGTH).await? {
        return Ok(());
    }
    let queue = database.tenant(&WorkspaceId::new(QUEUE));
    if queue.next_job_at().await?.is_some() {
        // A crash may have come between the job and its alarm.
        return app.wake(&Wake::Jobs(queue.workspace_id().clone())).await;
    }
    let mut changes = Changes::new(app, &queue);
    order(&mut changes, SealedRows::Webhooks, String::new())?;
    changes.commit().await.map(drop)
}

/// Orders a run.
fn order(changes: &mut Changes<'_>, rows: SealedRows, after: String) -> Result<()> {
    changes
        .enqueue(Task::Reseal { rows, after }, TimeDelta::zero())
        .map(drop)
}

/// Seals some rows of a database anew, and then orders the next run, until none are left. Run twice, the second finds
/// the rows of the first as they are to be. `queue` is the database's queue of these jobs.
pub(crate) async fn reseal(app: &App, queue: &TenantStore, own: &JobId, rows: SealedRows, after: &str) -> Result<()> {
    let database = queue.database();
    let mark = encryption::mark(app.settings.auth_keys.current());
    let mut changes = Changes::new(app, database);
    let last = match rows {
        SealedRows::Webhooks => {
            let found = database.webhooks_to_reseal(&mark, after, ROWS_PER_RUN).await?;
            changes.extend(found.iter().filter_map(|it| webhook(app, it)));
            found.last().map(|it| it.id.to_string())
        }
        SealedRows::Requests => {
            let found = database.requests_to_reseal(&mark, after, ROWS_PER_RUN).await?;
            let fresh = |request: &seals::SealedSeed| {
                Some(seals::reseal_request(
                    request,
                    &again(app, Purpose::RequestKey, &request.id, &request.seed)?,
                ))
            };
            changes.extend(found.iter().filter_map(fresh));
            found.last().map(|it| it.id.clone())
        }
    };
    let next = match (rows, last) {
        (rows, Some(last)) => Some((rows, last)),
        (SealedRows::Webhooks, None) => Some((SealedRows::Requests, String::new())),
        (SealedRows::Requests, None) => {
            changes.push(seals::note_resealed(app.settings.auth_keys.current().id(), app.now()));
            None
        }
    };
    if !changes.is_empty() {
        changes.commit().await?;
    }
    // The two change places at once, so that there are never two that order each other.
    let mut changes = Changes::of(app, queue, jobs::delete(queue.workspace_id(), own));
    if let Some((rows, after)) = next {
        order(&mut changes, rows, after)?;
    }
    changes.commit().await.map(drop)
}

/// Returns the write that seals an endpoint's texts anew; none when one of them does not open.
fn webhook(app: &App, before: &Webhook) -> Option<DatabaseStatement> {
    let place = before.id.as_str();
    let mut after = before.clone();
    after.sealed_secret = again(app, Purpose::WebhookSecret, place, &before.sealed_secret)?;
    after.sealed_headers = again(app, Purpose::WebhookHeaders, place, &before.sealed_headers)?;
    if let Some(old) = &before.sealed_old_secret {
        after.sealed_old_secret = Some(again(app, Purpose::WebhookSecret, place, old)?);
    }
    Some(seals::reseal_webhook(before, &after))
}

fn again(app: &App, purpose: Purpose, place: &str, sealed: &str) -> Option<String> {
    let plain = encryption::open(app, purpose, place, sealed).ok()?;
    encryption::seal(app, purpose, place, &plain).ok()
}

/// Tells how the change of the secret stands.
pub async fn standing(app: &App, _: Operator) -> Result<Rotation> {
    let ring = &app.settings.auth_keys;
    let (mut found, mut known) = (vec![], vec![]);
    for database in app.databases() {
        found.extend(database.seals(MARK_LENGTH).await?);
        known.extend(database.auth_key(ring.current().id()).await?);
    }
    let count = |is_meant: &dyn Fn(&str) -> bool| found.iter().filter(|it| is_meant(&it.mark)).map(|it| it.n).sum();
    let marks: Vec<String> = ring.all().map(encryption::mark).collect();
    let keys: Vec<_> = ring
        .all()
        .map(|key| KeyInRotation {
            id: key.id().into(),
            is_current: key.id() == ring.current().id(),
            sealed: count(&|mark| mark == encryption::mark(key)),
        })
        .collect();
    let unmarked: u64 = count(&encryption::is_unmarked);
    let lost = count(&|mark| !encryption::is_unmarked(mark) && !marks.iter().any(|it| it == mark));
    let known: Vec<_> = known.into_iter().filter(|_| ring.has_previous()).collect();
    let first_used_at = known.iter().map(|it| it.first_used_at).min();
    let tokens_until = first_used_at.map(|it| it.plus(session::SESSION_LIFETIME + ISOLATE_LIFETIME));
    let are_through = known.len() == app.databases().len() && known.iter().all(|it| it.resealed_at.is_some());
    let is_sealed_anew = are_through && keys.iter().skip(1).all(|it| it.sealed == 0);
    let is_over = !ring.has_previous() || is_sealed_anew && tokens_until.is_some_and(|it| it <= app.now());
    Ok(Rotation {
        keys,
        unmarked,
        lost,
        tokens_until,
        is_over,
    })
}
