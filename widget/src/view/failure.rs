//! Why an answer did not come, and the way to try again.

use super::html::{Html, element, memo, when};
use super::parts::{button, icon};
use crate::chat::{Failure, Progress};
use crate::conversation::Conversation;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use web_sys::Element;

/// Draws the note under the answer whose message has this key; nothing in it when it has not failed.
pub(super) fn failure(conversation: Conversation, key: u32) -> Html {
    let failure = conversation
        .chat
        .with_untracked(|chat| match &chat.message(key)?.progress {
            Progress::Failed(failure) => Some(failure.clone()),
            _ => None,
        });
    let Some(failure) = failure else {
        return element("div", "ew-slot");
    };
    let can_retry = failure.can_be_retried();
    let pause = if let Failure::Limited { seconds } = failure {
        seconds
    } else {
        0
    };
    // Only the last question can be asked again.
    let is_offered = memo(move || {
        can_retry
            && conversation
                .chat
                .with(|chat| chat.messages().last().is_some_and(|last| last.key == key))
    });
    let text = element("span", "").text(&failure.text(conversation.strings));
    element("div", "ew-failure")
        .child(element("p", "ew-failure__text").child(icon("alert")).child(text))
        .child(when(is_offered, move || retry(conversation, pause)))
}

/// The button that asks again, once the pause of so many seconds is over that the service wishes for.
fn retry(conversation: Conversation, pause: u32) -> Html {
    let strings = conversation.strings;
    let must_wait = RwSignal::new(pause > 0);
    let label = element("span", "").text(strings.retry);
    let text = label.node::<Element>();
    spawn_local(async move {
        for left in (1..=pause).rev() {
            text.set_text_content(Some(&[strings.retry_in, " ", &left.to_string(), " s"].concat()));
            TimeoutFuture::new(1_000).await;
        }
        text.set_text_content(Some(strings.retry));
        // The signal is gone when the button is.
        let _ = must_wait.try_set(false);
    });
    let cannot = memo(move || must_wait.get() || !conversation.online.get());
    button("ew-pill", move || conversation.retry())
        .live("disabled", cannot.flag())
        .child(icon("retry"))
        .child(label)
}
