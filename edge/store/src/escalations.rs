//! Escalations: questions for a person.
use crate::port::sql;
use crate::{DatabaseStatement, Page, SqlError, TenantStatement, TenantStore};
use edge_model::escalation::{Escalation, EscalationStatus, ReplyStatus};
use edge_model::{AccountId, AgentId, ConversationId, DocumentId, EscalationId, MessageId, Timestamp, WorkspaceId};
use serde::Deserialize;

/// What a session of a visitor's has come to.
#[derive(Clone, Debug, Deserialize)]
pub struct Visit {
    /// None when the session never asked.
    pub conversation_id: Option<ConversationId>,
    /// The last answer, and how sure it was.
    pub message_id: Option<MessageId>,
    pub confidence: Option<f64>,
}

#[derive(Deserialize)]
struct Id {
    id: EscalationId,
}

#[derive(Deserialize)]
struct Address {
    email: String,
}

impl TenantStore {
    /// Finds an escalation.
    pub async fn escalation(&self, id: &EscalationId) -> Result<Option<Escalation>, SqlError> {
        let statement = sql!(
            "SELECT * FROM escalations WHERE workspace_id = ?1 AND id = ?2",
            self.workspace.as_str(),
            id.as_str()
        );
        self.row(statement).await
    }

    /// Lists escalations, newest first, with at most `shown` characters of each text, and counts all of the status.
    pub async fn escalations(
        &self,
        status: Option<EscalationStatus>,
        shown: u32,
        page: &Page,
    ) -> Result<(Vec<Escalation>, u64), SqlError> {
        let [at, id, limit] = page.params();
        let status = status.map(EscalationStatus::as_str);
        let list = sql!(
            "SELECT id, workspace_id, agent_id, conversation_id, session_key, message_id,
                substr(question, 1, ?6) AS question, substr(asked_by, 1, ?6) AS asked_by, email, confidence, reason,
                substr(reason_text, 1, ?6) AS reason_text, status, assignee_id, substr(reply, 1, ?6) AS reply,
                replied_at, reply_status, document_id, created_at, resolved_at
             FROM escalations
             WHERE workspace_id = ?1 AND (?2 IS NULL OR status = ?2) AND (created_at, id) < (?3, ?4)
             ORDER BY created_at DESC, id DESC LIMIT ?5",
            self.workspace.as_str(),
            status,
            at,
            id,
            limit,
            shown
        );
        let total = sql!(
            "SELECT count(*) AS n FROM escalations WHERE workspace_id = ?1 AND (?2 IS NULL OR status = ?2)",
            self.workspace.as_str(),
            status
        );
        let mut answers = self.read(vec![list, total]).await?;
        Ok((answers.rows()?, answers.count()?))
    }

