//! Figures over conversations: added up by the database, in rows that days, hours, agents and texts bound.
use crate::port::sql;
use crate::{SqlError, TenantStatement, TenantStore, json};
use edge_model::analytics::{AgentShare, Asked, Daily, Hourly, Overview, Period};
use edge_model::{Timestamp, WorkspaceId};
use serde::Deserialize;

/// How many answers, the newest first, are looked through for their questions.
const ANSWERS: u32 = 20_000;
/// How many different questions are told apart.
pub const QUESTIONS: u32 = 500;

impl TenantStore {
    /// Counts what happened in a period and in the one before.
    pub async fn overview(&self, period: &Period) -> Result<Overview, SqlError> {
        let statement = sql!(
            "SELECT
                (SELECT count(*) FROM conversations
                    WHERE workspace_id = ?1 AND created_at >= ?4 AND created_at < ?5) AS conversations,
                (SELECT count(*) FROM conversations
                    WHERE workspace_id = ?1 AND created_at >= ?2 AND created_at < ?3) AS conversations_before,
                (SELECT count(*) FROM messages
                    WHERE workspace_id = ?1 AND created_at >= ?4 AND created_at < ?5) AS messages,
                (SELECT count(*) FROM messages
                    WHERE workspace_id = ?1 AND created_at >= ?2 AND created_at < ?3) AS messages_before,
                (SELECT count(*) FROM agents WHERE workspace_id = ?1 AND status = 'PUBLISHED') AS agents,
                (SELECT count(*) FROM documents WHERE workspace_id = ?1 AND status = 'COMPLETED') AS documents,
                (SELECT avg(latency_ms) FROM messages WHERE workspace_id = ?1 AND author = 'agent'
                    AND status = 'complete' AND created_at >= ?4 AND created_at < ?5) AS latency_ms,
                (SELECT avg(is_answered) FROM messages WHERE workspace_id = ?1 AND author = 'agent'
                    AND status = 'complete' AND created_at >= ?4 AND created_at < ?5) AS answer_rate,
                (SELECT avg(rating) FROM feedback
                    WHERE workspace_id = ?1 AND created_at >= ?4 AND created_at < ?5) AS rating",
            self.workspace.as_str(),
            period.before_from.0,
            period.before_until.0,
            period.from.0,
            period.until.0
        );
        Ok(self.row(statement).await?.unwrap_or_default())
    }

