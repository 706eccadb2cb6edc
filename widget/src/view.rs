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
use html::{Html, claim, element, listen, when};
use leptos::prelude::*;
use parts::icon;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

/// Draws the whole chat into the document.
pub(crate) fn mount(room: Conversation) {
    let announcement = move || room.chat.with(|chat| chat.announcement().to_owned());
    let main = element("main", "ew")
        .child(dialog(room))
        .child(element("p", "ew-hidden").attribute("role", "status").say(announcement));
    if let Some(body) = document().body() {
        // The body takes any element.
        let _ = body.append_child(&main.node());
    }
    for (name, is_online) in [("online", true), ("offline", false)] {
        listen(&window(), name, move |_| room.online.set(is_online));
    }
    listen(&window(), "keydown", move |event| {
        let event = event.unchecked_into::<KeyboardEvent>();
        if event.key() == "Escape" && !event.is_composing() {
            dismiss(room);
        }
    });
}

/// The visitor has opened the panel: the next key should land in the input.
pub(crate) fn welcome() {
    composer::welcome();
}

fn dialog(room: Conversation) -> Html {
    let is_covered = claim(move || room.passage.get().is_some());
    let is_modal = claim(move || room.modal.get());
    let column = element("div", "ew-column")
        .live("inert", is_covered.flag())
        .child(header::header(room))
        .child(offline_banner(room))
        .child(transcript::transcript(room))
        .child(composer::composer(room));
    element("div", "ew-dialog")
        .attribute("role", "dialog")
        .attribute("aria-labelledby", "ew-title")
        .live("aria-modal", is_modal.flag())
        .child(column)
        .child(passage::passage(room))
}

/// Escape closes what is on top.
fn dismiss(room: Conversation) {
    if room.passage.get_untracked().is_some() {
        room.passage.set(None);
    } else {
        room.tell("close");
    }
}

fn offline_banner(room: Conversation) -> Html {
    when(claim(move || !room.online.get()), move || {
        element("p", "ew-banner")
            .attribute("role", "alert")
            .child(icon("offline"))
            .text(room.strings.offline)
    })
}
