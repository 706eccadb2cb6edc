//! Sign-ups: people who have asked for an account and not confirmed their address yet.
use crate::{SignUpId, Timestamp};

/// A sign-up. It becomes an account when the code that was mailed for it is entered.
#[derive(Clone, Debug)]
pub struct SignUp {
    pub id: SignUpId,
    /// Lower-cased. Several sign-ups may wait with one address.
    pub email: String,
    pub full_name: String,
    /// An argon2id PHC string.
    pub password_hash: String,
    /// A keyed hash of the network that it came from.
    pub network: String,
    /// Until when codes may be mailed for it.
    pub expires_at: Timestamp,
    pub created_at: Timestamp,
}
