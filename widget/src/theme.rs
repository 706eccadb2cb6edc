//! Turns the agent's appearance and the page's wishes into custom properties of the document.

use crate::page::ThemeOverride;
use leptos::prelude::document;
use shared::widget::Appearance;
use shared_chat::color::{Color, DARK_SURFACE, DEFAULT_PRIMARY, LIGHT_SURFACE, Scheme};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Sets what `style.css` builds on: theme, colours with enough contrast, radius.
pub(crate) fn apply(appearance: &Appearance, theme_override: &ThemeOverride) {
    let Some(root) = document()
        .document_element()
        .and_then(|root| root.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let is_dark = theme_override.theme == "dark";
    let primary = theme_override
        .color
        .as_deref()
        .and_then(Color::parse)
        .or_else(|| Color::parse(&appearance.primary_color))
        .unwrap_or(DEFAULT_PRIMARY);
    let scheme = Scheme::new(primary, if is_dark { DARK_SURFACE } else { LIGHT_SURFACE });
    let style = root.style();
    let radius = [&appearance.border_radius.min(32).to_string(), "px"].concat();
    for (name, value) in [
        ("--ew-primary", scheme.primary.css()),
        ("--ew-on-primary", scheme.on_primary.css()),
        ("--ew-accent", scheme.accent.css()),
        ("--ew-hint", scheme.hint.css()),
        ("--ew-radius", radius),
    ] {
        // The browser refuses no custom property.
        let _ = style.set_property(name, &value);
    }
    let _ = root.set_attribute("data-theme", if is_dark { "dark" } else { "light" });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surfaces_are_those_of_the_style_sheet() {
        let sheet = include_str!("../style/base.css");
        let surfaces: Vec<Color> = sheet
            .split("--ew-surface: ")
            .skip(1)
            .filter_map(|rest| Color::parse(rest.split_once(';')?.0))
            .collect();
        assert_eq!(surfaces, [LIGHT_SURFACE, DARK_SURFACE]);
    }
}
