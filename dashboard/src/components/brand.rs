//! The mark and the name.
use leptos::prelude::*;

/// Draws the mark: an answer that stands at the edge.
pub fn mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
            <path class="mark__ground" d="M6 1h12a5 5 0 0 1 5 5v12a5 5 0 0 1-5 5H6a5 5 0 0 1-5-5V6a5 5 0 0 1 5-5z" />
            <path class="mark__stroke" d="M7 7h10M7 12h6.5M7 17h10" />
        </svg>
    }
}

/// Draws the mark with the name beside it.
pub fn brand() -> impl IntoView {
    view! { <span class="brand">{mark()} <span class="brand__name">"Edgewise"</span></span> }
}
