//! Conversations, their messages and the feedback on them; and the one read that a chat turn begins with.
use crate::api_keys::{KeyOwner, KeyRef, owner, owner_of};
use crate::port::sql;
use crate::{Database, SqlError, Statement, TenantStatement, TenantStore, index_snapshots, json};
use edge_model::agent::AgentConfig;
use edge_model::conversation::{Answer, Author, Conversation, Explained, MessageStatus, Rating, Turn};
use edge_model::snapshot::Snapshot;
use edge_model::{AgentId, FeedbackId, MessageId, Timestamp, WorkspaceId};
use serde::Deserialize;
use serde_json::Value;

/// An agent as it is published.
#[derive(Clone, Debug, Deserialize)]
pub struct Published {
    pub version: u32,
    #[serde(deserialize_with = "edge_model::column::json")]
    pub config: AgentConfig,
}

/// Everything that a chat turn needs to know, from one round trip.
#[derive(Clone, Debug, Default)]
pub struct ChatContext {
    pub owner: Option<KeyOwner>,
    pub agent: Option<Published>,
    pub snapshot: Option<Snapshot>,
    pub conversation: Option<Conversation>,
    /// The last turns, oldest first.
    pub history: Vec<Turn>,
}

impl TenantStore {
    /// Finds which agent gave an answer, and in whose session, if it was one of the workspace's.
    pub async fn answering_agent(&self, message: &MessageId) -> Result<Option<(AgentId, String)>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            agent_id: AgentId,
            session_key: String,
        }
        let statement = sql!(
            "SELECT messages.agent_id, conversations.session_key
             FROM messages JOIN conversations ON conversations.id = messages.conversation_id
             WHERE messages.workspace_id = ?1 AND messages.id = ?2 AND messages.author = 'agent'",
            self.workspace.as_str(),
            message.as_str()
        );
        let found = self.row::<Row>(statement).await?;
        Ok(found.map(|it| (it.agent_id, it.session_key)))
    }

    /// Tells whether a visitor's word on an answer is kept.
    pub async fn has_feedback(&self, id: &FeedbackId) -> Result<bool, SqlError> {
        let statement = sql!(
            "SELECT 1 AS n FROM feedback WHERE workspace_id = ?1 AND id = ?2",
            self.workspace.as_str(),
            id.as_str()
        );
        Ok(self.row::<Value>(statement).await?.is_some())
    }

    /// Finds an answer, its question, and how it came about, if it was one of the workspace's.
    pub async fn explained_answer(&self, message: &MessageId) -> Result<Option<Explained>, SqlError> {
        let statement = sql!(
            "SELECT id, conversation_id, agent_id, status, text, citations, confidence, latency_ms,
                coalesce(trace, '{}') AS trace, created_at,
                coalesce((SELECT asked.text FROM messages AS asked
                    WHERE asked.conversation_id = messages.conversation_id AND asked.author = 'visitor'
                        AND asked.created_at < messages.created_at
                    ORDER BY asked.created_at DESC, asked.id DESC LIMIT 1), '') AS question
             FROM messages WHERE workspace_id = ?1 AND id = ?2 AND author = 'agent'",
            self.workspace.as_str(),
            message.as_str()
        );
        self.row(statement).await
    }

    /// Finds an agent's draft and the current snapshot, for a test question.
    pub async fn test_context(
        &self,
        agent: &AgentId,
    ) -> Result<(Option<edge_model::agent::Agent>, Option<Snapshot>), SqlError> {
        let agent = sql!(
            "SELECT * FROM agents WHERE workspace_id = ?1 AND id = ?2",
            self.workspace.as_str(),
            agent.as_str()
        );
        let mut answers = self
            .read(vec![agent, index_snapshots::current(&self.workspace)])
            .await?;
        Ok((answers.row()?, answers.row()?))
    }
}

impl Database {
    /// Finds a key, whose it is, and the published agent of that workspace.
    pub async fn widget_context(&self, key: &KeyRef, agent: &AgentId) -> Result<ChatContext, SqlError> {
        let mut answers = self.read(vec![owner(key), published(key, agent)]).await?;
        Ok(ChatContext {
            owner: owner_of(&mut answers)?,
            agent: answers.row()?,
            ..ChatContext::default()
        })
    }

    /// Finds all that a chat turn needs. Everything hangs on the key's workspace, so that nothing of another tenant
    /// can be named.
    pub async fn chat_context(
        &self,
        key: &KeyRef,
        agent: &AgentId,
        session_key: &str,
        turns: u32,
    ) -> Result<ChatContext, SqlError> {
        let [hash, id] = key.params();
        let snapshot = sql!(
            "SELECT * FROM index_snapshots
             WHERE workspace_id = (SELECT workspace_id FROM api_keys WHERE hash = ?1 OR id = ?2)",
            hash.clone(),
            id.clone()
        );
        let conversation = sql!(
            "SELECT * FROM conversations
             WHERE workspace_id = (SELECT workspace_id FROM api_keys WHERE hash = ?1 OR id = ?2)
                AND agent_id = ?3 AND channel = 'widget' AND scope = '' AND session_key = ?4",
            hash.clone(),
            id.clone(),
            agent.as_str(),
            session_key
        );
        let history = sql!(
            "SELECT author, text FROM messages
             WHERE conversation_id = (SELECT id FROM conversations
                WHERE workspace_id = (SELECT workspace_id FROM api_keys WHERE hash = ?1 OR id = ?2)
                    AND agent_id = ?3 AND channel = 'widget' AND scope = '' AND session_key = ?4)
                AND status = 'complete'
             ORDER BY created_at DESC, id DESC LIMIT ?5",
            hash,
            id,
            agent.as_str(),
            session_key,
            turns
        );
        let mut answers = self
            .read(vec![owner(key), published(key, agent), snapshot, conversation, history])
            .await?;
        let mut context = ChatContext {
            owner: owner_of(&mut answers)?,
            agent: answers.row()?,
            snapshot: answers.row()?,
            conversation: answers.row()?,
            history: answers.rows()?,
        };
        context.history.reverse();
        Ok(context)
    }

