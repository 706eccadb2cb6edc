//! Jobs: background work, written down in the same batch as what causes it.
use crate::outbox::QueuedMail;
use crate::workspace::Role;
use crate::{AccountId, DocumentId, JobId, Timestamp, WebhookId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// A piece of work that will be done at least once.
#[derive(Clone, Debug, Deserialize)]
pub struct Job {
    pub id: JobId,
    pub workspace_id: WorkspaceId,
    #[serde(deserialize_with = "crate::column::json")]
    pub task: Task,
    /// How often it was begun.
    pub attempts: u32,
    pub run_at: Timestamp,
}

/// What there is to do. Every arm is safe to run twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// Parse, embed and index one version of a document.
    ProcessDocument { document_id: DocumentId, version: u32 },
    /// Merge small segments and drop deleted documents' passages.
    CompactIndex,
    /// Give some passages the vectors that the workspace's embedder makes of them, and order the next run. How often it
    /// failed in a row, and why the last time.
    EmbedIndex { failures: u32, reason: Option<String> },
    /// Delete blobs that nothing refers to any more.
    EraseBlobs { keys: Vec<String> },
    /// Send a mail. Where the mail names a row that knows the address, there is none here.
    SendMail {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        #[serde(rename = "letter")]
        mail: QueuedMail,
    },
    /// Delete the conversations that are older than the workspace keeps them, and order the next time.
    PurgeConversations,
    /// Delete every blob and counter of a workspace that is gone. Done twice, since a worker that was running may write
    /// late.
    EraseWorkspace { is_last: bool },
    /// Tell the workspace's owner that an endpoint was disabled.
    ReportWebhook { webhook_id: WebhookId },
    /// Have the directory follow what became of a member of the workspace at a moment: another role, or none.
    SettleMember {
        account_id: AccountId,
        role: Option<Role>,
        at: Timestamp,
    },
    /// Copy a person's name and memberships to the databases of their workspaces.
    CopyAccount { account_id: AccountId },
    /// Copy the workspace's name to the directory, and its plan from it.
    CopyWorkspace,
    /// Erase the new workspace unless the directory knows it.
    EraseUnopened,
    /// Delete an account to the end whose owner has asked for it.
    DeleteAccount { account_id: AccountId },
    /// Seal some rows anew with the installation's current secret, by id and from after this one, and order the next
    /// run.
    Reseal { rows: SealedRows, after: String },
}

/// Rows that hold sealed texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SealedRows {
    Webhooks,
    Requests,
}

impl Task {
    /// The name of [`Task::EmbedIndex`], which is worked off in parallel to the others.
    pub const EMBED_INDEX: &'static str = "embed_index";

    /// The name of [`Task::EraseWorkspace`], which the sweep looks for.
    pub const ERASE_WORKSPACE: &'static str = "erase_workspace";

    /// Returns the task's name, for logs and lists.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ProcessDocument { .. } => "process_document",
            Self::CompactIndex => "compact_index",
            Self::EmbedIndex { .. } => Self::EMBED_INDEX,
            Self::EraseBlobs { .. } => "erase_blobs",
            Self::SendMail { .. } => "send_mail",
            Self::PurgeConversations => "purge_conversations",
            Self::EraseWorkspace { .. } => Self::ERASE_WORKSPACE,
            Self::ReportWebhook { .. } => "report_webhook",
            Self::SettleMember { .. } => "settle_member",
            Self::CopyAccount { .. } => "copy_account",
            Self::CopyWorkspace => "copy_workspace",
            Self::EraseUnopened => "erase_unopened",
            Self::DeleteAccount { .. } => "delete_account",
            Self::Reseal { .. } => "reseal",
        }
    }
}
