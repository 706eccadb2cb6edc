//! What the visitor sees.

mod actions;
mod answer;
mod composer;
mod failure;
mod header;
mod html;
mod markdown;
mod message;
mod parts;
mod passage;
mod transcript;

use crate::conversation::Conversation;
use html::{Html, element, listen, memo, when};
use leptos::prelude::*;
use parts::icon;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

/// Draws the whole chat into the document.
pub(crate) fn mount(conversation: Conversation) {
    let announcement = move || conversation.chat.with(|chat| chat.announcement().to_owned());
    let main = element("main", "ew").child(dialog(conversation)).child(
        element("p", "ew-hidden")
            .attribute("role", "status")
            .live_text(announcement),
    );
    if let Some(body) = document().body() {
        // The body takes any element.
        let _ = body.append_child(&main.node());
    }
    for (name, is_online) in [("online", true), ("offline", false)] {
        listen(&window(), name, move |_| conversation.online.set(is_online));
    }
    listen(&window(), "keydown", move |event| {
        let event = event.unchecked_into::<KeyboardEvent>();
        if event.key() == "Escape" && !event.is_composing() {
            dismiss(conversation);
        }
    });
}

/// The visitor has opened the panel: the next key should land in the input.
pub(crate) fn welcome() {
    composer::welcome();
}

fn dialog(conversation: Conversation) -> Html {
    let is_covered = memo(move || conversation.passage.get().is_some());
    let is_modal = memo(move || conversation.modal.get());
    let column = element("div", "ew-column")
        .live("inert", is_covered.flag())
        .child(header::header(conversation))
        .child(offline_banner(conversation))
        .child(transcript::transcript(conversation))
        .child(composer::composer(conversation));
    element("div", "ew-dialog")
        .attribute("role", "dialog")
        .attribute("aria-labelledby", "ew-title")
        .live("aria-modal", is_modal.flag())
        .child(column)
        .child(passage::passage(conversation))
}

/// Escape closes what is on top.
fn dismiss(conversation: Conversation) {
    if conversation.passage.get_untracked().is_some() {
        conversation.passage.set(None);
    } else {
        conversation.notify("close");
    }
}

fn offline_banner(conversation: Conversation) -> Html {
    when(memo(move || !conversation.online.get()), move || {
        element("p", "ew-banner")
            .attribute("role", "alert")
            .child(icon("offline"))
            .text(conversation.strings.offline)
    })
}
