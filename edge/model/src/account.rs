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
    /// When the owner of the address confirmed it; rows without it are from old releases and no accounts.
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

/// A signed-in browser or program. Revoking it ends its tokens at once.
#[derive(Clone, Debug, Deserialize)]
pub struct Session {
    pub id: SessionId,
    pub account_id: AccountId,
    pub expires_at: Timestamp,
}
