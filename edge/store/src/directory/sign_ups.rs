//! Sign-ups that wait for their code.
use crate::port::sql;
use crate::{Directory, DirectoryStatement, SqlError, Statement, decode};
use edge_model::account::{Account, Session};
use edge_model::sign_up::SignUp;
use edge_model::{AccountId, CodeId, SignUpId, Timestamp};
use serde::Deserialize;

impl Directory {
    /// Finds the account of a lower-cased address, and the password hash of the newest sign-up with it from a network
    /// that waits for its code. Always in one round trip.
    pub async fn account_and_sign_up(
        &self,
        email: &str,
        network: &str,
        now: Timestamp,
    ) -> Result<(Option<Account>, Option<String>), SqlError> {
        #[derive(Deserialize)]
        struct Row {
            password_hash: String,
        }
        let account = super::accounts::by_email(email);
        let sign_up = sql!(
            "SELECT password_hash FROM sign_ups
             WHERE email = ?1 AND network = ?2 AND expires_at > ?3 AND password_hash <> ''
             ORDER BY created_at DESC, id DESC LIMIT 1",
            email,
            network,
            now.0
        );
        let mut answers = self.read(vec![account, sign_up]).await?;
        Ok((answers.row()?, answers.row::<Row>()?.map(|it| it.password_hash)))
    }

    /// Finds the newest sign-up with an address from a network that waits for its code: its id and its password hash.
    pub async fn newest_sign_up(
        &self,
        email: &str,
        network: &str,
        now: Timestamp,
    ) -> Result<Option<(SignUpId, String)>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            id: SignUpId,
            password_hash: String,
        }
        let statement = sql!(
            "SELECT id, password_hash FROM sign_ups
             WHERE email = ?1 AND network = ?2 AND expires_at > ?3 AND password_hash <> '' AND replaced_by IS NULL
             ORDER BY created_at DESC, id DESC LIMIT 1",
            email,
            network,
            now.0
        );
        Ok(self.row::<Row>(statement).await?.map(|it| (it.id, it.password_hash)))
    }

    /// Makes an account of the sign-up that a code was mailed for, with its name and password, and begins a session. No
    /// other sign-up with the address can be confirmed from then on. None when the code is used, too old or replaced,
    /// or when the address has got an account meanwhile.
    pub async fn confirm_sign_up(
        &self,
        code: &CodeId,
        attempt: &str,
        session: &Session,
        now: Timestamp,
    ) -> Result<Option<Account>, SqlError> {
        let account = &session.account_id;
        let writes = vec![
            super::mailed_codes::use_code(code, attempt, now).0,
            delete_unconfirmed_account(code, attempt),
            insert_account(account, code, attempt, now),
            insert_session(session, now),
            end_other_codes(account, code),
            clear_password(account, code),
        ];
        let account = self
            .database
            .apply(writes)
            .await?
            .into_iter()
            .nth(2)
            .unwrap_or_default();
        account.into_iter().next().map(decode).transpose()
    }
}

/// Adds a sign-up, also when its address has an account: nothing that its maker can do may tell the difference.
pub fn insert(sign_up: &SignUp) -> DirectoryStatement {
    let SignUp {
        id,
        email,
        full_name,
        password_hash,
        network,
        expires_at,
        created_at,
    } = sign_up;
    sql!(Directory => "INSERT INTO sign_ups (id, email, full_name, password_hash, network, expires_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        id.as_str(),
        email.as_str(),
        full_name.as_str(),
        password_hash.as_str(),
        network.as_str(),
        expires_at.0,
        created_at.0
    )
}

/// Lets one of two sign-ups with the same password stand for both: the new one if a code was mailed for it, or else the
/// earlier one if it is still there. Who holds the id of the other may still confirm that.
pub fn unite(earlier: &SignUpId, new: &SignUpId) -> [DirectoryStatement; 2] {
    [
        sql!(Directory => "UPDATE sign_ups SET replaced_by = ?2
             WHERE id = ?1 AND EXISTS (SELECT 1 FROM mailed_codes WHERE sign_up_id = ?2)",
            earlier.as_str(),
            new.as_str()
        ),
        sql!(Directory => "UPDATE sign_ups SET replaced_by = ?1
             WHERE id = ?2 AND NOT EXISTS (SELECT 1 FROM mailed_codes WHERE sign_up_id = ?2)
                AND EXISTS (SELECT 1 FROM sign_ups WHERE id = ?1)",
            earlier.as_str(),
            new.as_str()
        ),
    ]
}

/// Deletes the earlier sign-ups with an address from a network that no code was mailed for: of these only the newest
/// can ever be confirmed, and a stranger could add them without end.
pub fn delete_unmailed(sign_up: &SignUp) -> DirectoryStatement {
    sql!(Directory => "DELETE FROM sign_ups WHERE email = ?1 AND network = ?2 AND id <> ?3
            AND NOT EXISTS (SELECT 1 FROM mailed_codes WHERE sign_up_id = sign_ups.id)",
        sign_up.email.as_str(),
        sign_up.network.as_str(),
        sign_up.id.as_str()
    )
}

/// Deletes an account of an old release whose address was never confirmed, since it is confirmed now.
fn delete_unconfirmed_account(code: &CodeId, attempt: &str) -> Statement {
    sql!(
        "DELETE FROM accounts WHERE email_verified_at IS NULL
            AND email = (SELECT email FROM mailed_codes WHERE id = ?1 AND used_by = ?2)",
        code.as_str(),
        attempt
    )
}

fn insert_account(id: &AccountId, code: &CodeId, attempt: &str, now: Timestamp) -> Statement {
    sql!(
        "INSERT INTO accounts (id, email, full_name, password_hash, email_verified_at, created_at)
         SELECT ?1, sign_ups.email, full_name, password_hash, ?4, sign_ups.created_at
         FROM sign_ups JOIN mailed_codes ON mailed_codes.sign_up_id = sign_ups.id
         WHERE mailed_codes.id = ?2 AND used_by = ?3
         ON CONFLICT (email) DO NOTHING RETURNING *",
        id.as_str(),
        code.as_str(),
        attempt,
        now.0
    )
    .seen_by(sql!("SELECT * FROM accounts WHERE id = ?1", id.as_str()))
}

/// Begins a session of an account that was just made.
fn insert_session(session: &Session, now: Timestamp) -> Statement {
    sql!(
        "INSERT INTO sessions (id, account_id, created_at, expires_at)
         SELECT ?1, id, ?3, ?4 FROM accounts WHERE id = ?2",
        session.id.as_str(),
        session.account_id.as_str(),
        now.0,
        session.expires_at.0
    )
}

/// Ends the codes of all other sign-ups with the address. Their rows stay until their time is over, so that their
/// makers do not learn of it.
fn end_other_codes(account: &AccountId, code: &CodeId) -> Statement {
    sql!(
        "UPDATE mailed_codes SET code_expires_at = 0 WHERE purpose = 'verify_email' AND id <> ?2
            AND email = (SELECT email FROM accounts WHERE id = ?1)",
        account.as_str(),
        code.as_str()
    )
}

/// The row of the confirmed sign-up stays for a day with the code that was used, and the password is the account's now.
fn clear_password(account: &AccountId, code: &CodeId) -> Statement {
    sql!(
        "UPDATE sign_ups SET password_hash = '' WHERE email = (SELECT email FROM accounts WHERE id = ?1)
            AND id = (SELECT sign_up_id FROM mailed_codes WHERE id = ?2)",
        account.as_str(),
        code.as_str()
    )
}
