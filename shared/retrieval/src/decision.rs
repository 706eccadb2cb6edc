//! Personal decisions: tells questions that only a person may answer ("Can you approve my leave?") from those about how
//! things are done ("How do I approve a merge request?").
//!
//! The rules are data, in `decision/rules.txt`; `decision/pattern.rs` says how they are read.

mod amount;
mod pattern;

use std::sync::LazyLock;

use crate::text::{fold, sentences, units};
use pattern::Pattern;

/// What a person has to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    Approve,
    Sign,
    Authorise,
    /// Hire or dismiss a person.
    Staff,
    Discount,
    Exception,
    /// An amount above the owner's limit.
    Amount,
}

impl Reason {
    /// Returns the reason as words that go into a sentence: "needs …".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "an approval",
            Self::Sign => "a signature",
            Self::Authorise => "an authorisation",
            Self::Staff => "a decision about staff",
            Self::Discount => "a decision about a discount",
            Self::Exception => "a decision about an exception",
            Self::Amount => "a decision about an amount above the limit",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "approve" => Self::Approve,
            "sign" => Self::Sign,
            "authorise" => Self::Authorise,
            "staff" => Self::Staff,
            "discount" => Self::Discount,
            "exception" => Self::Exception,
            "spend" => Self::Amount,
            _ => return None,
        })
    }
}

struct Rules {
    /// Questions about how things are done: a sentence that fits one asks for no decision, unless a rule of `despite`
    /// holds.
    about: Vec<Pattern>,
    despite: Vec<(Reason, Pattern)>,
    requests: Vec<(Reason, Pattern)>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::read(include_str!("decision/rules.txt")));

impl Rules {
    /// Lines that do not read are left out here and found by the tests.
    fn read(text: &str) -> Self {
        let mut rules = Self {
            about: Vec::new(),
            despite: Vec::new(),
            requests: Vec::new(),
        };
        let mut sets = Vec::new();
        for line in text
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        {
            let Some((name, rule)) = line.split_once(':') else {
                continue;
            };
            if let Some(set) = name.strip_prefix('$') {
                sets.push((set.to_owned(), rule.trim().to_owned()));
                continue;
            }
            let pattern = Pattern::read(rule, &sets);
            match (
                name,
                name.strip_suffix('!').and_then(Reason::named),
                Reason::named(name),
            ) {
                ("about", ..) => rules.about.push(pattern),
                (_, Some(reason), _) => rules.despite.push((reason, pattern)),
                (_, _, Some(reason)) => rules.requests.push((reason, pattern)),
                _ => {}
            }
        }
        rules
    }

    fn reason(&self, words: &[&str], amount: bool) -> Option<Reason> {
        let held = |rules: &[(Reason, Pattern)]| {
            let mut held = rules.iter().filter(|(reason, _)| amount || *reason != Reason::Amount);
            held.find(|(_, pattern)| pattern.is_in(words))
                .map(|(reason, _)| *reason)
        };
        held(&self.despite).or_else(|| {
            let is_about = self.about.iter().any(|pattern| pattern.is_in(words));
            if is_about { None } else { held(&self.requests) }
        })
    }
}

/// Returns why a person has to decide, or `None` when the question can be answered from documents. `limit` is the
/// amount from which the owner decides, in whatever currency; without it amounts are not looked at.
pub fn decision(question: &str, limit: Option<f64>) -> Option<Reason> {
    sentences(question).into_iter().find_map(|range| {
        let sentence = question.get(range)?;
        let folded: Vec<String> = units(sentence)
            .filter(|unit| unit.is_word)
            .map(|unit| fold(unit.text).into_owned())
            .collect();
        let words: Vec<&str> = folded.iter().map(String::as_str).collect();
        let above = limit.is_some_and(|limit| amount::amounts(sentence).any(|amount| amount > limit));
        RULES.reason(&words, above)
    })
}

#[cfg(test)]
mod tests;
