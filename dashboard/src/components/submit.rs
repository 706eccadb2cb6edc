//! The button that sends a form.
use leptos::prelude::*;

/// Sends the form, once: while it is busy it cannot be pressed.
#[component]
pub fn Submit(
    /// What is done.
    #[prop(into)]
    label: String,
    /// Whether it is being done.
    #[prop(into)]
    busy: Signal<bool>,
    /// Whether it fills the line.
    #[prop(optional)]
    wide: bool,
    /// Whether it takes something away.
    #[prop(optional)]
    dangerous: bool,
    /// Whether it may not be pressed at all.
    #[prop(optional, into)]
    forbidden: Signal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="submit"
            class="button"
            class:button--primary=!dangerous
            class:button--danger=dangerous
            class:button--wide=wide
            aria-busy=move || busy.get().to_string()
            disabled=move || busy.get() || forbidden.get()
        >
            {label}
        </button>
    }
}