    /// Finds the escalation that an answer raised.
    pub async fn escalation_of_message(&self, message: &MessageId) -> Result<Option<Escalation>, SqlError> {
        let statement = sql!(
            "SELECT * FROM escalations WHERE workspace_id = ?1 AND message_id = ?2 AND session_key = (SELECT session_key
                FROM conversations JOIN messages ON messages.conversation_id = conversations.id
                WHERE messages.workspace_id = ?1 AND messages.id = ?2)
             ORDER BY created_at LIMIT 1",
            self.workspace.as_str(),
            message.as_str()
        );
        self.row(statement).await
    }

    /// Finds what a session of a published agent of the workspace has come to; none when there is no such agent.
    pub async fn visit(&self, agent: &AgentId, session_key: &str) -> Result<Option<Visit>, SqlError> {
        let statement = sql!(
            "SELECT conversations.id AS conversation_id, messages.id AS message_id, messages.confidence
             FROM agents
             LEFT JOIN conversations ON conversations.workspace_id = agents.workspace_id
                AND conversations.agent_id = agents.id AND conversations.session_key = ?3
                AND conversations.channel = 'widget' AND conversations.scope = ''
             LEFT JOIN messages ON messages.conversation_id = conversations.id
                AND messages.author = 'agent' AND messages.status = 'complete'
             WHERE agents.workspace_id = ?1 AND agents.id = ?2 AND agents.status = 'PUBLISHED'
             ORDER BY messages.created_at DESC LIMIT 1",
            self.workspace.as_str(),
            agent.as_str(),
            session_key
        );
        self.row(statement).await
    }

    /// Lists escalations whose reply waits until its visitor has confirmed an address, the latest first, at most 50.
    pub async fn waiting_replies(&self, email: &str) -> Result<Vec<EscalationId>, SqlError> {
        let statement = sql!(
            "SELECT id FROM escalations
             WHERE workspace_id = ?1 AND email = ?2 AND reply_status = 'waiting_for_confirmation'
             ORDER BY replied_at DESC LIMIT 50",
            self.workspace.as_str(),
            email
        );
        let found = self.rows::<Id>(statement).await?;
        Ok(found.into_iter().map(|it| it.id).collect())
    }

    /// Lists the addresses that replies of a workspace wait for.
    pub async fn addresses_waited_for(&self) -> Result<Vec<String>, SqlError> {
        let statement = sql!(
            "SELECT DISTINCT email FROM escalations
             WHERE workspace_id = ?1 AND email IS NOT NULL AND reply_status = 'waiting_for_confirmation'
             LIMIT 1000",
            self.workspace.as_str()
        );
        let found = self.rows::<Address>(statement).await?;
        Ok(found.into_iter().map(|it| it.email).collect())
    }

    /// Lists the addresses that were left in a visitor's session.
    pub async fn addresses_left(&self, session: &str) -> Result<Vec<String>, SqlError> {
        let statement = sql!(
            "SELECT DISTINCT email FROM escalations
             WHERE workspace_id = ?1 AND email IS NOT NULL AND (session_key = ?2 OR conversation_id IN
                (SELECT id FROM conversations WHERE workspace_id = ?1 AND session_key = ?2))
             LIMIT 50",
            self.workspace.as_str(),
            session
        );
        let found = self.rows::<Address>(statement).await?;
        Ok(found.into_iter().map(|it| it.email).collect())
    }
}

/// Adds an escalation.
pub fn insert(escalation: &Escalation) -> TenantStatement {
    let Escalation {
        id,
        workspace_id,
        agent_id,
        conversation_id,
        session_key,
        message_id,
        question,
        asked_by,
        email,
        confidence,
        reason,
        reason_text,
        status,
        assignee_id: _,
        reply: _,
        replied_at: _,
        reply_status: _,
        document_id: _,
        created_at,
        resolved_at: _,
    } = escalation;
    sql!(workspace_id => "INSERT INTO escalations (id, workspace_id, agent_id, conversation_id, message_id, question, asked_by, email,
            confidence, reason, reason_text, status, created_at, session_key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        id.as_str(),
        workspace_id.as_str(),
        agent_id.as_str(),
        conversation_id.as_ref().map(ConversationId::as_str),
        message_id.as_ref().map(MessageId::as_str),
        question.as_str(),
        asked_by.as_str(),
        email.as_deref(),
        *confidence,
        reason.as_str(),
        reason_text.as_str(),
        status.as_str(),
        created_at.0,
        session_key.as_deref()
    )
}

/// Writes what people did about an escalation. What is the same before and after stays as it is by then: another member
/// may have written it meanwhile.
pub fn update(before: &Escalation, after: &Escalation, now: Timestamp) -> TenantStatement {
    let it = after;
    let is_new = |is_new: bool| i64::from(is_new);
    sql!(&it.workspace_id => "UPDATE escalations SET status = iif(?3, ?4, status), resolved_at = iif(?3, ?5, resolved_at),
            assignee_id = iif(?6, ?7, assignee_id), document_id = iif(?8, ?9, document_id),
            reply = iif(?10, ?11, reply), replied_at = iif(?10, ?12, replied_at),
            reply_status = iif(?10, ?13, reply_status), changed_at = ?14
         WHERE workspace_id = ?1 AND id = ?2",
        it.workspace_id.as_str(),
        it.id.as_str(),
        is_new((before.status, before.resolved_at) != (it.status, it.resolved_at)),
        it.status.as_str(),
        it.resolved_at.map(|at| at.0),
        is_new(before.assignee_id != it.assignee_id),
        it.assignee_id.as_ref().map(AccountId::as_str),
        is_new(before.document_id != it.document_id),
        it.document_id.as_ref().map(DocumentId::as_str),
        is_new((&before.reply, before.replied_at) != (&it.reply, it.replied_at)),
        it.reply.as_deref(),
        it.replied_at.map(|at| at.0),
        it.reply_status.map(ReplyStatus::as_str),
        now.0
    )
}

