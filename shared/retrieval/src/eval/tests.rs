//! Floors: the figures of the set that comes with the crate may not drop.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, LazyLock};

use super::*;
use crate::parse::plain;
use crate::passage::passages;
use crate::segment::{DocumentInput, SegmentBuilder};

static EMBEDDER: LazyLock<Embedder> = LazyLock::new(|| {
    let table: &[u8] = include_bytes!("../../model/static-30k-256-int8.safetensors");
    Embedder::from_shared(Arc::from(table), include_bytes!("../../model/tokenizer.json")).unwrap()
});

#[test]
fn the_figures_of_the_small_set_hold() {
    let corpus = include_str!("../../../../tests/eval/lanternfish/corpus.jsonl");
    let queries = include_str!("../../../../tests/eval/lanternfish/queries.jsonl");
    let report = evaluate(&Set::read(corpus, queries).unwrap(), &EMBEDDER, None, || 0.0).unwrap();
    assert_eq!((report.passages, report.questions, report.answerable), (60, 138, 95));
    let at_least = |name: &str, value: f64, floor: f64| assert!(value >= floor, "{name} is {value:.3}, below {floor}");
    at_least("recall@1", report.recall_at_1, 0.81);
    at_least("recall@5", report.recall_at_5, 0.96);
    at_least("nDCG@10", report.ndcg_at_10, 0.90);
    at_least("AUROC", report.auroc.unwrap(), 0.98);
    at_least("answer hit rate", report.answer_hit_rate.unwrap(), 0.84);
    at_least("share kept at 0.6", report.kept[1], 0.88);
    at_least("share refused at 0.6", report.refused.unwrap()[1], 0.95);
}

/// Nine short pages of help, as a first customer would bring them.
const PAGES: [(&str, &str); 9] = [
    (
        "returns",
        "Returns\n===\n\nYou may send an item back within 30 days. Print the label from your order page and hand the parcel in at any post office.\n",
    ),
    (
        "delivery",
        "Delivery\n===\n\nStandard delivery takes two to four working days and costs 4.90 EUR. Orders above 50 EUR are delivered free of charge.\n",
    ),
    (
        "payment",
        "Payment\n===\n\nYou can pay by card, PayPal or invoice. Invoices are due within 14 days.\n",
    ),
    (
        "account",
        "Your account\n===\n\nTo change your e-mail address, open Settings and choose Profile. Your password can be reset from the sign-in page.\n",
    ),
    (
        "sizes",
        "Sizes\n===\n\nOur shoes run small: choose half a size larger than usual. A table of all sizes is on every product page.\n",
    ),
    (
        "gifts",
        "Gift cards\n===\n\nGift cards are valid for three years and can be used for several orders. They cannot be exchanged for money.\n",
    ),
    (
        "warranty",
        "Warranty\n===\n\nAll shoes have a warranty of two years on seams and soles. Normal wear is not covered.\n",
    ),
    (
        "stores",
        "Stores\n===\n\nOur stores in Hamburg and Leipzig are open Monday to Saturday from 10:00 to 19:00.\n",
    ),
    (
        "contact",
        "Contact\n===\n\nWrite to help@shoes.example or use the chat. We answer within one working day.\n",
    ),
];

fn tiny_index() -> Index {
    let mut builder = SegmentBuilder::new(&EMBEDDER);
    for (id, text) in PAGES {
        let parsed = plain(text);
        builder.add(&DocumentInput {
            document_id: id,
            collection_id: "help",
            title: parsed.title.as_deref().unwrap_or_default(),
            url: None,
            language: Some("en"),
            passages: &passages(&parsed),
        });
    }
    Index::new(
        vec![Arc::new(Segment::decode(builder.finish().unwrap()).unwrap())],
        |_, _| false,
    )
}

#[test]
fn nine_pages_answer_what_they_know_and_refuse_what_they_do_not() {
    let index = tiny_index();
    let ask = |question: &str| index.search(&EMBEDDER, question, &SearchOptions::default());
    let known = [
        ("How do I send an item back?", "returns"),
        ("How much does delivery cost?", "delivery"),
        ("Can I pay by invoice?", "payment"),
        ("How can I change my email address?", "account"),
        ("I want to reset my password", "account"),
        ("Do the shoes run small?", "sizes"),
        ("How long are gift cards valid?", "gifts"),
        ("What is covered by the warranty?", "warranty"),
        ("When is the store in Hamburg open?", "stores"),
        ("How do I contact you?", "contact"),
    ];
    for (question, document) in known {
        let found = ask(question);
        assert_eq!(found.hits[0].document_id, document, "{question}");
        assert!(found.confidence >= 0.6, "{question}: {}", found.confidence);
    }
    for question in include_str!("../../../../tests/eval/unrelated.txt").lines() {
        let confidence = ask(question).confidence;
        assert!(confidence < 0.5, "{question}: {confidence}");
    }
}

#[test]
fn a_broken_line_is_named() {
    let error = Set::read("{\"id\":\"a\",\"text\":\"x\"}\n{oops", "").unwrap_err();
    assert!(error.to_string().starts_with("corpus.jsonl, line 2: "), "{error}");
}

#[test]
fn answers_are_recognized_in_running_text() {
    let question = |answer: &str| Question {
        id: String::new(),
        text: String::new(),
        gold: Vec::new(),
        answers: vec![answer.to_owned()],
        answerable: true,
        history: Vec::new(),
    };
    assert!(question("30 Days").is_answered_by("Within 30 days, at most."));
    assert!(!question("30 days").is_answered_by("Within 30 working days."));
    let long = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";
    assert!(question(long).is_answered_by("one two three four five six seven and more"));
    assert!(!question(long).is_answered_by("one two three and more"));
}
