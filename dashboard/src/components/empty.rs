//! What a list shows when there is nothing in it: why, and the one thing to do about it.
use crate::components::icon::{Icon, icon};
use leptos::prelude::*;

/// Shows that there is nothing yet. Its child is the one thing to do.
#[component]
pub fn Empty(
    /// What there is none of.
    glyph: Icon,
    /// That there is none.
    #[prop(into)]
    title: String,
    /// What it would be good for.
    #[prop(into)]
    text: String,
    /// The one thing to do.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty__icon">{icon(glyph)}</span>
            <h2 class="empty__title">{title}</h2>
            <p class="empty__text">{text}</p>
            {children.map(|children| children())}
        </div>
    }
}
