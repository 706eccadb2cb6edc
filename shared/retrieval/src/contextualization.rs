//! Contextualization: rewrites a follow-up question so that it can be understood without the conversation, by rules.
//!
//! It gives two things: a rewritten question, which can be read (and quoted from) by itself, and the earlier turns with
//! weights, for [`crate::SearchOptions::context`]. The weights do most of the work: earlier turns count more, the fewer
//! words of its own a question has. "And for students?" is searched with its conversation, a question on a new subject
//! without.

mod reference;
mod words;

use crate::index::Context;
use crate::text::{self, fold, is_stop_word, units};
use crate::tuning::{
    AGENT_TURN_FACTOR, HISTORY_DECAY, HISTORY_WEIGHT_OF_ONE_WORD, MAX_HISTORY_TURNS, MAX_HISTORY_WEIGHT,
    MAX_REFERRING_BACK_WORDS, REFERRING_BACK_FACTOR,
};

/// Only so many bytes of a turn are read.
const MAX_TURN_BYTES: usize = 600;

/// A turn of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn<'a> {
    /// Whether the visitor said it, and not the agent.
    pub is_visitor: bool,
    pub text: &'a str,
}

/// A question that needs no conversation to be understood.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standalone<'a> {
    /// What to search: the question, with "the second one" replaced by what it names.
    pub question: String,
    /// The rewritten question, for showing and for choosing quotes.
    pub text: String,
    /// The earlier turns with their weights, heaviest first.
    pub context: Vec<Context<'a>>,
}

/// Rewrites a question; `turns` are the earlier turns, oldest first.
pub fn contextualize<'a>(question: &str, turns: &[Turn<'a>]) -> Standalone<'a> {
    let earlier: Vec<Turn<'a>> = turns
        .iter()
        .rev()
        .filter(|turn| !turn.text.trim().is_empty())
        .take(MAX_HISTORY_TURNS)
        .map(|turn| Turn {
            text: turn
                .text
                .get(..turn.text.floor_char_boundary(MAX_TURN_BYTES))
                .unwrap_or(turn.text),
            ..*turn
        })
        .collect();
    let answer = earlier.iter().find(|turn| !turn.is_visitor);
    let named = answer.and_then(|answer| reference::resolved(question, answer.text));
    let shape = Shape::of(question);
    let question = named.unwrap_or_else(|| question.trim().to_owned());
    Standalone {
        text: shape.with_what_it_leans_on(&question, &earlier),
        context: context(&shape, &earlier),
        question,
    }
}

/// The earlier turns, newest first, with their weights.
fn context<'a>(shape: &Shape, earlier: &[Turn<'a>]) -> Vec<Context<'a>> {
    let pointing = if shape.points_back { REFERRING_BACK_FACTOR } else { 1.0 };
    let most = (HISTORY_WEIGHT_OF_ONE_WORD * pointing / shape.own_words.max(1) as f32).min(MAX_HISTORY_WEIGHT);
    // How many later turns of the visitor and of the agent there are.
    let (mut visitor, mut agent) = (0, 0);
    let mut context: Vec<Context<'a>> = earlier
        .iter()
        .map(|turn| {
            let (after, kind) = if turn.is_visitor {
                (&mut visitor, 1.0)
            } else {
                (&mut agent, AGENT_TURN_FACTOR)
            };
            let weight = most * kind * HISTORY_DECAY.powi(*after);
            *after += 1;
            Context {
                text: turn.text,
                weight,
            }
        })
        .collect();
    context.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    context
}

/// How the form of a question shows that it depends on the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    /// How many of its words are not too common to search for.
    own_words: usize,
    /// Whether it has a word that refers back.
    points_back: bool,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// "Yes.", "no": a reply to what the agent asked.
    Reply,
    /// "And for students?", "What about the Pro plan?": a part of a question; the rest was said before. Holds the byte
    /// where the part begins, after the opening words.
    Part(usize),
    /// "How much does it cost?"
    Pointing,
    Whole,
}

impl Shape {
    fn of(question: &str) -> Self {
        let words: Vec<(String, usize)> = units(question)
            .filter(|unit| unit.is_word)
            .map(|unit| (fold(unit.text).into_owned(), unit.start))
            .collect();
        let language = text::language(question);
        let is_own = |word: &str| {
            !is_stop_word(word, language) && !words::POINTING.contains(&word) && !words::REPLIES.contains(&word)
        };
        let own_words = words.iter().filter(|(word, _)| is_own(word)).count();
        let opening = words::opening(&words);
        let after = words.get(opening).map_or(question.len(), |(_, start)| *start);
        let points = words.iter().any(|(word, _)| words::POINTING.contains(&word.as_str()));
        let points = points && words.len() <= MAX_REFERRING_BACK_WORDS;
        let is_reply = !words.is_empty() && words.iter().all(|(word, _)| words::REPLIES.contains(&word.as_str()));
        let has_verb = words.iter().any(|(word, _)| words::VERBS.contains(&word.as_str()));
        let is_part = words.len() <= opening + 6 && (opening > 0 || words.len() <= 3) && !has_verb;
        let kind = if is_reply {
            Kind::Reply
        } else if is_part {
            Kind::Part(after)
        } else if points || opening > 0 {
            Kind::Pointing
        } else {
            Kind::Whole
        };
        Self {
            own_words,
            points_back: points || opening > 0,
            kind,
        }
    }

    fn with_what_it_leans_on(self, question: &str, earlier: &[Turn<'_>]) -> String {
        // The last turn of the visitor that names the subject of the conversation.
        let asked = earlier
            .iter()
            .filter(|turn| turn.is_visitor)
            .map(|turn| turn.text.trim())
            .find(|text| Self::of(text).own_words >= 2);
        let offered = earlier.first().filter(|turn| !turn.is_visitor);
        let offered = offered.and_then(|turn| turn.text.get(text::sentences(turn.text).pop()?));
        match (self.kind, asked, offered) {
            (Kind::Reply, Some(asked), Some(offered)) => format!("{asked} {offered}"),
            (Kind::Reply, _, Some(offered)) => offered.to_owned(),
            (Kind::Part(after), Some(asked), _) => {
                let part = question.get(after..).unwrap_or(question);
                let first = part.split_whitespace().next().map(fold).unwrap_or_default();
                if words::PREPOSITIONS.contains(&first.as_ref()) {
                    format!("{} {part}", asked.trim_end_matches(['?', '.', '!', ' ']))
                } else {
                    format!("{asked} {question}")
                }
            }
            (Kind::Reply | Kind::Pointing, Some(asked), _) => format!("{asked} {question}"),
            _ => question.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
