//! The conversation at run time: the signals that components read, and the acts that change them.

mod answering;

use crate::chat::{Chat, Event, Failure, Progress, Rating};
use crate::page::{Detail, HostState, Init, LoaderMessage, Page};
use crate::service::{self, Refusal};
use crate::storage;
use crate::strings::Strings;
use crate::theme;
use crate::view;
use crate::visitor::Visitor;
use leptos::{prelude::*, task::spawn_local};
use shared::agent::Source;
use shared::widget::{Config, Feedback};
use std::cell::RefCell;
use web_sys::AbortController;

/// Handed to every component. All copies are the same conversation.
#[derive(Clone, Copy)]
pub(crate) struct Conversation {
    pub(crate) strings: &'static Strings,
    pub(crate) chat: RwSignal<Chat>,
    /// What the visitor is writing.
    pub(crate) draft: RwSignal<String>,
    pub(crate) online: RwSignal<bool>,
    /// Whether the chat covers the whole page.
    pub(crate) modal: RwSignal<bool>,
    /// The passage on show: the key of its message, and its place among the message's sources.
    pub(crate) passage: RwSignal<Option<(u32, usize)>>,
    runtime: &'static RefCell<Runtime>,
}

/// What a conversation knows of the outside, and reaches it with.
struct Runtime {
    page: Page,
    visitor: Visitor,
    config: Config,
    session: String,
    page_url: String,
    /// Counts questions: what arrives for an earlier one is dropped.
    turn: u32,
    /// Ends the answer that is under way.
    stop: Option<AbortController>,
}

impl Conversation {
    /// Begins where the visitor left off.
    pub(crate) fn new(page: Page, init: Init, strings: &'static Strings) -> Self {
        let Init {
            config,
            session_id: session,
            theme_override,
            host,
        } = init;
        theme::apply(&config.appearance, &theme_override);
        let chat = storage::load(&config.agent_id, &session).unwrap_or_default();
        let visitor = Visitor::new(page.clone(), &config);
        let runtime = Runtime {
            page,
            visitor,
            config,
            session,
            page_url: host.page_url,
            turn: 0,
            stop: None,
        };
        Self {
            strings,
            chat: RwSignal::new(chat),
            draft: RwSignal::new(String::new()),
            online: RwSignal::new(window().navigator().on_line()),
            modal: RwSignal::new(host.modal),
            passage: RwSignal::new(None),
            // There is one conversation, and it lasts as long as the document.
            runtime: Box::leak(Box::new(RefCell::new(runtime))),
        }
    }

    /// Reads the agent's configuration.
    pub(crate) fn config<T>(self, read: impl FnOnce(&Config) -> T) -> T {
        read(&self.runtime.borrow().config)
    }

    /// Returns the sources of the message of this key.
    pub(crate) fn sources(self, key: u32) -> Vec<Source> {
        let sources = self
            .chat
            .with_untracked(|chat| chat.message(key).map(|message| message.sources.clone()));
        sources.unwrap_or_default()
    }

    /// Does what the loader says.
    pub(crate) fn on_message(self, message: LoaderMessage) {
        match message {
            // The iframe has begun already; what is asked is asked before.
            LoaderMessage::Init(_) | LoaderMessage::Ask(_) => {}
            LoaderMessage::Token(config) => self.runtime.borrow().visitor.renewed(&config),
            LoaderMessage::Refused => self.runtime.borrow().visitor.refused(),
            LoaderMessage::Opened { host, focus } => {
                self.move_to(host);
                if focus {
                    view::welcome();
                }
            }
            LoaderMessage::Moved(host) => self.move_to(host),
            LoaderMessage::Send(text) => self.ask(&text),
            LoaderMessage::Prefill(text) => self.draft.set(text),
            LoaderMessage::ThemeOverride(theme_override) => {
                self.config(|config| theme::apply(&config.appearance, &theme_override))
            }
            LoaderMessage::Reset(session) => self.begin_again(session),
        }
    }

    fn move_to(self, host: HostState) {
        self.modal.set(host.modal);
        self.runtime.borrow_mut().page_url = host.page_url;
    }

    /// Tells the loader that something is to be done.
    pub(crate) fn notify(self, what: &'static str) {
        self.runtime.borrow().page.notify(what);
    }

    /// Asks in the visitor's name. Nothing is asked while an answer is under way.
    pub(crate) fn ask(self, text: &str) {
        let question = text.trim();
        if question.is_empty() || self.chat.with_untracked(Chat::is_busy) {
            return;
        }
        self.apply(Event::Asked(question.to_owned()));
        self.report(
            "message:sent",
            Detail {
                role: Some("user"),
                text: Some(question),
                ..Detail::default()
            },
        );
        self.answer(question.to_owned());
    }

