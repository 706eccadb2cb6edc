//! The outbox: mails that a job will send. They hold no secret, so that no row does.
use crate::account::OtpPurpose;
use crate::{EscalationId, InvitationId, KeyId, WebhookId};
use serde::{Deserialize, Serialize};

/// What a mail is about. What else it says is worked out when it is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum QueuedMail {
    /// A one-time code. It is made of the nonce, which is its id, and of a secret that no row holds.
    Code { purpose: OtpPurpose, nonce: String },
    /// A sign-up: its code, or a notice where the address has an account.
    #[serde(alias = "known_address")]
    SignUp {
        /// As of a code; empty in rows of old releases, which are all notices.
        #[serde(default)]
        nonce: String,
    },
    /// An address is invited into a workspace.
    Invitation { invitation_id: InvitationId },
    /// A member replied to a visitor's question. Text and address are in the escalation, where erasure reaches them.
    Reply { escalation_id: EscalationId },
    /// A reply waits until its visitor has confirmed that they want it.
    ConfirmReply { escalation_id: EscalationId },
    /// Something was added that reads the workspace's data or is sent it.
    AccessAdded { access: Access },
}

/// What reads a workspace's data or is sent it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    ApiKey(KeyId),
    Webhook(WebhookId),
}
