//! The messages, and how they scroll.

mod scroll;

use super::header::avatar;
use super::html::{Html, element, memo, watch, when};
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
pub(super) fn transcript(conversation: Conversation) -> Html {
    let strings = conversation.strings;
    let keys = move || {
        conversation
            .chat
            .with(|chat| chat.messages().iter().map(|message| u64::from(message.key)).collect())
    };
    let messages = element("div", "ew-slot").list(keys, move |key| message(conversation, key as u32));
    let scroller = element("div", "ew-scroller")
        .attribute("role", "log")
        .attribute("aria-live", "off")
        .attribute("aria-label", strings.transcript)
        .attribute("tabindex", "0");
    let is_at_end = RwSignal::new(true);
    let scroll = Scroll::new(scroller.node(), messages.node(), is_at_end);
    let content = element("div", "ew-scroller__content")
        .child(welcome(conversation))
        .child(messages);
    let (grown, scrolled) = (Rc::clone(&scroll), Rc::clone(&scroll));
    on_resize(&content.node(), move || grown.keep_in_view());
    let scroller = scroller.child(content).on("scroll", move |_| scrolled.note());
    let asked = Rc::clone(&scroll);
    let is_busy = memo(move || conversation.chat.with(Chat::is_busy));
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
        .child(when(memo(move || !is_at_end.get()), jump))
}

/// Acts whenever the element has changed its size.
fn on_resize(element: &Element, act: impl FnMut() + 'static) {
    let changed = Closure::<dyn FnMut()>::new(act).into_js_value();
    if let Ok(observer) = ResizeObserver::new(changed.unchecked_ref()) {
        observer.observe(element);
    }
}

/// The greeting, and questions to begin with until one has been asked.
fn welcome(conversation: Conversation) -> Html {
    let has_begun = memo(move || conversation.chat.with(|chat| !chat.messages().is_empty()));
    let (greeting, questions) = conversation.config(|config| {
        let behavior = &config.behavior;
        let greets = behavior.greeting_enabled && !behavior.greeting_message.is_empty();
        let greeting = element("p", "ew-welcome__greeting")
            .attribute("dir", "auto")
            .text(&behavior.greeting_message);
        (greets.then_some(greeting), behavior.suggested_questions.clone())
    });
    let has_questions = !questions.is_empty();
    let suggestions = move || {
        let list = element("ul", "ew-suggestions").attribute("aria-label", conversation.strings.suggestions);
        list.children(questions.iter().map(|question| suggestion(conversation, question)))
    };
    element("div", "ew-welcome")
        .live("data-begun", has_begun.flag())
        .child(avatar(conversation))
        .children(greeting)
        .child(when(memo(move || has_questions && !has_begun.holds()), suggestions))
}

fn suggestion(conversation: Conversation, question: &str) -> Html {
    let asked = question.to_owned();
    let label = element("span", "").text(question);
    let ask = button("ew-suggestion", move || conversation.ask(&asked));
    element("li", "").child(ask.attribute("dir", "auto").child(label).child(icon("arrow-right")))
}
