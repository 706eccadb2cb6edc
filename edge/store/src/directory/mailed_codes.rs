//! Codes that were mailed, and how often they were tried.
use crate::port::sql;
use crate::{Directory, DirectoryStatement, SqlError, Statement, decode};
use edge_model::code::MailedCode;
use edge_model::time::TimeDelta;
use edge_model::{CodeId, SignUpId, Timestamp};
use serde::Deserialize;
use serde_json::Value;

/// How many mails with codes may go to one address, for each purpose.
#[derive(Clone, Copy, Debug)]
pub struct MailLimits {
    /// Within an hour, asked for from one network.
    pub per_network_and_hour: u32,
    /// Within a day, asked for from anywhere. Beyond it one mail an hour still goes: an address that this limit refuses has
    /// had a mail that is less than an hour old.
    pub per_day: u32,
}

/// How many of the mails of a day one block of networks may cause for sign-ups with one address.
#[derive(Clone, Copy, Debug)]
pub struct BlockLimits {
    /// Of one block.
    pub per_block: u32,
    /// Of [`MailLimits::per_day`], kept for blocks that have not asked within the day.
    pub kept_for_others: u32,
}

/// How often codes for a new password are compared with what is entered.
#[derive(Clone, Copy, Debug)]
pub struct TryLimits {
    /// One code, from one network.
    pub per_network: u32,
    /// One code, from all networks that did not ask for it.
    pub from_other_networks: u32,
    /// All codes of an address within a day.
    pub per_day: u32,
}

/// Which sign-up a code is asked for, or entered for.
#[derive(Clone, Copy, Debug)]
pub enum SignUpRef<'a> {
    /// The one whose id the caller holds.
    Held(&'a SignUpId),
    /// The only one with the address from the caller's network. With several of them it is none: two people behind one
    /// network must not confirm each other's.
    OnlyFrom(&'a str),
}

/// Who tries a code of a sign-up whose id they hold, wherever they are.
const HOLDER: &str = "holder";

/// Ends a statement that adds a code: only as many mails as the limits allow. `?3` is the purpose, `?4` the network,
/// `?8` an hour ago, `?10` a day ago and `?12` the mailbox.
macro_rules! within_limits {
    ($per_day:literal) => {
        concat!(
            " AND (SELECT count(*) FROM mailed_codes WHERE mailbox = ?12 AND purpose = ?3 AND created_at > ?8
                AND network = ?4) < ?9
              AND ((SELECT count(*) FROM mailed_codes WHERE mailbox = ?12 AND purpose = ?3 AND created_at > ?10) < ",
            $per_day,
            " OR NOT EXISTS (SELECT 1 FROM mailed_codes WHERE mailbox = ?12 AND purpose = ?3 AND created_at > ?8))"
        )
    };
}

impl SignUpRef<'_> {
    /// Returns the id, if it is known, and the network.
    fn params(&self) -> [Value; 2] {
        match self {
            Self::Held(id) => [id.as_str().into(), Value::Null],
            Self::OnlyFrom(network) => [Value::Null, (*network).into()],
        }
    }
}

impl Directory {
    /// Tells whether a code can still be entered.
    pub async fn is_living_code(&self, email: &str, id: &CodeId, now: Timestamp) -> Result<bool, SqlError> {
        let statement = sql!(
            "SELECT id FROM mailed_codes WHERE id = ?1 AND email = ?2 AND used_by IS NULL AND code_expires_at > ?3",
            id.as_str(),
            email,
            now.0
        );
        Ok(!self.database.sql.query(statement).await?.is_empty())
    }

    /// Counts a try against the codes of a sign-up, before they are compared, and returns those that have tries left.
    /// Without an id, sign-ups whose codes are over do not count, so that an old one is not in the way of a new one;
    /// one that no code was mailed for does, since its maker may hold the code of another for their own.
    pub async fn count_try_of_sign_up(
        &self,
        email: &str,
        of: SignUpRef<'_>,
        most: u32,
        now: Timestamp,
    ) -> Result<Vec<CodeId>, SqlError> {
        let [id, network] = of.params();
        let tried_by = network.as_str().unwrap_or(HOLDER).to_owned();
        let statement = sql!(
            "INSERT INTO code_tries (code_id, tried_by, tries)
             SELECT id, ?4, 1 FROM mailed_codes
             WHERE email = ?1 AND purpose = 'verify_email' AND used_by IS NULL AND code_expires_at > ?5
                AND sign_up_id = coalesce(?2, (SELECT max(id) FROM sign_ups
                    WHERE email = ?1 AND network = ?3 AND replaced_by IS NULL AND expires_at > ?5
                        AND (EXISTS (SELECT 1 FROM mailed_codes
                                WHERE sign_up_id = sign_ups.id AND code_expires_at > ?5)
                            OR NOT EXISTS (SELECT 1 FROM mailed_codes WHERE sign_up_id = sign_ups.id))
                    HAVING count(*) = 1))
             ON CONFLICT (code_id, tried_by) DO UPDATE SET tries = tries + 1 WHERE tries < ?6
             RETURNING code_id",
            email,
            id.clone(),
            network.clone(),
            tried_by,
            now.0,
            most
        )
        .seen_by(sql!(
            "SELECT id AS code_id FROM mailed_codes WHERE email = ?1 AND purpose = 'verify_email'
                AND sign_up_id = coalesce(?2, (SELECT max(id) FROM sign_ups
                    WHERE email = ?1 AND network = ?3 AND replaced_by IS NULL AND expires_at > ?4
                        AND (EXISTS (SELECT 1 FROM mailed_codes
                                WHERE sign_up_id = sign_ups.id AND code_expires_at > ?4)
                            OR NOT EXISTS (SELECT 1 FROM mailed_codes WHERE sign_up_id = sign_ups.id))
                    HAVING count(*) = 1))",
            email,
            id,
            network,
            now.0
        ));
        self.tried(statement).await
    }

