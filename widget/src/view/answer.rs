//! An answer: its text as it comes, what it stands on, and what can be done with it.

use super::actions::actions;
use super::failure::failure;
use super::header::avatar;
use super::html::{Html, element, memo, when};
use super::markdown::render;
use super::parts::{button, icon};
use crate::chat::{Message, Progress};
use crate::conversation::Conversation;
use leptos::prelude::*;
use shared::agent::Source;
use shared_chat::markdown::{Citable, Node, parse};
use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

/// Draws the answer whose message has this key.
pub(super) fn answer(conversation: Conversation, key: u32) -> Html {
    let of = move |read: fn(&Message) -> bool| {
        memo(move || conversation.chat.with(|chat| chat.message(key).is_some_and(read)))
    };
    let is_waiting = of(|message| message.progress == Progress::Waiting);
    let is_complete = of(|message| message.progress == Progress::Complete);
    let was_stopped = of(|message| message.progress == Progress::Stopped);
    let has_failed = of(|message| matches!(message.progress, Progress::Failed(_)));
    let body = element("div", "ew-answer")
        .child(when(is_waiting, typing))
        .child(blocks(conversation, key))
        .child(when(is_complete, move || sources(conversation, key)))
        .child(when(was_stopped, move || {
            element("p", "ew-note").text(conversation.strings.stopped)
        }))
        .child(when(has_failed, move || failure(conversation, key)))
        .child(when(is_complete, move || actions(conversation, key)));
    element("div", "ew-message ew-message--agent")
        .live("aria-busy", of(Message::is_under_way).flag())
        .child(avatar(conversation))
        .child(body)
}

/// The text, block by block: what has not changed is not drawn again.
fn blocks(conversation: Conversation, key: u32) -> Html {
    let parsed = Rc::new(RefCell::new(Blocks::default()));
    let drawn = Rc::clone(&parsed);
    let keys = move || {
        let mut parsed = parsed.borrow_mut();
        conversation.chat.with(|chat| {
            if let Some(message) = chat.message(key) {
                parsed.update(message);
            }
        });
        parsed.blocks.iter().map(|(key, _)| *key).collect()
    };
    element("div", "ew-text")
        .attribute("dir", "auto")
        .list(keys, move |wanted| {
            let parsed = drawn.borrow();
            let block = parsed.blocks.iter().find(|(key, _)| *key == wanted);
            block.map_or_else(
                || element("p", ""),
                |(_, block)| render(block, element("div", "ew-slot"), conversation, key),
            )
        })
}

/// A parsed text, and what it was parsed from.
#[derive(Default)]
struct Blocks {
    of: (usize, usize, bool),
    blocks: Vec<(u64, Node)>,
}

impl Blocks {
    /// Parses the message's text, unless it is the one that was parsed last: most news are other messages' news.
    fn update(&mut self, message: &Message) {
        let of = (message.text.len(), message.sources.len(), message.is_under_way());
        if self.of != of {
            self.of = of;
            self.blocks = parse_blocks(message);
        }
    }
}

/// The blocks of the text. The key of each tells its place, its contents and whether they can be cited already.
fn parse_blocks(message: &Message) -> Vec<(u64, Node)> {
    let has_sources = !message.sources.is_empty();
    // The sources come last: an answer that was cut off has none, and still its marks are marks.
    let citable = if has_sources || message.progress == Progress::Complete {
        Citable::Sources(message.sources.len())
    } else {
        Citable::Unknown
    };
    let text = if message.is_under_way() {
        without_open_bracket(&message.text)
    } else {
        &message.text
    };
    let key = |at: usize, block: &Node| {
        let mut hasher = DefaultHasher::new();
        (at, has_sources, block).hash(&mut hasher);
        hasher.finish()
    };
    parse(text, citable)
        .into_iter()
        .enumerate()
        .map(|(at, block)| (key(at, &block), block))
        .collect()
}

/// Leaves out `[1` at the end of a text that is still growing: it is about to become a citation.
fn without_open_bracket(text: &str) -> &str {
    match text.rfind('[') {
        Some(at)
            if text
                .get(at + 1..)
                .is_some_and(|tail| tail.bytes().all(|byte| byte.is_ascii_digit())) =>
        {
            text.get(..at).unwrap_or(text)
        }
        _ => text,
    }
}

fn typing() -> Html {
    let dots = (0..3).map(|_| element("i", ""));
    element("span", "ew-typing")
        .attribute("aria-hidden", "true")
        .children(dots)
}

/// The list of sources under an answer; nothing in it when there are none.
fn sources(conversation: Conversation, key: u32) -> Html {
    let sources = conversation.sources(key);
    if sources.is_empty() {
        return element("div", "ew-slot");
    }
    let id = ["ew-sources-", &key.to_string()].concat();
    let chips = sources
        .iter()
        .enumerate()
        .map(|(at, source)| chip(conversation, key, at, source));
    element("div", "ew-sources")
        .child(
            element("p", "ew-sources__title")
                .attribute("id", &id)
                .text(conversation.strings.sources),
        )
        .child(
            element("ol", "ew-sources__list")
                .attribute("aria-labelledby", &id)
                .children(chips),
        )
}

fn chip(conversation: Conversation, key: u32, at: usize, source: &Source) -> Html {
    let chip = button("ew-chip", move || conversation.passage.set(Some((key, at))))
        .child(element("span", "ew-chip__number").text(&(at + 1).to_string()))
        .child(
            element("span", "ew-chip__title")
                .attribute("dir", "auto")
                .text(&source.title),
        )
        .child(icon("chevron"));
    element("li", "").child(chip)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Author;
    use shared_chat::cases::{CASES, outline};

    #[test]
    fn an_answer_is_drawn_as_every_client_draws_it() {
        for case in CASES {
            let mut message = Message::new(0, Author::Agent, case.markdown.to_owned(), Progress::Complete);
            message.sources = (0..case.sources).map(|_| source()).collect();
            let nodes: Vec<Node> = parse_blocks(&message).into_iter().map(|(_, node)| node).collect();
            assert_eq!(outline(&nodes), case.drawn, "{}", case.markdown);
        }
    }

    fn source() -> Source {
        Source {
            document_id: String::new(),
            title: String::new(),
            chunk_preview: String::new(),
            relevance_score: 0.5,
            url: None,
            heading_path: Vec::new(),
            chunk_index: 0,
        }
    }

    #[test]
    fn a_citation_that_is_still_arriving_is_not_shown_in_part() {
        for (text, shown) in [
            ("a [", "a "),
            ("a [1", "a "),
            ("a [1]", "a [1]"),
            ("a [x", "a [x"),
            ("a", "a"),
            ("", ""),
        ] {
            assert_eq!(without_open_bracket(text), shown);
        }
    }
}
