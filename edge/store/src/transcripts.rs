//! Conversations as people of the workspace read and delete them.
use crate::port::sql;
use crate::{Page, SqlError, TenantStatement, TenantStore};
use edge_model::transcript::{ConversationSummary, Entry};
use edge_model::{AgentId, ConversationId, Timestamp, WorkspaceId};
use serde::Deserialize;

/// Which conversations a list is of; none means all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub agent: Option<AgentId>,
    /// Whether every question was answered.
    pub is_answered: Option<bool>,
    pub rating: Option<Rated>,
    pub session: Option<String>,
    /// The first moment of activity.
    pub from: Option<Timestamp>,
    /// The moment after the last one.
    pub until: Option<Timestamp>,
    /// Part of a message, in any case.
    pub search: Option<String>,
}

/// What visitors said of a conversation's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rated {
    /// At least one was good.
    Up,
    /// At least one was bad.
    Down,
    /// Nothing.
    None,
}

impl Rated {
    fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::None => "none",
        }
    }
}

/// What lets a conversation through; the parameters are those of [`Filter`], from the second on.
macro_rules! matching {
    () => {
        "conversations.workspace_id = ?1
            AND (?2 IS NULL OR conversations.agent_id = ?2)
            AND (?3 IS NULL OR ?3 <> EXISTS (SELECT 1 FROM messages
                WHERE conversation_id = conversations.id AND is_answered = 0 AND status = 'complete'))
            AND (?4 IS NULL OR CASE ?4
                WHEN 'up' THEN EXISTS (SELECT 1 FROM feedback JOIN messages ON messages.id = feedback.message_id
                    WHERE messages.conversation_id = conversations.id AND feedback.rating >= 4)
                WHEN 'down' THEN EXISTS (SELECT 1 FROM feedback JOIN messages ON messages.id = feedback.message_id
                    WHERE messages.conversation_id = conversations.id AND feedback.rating <= 2)
                ELSE NOT EXISTS (SELECT 1 FROM feedback JOIN messages ON messages.id = feedback.message_id
                    WHERE messages.conversation_id = conversations.id) END)
            AND (?5 IS NULL OR conversations.session_key = ?5)
            AND (?6 IS NULL OR conversations.last_message_at >= ?6)
            AND (?7 IS NULL OR conversations.last_message_at < ?7)
            AND (?8 IS NULL OR EXISTS (SELECT 1 FROM messages
                WHERE conversation_id = conversations.id AND instr(lower(text), lower(?8)) > 0))"
    };
}

macro_rules! summary {
    ($where:expr) => {
        concat!(
            "SELECT conversations.id, conversations.agent_id, agents.name AS agent_name, conversations.session_key,
                substr(conversations.page_url, 1, 500) AS page_url,
                substr(conversations.user_agent, 1, 300) AS user_agent, conversations.created_at,
                conversations.last_message_at,
                (SELECT count(*) FROM messages WHERE conversation_id = conversations.id) AS message_count,
                (SELECT count(*) FROM messages WHERE conversation_id = conversations.id AND is_answered = 0
                    AND status = 'complete') AS unanswered_count,
                (SELECT substr(text, 1, 300) FROM messages
                    WHERE conversation_id = conversations.id AND author = 'visitor'
                    ORDER BY created_at, id LIMIT 1) AS first_question,
                (SELECT avg(feedback.rating) FROM feedback JOIN messages ON messages.id = feedback.message_id
                    WHERE messages.conversation_id = conversations.id) AS rating
             FROM conversations JOIN agents ON agents.id = conversations.agent_id WHERE ",
            $where
        )
    };
}

