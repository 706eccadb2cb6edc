//! The state of a conversation: a plain struct that events are applied to.

mod message;
#[cfg(test)]
mod tests;

pub(crate) use message::{Author, Failure, Message, Progress, Rating};

use crate::strings::Strings;
use shared::widget::Frame;
use shared_chat::markdown::{Citable, parse, plain};

/// The longest question, in characters. The service takes longer ones, a person does not write them.
pub(crate) const QUESTION_LIMIT: usize = 4_000;

/// How many messages are kept; the oldest go first.
const MESSAGE_LIMIT: usize = 80;

/// Everything that the transcript shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Chat {
    messages: Vec<Message>,
    /// Counts messages, so that each has a key that is never used again.
    next_key: u32,
    /// What a screen reader says next. Set by events, never by what was there before.
    announcement: String,
}

/// What can happen to a conversation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    /// The visitor has asked.
    Asked(String),
    /// The service has sent a part of the answer.
    Arrived(Frame),
    /// The visitor stopped this answer.
    Stopped,
    /// The answer will not come, or not to its end.
    Failed(Failure),
    /// The last question is asked once more.
    Retried,
    /// The visitor has judged the message of this key; `None` takes it back.
    Rated(u32, Option<Rating>),
}

impl Chat {
    /// Changes the state by one event. An event that does not fit the state changes nothing.
    pub(crate) fn apply(&mut self, event: Event, strings: &Strings) {
        match event {
            Event::Asked(question) => self.ask(question, strings),
            Event::Arrived(frame) => self.arrive(frame, strings),
            Event::Stopped => self.finish(Progress::Stopped, strings.stopped.to_owned()),
            Event::Failed(failure) => {
                let text = failure.text(strings);
                self.finish(Progress::Failed(failure), text);
            }
            Event::Retried => self.retry(strings),
            Event::Rated(key, rating) => {
                if let Some(message) = self.messages.iter_mut().find(|message| message.key == key) {
                    message.rating = rating;
                    self.announcement = rating.map_or("", |_| strings.thanks).to_owned();
                }
            }
        }
    }

    /// Returns the messages, oldest first.
    pub(crate) fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// Returns the message of this key.
    pub(crate) fn message(&self, key: u32) -> Option<&Message> {
        self.messages.iter().rev().find(|message| message.key == key)
    }

    /// Whether an answer is on its way.
    pub(crate) fn is_busy(&self) -> bool {
        self.messages.last().is_some_and(Message::is_under_way)
    }

    /// Returns what a screen reader says next.
    pub(crate) fn announcement(&self) -> &str {
        &self.announcement
    }

    /// Returns the question that a retry would ask: the last one, when its answer did not come whole.
    pub(crate) fn question_to_retry(&self) -> Option<&str> {
        let [.., question, answer] = self.messages.as_slice() else {
            return None;
        };
        let did_not_come = matches!(&answer.progress, Progress::Failed(failure) if failure.can_be_retried());
        (did_not_come && question.author == Author::Visitor).then_some(question.text.as_str())
    }

    /// Returns a conversation that has been kept. It begins to count anew.
    pub(crate) fn restored(messages: impl Iterator<Item = Message>) -> Self {
        let mut chat = Self::default();
        for message in messages {
            chat.messages.push(Message {
                key: chat.next_key,
                ..message
            });
            chat.next_key += 1;
        }
        chat
    }

    /// Forgets every message. Keys go on counting.
    pub(crate) fn clear(&mut self) {
        self.messages.clear();
        self.announcement.clear();
    }

    fn ask(&mut self, question: String, strings: &Strings) {
        if self.is_busy() || question.is_empty() {
            return;
        }
        self.push(Author::Visitor, question, Progress::Complete);
        self.await_answer(strings);
    }

    fn await_answer(&mut self, strings: &Strings) {
        self.push(Author::Agent, String::new(), Progress::Waiting);
        strings.is_typing.clone_into(&mut self.announcement);
    }

    fn retry(&mut self, strings: &Strings) {
        if self.question_to_retry().is_some() {
            self.messages.pop();
            self.await_answer(strings);
        }
    }

    fn push(&mut self, author: Author, text: String, progress: Progress) {
        let surplus = (self.messages.len() + 1).saturating_sub(MESSAGE_LIMIT);
        self.messages.drain(..surplus);
        self.messages.push(Message::new(self.next_key, author, text, progress));
        self.next_key += 1;
    }

    fn arrive(&mut self, frame: Frame, strings: &Strings) {
        let Some(answer) = self.answer_under_way() else { return };
        match frame {
            Frame::Start { message_id } => answer.id = Some(message_id),
            Frame::Token { content } => {
                answer.progress = Progress::Streaming;
                answer.text.push_str(&content);
            }
            Frame::Sources { sources } => answer.sources = sources,
            Frame::Done { confidence, answered } => {
                answer.confidence = Some(confidence);
                answer.answered = answered;
                let nodes = parse(&answer.text, Citable::Sources(answer.sources.len()));
                let spoken = plain(&nodes);
                self.finish(Progress::Complete, spoken);
            }
            Frame::Error { code, detail } => {
                let failure = Failure::Reported { code, detail };
                let text = failure.text(strings);
                self.finish(Progress::Failed(failure), text);
            }
        }
    }

    fn finish(&mut self, progress: Progress, announcement: String) {
        if let Some(answer) = self.answer_under_way() {
            answer.progress = progress;
            self.announcement = announcement;
        }
    }

    fn answer_under_way(&mut self) -> Option<&mut Message> {
        self.messages.last_mut().filter(|message| message.is_under_way())
    }
}
