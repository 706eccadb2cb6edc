//! Where the visitor writes.

use super::html::{BoolMemo, Html, element, memo, watch};
use super::parts::{focus, has_mouse, icon_button};
use crate::chat::{Chat, QUESTION_LIMIT};
use crate::conversation::Conversation;
use crate::strings::Strings;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlTextAreaElement, KeyboardEvent};

/// The counter appears when this many characters are left.
const NEARLY_FULL: usize = 400;

/// The `id` of the input.
const INPUT: &str = "ew-input";

/// Gives the input the focus.
pub(super) fn welcome() {
    if let Some(input) = document().get_element_by_id(INPUT).filter(|_| has_mouse()) {
        focus(input.unchecked_ref());
    }
}

/// Draws the input and what belongs to it.
pub(super) fn composer(conversation: Conversation) -> Html {
    let strings = conversation.strings;
    let length = move || conversation.draft.with(|draft| draft.trim().chars().count());
    let is_too_long = memo(move || length() > QUESTION_LIMIT);
    let is_busy = memo(move || conversation.chat.with(Chat::is_busy));
    let cannot_send = memo(move || {
        conversation.chat.with(Chat::is_busy) || !conversation.online.get() || !(1..=QUESTION_LIMIT).contains(&length())
    });
    let send = move || {
        if !cannot_send.holds() {
            conversation.ask(&conversation.draft.get_untracked());
            conversation.draft.set(String::new());
        }
    };
    let input = input(conversation, is_too_long, send);
    let node = input.node::<HtmlTextAreaElement>();
    let round = move || {
        let node = node.clone();
        Some(if is_busy.holds() {
            icon_button("ew-send", strings.stop, "stop", move || {
                conversation.stop();
                focus(&node);
            })
        } else {
            let made = icon_button("ew-send", strings.send, "arrow-up", move || {
                send();
                focus(&node);
            });
            made.live("disabled", cannot_send.flag())
        })
    };
    let counted = move || counter(length(), strings).unwrap_or_default();
    let powered = conversation.config(|config| config.branding.show_powered_by).then(|| {
        element("p", "ew-powered")
            .text(strings.powered_by)
            .text(" ")
            .child(element("b", "").text("Edgewise"))
    });
    // The mirror gives the box the height of the text.
    let grow = element("div", "ew-composer__grow")
        .live("data-text", move || Some(conversation.draft.get()))
        .child(input);
    let counter = element("p", "ew-composer__counter").attribute("id", "ew-counter");
    let foot = element("div", "ew-composer__foot")
        .child(counter.live("data-over", is_too_long.flag()).live_text(counted))
        .children(powered);
    element("div", "ew-composer")
        .child(
            element("div", "ew-composer__box")
                .child(grow)
                .child(element("div", "ew-slot").show(round)),
        )
        .child(foot)
}

fn input(conversation: Conversation, is_too_long: BoolMemo, send: impl Fn() + 'static) -> Html {
    let placeholder = conversation.strings.placeholder;
    let input = element("textarea", "ew-composer__input")
        .attribute("id", INPUT)
        .attribute("rows", "1")
        .attribute("dir", "auto")
        .attribute("enterkeyhint", "send")
        .attribute("aria-label", placeholder)
        .attribute("placeholder", placeholder)
        .attribute("aria-describedby", "ew-counter")
        .live("aria-invalid", is_too_long.flag());
    let node = input.node::<HtmlTextAreaElement>();
    // Follows the draft when a script changes it, or when sending empties it.
    let shown = node.clone();
    watch(move || {
        conversation.draft.with(|draft| {
            if shown.value() != *draft {
                shown.set_value(draft);
            }
        });
    });
    input
        .on("input", move |_| conversation.draft.set(node.value()))
        .on("keydown", move |event| {
            let event = event.unchecked_into::<KeyboardEvent>();
            // While a word is being composed, Enter chooses it; 229 is how some browsers say so.
            let is_composing = event.is_composing() || event.key_code() == 229;
            if event.key() == "Enter" && !event.shift_key() && !is_composing {
                event.prevent_default();
                send();
            }
        })
}

/// Says how many characters are left, or too many; nothing as long as there are plenty.
fn counter(length: usize, strings: &Strings) -> Option<String> {
    if length > QUESTION_LIMIT {
        return Some([&(length - QUESTION_LIMIT).to_string(), " ", strings.characters_over].concat());
    }
    let left = QUESTION_LIMIT - length;
    (left <= NEARLY_FULL).then(|| [&left.to_string(), " ", strings.characters_left].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_appears_near_the_end_and_counts_what_is_too_much() {
        let strings = crate::strings::for_language("en");
        assert_eq!(counter(0, strings), None);
        assert_eq!(counter(QUESTION_LIMIT - NEARLY_FULL - 1, strings), None);
        assert_eq!(
            counter(QUESTION_LIMIT - 5, strings).as_deref(),
            Some("5 characters left")
        );
        assert_eq!(counter(QUESTION_LIMIT, strings).as_deref(), Some("0 characters left"));
        assert_eq!(
            counter(QUESTION_LIMIT + 7, strings).as_deref(),
            Some("7 characters too many")
        );
    }
}
