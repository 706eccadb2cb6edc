//! Turns the agent's appearance and the page's wishes into custom properties of the document.

use crate::color::Color;
use crate::page::Look;
use leptos::prelude::document;
use shared::widget::Appearance;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// What is used when the configured colour is none: the one that agents begin with.
const PRIMARY: &str = "#2f5bea";

/// The surfaces of `style.css`.
const LIGHT_SURFACE: &str = "#ffffff";
const DARK_SURFACE: &str = "#15171c";

/// Sets what `style.css` builds on: theme, colours with enough contrast, radius.
pub(crate) fn apply(appearance: &Appearance, look: &Look) {
    let Some(root) = document()
        .document_element()
        .and_then(|root| root.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let is_dark = look.theme == "dark";
    let wanted = look
        .color
        .as_deref()
        .and_then(Color::parse)
        .or_else(|| Color::parse(&appearance.primary_color));
    let (Some(primary), Some(surface)) = (wanted.or_else(|| Color::parse(PRIMARY)), surface(is_dark)) else {
        return;
    };
    let (accent, hint) = primary.accent_on(surface);
    let style = root.style();
    let radius = [&appearance.border_radius.min(32).to_string(), "px"].concat();
    for (name, value) in [
        ("--ew-primary", primary.css()),
        ("--ew-on-primary", primary.foreground().css()),
        ("--ew-accent", accent.css()),
        ("--ew-hint", hint.css()),
        ("--ew-radius", radius),
    ] {
        // The browser refuses no custom property.
        let _ = style.set_property(name, &value);
    }
    let _ = root.set_attribute("data-theme", if is_dark { "dark" } else { "light" });
}

fn surface(is_dark: bool) -> Option<Color> {
    Color::parse(if is_dark { DARK_SURFACE } else { LIGHT_SURFACE })
}
