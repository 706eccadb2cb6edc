//! Accounts: people, their one-time codes and their sessions.
use crate::{AccountId, SessionId, Timestamp};
use serde::{Deserialize, Serialize};

/// A person.
#[derive(Clone, Debug, Deserialize)]
pub struct Account {
    pub id: AccountId,
    /// Lower-cased, unique.
    pub email: String,
    pub full_name: String,
    /// An argon2id PHC string.
    pub password_hash: String,
    pub email_verified_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// What a one-time code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtpPurpose {
    VerifyEmail,
    ResetPassword,
}

impl OtpPurpose {
    /// Returns the purpose's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
        }
    }
}

/// A one-time code that was sent: at most one per account and purpose.
#[derive(Clone, Debug, Deserialize)]
pub struct Otp {
    pub account_id: AccountId,
    pub purpose: OtpPurpose,
    /// SHA-256 of account, purpose and code.
    pub code_hash: String,
    pub expires_at: Timestamp,
    /// Wrong guesses so far.
    pub tries: u32,
    /// Codes sent since `window_started_at`.
    pub sends: u32,
    pub window_started_at: Timestamp,
}

/// A signed-in browser or program. Revoking it ends its tokens at once.
#[derive(Clone, Debug, Deserialize)]
pub struct Session {
    pub id: SessionId,
    pub account_id: AccountId,
    pub expires_at: Timestamp,
}