/// Notes how far a reply has come, unless another has taken its place.
pub fn set_reply_status(escalation: &Escalation, status: ReplyStatus) -> TenantStatement {
    sql!(&escalation.workspace_id => "UPDATE escalations SET reply_status = ?3 WHERE workspace_id = ?1 AND id = ?2 AND replied_at = ?4",
        escalation.workspace_id.as_str(),
        escalation.id.as_str(),
        status.as_str(),
        escalation.replied_at.map(|it| it.0)
    )
}

/// Ends the waiting of replies for an address that wants no mail.
pub fn give_up_waiting_replies(workspace: &WorkspaceId, email: &str) -> TenantStatement {
    sql!(workspace => "UPDATE escalations SET reply_status = 'unsubscribed'
         WHERE workspace_id = ?1 AND email = ?2 AND reply_status = 'waiting_for_confirmation'",
        workspace.as_str(),
        email
    )
}

/// Lets a reply go that waited for its visitor.
pub fn queue_waiting_reply(workspace: &WorkspaceId, id: &EscalationId) -> TenantStatement {
    sql!(workspace => "UPDATE escalations SET reply_status = 'queued'
         WHERE workspace_id = ?1 AND id = ?2 AND reply_status = 'waiting_for_confirmation'",
        workspace.as_str(),
        id.as_str()
    )
}

/// Deletes what was raised in a conversation, or before it in the same visit. To be written before the conversation
/// goes.
pub fn delete_of_conversation(workspace: &WorkspaceId, conversation: &ConversationId) -> TenantStatement {
    sql!(workspace => "DELETE FROM escalations WHERE workspace_id = ?1 AND (conversation_id = ?2 OR (agent_id, session_key) =
            (SELECT agent_id, session_key FROM conversations WHERE workspace_id = ?1 AND id = ?2))",
        workspace.as_str(),
        conversation.as_str()
    )
}

/// Deletes what was raised in a visitor's session: returns a row for each. To be written before the conversations go.
pub fn delete_of_session(workspace: &WorkspaceId, session: &str) -> TenantStatement {
    sql!(workspace => "DELETE FROM escalations WHERE workspace_id = ?1 AND (session_key = ?2 OR conversation_id IN
            (SELECT id FROM conversations WHERE workspace_id = ?1 AND session_key = ?2))
         RETURNING id",
        workspace.as_str(),
        session
    )
}

/// Deletes some of the escalations that were resolved first, when more are kept than may be open.
pub fn trim_resolved(workspace: &WorkspaceId) -> TenantStatement {
    sql!(workspace => "DELETE FROM escalations WHERE workspace_id = ?1 AND id IN (
            SELECT id FROM escalations WHERE workspace_id = ?1 AND resolved_at IS NOT NULL
            ORDER BY resolved_at DESC LIMIT 100 OFFSET (SELECT coalesce(max(plan_quotas.amount), 1000) FROM workspaces
                JOIN plan_quotas ON plan_quotas.plan = workspaces.plan AND plan_quotas.resource = 'open_escalations'
                WHERE workspaces.id = ?1))",
        workspace.as_str()
    )
}

/// Closes some escalations that are open and to which nothing has happened since a moment. Of all tenants: a sweep does
/// it.
pub fn close_forgotten(before: Timestamp, now: Timestamp) -> DatabaseStatement {
    sql!(Database => "UPDATE escalations SET status = 'resolved', resolved_at = ?2, changed_at = ?2 WHERE id IN (
            SELECT id FROM escalations WHERE status = 'open' AND coalesce(changed_at, created_at) < ?1 LIMIT 500)",
        before.0,
        now.0
    )
}

/// Deletes what was resolved before a moment; what is open waits for a person.
pub fn delete_resolved(workspace: &WorkspaceId, before: Timestamp) -> TenantStatement {
    sql!(workspace => "DELETE FROM escalations WHERE workspace_id = ?1 AND resolved_at < ?2",
        workspace.as_str(),
        before.0
    )
}
