//! Short messages at the edge of the screen, which a screen reader says too.
use crate::components::icon::{Icon, icon};
use leptos::prelude::*;
use shared::error::Error;
use std::time::Duration;

#[derive(Clone, PartialEq)]
struct Toast {
    id: u32,
    text: String,
    bad: bool,
}

/// The messages that are shown.
#[derive(Clone, Copy)]
pub struct Toasts(RwSignal<Vec<Toast>>);

impl Toasts {
    /// Begins with none.
    pub fn begin() -> Self {
        Self(RwSignal::new(Vec::new()))
    }

    /// Says that something is done.
    pub fn good(self, text: &str) {
        self.show(text, false, Duration::from_secs(5));
    }

    /// Says that something failed.
    pub fn bad(self, text: &str) {
        self.show(text, true, Duration::from_secs(10));
    }

    /// Says why something failed.
    pub fn refused(self, error: &Error) {
        self.bad(&error.detail);
    }

    fn show(self, text: &str, bad: bool, time: Duration) {
        let id = self
            .0
            .with_untracked(|toasts| toasts.iter().map(|toast| toast.id).max().map_or(1, |last| last + 1));
        self.0.update(|toasts| {
            // The same again takes the place of what it repeats.
            toasts.retain(|toast| toast.text != text);
            toasts.push(Toast {
                id,
                text: text.to_owned(),
                bad,
            });
        });
        set_timeout(move || self.dismiss(id), time);
    }

    fn dismiss(self, id: u32) {
        self.0.update(|toasts| toasts.retain(|toast| toast.id != id));
    }
}

/// Where the messages appear. It is there from the beginning, as a live region has to be.
#[component]
pub fn Toaster() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.0.get() key=|toast| toast.id let(toast)>
                <div class="toast" class:toast--bad=toast.bad>
                    {icon(if toast.bad { Icon::Warning } else { Icon::Check })}
                    <p class="toast__text">{toast.text}</p>
                    <button
                        type="button"
                        class="toast__close"
                        aria-label="Dismiss"
                        on:click=move |_| toasts.dismiss(toast.id)
                    >
                        {icon(Icon::Close)}
                    </button>
                </div>
            </For>
        </div>
    }
}
