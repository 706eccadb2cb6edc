//! Events: what happened, for those who asked to be told.
use crate::port::sql;
use crate::{DatabaseStatement, SqlError, TenantStatement, TenantStore, json};
use edge_model::event::{Event, EventPayload};
use edge_model::{AgentId, ConversationId, EventId, Timestamp, WorkspaceId};

impl TenantStore {
    /// Finds an event.
    pub async fn event(&self, id: &EventId) -> Result<Option<Event>, SqlError> {
        let statement = sql!(
            "SELECT * FROM events WHERE workspace_id = ?1 AND id = ?2",
            self.workspace.as_str(),
            id.as_str()
        );
        self.row(statement).await
    }
}

/// Adds an event, when an endpoint of the workspace asks for its kind; one that is disabled counts, since it may be
/// told later. The beginning of a conversation is one only if the conversation is there: two first messages at once
/// share the one that was quicker. An answer is one only if it is there: its visitor may have been forgotten while it
/// was worked out.
pub fn insert(event: &Event) -> TenantStatement {
    let conversation = match &event.payload {
        EventPayload::ConversationStarted(it) => Some(it.conversation_id.as_str()),
        _ => None,
    };
    let answer = match &event.payload {
        EventPayload::MessageAnswered(it) => Some(it.message_id.as_str()),
        _ => None,
    };
    sql!(&event.workspace_id => "INSERT INTO events (id, workspace_id, kind, agent_id, data, created_at, session_key)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?8
         WHERE EXISTS (SELECT 1 FROM webhooks, json_each(webhooks.events) AS wanted
                WHERE webhooks.workspace_id = ?2 AND wanted.value = ?3
                    AND (webhooks.agent_id IS NULL OR webhooks.agent_id = ?4))
            AND (?7 IS NULL OR EXISTS (SELECT 1 FROM conversations WHERE workspace_id = ?2 AND id = ?7))
            AND (?9 IS NULL OR EXISTS (SELECT 1 FROM messages WHERE workspace_id = ?2 AND id = ?9))
         ON CONFLICT (id) DO NOTHING",
        event.id.as_str(),
        event.workspace_id.as_str(),
        event.payload.kind().as_str(),
        event.payload.agent_id().map(AgentId::as_str),
        json(&event.payload),
        event.created_at.0,
        conversation,
        event.payload.session_key(),
        answer
    )
}

/// Adds an event that one endpoint will be told, whatever it asks for.
pub fn insert_unasked(event: &Event) -> TenantStatement {
    sql!(&event.workspace_id => "INSERT INTO events (id, workspace_id, kind, data, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        event.id.as_str(),
        event.workspace_id.as_str(),
        event.payload.kind().as_str(),
        json(&event.payload),
        event.created_at.0
    )
}

/// Deletes what was told of a conversation, with its deliveries. To be written before the conversation goes.
pub fn delete_of_conversation(workspace: &WorkspaceId, conversation: &ConversationId) -> TenantStatement {
    sql!(workspace => "DELETE FROM events WHERE workspace_id = ?1 AND (agent_id, session_key) =
            (SELECT agent_id, session_key FROM conversations WHERE workspace_id = ?1 AND id = ?2)",
        workspace.as_str(),
        conversation.as_str()
    )
}

/// Deletes what was told of a visitor's session, with its deliveries.
pub fn delete_of_session(workspace: &WorkspaceId, session: &str) -> TenantStatement {
    sql!(workspace => "DELETE FROM events WHERE workspace_id = ?1 AND session_key = ?2",
        workspace.as_str(),
        session
    )
}

/// Deletes what was told of visits before a moment, once no delivery waits for it any more.
pub fn delete_older(workspace: &WorkspaceId, before: Timestamp) -> TenantStatement {
    sql!(workspace => "DELETE FROM events WHERE workspace_id = ?1 AND session_key IS NOT NULL AND created_at < ?2
            AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = events.id AND status = 'pending')",
        workspace.as_str(),
        before.0
    )
}

/// Deletes what was told of visits to a workspace that keeps nothing, once no delivery waits for it any more.
pub fn delete_unkept(workspace: &WorkspaceId) -> TenantStatement {
    sql!(workspace => "DELETE FROM events WHERE workspace_id = ?1 AND session_key IS NOT NULL
            AND (SELECT retention_days FROM workspaces WHERE id = ?1) = 0
            AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = events.id AND status = 'pending')",
        workspace.as_str()
    )
}

/// Deletes some events from before a moment, with their deliveries. Of all tenants: a sweep does it.
pub fn purge(before: Timestamp) -> DatabaseStatement {
    sql!(Database => "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE created_at < ?1 LIMIT 1000)",
        before.0
    )
}
