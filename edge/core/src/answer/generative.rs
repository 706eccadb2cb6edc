//! The generator that asks a language model: patience, second tries, and what is said of its text as it comes.
//!
//! A model that fails before its first word has cost nothing but time, and the answer is extracted instead. After the
//! first word there is no way back: the answer has failed, and says so.
use super::citations::CitationMarkers;
use super::prompt_leak::LeakFilter;
use super::{AnswerRequest, AnswerWriter, citation, prompt};
use crate::app::App;
use crate::model::LanguageModel;
use crate::ports::{Fault, Prompt, TextStream};
use crate::{Error, Result};
use futures_util::future::{Either, select};
use futures_util::stream::StreamExt as _;
use retrieval::Hit;
use std::pin::Pin;
use std::time::Duration;

/// How long a model may pause between two words.
const NEXT_WORD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long all of it may take after the time that the first word may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(45);
/// How long an answer goes on after the caller has left. The runtime stops background work after 30 seconds.
const DISCONNECTED_TIMEOUT: Duration = Duration::from_secs(15);
/// How long to wait before a second try.
const RETRY_DELAY: Duration = Duration::from_millis(250);
/// How often a model is asked for one answer at most.
const ATTEMPTS: u32 = 2;

/// What came of it.
pub(super) enum Outcome {
    Answered,
    /// The model found no answer in the passages.
    Declined,
    /// The model was not asked, or was and said nothing.
    Unasked,
}

type Sleep<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Lets a language model answer from the passages.
///
/// # Errors
/// When the model breaks off in the middle of its answer.
pub(super) async fn write(
    app: &App,
    model: &LanguageModel,
    request: &AnswerRequest<'_>,
    hits: &[Hit],
    writer: &mut AnswerWriter<'_>,
) -> Result<Outcome> {
    let name = model.port.name();
    let passages = prompt::shown(hits);
    let prompt = prompt::prompt(request, passages);
    let mut total = app.clock.sleep(ANSWER_TIMEOUT + model.first_word_timeout);
    let is_admitted = model.breaker.admits(app.now());
    let fault = loop {
        if !is_admitted {
            break Fault::Resting;
        }
        writer.draft.trace.attempts += 1;
        let mut attempt = Attempt {
            app,
            model,
            prompt: &prompt,
            markers: CitationMarkers::new(passages.len(), request.config.show_sources),
            leak: LeakFilter::new(&prompt),
            room: Room(usize::try_from(request.config.max_response_length).unwrap_or(usize::MAX)),
        };
        let fault = match attempt.run(writer, &mut total).await {
            Ok(outcome) => {
                model.breaker.succeeded();
                writer.draft.trace.generator = name.into();
                let text = &writer.draft.text;
                // A mark beyond the room that there was is not in the text.
                let is_said = |it: &(usize, usize)| text.contains(&format!("[{}]", it.0 + 1));
                let cited = attempt.markers.cited().enumerate().take_while(is_said);
                writer.draft.citations = cited.filter_map(|it| passages.get(it.1)).map(citation).collect();
                return Ok(match attempt.leak.is_found() {
                    true => cut(name, writer),
                    false => outcome,
                });
            }
            Err(fault) => fault,
        };
        model.report(&fault);
        let is_last = !fault.is_passing() || writer.draft.trace.attempts >= ATTEMPTS;
        if (is_last || writer.has_begun()) && fault != Fault::Unheard {
            model.breaker.failed(app.now());
        }
        if writer.has_begun() {
            writer.draft.trace.generator = name.into();
            writer.draft.trace.fault = Some(fault.reason());
            return Err(Error::unavailable("the answer broke off", fault));
        }
        if is_last {
            break fault;
        }
        app.clock.sleep(RETRY_DELAY).await;
    };
    writer.draft.trace.fell_back_from = Some(name.into());
    writer.draft.trace.fault = Some(fault.reason());
    Ok(Outcome::Unasked)
}

/// Ends a text that began to repeat the rules. What was said of it stays, and the documents' own words follow; unless
/// it cites, since then the numbers are those of its own citations.
fn cut(name: &str, writer: &mut AnswerWriter<'_>) -> Outcome {
    writer.draft.trace.fault = Some("it repeated its rules".into());
    if writer.has_begun() {
        writer.write("…".into());
    }
    if !writer.draft.citations.is_empty() {
        return Outcome::Answered;
    }
    if writer.has_begun() {
        writer.write("\n\n".into());
    }
    writer.draft.trace.fell_back_from = Some(name.into());
    Outcome::Unasked
}

