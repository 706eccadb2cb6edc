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
pub(super) async fn stream(room: Conversation, turn: u32, text: String, stop: AbortSignal) -> Result<(), Failure> {
    let visitor = room.reach.borrow().visitor.clone();
    let question = question(room, text);
    let token = visitor.token().await.ok_or(Failure::Forbidden)?;
    match service::chat(&question, &token, &stop).await {
        Ok(frames) => follow(room, turn, frames).await,
        Err(Refusal::Failure(failure)) => Err(failure),
        Err(Refusal::Token) => {
            visitor.distrust_token();
            let token = visitor.token().await.ok_or(Failure::Forbidden)?;
            follow(room, turn, service::chat(&question, &token, &stop).await?).await
        }
    }
}

fn question(room: Conversation, message: String) -> Question {
    let reach = room.reach.borrow();
    Question {
        agent_id: reach.config.agent_id.clone(),
        session_id: reach.session.clone(),
        message,
        metadata: Some(Metadata {
            page_url: Some(reach.page_url.clone()),
            user_agent: window().navigator().user_agent().ok(),
        }),
    }
}

/// Takes frames as they come and releases them at a reading pace, until the answer is complete.
async fn follow(
    room: Conversation,
    turn: u32,
    mut frames: impl Stream<Item = Result<Vec<Frame>, Failure>> + Unpin,
) -> Result<(), Failure> {
    let mut pace = Pace::default();
    let mut tick = sleep(RELEASE_INTERVAL);
    let mut ending = None;
    while room.is_turn(turn) {
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
                // What has arrived is shown before the failure is.
                Either::Left((Some(Err(failure)), _)) => ending = Some(Err(failure)),
                Either::Left((None, _)) => ending = Some(Err(Failure::Interrupted)),
                Either::Right((Either::Right(_), _)) => return Err(Failure::Silent),
                Either::Right((Either::Left(_), _)) => {}
            }
        }
        tick = sleep(RELEASE_INTERVAL);
        let released = if is_in_no_mood_for_motion() {
            pace.all()
        } else {
            pace.tick()
        };
        for frame in released {
            arrive(room, frame);
        }
        if !room.chat.with_untracked(Chat::is_busy) {
            ending = Some(Ok(()));
        }
    }
    Ok(())
}

fn arrive(room: Conversation, frame: Frame) {
    if matches!(frame, Frame::Token { .. }) {
        // Too often to write it down each time.
        room.chat.update(|chat| chat.apply(Event::Arrived(frame), room.strings));
        return;
    }
    let begins = matches!(frame, Frame::Start { .. });
    room.apply(Event::Arrived(frame));
    if begins {
        let message_id = room.chat.with_untracked(|chat| chat.messages().last()?.id.clone());
        room.report(
            "stream:start",
            Detail {
                message_id: message_id.as_deref(),
                ..Detail::default()
            },
        );
    }
    room.report_end();
}

fn is_in_no_mood_for_motion() -> bool {
    let is_hidden = document().hidden();
    let query = window().match_media("(prefers-reduced-motion: reduce)");
    is_hidden || query.ok().flatten().is_some_and(|query| query.matches())
}
