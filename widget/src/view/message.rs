//! One message: a question as it was written, or an answer.

use super::answer::answer;
use super::html::{Html, element};
use crate::chat::Author;
use crate::conversation::Conversation;
use leptos::prelude::*;

/// Draws the message of this key.
pub(super) fn message(conversation: Conversation, key: u32) -> Html {
    let message = conversation
        .chat
        .with_untracked(|chat| chat.message(key).map(|message| (message.author, message.text.clone())));
    match message {
        Some((Author::Visitor, text)) => question(conversation, &text),
        _ => answer(conversation, key),
    }
}

fn question(conversation: Conversation, text: &str) -> Html {
    element("div", "ew-message ew-message--visitor")
        .child(element("span", "ew-hidden").text(conversation.strings.you).text(": "))
        .child(element("p", "ew-bubble").attribute("dir", "auto").text(text))
}