impl TenantStore {
    /// Lists conversations, the latest activity first, and counts all that the filter lets through.
    pub async fn conversations(
        &self,
        filter: &Filter,
        page: &Page,
    ) -> Result<(Vec<ConversationSummary>, u64), SqlError> {
        const LIST: &str = concat!(
            summary!(matching!()),
            " AND (conversations.last_message_at, conversations.id) < (?9, ?10)
             ORDER BY conversations.last_message_at DESC, conversations.id DESC LIMIT ?11"
        );
        const TOTAL: &str = concat!("SELECT count(*) AS n FROM conversations WHERE ", matching!());
        let [at, id, limit] = page.params();
        let params = |sql: &'static str| {
            sql!(
                sql,
                self.workspace.as_str(),
                filter.agent.as_ref().map(AgentId::as_str),
                filter.is_answered.map(u8::from),
                filter.rating.map(Rated::as_str),
                filter.session.as_deref(),
                filter.from.map(|it| it.0),
                filter.until.map(|it| it.0),
                filter.search.as_deref()
            )
        };
        let mut list = params(LIST);
        list.params.extend([at, id, limit]);
        let mut answers = self.read(vec![list, params(TOTAL)]).await?;
        Ok((answers.rows()?, answers.count()?))
    }

    /// Finds a conversation and a page of its messages, oldest first: fewer than the page has room for when they are
    /// long. Counts the messages from there on.
    pub async fn transcript(
        &self,
        id: &ConversationId,
        page: &Page,
    ) -> Result<(Option<ConversationSummary>, Vec<Entry>, u64), SqlError> {
        const ONE: &str = summary!("conversations.workspace_id = ?1 AND conversations.id = ?2");
        let (at, last) = page.after.clone().unwrap_or_default();
        let entries = sql!(
            "SELECT * FROM (
                SELECT *, sum(bytes) OVER (ORDER BY created_at, id ROWS UNBOUNDED PRECEDING) - bytes AS before FROM (
                    SELECT messages.id, messages.author, messages.status, messages.text, messages.citations,
                        messages.confidence, messages.is_answered, messages.latency_ms, messages.created_at,
                        feedback.rating, feedback.comment,
                        length(CAST(messages.text AS BLOB)) + length(CAST(messages.citations AS BLOB)) AS bytes
                    FROM messages LEFT JOIN feedback ON feedback.message_id = messages.id
                    WHERE messages.workspace_id = ?1 AND messages.conversation_id = ?2
                        AND (messages.created_at, messages.id) > (?3, ?4)
                    ORDER BY messages.created_at, messages.id LIMIT ?5))
             WHERE before < 1500000 ORDER BY created_at, id",
            self.workspace.as_str(),
            id.as_str(),
            at,
            last.as_str(),
            page.limit
        );
        let left = sql!(
            "SELECT count(*) AS n FROM messages
             WHERE workspace_id = ?1 AND conversation_id = ?2 AND (created_at, id) > (?3, ?4)",
            self.workspace.as_str(),
            id.as_str(),
            at,
            last
        );
        let one = sql!(ONE, self.workspace.as_str(), id.as_str());
        let mut answers = self.read(vec![one, entries, left]).await?;
        Ok((answers.row()?, answers.rows()?, answers.count()?))
    }

    /// Tells when the conversation of a workspace that was left alone for longest had its last message.
    pub async fn oldest_activity(&self) -> Result<Option<Timestamp>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            at: Option<Timestamp>,
        }
        let statement = sql!(
            "SELECT min(last_message_at) AS at FROM conversations WHERE workspace_id = ?1",
            self.workspace.as_str()
        );
        Ok(self.row::<Row>(statement).await?.and_then(|it| it.at))
    }
}

/// Deletes a conversation with its messages and the feedback on them: returns a row when there was one.
pub fn delete(workspace: &WorkspaceId, id: &ConversationId) -> TenantStatement {
    sql!(workspace => "DELETE FROM conversations WHERE workspace_id = ?1 AND id = ?2 RETURNING id",
        workspace.as_str(),
        id.as_str()
    )
}

/// Deletes all conversations of a visitor's session, with every agent: returns a row for each.
pub fn delete_of_session(workspace: &WorkspaceId, session: &str) -> TenantStatement {
    sql!(workspace => "DELETE FROM conversations WHERE workspace_id = ?1 AND session_key = ?2 RETURNING id",
        workspace.as_str(),
        session
    )
}

/// Deletes conversations without a message since `before`, the oldest first, at most `limit`: returns a row for each.
pub fn delete_older(workspace: &WorkspaceId, before: Timestamp, limit: u32) -> TenantStatement {
    sql!(workspace => "DELETE FROM conversations WHERE workspace_id = ?1 AND id IN (SELECT id FROM conversations
            WHERE workspace_id = ?1 AND last_message_at < ?2 ORDER BY last_message_at, id LIMIT ?3)
         RETURNING id",
        workspace.as_str(),
        before.0,
        limit
    )
}