    /// Lists the domains from which a published agent's workspace lets widgets be embedded, a list per key.
    /// Names no tenant: it answers every page that loads the frame, by the agent's public id.
    pub async fn embedding_domains(&self, agent: &AgentId) -> Result<Option<Vec<Vec<String>>>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            #[serde(deserialize_with = "edge_model::column::json")]
            domains: Vec<Vec<String>>,
        }
        let statement = sql!(
            "SELECT (SELECT json_group_array(json(allowed_domains)) FROM api_keys
                WHERE workspace_id = agents.workspace_id AND kind = 'widget' AND revoked_at IS NULL) AS domains
             FROM agents WHERE id = ?1 AND status = 'PUBLISHED'",
            agent.as_str()
        );
        Ok(self.row::<Row>(statement).await?.map(|it| it.domains))
    }
}

fn published(key: &KeyRef, agent: &AgentId) -> Statement {
    let [hash, id] = key.params();
    sql!(
        "SELECT agent_versions.version, agent_versions.config FROM agents
         JOIN agent_versions ON agent_versions.agent_id = agents.id AND agent_versions.version = agents.version
         WHERE agents.workspace_id = (SELECT workspace_id FROM api_keys WHERE hash = ?1 OR id = ?2)
            AND agents.id = ?3 AND agents.status = 'PUBLISHED'",
        hash,
        id,
        agent.as_str()
    )
}

/// Begins a conversation, unless the session has one: two first messages at once share it.
pub fn insert(conversation: &Conversation, page_url: Option<&str>, user_agent: Option<&str>) -> TenantStatement {
    let Conversation {
        id,
        workspace_id,
        agent_id,
        channel,
        scope,
        session_key,
        created_at,
        last_message_at,
    } = conversation;
    sql!(workspace_id => "INSERT INTO conversations
            (id, workspace_id, agent_id, session_key, page_url, user_agent, created_at, last_message_at, channel, scope)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (workspace_id, agent_id, channel, scope, session_key)
            DO UPDATE SET last_message_at = excluded.last_message_at",
        id.as_str(),
        workspace_id.as_str(),
        agent_id.as_str(),
        session_key.as_str(),
        page_url,
        user_agent,
        created_at.0,
        last_message_at.0,
        channel.as_str(),
        scope.as_str()
    )
}

/// Adds a message to the session's conversation.
pub fn insert_message(
    conversation: &Conversation,
    id: &MessageId,
    author: Author,
    status: MessageStatus,
    text: &str,
    now: Timestamp,
) -> TenantStatement {
    sql!(&conversation.workspace_id => "INSERT INTO messages (id, workspace_id, conversation_id, agent_id, author, status, text, created_at)
         SELECT ?1, workspace_id, id, agent_id, ?5, ?6, ?7, ?8 FROM conversations
         WHERE workspace_id = ?2 AND agent_id = ?3 AND session_key = ?4 AND channel = ?9 AND scope = ?10",
        id.as_str(),
        conversation.workspace_id.as_str(),
        conversation.agent_id.as_str(),
        conversation.session_key.as_str(),
        author.as_str(),
        status.as_str(),
        text,
        now.0,
        conversation.channel.as_str(),
        conversation.scope.as_str()
    )
}

/// Completes a pending answer.
pub fn complete_answer(workspace: &WorkspaceId, answer: &Answer) -> TenantStatement {
    let Answer {
        message_id,
        status,
        text,
        citations,
        confidence,
        is_answered,
        latency_ms,
        trace,
    } = answer;
    sql!(workspace => "UPDATE messages SET status = ?3, text = ?4, citations = ?5, confidence = ?6, is_answered = ?7,
            latency_ms = ?8, trace = ?9
         WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        message_id.as_str(),
        status.as_str(),
        text.as_str(),
        json(citations),
        *confidence,
        *is_answered,
        *latency_ms,
        json(trace)
    )
}

/// Deletes a question and its answer, and their conversation when nothing else is in it.
pub fn delete_exchange(workspace: &WorkspaceId, question: &MessageId, answer: &MessageId) -> [TenantStatement; 2] {
    let conversation = sql!(workspace => "DELETE FROM conversations WHERE workspace_id = ?1
            AND id = (SELECT conversation_id FROM messages WHERE workspace_id = ?1 AND id = ?2)
            AND NOT EXISTS (SELECT 1 FROM messages
                WHERE messages.conversation_id = conversations.id AND messages.id NOT IN (?2, ?3))",
        workspace.as_str(),
        question.as_str(),
        answer.as_str()
    );
    let messages = sql!(workspace => "DELETE FROM messages WHERE workspace_id = ?1 AND id IN (?2, ?3)",
        workspace.as_str(),
        question.as_str(),
        answer.as_str()
    );
    [conversation, messages]
}

/// Writes a visitor's word on an answer over the one before.
pub fn put_feedback(
    workspace: &WorkspaceId,
    agent: &AgentId,
    message: &MessageId,
    id: &FeedbackId,
    rating: Rating,
    comment: &str,
    now: Timestamp,
) -> TenantStatement {
    sql!(workspace => "INSERT OR REPLACE INTO feedback (message_id, id, workspace_id, agent_id, rating, comment, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        message.as_str(),
        id.as_str(),
        workspace.as_str(),
        agent.as_str(),
        rating.value(),
        comment,
        now.0
    )
}
