//! The public API of the widget: configuration, chat, feedback.
use crate::agent::Source;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Config {
    pub agent_id: String,
    pub agent_name: String,
    pub appearance: Appearance,
    pub behavior: Behavior,
    pub branding: Branding,
    /// Extension: lets the iframe speak for the page that loaded it, for 15 minutes.
    /// Sent back as `Authorization: Bearer <token>` on the other calls of this module.
    pub visitor_token: String,
    /// Extension: when the token ends, RFC 3339.
    pub visitor_token_expires_at: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Appearance {
    /// light, dark or auto.
    pub theme: String,
    /// `#rrggbb`.
    pub primary_color: String,
    /// In CSS pixels.
    pub border_radius: u32,
    /// bottom-right or bottom-left.
    pub position: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Behavior {
    pub greeting_enabled: bool,
    /// In milliseconds after the page has loaded.
    pub greeting_delay: u32,
    pub greeting_message: String,
    pub suggested_questions: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Branding {
    pub show_powered_by: bool,
    pub avatar_url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Chat {
    pub agent_id: String,
    /// Chosen by the client, 1 to 128 characters; the same one keeps the context.
    pub session_id: String,
    /// 1 to 10,000 characters.
    pub message: String,
    #[serde(default, deserialize_with = "crate::object")]
    pub metadata: Option<Metadata>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Default)]
#[serde(default)]
pub struct Metadata {
    pub page_url: Option<String>,
    pub user_agent: Option<String>,
}

/// One server-sent event of `POST /widget/chat`: `data: <this as JSON>`.
///
/// `start`, then `token` any number of times, then `sources`, then `done`; or `error`, which ends the stream.
/// The text is the concatenation of the tokens' `content` and is Markdown; `[1]` in it cites the first source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Frame {
    Start {
        message_id: String,
    },
    Token {
        content: String,
    },
    Sources {
        sources: Vec<Source>,
    },
    Done {
        confidence: f64,
        /// Extension: false when the text is the agent's fallback.
        #[serde(default)]
        answered: bool,
    },
    /// Extension: a failure after the stream began.
    Error {
        code: String,
        detail: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Feedback {
    pub message_id: String,
    /// `THUMBS_UP` or `THUMBS_DOWN`.
    pub feedback_type: String,
    #[serde(default)]
    pub comment: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeedbackReceived {
    pub id: String,
    pub message: String,
}
