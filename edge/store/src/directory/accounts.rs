//! Accounts and their sessions.
use crate::port::sql;
use crate::{Directory, DirectoryStatement, SqlError, Statement};
use edge_model::account::{Account, Session};
use edge_model::{AccountId, SessionId, Timestamp, WorkspaceId};
use serde::Deserialize;

/// Who is written to when an endpoint was disabled.
#[derive(Clone, Debug, Deserialize)]
pub struct OwnerAddress {
    pub email: String,
    pub workspace_name: String,
}

impl Directory {
    /// Finds the address of a workspace's owner.
    pub async fn owner_address(&self, workspace: &WorkspaceId) -> Result<Option<OwnerAddress>, SqlError> {
        let statement = sql!(
            "SELECT accounts.email, workspaces.name AS workspace_name
             FROM workspaces JOIN accounts ON accounts.id = workspaces.owner_id WHERE workspaces.id = ?1",
            workspace.as_str()
        );
        self.row(statement).await
    }

    /// Finds the account of a living session.
    pub async fn account_of_session(&self, id: &SessionId, now: Timestamp) -> Result<Option<Account>, SqlError> {
        self.row(account_of_session(id, now)).await
    }

    /// Finds a person's name; none when there is no such account.
    pub async fn account_name(&self, id: &AccountId) -> Result<Option<String>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            full_name: String,
        }
        let statement = sql!("SELECT full_name FROM accounts WHERE id = ?1", id.as_str());
        Ok(self.row::<Row>(statement).await?.map(|it| it.full_name))
    }

    /// Finds a person's address; none when there is no such account.
    pub async fn account_address(&self, id: &AccountId) -> Result<Option<String>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            email: String,
        }
        let statement = sql!("SELECT email FROM accounts WHERE id = ?1", id.as_str());
        Ok(self.row::<Row>(statement).await?.map(|it| it.email))
    }

    /// Tells whether an address has an account.
    pub async fn has_account(&self, email: &str) -> Result<bool, SqlError> {
        Ok(!self.database.sql.query(by_email(email)).await?.is_empty())
    }
}

/// Finds an account by its lower-cased address. Rows whose address was never confirmed are no accounts.
pub(crate) fn by_email(email: &str) -> Statement {
    sql!(
        "SELECT * FROM accounts WHERE email = ?1 AND email_verified_at IS NOT NULL",
        email
    )
}

pub(crate) fn account_of_session(id: &SessionId, now: Timestamp) -> Statement {
    sql!(
        "SELECT accounts.* FROM sessions JOIN accounts ON accounts.id = sessions.account_id
         WHERE sessions.id = ?1 AND sessions.expires_at > ?2",
        id.as_str(),
        now.0
    )
}

/// Changes an account's name.
pub fn rename(id: &AccountId, full_name: &str) -> DirectoryStatement {
    sql!(Directory => "UPDATE accounts SET full_name = ?2 WHERE id = ?1",
        id.as_str(),
        full_name
    )
}

/// Begins a session.
pub fn insert_session(session: &Session, now: Timestamp) -> DirectoryStatement {
    let Session {
        id,
        account_id,
        expires_at,
    } = session;
    sql!(Directory => "INSERT INTO sessions (id, account_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
        id.as_str(),
        account_id.as_str(),
        now.0,
        expires_at.0
    )
}

/// Ends a session.
pub fn delete_session(id: &SessionId) -> DirectoryStatement {
    sql!(Directory => "DELETE FROM sessions WHERE id = ?1", id.as_str())
}

/// Deletes an account with its sessions, codes and memberships, and the invitations and sign-ups with its address, with
/// their mails.
pub fn delete(id: &AccountId) -> [DirectoryStatement; 4] {
    [
        sql!(Directory =>
            "DELETE FROM jobs WHERE json_extract(task, '$.letter.invitation_id') IN
                (SELECT id FROM invitations WHERE email = (SELECT email FROM accounts WHERE id = ?1))",
            id.as_str()
        ),
        sql!(Directory =>
            "DELETE FROM invitations WHERE email = (SELECT email FROM accounts WHERE id = ?1)",
            id.as_str()
        ),
        sql!(Directory =>
            "DELETE FROM sign_ups WHERE email = (SELECT email FROM accounts WHERE id = ?1)",
            id.as_str()
        ),
        sql!(Directory => "DELETE FROM accounts WHERE id = ?1", id.as_str()),
    ]
}

/// Deletes sessions, sign-ups, codes and invitations whose time has been over since before `ended`, and accounts of old
/// releases whose address was not confirmed by then.
pub fn delete_ended(ended: Timestamp) -> [DirectoryStatement; 5] {
    [
        sql!(Directory => "DELETE FROM sessions WHERE expires_at < ?1", ended.0),
        sql!(Directory => "DELETE FROM sign_ups WHERE expires_at < ?1", ended.0),
        // Codes and links last an hour at most; their rows count the mails of a day.
        sql!(Directory => "DELETE FROM mailed_codes WHERE created_at < ?1", ended.0),
        sql!(Directory => "DELETE FROM invitations WHERE expires_at < ?1", ended.0),
        sql!(Directory => "DELETE FROM accounts WHERE email_verified_at IS NULL AND created_at < ?1",
            ended.0
        ),
    ]
}
