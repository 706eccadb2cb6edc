//! Who answers, and the way out.

use super::html::{Html, claim, element, when};
use super::parts::{icon, icon_button};
use crate::conversation::Conversation;
use leptos::prelude::*;
use shared_chat::markdown::safe_address;
use web_sys::Element;

/// Draws the bar at the top.
pub(super) fn header(room: Conversation) -> Html {
    let strings = room.strings;
    let has_begun = claim(move || room.chat.with(|chat| !chat.messages().is_empty()));
    let title = element("h1", "ew-header__title").attribute("id", "ew-title");
    let names = element("div", "ew-header__names")
        .child(room.config(|config| title.text(&config.agent_name)))
        .child(element("p", "ew-header__subtitle").text(strings.subtitle));
    let again = move || icon_button("ew-button", strings.new_conversation, "new", move || room.tell("reset"));
    element("header", "ew-header")
        .child(avatar(room))
        .child(names)
        .child(when(has_begun, again))
        .child(icon_button("ew-button", strings.close, "down", move || {
            room.tell("close")
        }))
}

/// Draws the agent's picture, or a mark in the primary colour when there is none or it does not load.
pub(super) fn avatar(room: Conversation) -> Html {
    let address = room.config(|config| config.branding.avatar_url.as_deref().and_then(safe_address));
    let picture = address
        .filter(|address| address.starts_with("https://"))
        .map(|address| {
            let picture = element("img", "ew-avatar__image")
                .attribute("src", &address)
                .attribute("alt", "");
            let node = picture.node::<Element>();
            picture.on("error", move |_| node.remove())
        });
    element("span", "ew-avatar")
        .attribute("aria-hidden", "true")
        .child(icon("spark"))
        .children(picture)
}
