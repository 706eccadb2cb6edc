//! A bar that shows how much of something there is.
use leptos::prelude::*;

/// How much, out of a hundred.
#[component]
pub fn Meter(
    /// What is measured.
    #[prop(into)]
    label: String,
    /// How much, 0 to 100.
    #[prop(into)]
    percent: Signal<u32>,
    /// How it looks: `""`, `"good"`, `"warn"` or `"bad"`.
    #[prop(optional, into)]
    tone: Signal<&'static str>,
) -> impl IntoView {
    view! {
        <div
            class="meter"
            data-tone=tone
            role="progressbar"
            aria-label=label
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || percent.get().to_string()
        >
            <span class="meter__bar" style=("--share", move || format!("{}%", percent.get().min(100)))></span>
        </div>
    }
}
