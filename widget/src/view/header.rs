//! Who answers, and the way out.

use super::html::{Html, element, memo, when};
use super::parts::{icon, icon_button};
use crate::conversation::Conversation;
use leptos::prelude::*;
use shared_chat::markdown::safe_address;
use web_sys::Element;

/// Draws the bar at the top.
pub(super) fn header(conversation: Conversation) -> Html {
    let strings = conversation.strings;
    let has_begun = memo(move || conversation.chat.with(|chat| !chat.messages().is_empty()));
    let title = element("h1", "ew-header__title").attribute("id", "ew-title");
    let names = element("div", "ew-header__names")
        .child(conversation.config(|config| title.text(&config.agent_name)))
        .child(element("p", "ew-header__subtitle").text(strings.subtitle));
    let again = move || {
        icon_button("ew-button", strings.new_conversation, "new", move || {
            conversation.notify("reset")
        })
    };
    element("header", "ew-header")
        .child(avatar(conversation))
        .child(names)
        .child(when(has_begun, again))
        .child(icon_button("ew-button", strings.close, "down", move || {
            conversation.notify("close")
        }))
}

/// Draws the agent's picture, or a mark in the primary colour when there is none or it does not load.
pub(super) fn avatar(conversation: Conversation) -> Html {
    let address = conversation.config(|config| config.branding.avatar_url.as_deref().and_then(safe_address));
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
