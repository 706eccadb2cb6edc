//! The messages, and how they scroll.

use super::header::avatar;
use super::html::{Html, claim, element, watch, when};
use super::message::message;
use super::parts::{button, icon, icon_button};
use crate::chat::Chat;
use crate::conversation::Conversation;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, ResizeObserver};

/// As near to the end as this, in pixels, the transcript follows what is added to it.
const NEAR: i32 = 48;

/// Draws the part that scrolls.
pub(super) fn transcript(room: Conversation) -> Html {
    let strings = room.strings;
    let keys = move || {
        room.chat
            .with(|chat| chat.messages().iter().map(|message| u64::from(message.key)).collect())
    };
    let content = element("div", "ew-scroller__content")
        .child(welcome(room))
        .child(element("div", "ew-slot").list(keys, move |key| message(room, key as u32)));
    let scroller = element("div", "ew-scroller")
        .attribute("role", "log")
        .attribute("aria-live", "off")
        .attribute("aria-label", strings.transcript)
        .attribute("tabindex", "0");
    let follows = RwSignal::new(true);
    let to_end = follow(room, &scroller.node(), &content.node(), follows);
    let node = scroller.node::<Element>();
    let scroller = scroller.child(content).on("scroll", move |_| {
        follows.set(node.scroll_height() - node.client_height() - node.scroll_top() < NEAR);
    });
    let jump = move || {
        let to_end = to_end.clone();
        icon_button("ew-to-end", strings.to_latest, "arrow-down", move || {
            follows.set(true);
            to_end();
        })
    };
    element("div", "ew-transcript")
        .child(scroller)
        .child(when(claim(move || !follows.get()), jump))
}

/// Keeps the end in view while `follows` holds. Returns what scrolls there.
fn follow(
    room: Conversation,
    scroller: &Element,
    content: &Element,
    follows: RwSignal<bool>,
) -> impl Fn() + Clone + 'static {
    let scroller = scroller.clone();
    let to_end = move || scroller.set_scroll_top(scroller.scroll_height());
    let is_busy = claim(move || room.chat.with(Chat::is_busy));
    let asked = to_end.clone();
    // A new question is always shown, wherever the visitor was reading.
    watch(move || {
        if is_busy.holds() {
            follows.set(true);
            asked();
        }
    });
    let seen = to_end.clone();
    let grown = Closure::<dyn FnMut()>::new(move || {
        if follows.get_untracked() {
            seen();
        }
    });
    // It lives as long as the document: there is one transcript, and it stays.
    if let Ok(observer) = ResizeObserver::new(grown.into_js_value().unchecked_ref()) {
        observer.observe(content);
    }
    to_end
}

/// The greeting, and questions to begin with until one has been asked.
fn welcome(room: Conversation) -> Html {
    let has_begun = claim(move || room.chat.with(|chat| !chat.messages().is_empty()));
    let (greeting, questions) = room.config(|config| {
        let behavior = &config.behavior;
        let greets = behavior.greeting_enabled && !behavior.greeting_message.is_empty();
        let greeting = element("p", "ew-welcome__greeting")
            .attribute("dir", "auto")
            .text(&behavior.greeting_message);
        (greets.then_some(greeting), behavior.suggested_questions.clone())
    });
    let has_questions = !questions.is_empty();
    let suggestions = move || {
        let list = element("ul", "ew-suggestions").attribute("aria-label", room.strings.suggestions);
        list.children(questions.iter().map(|question| suggestion(room, question)))
    };
    element("div", "ew-welcome")
        .live("data-begun", has_begun.flag())
        .child(avatar(room))
        .children(greeting)
        .child(when(claim(move || has_questions && !has_begun.holds()), suggestions))
}

fn suggestion(room: Conversation, question: &str) -> Html {
    let asked = question.to_owned();
    let label = element("span", "").text(question);
    let ask = button("ew-suggestion", move || room.ask(&asked));
    element("li", "").child(ask.attribute("dir", "auto").child(label).child(icon("arrow-right")))
}
