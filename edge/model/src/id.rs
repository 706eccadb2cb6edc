//! Typed ids: one type per noun, the same string in every dialect.
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// What every id of this noun begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Takes any text for an id; whether it names something, the store knows.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// Returns the id as it stands on the wire and in rows.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A person.
    AccountId = "user_";
    /// A signed-in browser or program of a person's.
    SessionId = "sid_";
    /// A sign-up that waits for its code.
    SignUpId = "signup_";
    /// A code that was mailed.
    CodeId = "code_";
    /// A tenant.
    WorkspaceId = "ws_";
    /// An API key (its record, not its secret).
    KeyId = "key_";
    /// A collection of documents.
    CollectionId = "col_";
    /// A document.
    DocumentId = "doc_";
    /// A site that documents are taken from.
    SourceId = "src_";
    /// An agent.
    AgentId = "agent_";
    /// A conversation.
    ConversationId = "conv_";
    /// A message of a conversation.
    MessageId = "msg_";
    /// A visitor's word on an answer.
    FeedbackId = "fb_";
    /// An invitation into a workspace.
    InvitationId = "inv_";
    /// A question for a person.
    EscalationId = "esc_";
    /// A piece of background work.
    JobId = "job_";
    /// An endpoint that is told of events.
    WebhookId = "wh_";
    /// Something that happened.
    EventId = "evt_";
    /// An event on its way to an endpoint.
    DeliveryId = "dlv_";
}