    /// Asks the last question once more.
    pub(crate) fn retry(self) {
        let question = self
            .chat
            .with_untracked(|chat| chat.question_to_retry().map(str::to_owned));
        if let Some(question) = question {
            self.apply(Event::Retried);
            self.answer(question);
        }
    }

    /// Ends the answer that is under way; what has been said stays.
    pub(crate) fn stop(self) {
        self.abandon_answer();
        self.apply(Event::Stopped);
        self.report_end();
    }

    /// Judges an answer, and takes the judgement back when the service does not hear it.
    pub(crate) fn rate(self, key: u32, rating: Rating, comment: Option<String>) {
        let message = self.chat.with_untracked(|chat| chat.message(key).cloned());
        let Some((message_id, before)) = message.and_then(|message| Some((message.id?, message.rating))) else {
            return;
        };
        self.apply(Event::Rated(key, Some(rating)));
        let feedback_type = rating.as_str();
        self.report(
            "feedback",
            Detail {
                message_id: Some(&message_id),
                feedback_type: Some(feedback_type),
                ..Detail::default()
            },
        );
        let feedback = Feedback {
            message_id,
            feedback_type: feedback_type.to_owned(),
            comment,
        };
        spawn_local(async move {
            let visitor = self.runtime.borrow().visitor.clone();
            let Some(token) = visitor.token().await else { return };
            if service::feedback(&feedback, &token).await.is_err() {
                self.apply(Event::Rated(key, before));
            }
        });
    }

    fn answer(self, question: String) {
        let Some(stop) = AbortController::new().ok() else {
            return;
        };
        let signal = stop.signal();
        let turn = self.next_turn(Some(stop));
        spawn_local(async move {
            if let Err(failure) = answering::stream(self, turn, question, signal).await {
                self.fail(turn, failure);
            }
        });
    }

    fn fail(self, turn: u32, failure: Failure) {
        if self.is_turn(turn) && self.chat.with_untracked(Chat::is_busy) {
            self.apply(Event::Failed(failure));
            self.report_end();
        }
    }

    fn apply(self, event: Event) {
        self.chat.update(|chat| chat.apply(event, self.strings));
        self.keep();
    }

    fn keep(self) {
        let runtime = self.runtime.borrow();
        self.chat
            .with_untracked(|chat| storage::save(&runtime.config.agent_id, &runtime.session, chat));
    }

    fn begin_again(self, session: String) {
        self.abandon_answer();
        self.runtime.borrow_mut().session = session;
        self.passage.set(None);
        self.chat.update(Chat::clear);
        self.keep();
    }

    fn abandon_answer(self) {
        let stop = self.runtime.borrow_mut().stop.take();
        self.next_turn(None);
        if let Some(stop) = stop {
            stop.abort();
        }
    }

    fn next_turn(self, stop: Option<AbortController>) -> u32 {
        let mut runtime = self.runtime.borrow_mut();
        runtime.turn += 1;
        runtime.stop = stop;
        runtime.turn
    }

    fn is_turn(self, turn: u32) -> bool {
        self.runtime.borrow().turn == turn
    }

    /// Tells the page how the last answer ended, when it has.
    fn report_end(self) {
        let Some(answer) = self.chat.with_untracked(|chat| chat.messages().last().cloned()) else {
            return;
        };
        let message_id = answer.id.as_deref();
        let completed = answer.progress == Progress::Complete;
        match &answer.progress {
            Progress::Waiting | Progress::Streaming => return,
            Progress::Failed(failure) => {
                let detail = failure.text(self.strings);
                let (code, detail) = (Some(failure.code()), Some(detail.as_str()));
                self.report(
                    "error",
                    Detail {
                        message_id,
                        code,
                        detail,
                        ..Detail::default()
                    },
                );
            }
            Progress::Complete | Progress::Stopped => {}
        }
        if message_id.is_some() {
            self.report(
                "stream:end",
                Detail {
                    message_id,
                    completed: Some(completed),
                    ..Detail::default()
                },
            );
        }
        if completed {
            let detail = Detail {
                message_id,
                role: Some("assistant"),
                text: Some(&answer.text),
                sources: Some(&answer.sources),
                confidence: answer.confidence,
                answered: Some(answer.answered),
                ..Detail::default()
            };
            self.report("message:received", detail);
        }
    }

    fn report(self, name: &'static str, detail: Detail<'_>) {
        self.runtime.borrow().page.report(name, detail);
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Token => Self::Forbidden,
            Refusal::Failure(failure) => failure,
        }
    }
}
