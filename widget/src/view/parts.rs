//! Small parts that several components share.

use super::html::{Html, element};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Draws an icon of `style.css`. It says nothing to a screen reader.
pub(super) fn icon(name: &str) -> Html {
    element("span", "ew-icon")
        .attribute("data-icon", name)
        .attribute("aria-hidden", "true")
}

/// Draws a button.
pub(super) fn button(class: &str, act: impl Fn() + 'static) -> Html {
    element("button", class).attribute("type", "button").click(act)
}

/// Draws a button that shows only an icon; `label` is its name.
pub(super) fn icon_button(class: &str, label: &str, name: &str, act: impl Fn() + 'static) -> Html {
    button(class, act)
        .attribute("aria-label", label)
        .attribute("title", label)
        .child(icon(name))
}

/// Draws a link to another page, in a tab of its own. The address has to be safe.
pub(super) fn link(class: &str, address: &str) -> Html {
    let made = element("a", class)
        .attribute("href", address)
        .attribute("target", "_blank");
    made.attribute("rel", "noopener noreferrer nofollow")
}

/// Gives the element the focus once it is in the document.
pub(super) fn focus_soon(made: &Html) {
    let element = made.node::<HtmlElement>();
    queue_microtask(move || focus(&element));
}

/// Gives the element the focus. A browser that refuses leaves it where it was.
pub(super) fn focus(element: &HtmlElement) {
    let _ = element.focus();
}

/// Returns the element that has the focus.
pub(super) fn focused() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
}

/// Whether the visitor has a mouse: where there is none, a focused input brings up a keyboard over half of the chat.
pub(super) fn has_mouse() -> bool {
    let query = window().match_media("(pointer: fine)");
    query.ok().flatten().is_some_and(|query| query.matches())
}