    /// Counts a try against all codes for a new password of an address, before they are compared, and returns those
    /// that have tries left. The network that asked for a code has tries of its own, which others cannot use up.
    pub async fn count_try_of_reset(
        &self,
        email: &str,
        network: &str,
        limits: TryLimits,
        now: Timestamp,
    ) -> Result<Vec<CodeId>, SqlError> {
        let statement = sql!(
            "INSERT INTO code_tries (code_id, tried_by, tries)
             SELECT id, ?2, 1 FROM mailed_codes AS code
             WHERE email = ?1 AND purpose = 'reset_password' AND used_by IS NULL AND code_expires_at > ?3
                AND (network = ?2 OR ?5 > (SELECT coalesce(sum(tries), 0) FROM code_tries
                    WHERE code_id = code.id AND tried_by <> code.network))
                AND ?6 > (SELECT coalesce(sum(tries), 0) FROM code_tries JOIN mailed_codes ON id = code_id
                    WHERE email = ?1 AND purpose = 'reset_password' AND created_at > ?7)
             ON CONFLICT (code_id, tried_by) DO UPDATE SET tries = tries + 1 WHERE tries < ?4
             RETURNING code_id",
            email,
            network,
            now.0,
            limits.per_network,
            limits.from_other_networks,
            limits.per_day,
            now.plus(-TimeDelta::days(1)).0
        )
        .seen_by(sql!(
            "SELECT id AS code_id FROM mailed_codes WHERE email = ?1 AND purpose = 'reset_password'",
            email
        ));
        self.tried(statement).await
    }

    async fn tried(&self, statement: Statement) -> Result<Vec<CodeId>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            code_id: CodeId,
        }
        let rows = self
            .database
            .apply(vec![statement])
            .await?
            .into_iter()
            .next()
            .unwrap_or_default();
        rows.into_iter()
            .map(|it| decode::<Row>(it).map(|it| it.code_id))
            .collect()
    }

    /// Sets the password of the account that a code or link was mailed for, and ends its sessions and all its other
    /// codes and links. Returns the account's address; none when the code or link is used or too old.
    pub async fn reset_password(
        &self,
        proof: DirectoryStatement,
        code: &CodeId,
        attempt: &str,
        password_hash: &str,
    ) -> Result<Option<String>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            email: String,
        }
        let set_password = sql!(
            "UPDATE accounts SET password_hash = ?3
             WHERE id = (SELECT account_id FROM mailed_codes WHERE id = ?1 AND used_by = ?2) RETURNING email",
            code.as_str(),
            attempt,
            password_hash
        )
        .seen_by(sql!(
            "SELECT email FROM mailed_codes WHERE id = ?1 AND used_by = ?2",
            code.as_str(),
            attempt
        ));
        let end_sessions = sql!(
            "DELETE FROM sessions
             WHERE account_id = (SELECT account_id FROM mailed_codes WHERE id = ?1 AND used_by = ?2)",
            code.as_str(),
            attempt
        );
        let end_codes = sql!(
            "UPDATE mailed_codes SET used_by = ?2 WHERE used_by IS NULL
                AND account_id = (SELECT account_id FROM mailed_codes WHERE id = ?1 AND used_by = ?2)",
            code.as_str(),
            attempt
        );
        let answers = self
            .database
            .apply(vec![proof.0, set_password, end_sessions, end_codes])
            .await?;
        let row = answers.into_iter().nth(1).and_then(|it| it.into_iter().next());
        Ok(row.map(decode::<Row>).transpose()?.map(|it| it.email))
    }
}

