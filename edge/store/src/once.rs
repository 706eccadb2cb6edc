//! Writes that are done once, however often the request that causes them is taken up again.
//!
//! Every batch brings a row of its own, which the database takes once: a batch that was written is refused as a whole.
//! Then the statements are answered as they were, by what their [`Statement::again`] finds.
use crate::idempotency_keys::{self, Claim};
use crate::{Constraint, Database, SqlError, Statement};
use edge_model::DatabaseName;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// Which request writes.
#[derive(Debug)]
pub(crate) struct Once {
    /// The database that the claim is in.
    home: DatabaseName,
    claim: Claim,
    /// Of its body, where it is known.
    fingerprint: Option<String>,
    /// What it has made so far.
    made: Made,
    /// How many batches began with a statement so far.
    batches: Mutex<BTreeMap<&'static str, u32>>,
}

/// The ids that a request has made so far and that its answer may show. They are written with the request's next batch,
/// which is the one that needs them.
#[derive(Clone, Debug, Default)]
pub struct Made(Arc<Mutex<BTreeSet<String>>>);

impl Made {
    /// Adds an id.
    pub fn note(&self, id: &str) {
        if idempotency_keys::is_subject(id)
            && let Ok(mut made) = self.0.lock()
        {
            made.insert(id.to_owned());
        }
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().map(|it| it.iter().cloned().collect()).unwrap_or_default()
    }
}

impl Once {
    pub(crate) fn new(home: DatabaseName, claim: Claim, fingerprint: Option<String>, made: Made) -> Self {
        Self {
            home,
            claim,
            fingerprint,
            made,
            batches: Mutex::default(),
        }
    }

    /// Names a batch. By its first statement and not by its number, since what was written may make another one
    /// needless.
    fn name(&self, statements: &[Statement]) -> String {
        let first = statements.first().map_or("", |it| it.sql);
        let Ok(mut batches) = self.batches.lock() else {
            return first.into();
        };
        let count = batches.entry(first).or_default();
        *count += 1;
        format!("{count} {first}")
    }
}

impl Database {
    pub(crate) async fn write_once(
        &self,
        once: &Once,
        mut statements: Vec<Statement>,
    ) -> Result<Vec<Vec<Value>>, SqlError> {
        let again: Vec<_> = statements.iter().map(|it| it.again.clone()).collect();
        let name = once.name(&statements);
        // What it writes to another database is noted there, under a claim that no other run of the request takes.
        let (claim, away) = match once.home == *self.name() {
            true => (once.claim.clone(), None),
            false => {
                let claim = once.claim.away();
                (claim.clone(), Some(idempotency_keys::note_away(&claim)))
            }
        };
        let effect = idempotency_keys::effect(&claim, &name, once.fingerprint.as_deref());
        let tie = idempotency_keys::tie(&claim, &once.made.all());
        let notes: Vec<Statement> = away.into_iter().chain([effect, tie]).collect();
        let count = notes.len();
        statements.splice(0..0, notes);
        match self.sql.batch(statements).await {
            Ok(answers) => Ok(answers.into_iter().skip(count).collect()),
            Err(SqlError::Constraint(Constraint::IdempotencyEffect)) => {
                let mut answers = vec![];
                for statement in again {
                    answers.push(match statement {
                        Some(statement) => self.sql.query(*statement).await?,
                        None => vec![],
                    });
                }
                Ok(answers)
            }
            Err(error) => Err(error),
        }
    }
}
