//! Mailed codes: what proves that a person reads the mail of an address.
use crate::account::OtpPurpose;
use crate::{CodeId, Timestamp};

/// A code, and the link of the same mail. Both are made of the id and of a secret that no row holds.
#[derive(Clone, Debug)]
pub struct MailedCode {
    pub id: CodeId,
    pub purpose: OtpPurpose,
    /// Lower-cased.
    pub email: String,
    /// The mailbox that the address leads to, by which mails are counted.
    pub mailbox: String,
    /// A keyed hash of the network that asked for it.
    pub network: String,
    /// A keyed hash of the block of networks around it.
    pub block: String,
    pub code_expires_at: Timestamp,
    /// The time of the code's end where no link is mailed.
    pub link_expires_at: Timestamp,
    pub created_at: Timestamp,
}