    /// Counts by day, by hour of the day and by agent. Days without anything are left out.
    pub async fn conversation_figures(
        &self,
        period: &Period,
    ) -> Result<(Vec<Daily>, Vec<Hourly>, Vec<AgentShare>), SqlError> {
        let within = |sql: &'static str| sql!(sql, self.workspace.as_str(), period.from.0, period.until.0);
        let daily = within(
            "SELECT day, sum(conversations) AS conversations, sum(messages) AS messages, max(seconds) AS seconds FROM (
                SELECT created_at / 86400000 AS day, count(*) AS conversations, 0 AS messages,
                    avg(last_message_at - created_at) / 1000.0 AS seconds
                FROM conversations WHERE workspace_id = ?1 AND created_at >= ?2 AND created_at < ?3 GROUP BY 1
                UNION ALL
                SELECT created_at / 86400000 AS day, 0 AS conversations, count(*) AS messages, NULL AS seconds
                FROM messages WHERE workspace_id = ?1 AND created_at >= ?2 AND created_at < ?3 GROUP BY 1)
             GROUP BY day ORDER BY day",
        );
        let hourly = within(
            "SELECT created_at / 3600000 % 24 AS hour, count(*) AS count FROM messages
             WHERE workspace_id = ?1 AND author = 'visitor' AND created_at >= ?2 AND created_at < ?3
             GROUP BY 1 ORDER BY count DESC, hour",
        );
        let by_agent = within(
            "SELECT conversations.agent_id, agents.name, count(*) AS conversations
             FROM conversations JOIN agents ON agents.id = conversations.agent_id
             WHERE conversations.workspace_id = ?1 AND conversations.created_at >= ?2
                AND conversations.created_at < ?3
             GROUP BY 1, 2 ORDER BY conversations DESC, agents.name, agent_id LIMIT 1000",
        );
        let mut answers = self.read(vec![daily, hourly, by_agent]).await?;
        Ok((answers.rows()?, answers.rows()?, answers.rows()?))
    }

    /// Groups the questions of two periods by their text, most asked first; those alone that were not answered, if
    /// `only_unanswered`. At most [`QUESTIONS`] different ones of the latest answers; who gets as many may lack some.
    ///
    /// A question stands a millisecond before its answer.
    pub async fn asked(&self, period: &Period, only_unanswered: bool) -> Result<Vec<Asked>, SqlError> {
        let statement = sql!(
            "SELECT lower(trim(substr(question.text, 1, 300))) AS normal, min(substr(question.text, 1, 300)) AS text,
                sum(answer.created_at >= ?4) AS count, sum(answer.created_at < ?3) AS count_before,
                total(CASE WHEN answer.created_at >= ?4 THEN answer.confidence END) AS confidence,
                min(answer.created_at) AS first_at, max(answer.created_at) AS last_at
             FROM (SELECT conversation_id, created_at, confidence FROM messages
                WHERE workspace_id = ?1 AND author = 'agent' AND status = 'complete'
                    AND created_at >= ?2 AND created_at < ?5 AND (NOT ?6 OR is_answered = 0)
                ORDER BY created_at DESC LIMIT ?7) AS answer
             JOIN messages AS question ON question.conversation_id = answer.conversation_id
                AND question.created_at = answer.created_at - 1 AND question.author = 'visitor'
             GROUP BY normal ORDER BY count DESC, last_at DESC, normal LIMIT ?8",
            self.workspace.as_str(),
            period.before_from.0,
            period.before_until.0,
            period.from.0,
            period.until.0,
            only_unanswered,
            ANSWERS,
            QUESTIONS
        );
        self.rows(statement).await
    }

    /// Tells when the named questions were dealt with, by the hashes of their texts.
    pub async fn resolutions(&self, hashes: &[String]) -> Result<Vec<(String, Timestamp)>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            question_hash: String,
            resolved_at: Timestamp,
        }
        let statement = sql!(
            "SELECT question_hash, resolved_at FROM question_resolutions
             WHERE workspace_id = ?1 AND question_hash IN (SELECT value FROM json_each(?2))",
            self.workspace.as_str(),
            json(&hashes)
        );
        let rows = self.rows::<Row>(statement).await?;
        Ok(rows.into_iter().map(|it| (it.question_hash, it.resolved_at)).collect())
    }
}

/// Notes that questions were dealt with.
pub fn resolve(workspace: &WorkspaceId, hashes: &[String], now: Timestamp) -> TenantStatement {
    sql!(workspace => "INSERT OR REPLACE INTO question_resolutions (workspace_id, question_hash, resolved_at)
         SELECT ?1, value, ?3 FROM json_each(?2)",
        workspace.as_str(),
        json(&hashes),
        now.0
    )
}

/// Forgets which questions were dealt with before a moment.
pub fn forget_resolved(workspace: &WorkspaceId, before: Timestamp) -> TenantStatement {
    sql!(workspace => "DELETE FROM question_resolutions WHERE workspace_id = ?1 AND resolved_at < ?2",
        workspace.as_str(),
        before.0
    )
}

/// Takes back that questions were dealt with.
pub fn reopen(workspace: &WorkspaceId, hashes: &[String]) -> TenantStatement {
    sql!(workspace => "DELETE FROM question_resolutions
         WHERE workspace_id = ?1 AND question_hash IN (SELECT value FROM json_each(?2))",
        workspace.as_str(),
        json(&hashes)
    )
}
