//! Answers: what is picked, how it is put together, and that nothing is made up.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::{Arc, LazyLock};

use super::*;

static EMBEDDER: LazyLock<Embedder> = LazyLock::new(|| {
    let table: &[u8] = include_bytes!("../../model/static-30k-256-int8.safetensors");
    Embedder::from_shared(Arc::from(table), include_bytes!("../../model/tokenizer.json")).unwrap()
});

fn hit(title: &str, heading: &str, text: &str, score: f32) -> Hit {
    Hit {
        title: title.to_owned(),
        heading_path: vec![heading.to_owned()],
        text: text.to_owned(),
        score,
        language: Some("en".to_owned()),
        ..Hit::default()
    }
}

fn answer(question: &str, hits: &[Hit], style: Style) -> Extract {
    extract(&EMBEDDER, question, hits, &ExtractOptions { max_chars: 1000, style })
}

const COSTS: &str = "We ship to all of Europe. The express service is run by a partner. It costs 12 EUR a parcel. \
    Parcels are wrapped in paper. Our founder likes sailing.";

#[test]
fn the_sentence_that_answers_is_picked_and_cited() {
    let hits = [hit(
        "Shipping",
        "Regions",
        "We ship to all of Europe. Parcels are wrapped in paper.",
        0.9,
    )];
    let found = answer("Which regions do you ship to?", &hits, Style::Concise);
    assert_eq!(found.sentences[0].text, "We ship to all of Europe.");
    assert_eq!(found.cited_hits(), [0]);
    assert_eq!(found.sentences.iter().filter(|sentence| sentence.cite).count(), 1);
}

#[test]
fn a_leading_pronoun_brings_the_sentence_before_it() {
    let found = answer(
        "How much is a parcel, 12 EUR?",
        &[hit("Shipping", "Express", COSTS, 0.9)],
        Style::Concise,
    );
    assert!(
        found
            .text()
            .contains("The express service is run by a partner. It costs 12 EUR a parcel."),
        "{}",
        found.text()
    );
}

#[test]
fn a_list_of_steps_is_given_whole_with_what_leads_to_it() {
    let text = "Some words before. To reset the password:\n1. Open the sign-in page.\n2. Choose Forgot.\n3. Follow the mail.\nOther words after.";
    let found = answer(
        "How do I reset my password?",
        &[hit("Account", "Password", text, 0.9)],
        Style::Concise,
    );
    let whole = "To reset the password:\n\n1. Open the sign-in page.\n2. Choose Forgot.\n3. Follow the mail.";
    assert!(found.text().contains(whole), "{}", found.text());
}

#[test]
fn a_table_row_comes_with_its_header() {
    let text = "| Plan | Price |\n| Minnow | 19 EUR |\n| Marlin | 189 EUR |";
    let found = answer(
        "What is the price of Marlin?",
        &[hit("Prices", "", text, 0.9)],
        Style::Concise,
    );
    assert_eq!(found.text(), "| Plan | Price |\n| --- | --- |\n| Marlin | 189 EUR |");
}

#[test]
fn code_is_given_whole() {
    let text = "Ask for all computers with one call:\n```sh\ncurl https://api.example/v2/computers\n```\nIt is fast.";
    let found = answer(
        "curl call for all computers",
        &[hit("API", "", text, 0.9)],
        Style::Concise,
    );
    assert!(
        found
            .text()
            .contains("one call:\n\n```sh\ncurl https://api.example/v2/computers\n```"),
        "{}",
        found.text()
    );
}

#[test]
fn what_overlapping_passages_share_is_said_once() {
    let same = "Refunds are paid within five working days of the return.";
    let hits = [
        hit("A", "Refunds", same, 0.9),
        hit("B", "Refunds", &format!("{same} Ask us for more."), 0.88),
    ];
    let text = answer("How long do refunds take?", &hits, Style::Detailed).text();
    assert_eq!(text.matches("five working days").count(), 1, "{text}");
}

#[test]
fn the_length_is_kept() {
    let hits = [hit("Shipping", "Express", COSTS, 0.9)];
    for max_chars in [0, 10, 30, 60, 100, 200] {
        let options = ExtractOptions {
            max_chars,
            style: Style::Detailed,
        };
        let found = extract(&EMBEDDER, "How much does the express service cost?", &hits, &options);
        assert!(
            found.text().chars().count() <= max_chars,
            "{max_chars}: {}",
            found.text()
        );
    }
}

