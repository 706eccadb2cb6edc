//! The rules against sentences that ask for a decision and others that do not.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Sentence {
    text: String,
    reason: Option<String>,
}

/// Amounts from this on are the owner's.
const LIMIT: f64 = 1000.0;

fn measured(lines: &str) -> (f64, f64, f64) {
    let sentences: Vec<Sentence> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (mut fired, mut right, mut asked, mut named) = (0.0, 0.0, 0.0, 0.0);
    for sentence in &sentences {
        let found = decision(&sentence.text, Some(LIMIT));
        let expected = sentence.reason.as_deref().map(|name| {
            let name = if name == "amount" { "spend" } else { name };
            Reason::named(name).unwrap()
        });
        if found.is_some() != expected.is_some() {
            println!("{:?} instead of {expected:?}: {}", found, sentence.text);
        }
        fired += f64::from(u8::from(found.is_some()));
        asked += f64::from(u8::from(expected.is_some()));
        right += f64::from(u8::from(found.is_some() && expected.is_some()));
        named += f64::from(u8::from(found.is_some() && found == expected));
    }
    println!(
        "precision {:.3}, recall {:.3}, right reason {:.3}",
        right / fired,
        right / asked,
        named / right
    );
    (right / fired, right / asked, named / right)
}

#[test]
fn the_known_sentences_are_told_apart() {
    let lines = include_str!("../../../../tests/eval/decisions.jsonl");
    let asked = lines.lines().filter(|line| !line.contains("\"reason\": null")).count();
    assert!(asked >= 100 && lines.lines().count() - asked >= 100);
    let (precision, recall, named) = measured(lines);
    assert!(
        precision >= 0.98 && recall >= 0.98 && named >= 0.95,
        "{precision} {recall} {named}"
    );
}

#[test]
fn amounts_count_only_above_the_limit() {
    assert_eq!(
        decision("Can I buy a chair for 200 EUR?", Some(100.0)),
        Some(Reason::Amount)
    );
    assert_eq!(decision("Can I buy a chair for 200 EUR?", Some(200.0)), None);
    assert_eq!(decision("Can I buy a chair for 200 EUR?", None), None);
}

#[test]
fn every_sentence_is_looked_at() {
    let question = "I was ill last week. How do I hand it in? Could you make an exception for me?";
    assert_eq!(decision(question, None), Some(Reason::Exception));
    assert_eq!(decision("", None), None);
}

#[test]
fn every_rule_reads() {
    let text = include_str!("rules.txt");
    let written = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with(['#', '$']))
        .count();
    let read = RULES.about.len() + RULES.despite.len() + RULES.requests.len();
    assert_eq!(written, read);
    let patterns = RULES.despite.iter().chain(&RULES.requests).map(|(_, pattern)| pattern);
    for pattern in patterns.chain(&RULES.about) {
        assert!(pattern.unknown_sets().is_empty(), "{pattern:?}");
    }
}