/// Adds a code for the sign-up that the caller means, within the limits; not when its address has an account.
pub fn insert_for_sign_up(
    code: &MailedCode,
    of: SignUpRef<'_>,
    limits: MailLimits,
    block_limits: BlockLimits,
) -> DirectoryStatement {
    const SQL: &str = concat!(
        "INSERT INTO mailed_codes (id, email, purpose, network, code_expires_at, link_expires_at, created_at, mailbox,
            block, sign_up_id)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?12, ?13, id FROM sign_ups WHERE email = ?2 AND expires_at > ?7
            AND id = coalesce(?14, (SELECT max(id) FROM sign_ups WHERE email = ?2 AND network = ?15
                AND replaced_by IS NULL AND expires_at > ?7 AND password_hash <> '' HAVING count(*) = 1))
            AND NOT EXISTS (SELECT 1 FROM accounts WHERE email = ?2 AND email_verified_at IS NOT NULL)
            AND (SELECT count(*) FROM mailed_codes WHERE mailbox = ?12 AND purpose = ?3 AND created_at > ?10
                AND block = ?13) < ?16",
        within_limits!(
            "CASE WHEN EXISTS (SELECT 1 FROM mailed_codes WHERE mailbox = ?12 AND purpose = ?3
                AND created_at > ?10 AND block = ?13) THEN ?17 ELSE ?11 END"
        )
    );
    let mut params = params(code, limits);
    params.extend(of.params());
    params.push(block_limits.per_block.into());
    params.push(limits.per_day.saturating_sub(block_limits.kept_for_others).into());
    DirectoryStatement(Statement::new(SQL, params))
}

/// Adds a code for the account of an address, within the limits; not when there is no account.
pub fn insert_for_account(code: &MailedCode, limits: MailLimits) -> DirectoryStatement {
    const SQL: &str = concat!(
        "INSERT INTO mailed_codes (id, email, purpose, network, code_expires_at, link_expires_at, created_at, mailbox,
            block, account_id)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?12, ?13, id FROM accounts
         WHERE email = ?2 AND email_verified_at IS NOT NULL",
        within_limits!("?11")
    );
    DirectoryStatement(Statement::new(SQL, params(code, limits)))
}

fn params(code: &MailedCode, limits: MailLimits) -> Vec<Value> {
    let MailedCode {
        id,
        email,
        purpose,
        mailbox,
        network,
        block,
        code_expires_at,
        link_expires_at,
        created_at,
    } = code;
    vec![
        id.as_str().into(),
        email.as_str().into(),
        purpose.as_str().into(),
        network.as_str().into(),
        code_expires_at.0.into(),
        link_expires_at.0.into(),
        created_at.0.into(),
        created_at.plus(-TimeDelta::hours(1)).0.into(),
        limits.per_network_and_hour.into(),
        created_at.plus(-TimeDelta::days(1)).0.into(),
        limits.per_day.into(),
        mailbox.as_str().into(),
        block.as_str().into(),
    ]
}

/// Ends the codes that a new one replaces, once that one was added: those of its sign-up, or those that its network has
/// asked for to reset the password. Links stay.
pub fn replace_older(new: &CodeId) -> DirectoryStatement {
    sql!(Directory => "UPDATE mailed_codes SET code_expires_at = 0 FROM mailed_codes AS new
         WHERE new.id = ?1 AND mailed_codes.id <> ?1 AND mailed_codes.email = new.email
            AND mailed_codes.purpose = new.purpose AND mailed_codes.sign_up_id IS new.sign_up_id
            AND (new.sign_up_id IS NOT NULL OR mailed_codes.network = new.network)",
        new.as_str()
    )
}

/// Uses a code up: returns a row for the one attempt that did.
pub fn use_code(id: &CodeId, attempt: &str, now: Timestamp) -> DirectoryStatement {
    sql!(Directory => "UPDATE mailed_codes SET used_by = ?2 WHERE id = ?1 AND used_by IS NULL AND code_expires_at > ?3 RETURNING id",
        id.as_str(),
        attempt,
        now.0
    )
    .seen_by(used_by(id, attempt))
}

/// Uses a link up: returns a row for the one attempt that did.
pub fn use_link(id: &CodeId, attempt: &str, now: Timestamp) -> DirectoryStatement {
    sql!(Directory => "UPDATE mailed_codes SET used_by = ?2 WHERE id = ?1 AND used_by IS NULL AND link_expires_at > ?3
            AND purpose = 'reset_password' RETURNING id",
        id.as_str(),
        attempt,
        now.0
    )
    .seen_by(used_by(id, attempt))
}

fn used_by(id: &CodeId, attempt: &str) -> Statement {
    sql!(
        "SELECT id FROM mailed_codes WHERE id = ?1 AND used_by = ?2",
        id.as_str(),
        attempt
    )
}
