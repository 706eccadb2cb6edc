//! Keeps the conversation in the browser, so that it survives a reload and the next page.

use crate::bridge::{Read, Value, to_json};
use crate::chat::{Author, Chat, Failure, Message, Progress, Rating};
use serde::Serialize;
use shared::agent::Source;
use web_sys::Storage;

const PREFIX: &str = "edgewise:chat:";

/// More than this is not kept, in bytes: storage is shared with everything else on our origin.
const SIZE_LIMIT: usize = 400_000;

/// A conversation as it lies in storage.
#[derive(Serialize)]
struct Kept {
    session: String,
    messages: Vec<KeptMessage>,
}

#[derive(Serialize)]
struct KeptMessage {
    id: Option<String>,
    is_question: bool,
    text: String,
    sources: Vec<Source>,
    confidence: Option<f64>,
    answered: bool,
    /// Whether all of it has come, or the visitor stopped it; otherwise neither.
    is_complete: bool,
    was_stopped: bool,
    /// In the word of the API.
    rating: Option<String>,
}

/// Returns the conversation of this agent, when it is still the same one.
pub(crate) fn load(agent: &str, session: &str) -> Option<Chat> {
    let kept = Kept::read(&Value::parse(&storage()?.get_item(&key(agent)).ok()??)?)?;
    (kept.session == session).then(|| Chat::restored(kept.messages.into_iter().map(Message::from)))
}

/// Keeps the conversation in place of the agent's earlier one.
pub(crate) fn save(agent: &str, session: &str, chat: &Chat) {
    let messages = chat.messages().iter().map(KeptMessage::from).collect();
    let kept = Kept {
        session: session.to_owned(),
        messages,
    };
    let (Some(storage), Some(json)) = (storage(), to_json(&kept)) else {
        return;
    };
    if json.len() <= SIZE_LIMIT {
        // Storage may be full, or switched off: the conversation then lasts as long as the page.
        let _ = storage.set_item(&key(agent), &json);
    }
}

impl From<&Message> for KeptMessage {
    fn from(message: &Message) -> Self {
        let Message {
            key: _,
            id,
            author,
            text,
            sources,
            confidence,
            answered,
            progress,
            rating,
        } = message;
        Self {
            id: id.clone(),
            is_question: *author == Author::Visitor,
            text: text.clone(),
            sources: sources.clone(),
            confidence: *confidence,
            answered: *answered,
            is_complete: *progress == Progress::Complete,
            was_stopped: *progress == Progress::Stopped,
            rating: rating.map(|rating| rating.as_str().to_owned()),
        }
    }
}

/// An answer that was under way, or had failed, when the page went away has been cut off.
impl From<KeptMessage> for Message {
    fn from(kept: KeptMessage) -> Self {
        let progress = match (kept.is_complete, kept.was_stopped) {
            (true, _) => Progress::Complete,
            (false, true) => Progress::Stopped,
            (false, false) => Progress::Failed(Failure::Interrupted),
        };
        Self {
            key: 0,
            id: kept.id,
            author: if kept.is_question {
                Author::Visitor
            } else {
                Author::Agent
            },
            text: kept.text,
            sources: kept.sources,
            confidence: kept.confidence,
            answered: kept.answered,
            progress,
            rating: [Rating::Up, Rating::Down]
                .into_iter()
                .find(|rating| kept.rating.as_deref() == Some(rating.as_str())),
        }
    }
}

impl Read for Kept {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            session: value.text("session")?,
            messages: value.list("messages")?,
        })
    }
}

impl Read for KeptMessage {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            id: value.text("id"),
            is_question: value.claim("is_question"),
            text: value.text("text")?,
            sources: value.list("sources")?,
            confidence: value.number("confidence"),
            answered: value.claim("answered"),
            is_complete: value.claim("is_complete"),
            was_stopped: value.claim("was_stopped"),
            rating: value.text("rating"),
        })
    }
}

fn key(agent: &str) -> String {
    [PREFIX, agent].concat()
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Event;
    use crate::strings::for_language;
    use shared::widget::Frame;

    fn chat_after(events: Vec<Event>) -> Chat {
        let mut chat = Chat::default();
        for event in events {
            chat.apply(event, for_language("en"));
        }
        chat
    }

    fn kept(chat: &Chat) -> Chat {
        let messages: Vec<KeptMessage> = chat.messages().iter().map(KeptMessage::from).collect();
        Chat::restored(messages.into_iter().map(Message::from))
    }

    fn begun() -> Vec<Event> {
        vec![
            Event::Asked("Why?".to_owned()),
            Event::Arrived(Frame::Start {
                message_id: "msg_1".to_owned(),
            }),
            Event::Arrived(Frame::Token {
                content: "Because.".to_owned(),
            }),
        ]
    }

    #[test]
    fn a_conversation_comes_back_as_it_was_left() {
        let done = Event::Arrived(Frame::Done {
            confidence: 0.5,
            answered: false,
        });
        let chat = chat_after([begun(), vec![done, Event::Rated(1, Some(Rating::Down))]].concat());
        assert_eq!(kept(&chat).messages(), chat.messages());
        assert_eq!(kept(&chat).announcement(), "");
        let stopped = chat_after([begun(), vec![Event::Stopped]].concat());
        assert_eq!(kept(&stopped).messages(), stopped.messages());
    }

    #[test]
    fn an_answer_interrupted_by_leaving_can_be_asked_again() {
        let chat = kept(&chat_after(begun()));
        assert_eq!(
            chat.messages().last().unwrap().progress,
            Progress::Failed(Failure::Interrupted)
        );
        assert_eq!(chat.question_to_retry(), Some("Why?"));
    }

    #[test]
    fn what_is_asked_after_coming_back_has_keys_of_its_own() {
        let mut chat = kept(&chat_after([begun(), vec![Event::Stopped]].concat()));
        chat.apply(Event::Asked("And?".to_owned()), for_language("en"));
        let keys: Vec<u32> = chat.messages().iter().map(|message| message.key).collect();
        assert_eq!(keys, [0, 1, 2, 3]);
    }
}