#[test]
fn styles_say_more_or_less() {
    let hits = [hit("Shipping", "Express parcels shipping cost", COSTS, 0.9)];
    let count = |style| answer("express parcels shipping cost", &hits, style).sentences.len();
    assert!(count(Style::Concise) <= 2);
    assert!(count(Style::Detailed) <= 4);
    assert!(
        count(Style::Concise) <= count(Style::Conversational) && count(Style::Conversational) <= count(Style::Detailed)
    );
}

#[test]
fn no_word_is_added() {
    let text = "- One thing; see § 4 (b).\n- Another — “quoted” — thing.\n| a | b |\n| c | d |\n```\nx = 1\n```\nEnd of it. It ends!";
    let hits = [hit("T", "H", text, 0.9), hit("T", "H", COSTS, 0.5)];
    for question in [
        "thing",
        "what are the things",
        "d",
        "x = 1",
        "how does it end?",
        "express",
        "",
    ] {
        for sentence in answer(question, &hits, Style::Detailed).sentences {
            let source = &hits[sentence.hit].text;
            for word in sentence
                .text
                .split_whitespace()
                .filter(|word| *word != "---" && *word != "|")
            {
                assert!(
                    source.contains(word.trim_end_matches('…')),
                    "{word} is not in the source"
                );
            }
        }
    }
}

#[test]
fn nothing_comes_of_nothing() {
    assert_eq!(answer("anything", &[], Style::Detailed), Extract::default());
    assert_eq!(
        answer("anything", &[hit("", "", "", 0.0)], Style::Detailed),
        Extract::default()
    );
}

#[test]
fn the_first_sentence_under_the_matching_heading_leads() {
    let text = "Edgewise reads text, Markdown and HTML. Markdown ends in `.md`. PDF files cannot be read yet, and an \
        upload of such a file is refused. Any other file type that you upload is read as text.";
    let hits = [
        hit("Knowledge", "Which file types can I upload?", text, 0.9),
        hit(
            "Help",
            "Uploads",
            "Save the file as text and upload that file type.",
            0.7,
        ),
    ];
    let found = answer("Which file types can I upload?", &hits, Style::Concise);
    assert_eq!(found.sentences[0].text, "Edgewise reads text, Markdown and HTML.");
    assert_eq!(found.cited_hits(), [0]);
}

#[test]
fn a_table_header_never_stands_alone() {
    let table = "| Plan | Price a month |\n| Minnow | 19 EUR |\n| Marlin | 189 EUR |";
    let found = answer("plan price a month", &[hit("Prices", "", table, 0.9)], Style::Concise);
    assert!(found.sentences.len() >= 2, "{}", found.text());
    let options = ExtractOptions {
        max_chars: 65,
        style: Style::Concise,
    };
    let short = extract(
        &EMBEDDER,
        "plan price a month",
        &[hit("Prices", "", table, 0.9)],
        &options,
    );
    assert_ne!(short.sentences.len(), 1, "{}", short.text());
    let lone = answer(
        "plan price",
        &[hit("Prices", "", "| Plan | Price |", 0.9)],
        Style::Concise,
    );
    assert_eq!(lone.text(), "");
}

#[test]
fn a_row_of_pronouns_brings_the_sentence_that_names_them() {
    let text = "The courier service is run by Northwind. It drives at night. It costs 12 EUR a parcel. Paper is free.";
    let found = answer(
        "How much is a parcel, 12 EUR?",
        &[hit("S", "T", text, 0.9)],
        Style::Conversational,
    );
    assert!(found.text().starts_with("The courier service"), "{}", found.text());
}

#[test]
fn an_answer_in_another_language_says_so() {
    let hits = [hit("Shipping", "Costs", COSTS, 0.9)];
    let language = |question: &str| answer(question, &hits, Style::Concise).foreign_language;
    assert_eq!(
        language("Was kostet der Versand mit dem Express Service?").as_deref(),
        Some("en")
    );
    assert_eq!(language("How much does the express service cost?"), None);
    assert_eq!(language("express?"), None);
}
