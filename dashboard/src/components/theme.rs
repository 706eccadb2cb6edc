//! Light, dark, or what the system says. `theme.js` has put the choice on the page before anything was drawn.
use crate::components::icon::{Icon, icon};
use crate::platform;
use leptos::prelude::*;

const STORED_AS: &str = "edgewise.theme";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    fn stored() -> Self {
        match platform::stored(STORED_AS).as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    fn word(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    fn face(self) -> (&'static str, Icon) {
        match self {
            Self::System => ("System", Icon::Screen),
            Self::Light => ("Light", Icon::Sun),
            Self::Dark => ("Dark", Icon::Moon),
        }
    }
}

/// Lets the person choose the theme.
#[component]
pub fn ThemeChoice() -> impl IntoView {
    let chosen = RwSignal::new(Theme::stored());
    let choose = move |theme: Theme| {
        chosen.set(theme);
        platform::store(STORED_AS, theme.word());
        platform::mark_root("data-theme", theme.word());
    };
    let buttons = Theme::ALL
        .into_iter()
        .map(|theme| {
            let (label, glyph) = theme.face();
            view! {
                <button
                    type="button"
                    class="segment"
                    aria-pressed=move || (chosen.get() == theme).to_string()
                    on:click=move |_| choose(theme)
                >
                    {icon(glyph)}
                    {label}
                </button>
            }
        })
        .collect_view();
    view! { <div class="segments" role="group" aria-label="Theme">{buttons}</div> }
}
