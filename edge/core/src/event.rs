//! Events: written down in the batch of the change that they report, and then sent to whoever asked for them.
//!
//! An operation makes an [`Event`], adds [`statements`] to its batch and writes the batch with [`write`].
use crate::Result;
use crate::app::App;
use edge_model::event::{Event, Happening};
use edge_model::{EventId, JobId, WorkspaceId};
use edge_store::deliveries::Endpoint;
use edge_store::{Statement, deliveries, events};
use serde_json::Value;

/// Makes an event of what just happened.
pub(crate) fn make(app: &App, workspace: &WorkspaceId, happening: Happening) -> Result<Event> {
    Ok(Event {
        id: EventId::new(app.id(EventId::PREFIX)?),
        workspace_id: workspace.clone(),
        happening,
        created_at: app.now(),
    })
}

/// Makes the event that a job ends with: done twice, the job still has one.
pub(crate) fn made_by(app: &App, workspace: &WorkspaceId, job: &JobId, happening: Happening) -> Event {
    of(app, workspace, job.as_str(), happening)
}

/// Makes the one event of its kind that something has, by the id of that.
pub(crate) fn of(app: &App, workspace: &WorkspaceId, id: &str, happening: Happening) -> Event {
    let suffix = id.split_once('_').map_or(id, |it| it.1);
    Event {
        id: EventId::new(format!("{}{suffix}", EventId::PREFIX)),
        workspace_id: workspace.clone(),
        happening,
        created_at: app.now(),
    }
}

/// Returns the writes that keep an event and send it to the endpoints that ask for it. They do nothing where nobody
/// asks, so they cost no look beforehand.
pub(crate) fn statements(event: &Event) -> Vec<Statement> {
    vec![
        events::insert(event),
        deliveries::insert(&event.workspace_id, &event.id, event.created_at),
    ]
}

/// Writes a batch that has events in it, and wakes whoever delivers them.
///
/// # Errors
/// Those of the batch.
pub(crate) async fn write(app: &App, writes: Vec<Statement>) -> Result<Vec<Vec<Value>>> {
    let answers = app.store.write(writes).await?;
    wake(app, &answers).await;
    Ok(answers)
}

/// Wakes whoever delivers to the endpoints that a batch has returned.
pub(crate) async fn wake(app: &App, answers: &[Vec<Value>]) {
    let mut woken: Vec<Endpoint> = vec![];
    for row in answers.iter().flatten().filter(|it| it.get("webhook_id").is_some()) {
        let Ok(endpoint) = serde_json::from_value::<Endpoint>(row.clone()) else {
            continue;
        };
        if !woken.contains(&endpoint) {
            // Whoever was not reached is woken by the next sweep; the change itself stands.
            let _ = app.deliveries.wake(&endpoint).await;
            woken.push(endpoint);
        }
    }
}
