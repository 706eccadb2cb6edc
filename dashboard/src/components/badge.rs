//! A word that says how something stands.
use leptos::prelude::*;

/// How it stands. The word carries the meaning; the colour only repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad.
    Plain,
    /// Good.
    Good,
    /// To be looked at.
    Warn,
    /// Bad.
    Bad,
}

impl Tone {
    fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "badge",
            Self::Good => "badge badge--good",
            Self::Warn => "badge badge--warn",
            Self::Bad => "badge badge--bad",
        }
    }
}

/// Shows how something stands.
pub fn badge(tone: Tone, word: impl Into<String>) -> impl IntoView {
    view! { <span class=tone.as_str()>{word.into()}</span> }
}
