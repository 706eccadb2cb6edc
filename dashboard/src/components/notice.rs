//! A sentence set apart: something went wrong, is to be looked at, or went well.
use crate::components::icon::{Icon, icon};
use leptos::prelude::*;

/// What kind of sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something went well.
    Good,
    /// Something is to be looked at.
    Warn,
    /// Something went wrong.
    Bad,
}

impl Kind {
    fn face(self) -> (&'static str, Icon) {
        match self {
            Self::Good => ("notice notice--good", Icon::Check),
            Self::Warn => ("notice notice--warn", Icon::Warning),
            Self::Bad => ("notice notice--bad", Icon::Warning),
        }
    }
}

/// Sets a sentence apart.
pub fn notice(kind: Kind, text: impl Into<String>) -> impl IntoView {
    let (class, glyph) = kind.face();
    view! { <p class=class>{icon(glyph)} <span>{text.into()}</span></p> }
}
