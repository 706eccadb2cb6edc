//! Events: what happened, for those who asked to be told.
use crate::port::sql;
use crate::{SqlError, Statement, Store, json};
use edge_model::event::{Event, Happening};
use edge_model::{AgentId, EventId, Timestamp, WorkspaceId};

impl Store {
    /// Finds an event.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn event(&self, workspace: &WorkspaceId, id: &EventId) -> Result<Option<Event>, SqlError> {
        let statement = sql!(
            "SELECT * FROM events WHERE workspace_id = ?1 AND id = ?2",
            workspace.as_str(),
            id.as_str()
        );
        self.row(statement).await
    }
}

/// Adds an event, when an endpoint of the workspace asks for its kind; one that is disabled counts, since it may be
/// told later. The beginning of a conversation is one only if the conversation is there: two first messages at once
/// share the one that was quicker.
pub fn insert(event: &Event) -> Statement {
    let conversation = match &event.happening {
        Happening::ConversationStarted(it) => Some(it.conversation_id.as_str()),
        _ => None,
    };
    sql!(
        "INSERT INTO events (id, workspace_id, kind, agent_id, data, created_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6
         WHERE EXISTS (SELECT 1 FROM webhooks, json_each(webhooks.events) AS wanted
                WHERE webhooks.workspace_id = ?2 AND wanted.value = ?3
                    AND (webhooks.agent_id IS NULL OR webhooks.agent_id = ?4))
            AND (?7 IS NULL OR EXISTS (SELECT 1 FROM conversations WHERE workspace_id = ?2 AND id = ?7))
         ON CONFLICT (id) DO NOTHING",
        event.id.as_str(),
        event.workspace_id.as_str(),
        event.happening.kind().as_str(),
        event.happening.agent_id().map(AgentId::as_str),
        json(&event.happening),
        event.created_at.0,
        conversation
    )
}

/// Adds an event that one endpoint will be told, whatever it asks for.
pub fn insert_unasked(event: &Event) -> Statement {
    sql!(
        "INSERT INTO events (id, workspace_id, kind, data, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        event.id.as_str(),
        event.workspace_id.as_str(),
        event.happening.kind().as_str(),
        json(&event.happening),
        event.created_at.0
    )
}

/// Deletes some events from before a moment, with their deliveries. Of all tenants: a sweep does it.
pub fn purge(before: Timestamp) -> Statement {
    sql!(
        "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE created_at < ?1 LIMIT 1000)",
        before.0
    )
}