/// One time that the model is asked.
struct Attempt<'a> {
    app: &'a App,
    model: &'a LanguageModel,
    prompt: &'a Prompt,
    markers: CitationMarkers,
    leak: LeakFilter,
    room: Room,
}

impl<'a> Attempt<'a> {
    async fn run(&mut self, writer: &mut AnswerWriter<'_>, total: &mut Sleep<'a>) -> Result<Outcome, Fault> {
        let mut patience = self.app.clock.sleep(self.model.first_word_timeout);
        let mut pieces = self.open(&mut patience).await?;
        // White space and stray punctuation are no answer yet.
        let mut opening = String::new();
        let mut is_disconnected = false;
        loop {
            let next = match select(pieces.next(), select(&mut patience, &mut *total)).await {
                Either::Left((next, _)) => next,
                Either::Right((Either::Left(_), _)) if writer.has_begun() => return Err(Fault::Slow("the next word")),
                Either::Right((Either::Left(_), _)) => return Err(Fault::Slow("the first word")),
                Either::Right((Either::Right(_), _)) if is_disconnected => return Err(Fault::Unheard),
                Either::Right((Either::Right(_), _)) => return Err(Fault::Slow("the whole answer")),
            };
            let Some(piece) = next.transpose()? else {
                let text = self.markers.finish();
                opening.push_str(&self.leak.push(&text));
                opening.push_str(&self.leak.finish());
                break;
            };
            if !piece.is_empty() {
                patience = self.app.clock.sleep(NEXT_WORD_TIMEOUT);
                let text = self.markers.push(&piece);
                opening.push_str(&self.leak.push(&text));
            }
            if self.markers.has_declined() && !writer.has_begun() {
                return Ok(Outcome::Declined);
            }
            if writer.has_begun() || opening.contains(char::is_alphanumeric) {
                self.say(writer, &mut opening);
            }
            if self.leak.is_found() {
                return Ok(Outcome::Unasked);
            }
            if self.room.0 == 0 {
                return Ok(Outcome::Answered);
            }
            if writer.is_disconnected() && !is_disconnected {
                is_disconnected = true;
                *total = self.app.clock.sleep(DISCONNECTED_TIMEOUT);
            }
        }
        if writer.has_begun() || opening.contains(char::is_alphanumeric) {
            self.say(writer, &mut opening);
        }
        if self.leak.is_found() {
            return Ok(Outcome::Unasked);
        }
        match writer.has_begun() {
            true => Ok(Outcome::Answered),
            false => Err(Fault::Empty),
        }
    }

    async fn open(&self, patience: &mut Sleep<'_>) -> Result<TextStream, Fault> {
        match select(self.model.port.ask(self.prompt), patience).await {
            Either::Left((opened, _)) => opened,
            Either::Right(_) => Err(Fault::Slow("a connection")),
        }
    }

    fn say(&mut self, writer: &mut AnswerWriter<'_>, text: &mut String) {
        let text = std::mem::take(text);
        let text = if writer.has_begun() {
            text.as_str()
        } else {
            text.trim_start()
        };
        writer.write(self.room.take(text));
    }
}

/// How much more may be said, in characters.
struct Room(usize);

impl Room {
    /// Returns as much of a text as there is room for, to the end of a word, and takes it off. An ellipsis says that
    /// something was left out; room for it is always kept.
    fn take(&mut self, text: &str) -> String {
        let length = text.chars().count();
        if length < self.0 {
            self.0 -= length;
            return text.to_owned();
        }
        let most: String = text.chars().take(self.0.saturating_sub(1)).collect();
        self.0 = 0;
        let cut = most.rfind(char::is_whitespace).and_then(|it| most.get(..it));
        format!("{}…", cut.unwrap_or_default().trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_never_exceeds_the_room_and_ends_with_a_word() {
        let mut room = Room(12);
        assert_eq!(room.take("One two "), "One two ");
        assert_eq!(room.take("thr"), "thr");
        assert_eq!((room.take("ee four"), room.0), ("…".into(), 0));
        assert_eq!(Room(12).take("One two three"), "One two…");
        assert_eq!(Room(12).take("One two thr"), "One two thr");
    }
}
