//! The mail ledger: what is noted of every mail that is ordered, so that mails can be counted.
use crate::{AccountId, Timestamp, WorkspaceId};

/// What a mail is for. Each kind is counted by itself, so that invitations do not use up an address's replies. Codes
/// are counted where they are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// Something the owner of an account should know.
    Notice,
    Invitation,
    /// A reply to a visitor who has confirmed that they want it.
    Reply,
    /// The question whether a visitor wants a reply.
    Confirmation,
}

impl MailKind {
    /// Returns the kind's name in rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Invitation => "invitation",
            Self::Reply => "reply",
            Self::Confirmation => "confirmation",
        }
    }
}

/// A mail that is ordered.
#[derive(Clone, Debug)]
pub struct LedgerEntry {
    pub id: String,
    /// A hash of the address.
    pub recipient: String,
    pub kind: MailKind,
    /// None for a mail of no workspace.
    pub workspace_id: Option<WorkspaceId>,
    /// The member who causes it; none for a mail that strangers ask for.
    pub account_id: Option<AccountId>,
    /// The escalation it answers; there is one mail for it within an hour.
    pub subject_id: Option<String>,
    pub created_at: Timestamp,
}

/// How many mails there may be, the new one included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailLimits {
    /// Of the kind, to the address.
    pub to_recipient_per_hour: u32,
    pub to_recipient_per_day: u32,
    /// Of the kind, by the account, from all its workspaces.
    pub by_account_per_day: u32,
    /// Of any kind, from the workspace.
    pub from_workspace_per_day: u32,
    /// Invitations by the account that are not accepted yet, into all its workspaces; none does not count them.
    pub open_invitations: Option<u32>,
}
