//! Why an answer did not come, and the way to try again.

use super::html::{Html, claim, element, when};
use super::parts::{button, icon};
use crate::chat::{Failure, Progress};
use crate::conversation::Conversation;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

/// Draws the note under the answer whose message has this key; nothing in it when it has not failed.
pub(super) fn failure(room: Conversation, key: u32) -> Html {
    let failure = room.chat.with_untracked(|chat| match &chat.message(key)?.progress {
        Progress::Failed(failure) => Some(failure.clone()),
        _ => None,
    });
    let Some(failure) = failure else { return element("div", "ew-slot") };
    let can_retry = failure.can_be_retried();
    let pause = if let Failure::Limited { seconds } = failure { seconds } else { 0 };
    // Only the last question can be asked again.
    let is_offered =
        claim(move || can_retry && room.chat.with(|chat| chat.messages().last().is_some_and(|last| last.key == key)));
    let text = element("span", "").text(&failure.told(room.strings));
    element("div", "ew-failure")
        .child(element("p", "ew-failure__text").child(icon("alert")).child(text))
        .child(when(is_offered, move || retry(room, pause)))
}

/// The button that asks again, once the pause that the service wishes for is over.
fn retry(room: Conversation, pause: u32) -> Html {
    let strings = room.strings;
    let left = RwSignal::new(pause);
    spawn_local(async move {
        // The signal is gone when the button is.
        while left.try_get_untracked().is_some_and(|left| left > 0) {
            TimeoutFuture::new(1_000).await;
            left.try_update(|left| *left = left.saturating_sub(1));
        }
    });
    let label = move || match left.get() {
        0 => strings.retry.to_owned(),
        seconds => [strings.retry_in, " ", &seconds.to_string(), " s"].concat(),
    };
    let cannot = claim(move || left.get() > 0 || !room.online.get());
    button("ew-pill", move || room.retry())
        .live("disabled", cannot.flag())
        .child(icon("retry"))
        .child(element("span", "").say(label))
}
