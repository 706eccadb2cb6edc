//! Text to be taken elsewhere.
use crate::components::icon::{Icon, icon};
use crate::components::toast::Toasts;
use crate::platform;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// Puts a text on the clipboard and says so.
#[component]
pub fn CopyButton(
    /// The text.
    #[prop(into)]
    text: Signal<String>,
    /// What is copied, such as "key".
    what: &'static str,
) -> impl IntoView {
    let done = RwSignal::new(false);
    let toasts = expect_context::<Toasts>();
    let copy = move |_| {
        let text = text.get_untracked();
        spawn_local(async move {
            if platform::copy(&text).await.is_err() {
                toasts.bad("The browser did not allow copying. Select the text and copy it yourself.");
                return;
            }
            toasts.good("Copied to the clipboard.");
            let _gone = done.try_set(true);
            let back = move || {
                let _gone = done.try_set(false);
            };
            set_timeout(back, Duration::from_secs(2));
        });
    };
    view! {
        <button type="button" class="button button--small" on:click=copy>
            {move || if done.get() { icon(Icon::Check).into_any() } else { icon(Icon::Copy).into_any() }}
            <span>{move || if done.get() { "Copied" } else { "Copy" }}</span>
            <span class="visually-hidden">{format!(" {what}")}</span>
        </button>
    }
}

/// Lines of a program, to be copied.
#[component]
pub fn CodeBlock(
    /// The lines.
    #[prop(into)]
    text: Signal<String>,
    /// What they are, such as "embed code".
    what: &'static str,
) -> impl IntoView {
    view! {
        <div class="code">
            <pre class="code__text" tabindex="0" role="region" aria-label=what><code>{text}</code></pre>
            <div class="code__copy"><CopyButton text=text what=what /></div>
        </div>
    }
}
