//! Accounts, their one-time codes and their sessions.
use crate::port::sql;
use crate::{SqlError, Statement, Store};
use edge_model::account::{Account, Otp, OtpPurpose, Session};
use edge_model::{AccountId, SessionId, Timestamp};

impl Store {
    /// Finds an account by its lower-cased address.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn account_by_email(&self, email: &str) -> Result<Option<Account>, SqlError> {
        self.row(sql!("SELECT * FROM accounts WHERE email = ?1", email)).await
    }

    /// Finds the account of a living session.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn account_of_session(&self, id: &SessionId, now: Timestamp) -> Result<Option<Account>, SqlError> {
        self.row(account_of_session(id, now)).await
    }

    /// Finds an account by its lower-cased address, and the code that was last made for a purpose: always in one
    /// round trip, whatever there is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn account_and_otp(
        &self,
        email: &str,
        purpose: OtpPurpose,
    ) -> Result<(Option<Account>, Option<Otp>), SqlError> {
        let account = sql!("SELECT * FROM accounts WHERE email = ?1", email);
        let otp = sql!(
            "SELECT * FROM otps WHERE account_id = (SELECT id FROM accounts WHERE email = ?1) AND purpose = ?2",
            email,
            purpose.as_str()
        );
        let mut answers = self.read(vec![account, otp]).await?;
        Ok((answers.row()?, answers.row()?))
    }
}

pub(crate) fn account_of_session(id: &SessionId, now: Timestamp) -> Statement {
    sql!(
        "SELECT accounts.* FROM sessions JOIN accounts ON accounts.id = sessions.account_id
         WHERE sessions.id = ?1 AND sessions.expires_at > ?2",
        id.as_str(),
        now.0
    )
}

/// Adds an account.
pub fn insert(account: &Account) -> Statement {
    let Account {
        id,
        email,
        full_name,
        password_hash,
        email_verified_at,
        created_at,
    } = account;
    sql!(
        "INSERT INTO accounts (id, email, full_name, password_hash, email_verified_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        id.as_str(),
        email.as_str(),
        full_name.as_str(),
        password_hash.as_str(),
        email_verified_at.map(|it| it.0),
        created_at.0
    )
}

/// Replaces name and password of an account whose address is not verified yet.
pub fn replace_unverified(id: &AccountId, full_name: &str, password_hash: &str) -> Statement {
    sql!(
        "UPDATE accounts SET full_name = ?2, password_hash = ?3 WHERE id = ?1 AND email_verified_at IS NULL",
        id.as_str(),
        full_name,
        password_hash
    )
}

/// Marks an account's address as verified.
pub fn verify(id: &AccountId, now: Timestamp) -> Statement {
    sql!(
        "UPDATE accounts SET email_verified_at = coalesce(email_verified_at, ?2) WHERE id = ?1",
        id.as_str(),
        now.0
    )
}

/// Changes an account's name.
pub fn rename(id: &AccountId, full_name: &str) -> Statement {
    sql!(
        "UPDATE accounts SET full_name = ?2 WHERE id = ?1",
        id.as_str(),
        full_name
    )
}

/// Changes an account's password.
pub fn set_password(id: &AccountId, password_hash: &str) -> Statement {
    sql!(
        "UPDATE accounts SET password_hash = ?2 WHERE id = ?1",
        id.as_str(),
        password_hash
    )
}

/// Puts a fresh code in place of the old one.
pub fn put_otp(otp: &Otp) -> Statement {
    let Otp {
        account_id,
        purpose,
        code_hash,
        expires_at,
        tries,
        sends,
        window_started_at,
    } = otp;
    sql!(
        "INSERT OR REPLACE INTO otps (account_id, purpose, code_hash, expires_at, tries, sends, window_started_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        account_id.as_str(),
        purpose.as_str(),
        code_hash.as_str(),
        expires_at.0,
        *tries,
        *sends,
        window_started_at.0
    )
}

/// Counts a guess against a code, before it is compared, while tries are left: returns a row only then.
pub fn count_try(account: &AccountId, purpose: OtpPurpose, most: u32, now: Timestamp) -> Statement {
    sql!(
        "UPDATE otps SET tries = tries + 1
         WHERE account_id = ?1 AND purpose = ?2 AND tries < ?3 AND expires_at > ?4 RETURNING code_hash",
        account.as_str(),
        purpose.as_str(),
        most,
        now.0
    )
    .seen_by(sql!(
        "SELECT code_hash FROM otps WHERE account_id = ?1 AND purpose = ?2",
        account.as_str(),
        purpose.as_str()
    ))
}

/// Uses a code up: returns a row for the one caller who did.
pub fn take_otp(account: &AccountId, purpose: OtpPurpose, code_hash: &str) -> Statement {
    sql!(
        "UPDATE otps SET expires_at = 0
         WHERE account_id = ?1 AND purpose = ?2 AND code_hash = ?3 AND expires_at > 0 RETURNING account_id",
        account.as_str(),
        purpose.as_str(),
        code_hash
    )
    .seen_by(sql!(
        "SELECT account_id FROM otps WHERE account_id = ?1 AND purpose = ?2 AND code_hash = ?3 AND expires_at = 0",
        account.as_str(),
        purpose.as_str(),
        code_hash
    ))
}

/// Begins a session.
pub fn insert_session(session: &Session, now: Timestamp) -> Statement {
    let Session {
        id,
        account_id,
        expires_at,
    } = session;
    sql!(
        "INSERT INTO sessions (id, account_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
        id.as_str(),
        account_id.as_str(),
        now.0,
        expires_at.0
    )
}

/// Ends a session.
pub fn delete_session(id: &SessionId) -> Statement {
    sql!("DELETE FROM sessions WHERE id = ?1", id.as_str())
}

/// Ends every session of an account.
pub fn delete_sessions(account: &AccountId) -> Statement {
    sql!("DELETE FROM sessions WHERE account_id = ?1", account.as_str())
}

/// Deletes an account with its sessions, codes and memberships, and the invitations to its address.
pub fn delete(id: &AccountId, email: &str) -> [Statement; 2] {
    [
        sql!("DELETE FROM invitations WHERE email = ?1", email),
        sql!("DELETE FROM accounts WHERE id = ?1", id.as_str()),
    ]
}

/// Deletes sessions, codes and invitations whose time has been over since before `ended`.
pub fn delete_ended(ended: Timestamp) -> [Statement; 3] {
    [
        sql!("DELETE FROM sessions WHERE expires_at < ?1", ended.0),
        sql!(
            "DELETE FROM otps WHERE expires_at < ?1 AND window_started_at < ?1",
            ended.0
        ),
        sql!("DELETE FROM invitations WHERE expires_at < ?1", ended.0),
    ]
}
