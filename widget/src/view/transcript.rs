//! The messages, and how they scroll.

mod scroll;

use super::header::avatar;
use super::html::{Html, claim, element, watch, when};
use super::message::message;
use super::parts::{button, icon, icon_button};
use crate::chat::Chat;
use crate::conversation::Conversation;
use leptos::prelude::*;
use scroll::{Follows, Scroll};
use std::rc::Rc;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, ResizeObserver};

/// Draws the part that scrolls.
pub(super) fn transcript(room: Conversation) -> Html {
    let strings = room.strings;
    let keys = move || {
        room.chat
            .with(|chat| chat.messages().iter().map(|message| u64::from(message.key)).collect())
    };
    let messages = element("div", "ew-slot").list(keys, move |key| message(room, key as u32));
    let scroller = element("div", "ew-scroller")
        .attribute("role", "log")
        .attribute("aria-live", "off")
        .attribute("aria-label", strings.transcript)
        .attribute("tabindex", "0");
    let is_at_end = RwSignal::new(true);
    let scroll = Scroll::new(scroller.node(), messages.node(), is_at_end);
    let content = element("div", "ew-scroller__content")
        .child(welcome(room))
        .child(messages);
    let (grown, scrolled) = (Rc::clone(&scroll), Rc::clone(&scroll));
    on_resize(&content.node(), move || grown.keep_in_view());
    let scroller = scroller.child(content).on("scroll", move |_| scrolled.note());
    let asked = Rc::clone(&scroll);
    let is_busy = claim(move || room.chat.with(Chat::is_busy));
    watch(move || {
        if is_busy.holds() {
            asked.follow(Follows::Answer);
        }
    });
    let jump = move || {
        let scroll = Rc::clone(&scroll);
        icon_button("ew-to-end", strings.to_latest, "arrow-down", move || {
            scroll.follow(Follows::End)
        })
    };
    element("div", "ew-transcript")
        .child(scroller)
        .child(when(claim(move || !is_at_end.get()), jump))
}

/// Acts whenever the element has changed its size.
fn on_resize(element: &Element, act: impl FnMut() + 'static) {
    let changed = Closure::<dyn FnMut()>::new(act).into_js_value();
    if let Ok(observer) = ResizeObserver::new(changed.unchecked_ref()) {
        observer.observe(element);
    }
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
