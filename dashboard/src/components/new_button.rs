//! The button that opens what makes something new: at the head of a list, and where there is nothing in it yet.
use crate::components::icon::{Icon, icon};
use leptos::prelude::*;

/// Opens what makes something new.
#[component]
pub fn NewButton(
    open: RwSignal<bool>,
    label: &'static str,
    /// Whether it stands at the head of a list, among other buttons.
    #[prop(optional)]
    at_head: bool,
) -> impl IntoView {
    view! {
        <button type="button" class="button button--primary" on:click=move |_| open.set(true)>
            {at_head.then(|| icon(Icon::Plus))}
            {label}
        </button>
    }
}
