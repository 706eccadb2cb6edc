//! Reads what the Worker and the loader send into the types of `shared`.
//!
//! Each function names every member of its type, so that a type which gains, loses or renames one does not compile.

use crate::bridge::{Read, Value};
use shared::agent::Source;
use shared::error::Error;
use shared::widget::{Appearance, Behavior, Branding, Config, Frame};

impl Read for Config {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            agent_id: value.text("agent_id")?,
            agent_name: value.text("agent_name")?,
            appearance: value.of("appearance")?,
            behavior: value.of("behavior")?,
            branding: value.of("branding")?,
            visitor_token: value.text("visitor_token")?,
            visitor_token_expires_at: value.text("visitor_token_expires_at")?,
        })
    }
}

impl Read for Appearance {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            theme: value.text("theme")?,
            primary_color: value.text("primary_color")?,
            border_radius: value.number("border_radius")? as u32,
            position: value.text("position")?,
        })
    }
}

impl Read for Behavior {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            greeting_enabled: value.claim("greeting_enabled"),
            greeting_delay: value.number("greeting_delay")? as u32,
            greeting_message: value.text("greeting_message")?,
            suggested_questions: value.list("suggested_questions")?,
        })
    }
}

impl Read for Branding {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            show_powered_by: value.claim("show_powered_by"),
            avatar_url: value.text("avatar_url"),
        })
    }
}

impl Read for Source {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            document_id: value.text("document_id")?,
            title: value.text("title")?,
            chunk_preview: value.text("chunk_preview")?,
            relevance_score: value.number("relevance_score")?,
            url: value.text("url"),
            heading_path: value.list("heading_path")?,
            chunk_index: value.number("chunk_index").unwrap_or_default() as u32,
        })
    }
}

impl Read for Error {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            detail: value.text("detail")?,
            code: value.text("code")?,
            field: value.text("field"),
        })
    }
}

/// A frame of a kind that is newer than this code is nothing.
impl Read for Frame {
    fn read(value: &Value) -> Option<Self> {
        Some(match value.text("type")?.as_str() {
            "start" => Self::Start {
                message_id: value.text("message_id")?,
            },
            "token" => Self::Token {
                content: value.text("content")?,
            },
            "sources" => Self::Sources {
                sources: value.list("sources")?,
            },
            "done" => Self::Done {
                confidence: value.number("confidence")?,
                answered: value.claim("answered"),
            },
            "error" => Self::Error {
                code: value.text("code")?,
                detail: value.text("detail")?,
            },
            _ => return None,
        })
    }
}
