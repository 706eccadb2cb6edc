//! The passage that an answer cites, in a sheet over the conversation.

use super::html::{Html, element, memo, watch, when};
use super::markdown::render_all;
use super::parts::{focus, focus_soon, focused, icon, icon_button, link};
use crate::conversation::Conversation;
use leptos::prelude::*;
use shared::agent::Source;
use shared_chat::markdown::{Citable, parse, safe_address};
use std::cell::RefCell;

/// Draws the passage on show, when there is one.
pub(super) fn passage(conversation: Conversation) -> Html {
    let is_open = memo(move || conversation.passage.get().is_some());
    let opener = RefCell::new(None);
    // The sheet takes the focus and gives it back to what opened it, once that can be reached again.
    watch(move || {
        if is_open.holds() {
            *opener.borrow_mut() = focused();
        } else if let Some(opener) = opener.take() {
            queue_microtask(move || focus(&opener));
        }
    });
    when(is_open, move || sheet(conversation))
}

fn sheet(conversation: Conversation) -> Html {
    let strings = conversation.strings;
    let key = conversation.passage.get_untracked().map_or(0, |(key, _)| key);
    let sources = conversation.sources(key);
    let count = sources.len();
    let at = move || conversation.passage.get().map_or(0, |(_, at)| at);
    let turn_to = move |to: Option<usize>| {
        if let Some(to) = to.filter(|to| *to < count) {
            conversation.passage.set(Some((key, to)));
        }
    };
    let close = move || conversation.passage.set(None);
    let position = move || [strings.source, " ", &(at() + 1).to_string(), " / ", &count.to_string()].concat();
    let turns = (count > 1).then(|| {
        let back = move || turn_to(at().checked_sub(1));
        let on = move || turn_to(Some(at() + 1));
        let back = icon_button("ew-button", strings.previous_source, "left", back);
        element("div", "ew-slot")
            .child(back)
            .child(icon_button("ew-button", strings.next_source, "right", on))
    });
    let bar = element("div", "ew-sheet__bar")
        .child(element("p", "ew-sheet__position").live_text(position))
        .children(turns)
        .child(icon_button("ew-button", strings.close_source, "close", close));
    let shown = move || sources.get(at()).map(|source| body(conversation, key, source));
    let sheet = element("div", "ew-sheet")
        .attribute("role", "dialog")
        .attribute("aria-modal", "true")
        .attribute("aria-labelledby", "ew-passage")
        .attribute("tabindex", "-1")
        .child(bar)
        .child(element("div", "ew-slot").show(shown));
    focus_soon(&sheet);
    element("div", "ew-slot")
        .child(element("div", "ew-scrim").click(close))
        .child(sheet)
}

fn body(conversation: Conversation, key: u32, source: &Source) -> Html {
    let path = source.heading_path.join(" › ");
    let path = (!path.is_empty()).then(|| element("p", "ew-sheet__path").attribute("dir", "auto").text(&path));
    let quote = element("div", "ew-sheet__quote ew-text").attribute("dir", "auto");
    let quote = render_all(
        &parse(&source.chunk_preview, Citable::Sources(0)),
        quote,
        conversation,
        key,
    );
    let title = element("h2", "ew-sheet__title")
        .attribute("id", "ew-passage")
        .attribute("dir", "auto");
    let text = element("div", "ew-sheet__body")
        .attribute("tabindex", "0")
        .attribute("role", "group")
        .attribute("aria-labelledby", "ew-passage")
        .child(title.text(&source.title))
        .children(path)
        .child(quote);
    let foot = source.url.as_deref().and_then(safe_address).map(|address| {
        let link = link("ew-pill ew-pill--primary", &address)
            .text(conversation.strings.open_page)
            .child(icon("external"));
        element("div", "ew-sheet__foot").child(link)
    });
    element("div", "ew-slot").child(text).children(foot)
}
