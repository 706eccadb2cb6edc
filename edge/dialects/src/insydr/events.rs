//! The stream of an answer in this dialect: server-sent events whose data are [`wire::widget::Frame`]s.
//!
//! `start`, `token`*, `sources`, `done`; or `error`, which ends the stream. `id:` lines say how much of the answer was
//! told by then, so that a stream that was cut off can go on there; comments keep quiet connections open.
use super::agents_wire::source;
use super::error::code;
use axum::body::Body;
use axum::response::Response;
use edge_core::answer::AnswerEvent;
use edge_core::conversation::AnswerStream;
use edge_core::ports::Clock;
use edge_core::resume::Position;
use futures_util::future::{Either, select};
use futures_util::stream::{self, StreamExt as _};
use http::{HeaderValue, header};
use shared as wire;
use shared::limits::STREAM_HEARTBEAT;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use wire::widget::Frame;

/// What ends the id of the sources.
const SOURCES: &str = "sources";
/// What ends the id of the last event.
const END: &str = "done";

/// What the framing of a stream remembers.
#[derive(Clone, Debug, Default)]
pub struct State {
    message_id: String,
    /// Bytes of the text that were told.
    told: usize,
}

impl State {
    /// Begins in the middle of an answer.
    pub fn after(message_id: &str, position: Position) -> Self {
        let told = match position {
            Position::Text(told) => told,
            Position::Beginning | Position::Citations | Position::End => 0,
        };
        Self {
            message_id: message_id.into(),
            told,
        }
    }
}

/// Reads where a reader of a message was when the stream was cut off; at the beginning, if the id is none of ours.
pub fn position(message_id: &str, last_event_id: Option<&str>) -> Position {
    let rest = last_event_id
        .and_then(|it| it.strip_prefix(message_id))
        .and_then(|it| it.strip_prefix(':'));
    match rest {
        Some(SOURCES) => Position::Citations,
        Some(END) => Position::End,
        Some(told) => told.parse().map_or(Position::Beginning, Position::Text),
        None => Position::Beginning,
    }
}

/// Frames one event.
pub fn frame(event: AnswerEvent, state: &mut State) -> String {
    let mut place = None;
    let frame = match event {
        AnswerEvent::Started { message_id } => {
            state.message_id = message_id.to_string();
            Frame::Start {
                message_id: message_id.to_string(),
            }
        }
        AnswerEvent::Text(content) => {
            state.told += content.len();
            Frame::Token { content }
        }
        AnswerEvent::Citations(citations) => {
            place = Some(SOURCES);
            Frame::Sources {
                sources: citations.into_iter().map(source).collect(),
            }
        }
        AnswerEvent::Finished {
            confidence,
            is_answered,
        } => {
            place = Some(END);
            Frame::Done {
                confidence,
                answered: is_answered,
            }
        }
        AnswerEvent::Failed(error) => Frame::Error {
            code: code(&error).into(),
            detail: error.message,
        },
    };
    // Our own plain enum always serialises.
    let data = serde_json::to_string(&frame).unwrap_or_default();
    let place = place.map_or_else(|| state.told.to_string(), str::to_owned);
    format!("id: {}:{place}\ndata: {data}\n\n", state.message_id)
}

/// Turns an answer into a response that streams it.
pub fn stream(clock: Arc<dyn Clock>, answer: AnswerStream, state: State) -> Response {
    let frames = stream::unfold((answer, state, clock), |(mut answer, mut state, clock)| async move {
        let text = match select(answer.next(), pin!(clock.sleep(STREAM_HEARTBEAT))).await {
            Either::Left((None, _)) => return None,
            Either::Left((Some(event), _)) => {
                let mut text = frame(event, &mut state);
                // What is there already goes out together: a chunk costs more than its bytes.
                while let Ok(event) = answer.try_recv() {
                    text.push_str(&frame(event, &mut state));
                }
                text
            }
            Either::Right(_) => ": keep-alive\n\n".to_owned(),
        };
        Some((Ok::<_, Infallible>(text), (answer, state, clock)))
    });
    let mut response = Response::new(Body::from_stream(frames));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream; charset=utf-8"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-cache, no-transform"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use edge_model::MessageId;

    #[test]
    fn an_answer_is_framed_as_documented() {
        let mut state = State::default();
        let events = [
            AnswerEvent::Started {
                message_id: MessageId::new("msg_123"),
            },
            AnswerEvent::Text("We".into()),
            AnswerEvent::Citations(vec![]),
            AnswerEvent::Finished {
                confidence: 0.89,
                is_answered: true,
            },
        ];
        let framed: String = events.into_iter().map(|it| frame(it, &mut state)).collect();
        let expected = "id: msg_123:0\ndata: {\"type\":\"start\",\"message_id\":\"msg_123\"}\n\n\
            id: msg_123:2\ndata: {\"type\":\"token\",\"content\":\"We\"}\n\n\
            id: msg_123:sources\ndata: {\"type\":\"sources\",\"sources\":[]}\n\n\
            id: msg_123:done\ndata: {\"type\":\"done\",\"confidence\":0.89,\"answered\":true}\n\n";
        assert_eq!(framed, expected);
    }

    #[test]
    fn an_event_id_says_where_to_go_on() {
        let of = |last| position("msg_123", Some(last));
        assert_eq!(of("msg_123:0"), Position::Text(0));
        assert_eq!(of("msg_123:17"), Position::Text(17));
        assert_eq!(of("msg_123:sources"), Position::Citations);
        assert_eq!(of("msg_123:done"), Position::End);
        for strange in ["", "msg_123", "msg_123:-1", "msg_1234:5", "17"] {
            assert_eq!(of(strange), Position::Beginning, "{strange}");
        }
        assert_eq!(position("msg_123", None), Position::Beginning);
    }

    #[test]
    fn a_failure_ends_in_an_error_frame() {
        let error = edge_core::Error::internal("the disk is on fire");
        let framed = frame(AnswerEvent::Failed(error), &mut State::default());
        assert_eq!(
            framed,
            "id: :0\ndata: {\"type\":\"error\",\"code\":\"INTERNAL\",\"detail\":\"internal error\"}\n\n"
        );
    }
}
