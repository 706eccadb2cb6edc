//! A moment, said as people say it, with the exact one to be had.
use crate::platform;
use crate::state::moments::ago;
use leptos::prelude::*;

/// Shows how long ago a moment was, or its date when it is long past.
pub fn moment(text: &str) -> impl IntoView + use<> {
    let said = platform::moment(text)
        .and_then(|then| ago(platform::now(), then))
        .unwrap_or_else(|| platform::date(text));
    view! { <time datetime=text.to_owned() title=platform::date_and_time(text)>{said}</time> }
}
