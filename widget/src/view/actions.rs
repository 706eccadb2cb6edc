//! What can be done with an answer: judge it, say why, copy it.

use super::html::{Html, element, memo, when};
use super::parts::{button, focus_soon, icon, icon_button};
use crate::chat::{Message, Rating};
use crate::conversation::Conversation;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use shared::limits::COMMENT_CHARS;
use shared_chat::markdown::{Citable, parse, plain};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlTextAreaElement;

/// How long the copy button says that it has copied, in milliseconds.
const SHOWN: u32 = 2_000;

const SMALL: &str = "ew-button ew-button--small";

/// Draws the row of small buttons under an answer.
pub(super) fn actions(conversation: Conversation, key: u32) -> Html {
    let is_commenting = RwSignal::new(false);
    let can_be_rated = conversation
        .chat
        .with_untracked(|chat| chat.message(key).is_some_and(Message::can_be_rated));
    let ratings = if can_be_rated {
        &[Rating::Up, Rating::Down][..]
    } else {
        &[]
    };
    let is_thanked = memo(move || rating(conversation, key).is_some() && !is_commenting.get());
    let row = element("div", "ew-actions")
        .children(
            ratings
                .iter()
                .map(|rated| thumb(conversation, key, *rated, is_commenting)),
        )
        .children(window().is_secure_context().then(|| copy_button(conversation, key)))
        .child(when(is_thanked, move || {
            element("span", "ew-actions__thanks").text(conversation.strings.thanks)
        }));
    element("div", "")
        .child(row)
        .child(when(memo(move || is_commenting.get()), move || {
            comment(conversation, key, is_commenting)
        }))
}

fn rating(conversation: Conversation, key: u32) -> Option<Rating> {
    conversation.chat.with(|chat| chat.message(key)?.rating)
}

fn thumb(conversation: Conversation, key: u32, rated: Rating, is_commenting: RwSignal<bool>) -> Html {
    let (label, name) = match rated {
        Rating::Up => (conversation.strings.helpful, "thumb-up"),
        Rating::Down => (conversation.strings.not_helpful, "thumb-down"),
    };
    let is_pressed = memo(move || rating(conversation, key) == Some(rated));
    let rate = move || {
        if !is_pressed.holds() {
            conversation.rate(key, rated, None);
        }
        is_commenting.set(rated == Rating::Down);
    };
    icon_button(SMALL, label, name, rate).live("aria-pressed", is_pressed.state())
}

/// Asks what was wrong. The judgement itself has been sent already.
fn comment(conversation: Conversation, key: u32, is_commenting: RwSignal<bool>) -> Html {
    let strings = conversation.strings;
    let id = ["ew-comment-", &key.to_string()].concat();
    let input = element("textarea", "ew-comment__input")
        .attribute("id", &id)
        .attribute("rows", "2")
        .attribute("maxlength", &COMMENT_CHARS.end().to_string())
        .attribute("placeholder", strings.comment_placeholder);
    focus_soon(&input);
    let written = input.node::<HtmlTextAreaElement>();
    let send = move || {
        let comment = written.value().trim().to_owned();
        if !comment.is_empty() {
            conversation.rate(key, Rating::Down, Some(comment));
        }
        is_commenting.set(false);
    };
    let buttons = element("div", "ew-comment__buttons")
        .child(button("ew-link", move || is_commenting.set(false)).text(strings.skip_comment))
        .child(button("ew-pill", send).text(strings.send_comment));
    element("div", "ew-comment")
        .child(
            element("label", "ew-comment__label")
                .attribute("for", &id)
                .text(strings.what_was_wrong),
        )
        .child(input)
        .child(buttons)
}

/// Copies the answer as plain text. Browsers offer no clipboard to pages without encryption.
fn copy_button(conversation: Conversation, key: u32) -> Html {
    let strings = conversation.strings;
    let is_copied = RwSignal::new(false);
    let copy = move || {
        let text = conversation.chat.with_untracked(|chat| {
            let message = chat.message(key)?;
            Some(plain(&parse(&message.text, Citable::Sources(message.sources.len()))))
        });
        let written = window().navigator().clipboard().write_text(&text.unwrap_or_default());
        spawn_local(async move {
            if JsFuture::from(written).await.is_ok() {
                is_copied.set(true);
                TimeoutFuture::new(SHOWN).await;
                // The button may be gone by now, and its signal with it.
                let _ = is_copied.try_set(false);
            }
        });
    };
    let is_done = memo(move || is_copied.get());
    let picture = move || Some(icon(if is_done.holds() { "check" } else { "copy" }));
    let said = move || {
        if is_done.holds() {
            strings.copied.to_owned()
        } else {
            String::new()
        }
    };
    let made = button(SMALL, copy)
        .attribute("aria-label", strings.copy)
        .attribute("title", strings.copy)
        .show(picture);
    let status = element("span", "ew-hidden").attribute("role", "status").live_text(said);
    element("span", "ew-slot").child(made).child(status)
}
