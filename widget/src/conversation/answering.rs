//! One answer, from the question to its last word.

use super::Conversation;
use crate::chat::{Chat, Event, Failure};
use crate::pace::Pace;
use crate::page::Detail;
use crate::service::{self, Refusal};
use futures_util::future::{Either, select};
use futures_util::{Stream, StreamExt};
use gloo_timers::future::sleep;
use leptos::prelude::*;
use shared::limits::STREAM_SILENCE;
use shared::widget::{Chat as Question, Frame, Metadata};
use std::time::Duration;
use web_sys::AbortSignal;

/// How often text is released.
const RELEASE_INTERVAL: Duration = Duration::from_millis(24);

/// Asks, and lets the answer appear. A token that the service does not take is renewed once.
pub(super) async fn stream(
    conversation: Conversation,
    turn: u32,
    text: String,
    stop: AbortSignal,
) -> Result<(), Failure> {
    let visitor = conversation.runtime.borrow().visitor.clone();
    let question = question(conversation, text);
    let token = visitor.token().await.ok_or(Failure::Forbidden)?;
    match service::chat(&question, &token, &stop).await {
        Ok(frames) => follow(conversation, turn, frames).await,
        Err(Refusal::Failure(failure)) => Err(failure),
        Err(Refusal::Token) => {
            visitor.distrust_token();
            let token = visitor.token().await.ok_or(Failure::Forbidden)?;
            follow(conversation, turn, service::chat(&question, &token, &stop).await?).await
        }
    }
}

fn question(conversation: Conversation, message: String) -> Question {
    let runtime = conversation.runtime.borrow();
    Question {
        agent_id: runtime.config.agent_id.clone(),
        session_id: runtime.session.clone(),
        message,
        metadata: Some(Metadata {
            page_url: Some(runtime.page_url.clone()),
            user_agent: window().navigator().user_agent().ok(),
        }),
    }
}

/// Takes frames as they come and releases them at a reading pace, until the answer is complete.
async fn follow(
    conversation: Conversation,
    turn: u32,
    mut frames: impl Stream<Item = Result<Vec<Frame>, Failure>> + Unpin,
) -> Result<(), Failure> {
    let mut pace = Pace::default();
    let mut tick = sleep(RELEASE_INTERVAL);
    let mut ending = None;
    while conversation.is_turn(turn) {
        if let Some(ending) = &ending {
            if pace.is_empty() {
                return Result::clone(ending);
            }
            (&mut tick).await;
        } else {
            let silence = sleep(STREAM_SILENCE);
            match select(frames.next(), select(&mut tick, silence)).await {
                Either::Left((Some(Ok(portion)), _)) => {
                    portion.into_iter().for_each(|frame| pace.hold(frame));
                    continue;
                }
                // Text that has arrived is shown before the failure.
                Either::Left((Some(Err(failure)), _)) => ending = Some(Err(failure)),
                Either::Left((None, _)) => ending = Some(Err(Failure::Interrupted)),
                Either::Right((Either::Right(_), _)) => return Err(Failure::Silent),
                Either::Right((Either::Left(_), _)) => {}
            }
        }
        tick = sleep(RELEASE_INTERVAL);
        let released = if should_skip_animation() {
            pace.all()
        } else {
            pace.tick()
        };
        for frame in released {
            arrive(conversation, frame);
        }
        if !conversation.chat.with_untracked(Chat::is_busy) {
            ending = Some(Ok(()));
        }
    }
    Ok(())
}

fn arrive(conversation: Conversation, frame: Frame) {
    if matches!(frame, Frame::Token { .. }) {
        // Too often to write it down each time.
        conversation
            .chat
            .update(|chat| chat.apply(Event::Arrived(frame), conversation.strings));
        return;
    }
    let begins = matches!(frame, Frame::Start { .. });
    conversation.apply(Event::Arrived(frame));
    if begins {
        let message_id = conversation
            .chat
            .with_untracked(|chat| chat.messages().last()?.id.clone());
        conversation.report(
            "stream:start",
            Detail {
                message_id: message_id.as_deref(),
                ..Detail::default()
            },
        );
    }
    conversation.report_end();
}

fn should_skip_animation() -> bool {
    let is_hidden = document().hidden();
    let query = window().match_media("(prefers-reduced-motion: reduce)");
    is_hidden || query.ok().flatten().is_some_and(|query| query.matches())
}
