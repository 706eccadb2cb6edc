//! The constraints of the schema that an operation can meet, and how the database's text names them.
use edge_model::quota::Resource;
use std::fmt;

/// Why the database refused a batch, as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// An agent is at another revision than those that its change expects.
    AgentRevision,
    /// The session that a client named belongs to a conversation of another channel.
    ConversationSession,
    /// The caller may not do any more what the batch does.
    CallerCheck,
    /// The workspace has its deputy.
    Deputy,
    /// Another document of the collection has the same content.
    DocumentContent,
    /// The document has this version already: two changes were made of the same one.
    DocumentVersion,
    /// A row refers to one that is not there.
    ForeignKey,
    /// A batch of a request that is taken up again was written before.
    IdempotencyEffect,
    /// A mail is one too many under a limit.
    MailLimit,
    /// The plan allows no more of the resource.
    Quota(Resource),
    /// Another worker replaced the index snapshot.
    SnapshotVersion,
    /// The collection has a source with this address.
    SourceUrl,
}

/// What the database says of each constraint but the quotas, which are triggers with a text of their own.
const TEXTS: [(Constraint, &str); 11] = [
    (Constraint::AgentRevision, "NOT NULL constraint failed: agents.revision"),
    (
        Constraint::ConversationSession,
        "UNIQUE constraint failed: conversations.workspace_id, conversations.agent_id, conversations.session_key",
    ),
    (Constraint::CallerCheck, "constraint failed: caller may not"),
    (Constraint::Deputy, "UNIQUE constraint failed: deputies.workspace_id"),
    (
        Constraint::DocumentContent,
        "UNIQUE constraint failed: documents.collection_id, documents.content_hash",
    ),
    (
        Constraint::DocumentVersion,
        "UNIQUE constraint failed: document_versions.document_id, document_versions.version",
    ),
    (Constraint::ForeignKey, "FOREIGN KEY constraint failed"),
    (
        Constraint::IdempotencyEffect,
        "UNIQUE constraint failed: idempotency_effects.request_id, idempotency_effects.batch",
    ),
    (
        Constraint::MailLimit,
        "NOT NULL constraint failed: mail_ledger.recipient",
    ),
    (
        Constraint::SnapshotVersion,
        "NOT NULL constraint failed: index_snapshots.version",
    ),
    (
        Constraint::SourceUrl,
        "UNIQUE constraint failed: sources.collection_id, sources.url",
    ),
];

const QUOTA: &str = "constraint failed: quota ";

impl Constraint {
    /// Finds the constraint in what the database says of a failure; none when it was something else, or a constraint
    /// that no operation expects. For the drivers: nothing else reads such a text.
    pub fn of_text(text: &str) -> Option<Self> {
        if let Some(rest) = rest_after(text, QUOTA) {
            let is_named = |it: &Resource| rest_after(rest, it.as_str()).is_some_and(is_end);
            return Resource::ALL.into_iter().find(is_named).map(Self::Quota);
        }
        let is_named = |it: &&(Self, &str)| rest_after(text, it.1).is_some_and(is_end);
        TEXTS.iter().find(is_named).map(|it| it.0)
    }

    /// Returns every constraint.
    pub fn all() -> impl Iterator<Item = Self> {
        let quotas = Resource::ALL.into_iter().map(Self::Quota);
        TEXTS.iter().map(|it| it.0).chain(quotas)
    }
}

fn rest_after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    text.split_once(words).map(|it| it.1)
}

/// Tells whether a name ends here: SQLite says nothing more, and D1 goes on after a colon.
fn is_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(':')
}

/// For the log.
impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quota(resource) => write!(f, "{QUOTA}{}", resource.as_str()),
            other => {
                let text = TEXTS.iter().find(|it| it.0 == *other);
                f.write_str(text.map_or("constraint failed", |it| it.1))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_constraint_is_read_from_both_databases() {
        for constraint in Constraint::all() {
            assert_eq!(Constraint::of_text(&constraint.to_string()), Some(constraint));
            let of_d1 = format!("D1_ERROR: {constraint}: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_TRIGGER)");
            assert_eq!(Constraint::of_text(&of_d1), Some(constraint));
        }
    }

    #[test]
    fn other_failures_are_no_known_constraint() {
        for text in [
            "UNIQUE constraint failed: accounts.email",
            "UNIQUE constraint failed: sources.collection_id, sources.url, sources.kind",
            "NOT NULL constraint failed: agents.revisions",
            "constraint failed: quota sourcesof",
            "constraint failed: quota",
            "no such column: agents.revision",
            "",
        ] {
            assert_eq!(Constraint::of_text(text), None, "{text}");
        }
    }
}
