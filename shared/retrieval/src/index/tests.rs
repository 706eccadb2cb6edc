//! Searching: what is found, what is hidden, and what questions may look like.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::{Arc, LazyLock};

use super::*;
use crate::contextualization::{Turn, contextualize};
use crate::parse::plain;
use crate::passage::{Passage, passages};
use crate::segment::{DocumentInput, SegmentBuilder};

static EMBEDDER: LazyLock<Embedder> = LazyLock::new(|| {
    let table: &[u8] = include_bytes!("../../model/static-30k-256-int8.safetensors");
    Embedder::from_shared(Arc::from(table), include_bytes!("../../model/tokenizer.json")).unwrap()
});

fn segment(documents: &[(&str, &str, &str)]) -> Arc<Segment> {
    let mut builder = SegmentBuilder::new(&EMBEDDER);
    for (id, collection, text) in documents {
        let parsed = plain(text);
        builder.add(&DocumentInput {
            document_id: id,
            collection_id: collection,
            title: parsed.title.as_deref().unwrap_or_default(),
            url: None,
            language: None,
            passages: &passages(&parsed),
        });
    }
    Arc::new(Segment::decode(builder.finish().unwrap()).unwrap())
}

const REFUNDS: &str = "Refunds\n===\n\nWe pay your money back within 14 days of receiving the returned item.";
const SHIPPING: &str = "Shipping\n===\n\nParcels leave our warehouse every morning and arrive in two days. Error E-1042 means a bad address.";
const PASSWORD: &str =
    "Passwords\n===\n\nTo reset a forgotten password, open the sign-in page and choose Forgot password.";
const KUENDIGUNG: &str = "Kündigung\n===\n\nVerträge können jederzeit zum Monatsende gekündigt werden. Die Häuser sind davon nicht betroffen.";
const TOKYO: &str =
    "店舗案内\n===\n\n東京の店舗は午前十時から午後八時まで営業しています。返品は三十日以内に受け付けます。";

fn index() -> Index {
    let first = segment(&[("refunds", "shop", REFUNDS), ("shipping", "shop", SHIPPING)]);
    let second = segment(&[
        ("password", "account", PASSWORD),
        ("kuendigung", "de", KUENDIGUNG),
        ("tokyo", "ja", TOKYO),
    ]);
    Index::new(vec![first, second], |_, _| false)
}

fn best(index: &Index, question: &str) -> String {
    let found = index.search(&EMBEDDER, question, &SearchOptions::default());
    found
        .hits
        .first()
        .map(|hit| hit.document_id.clone())
        .unwrap_or_default()
}

#[test]
fn questions_find_the_passage_that_answers() {
    let index = index();
    assert_eq!(index.len(), 5);
    assert_eq!(best(&index, "How do I get my money back?"), "refunds");
    assert_eq!(best(&index, "when will my package arrive"), "shipping");
    assert_eq!(best(&index, "I forgot my password"), "password");
}

#[test]
fn what_all_passages_are_about_decides_nothing() {
    let entries = [
        "You can pay for your order by card, by invoice or by bank transfer.",
        "An order that was paid by card is paid back to the same card.",
        "Your order leaves our warehouse on the day on which it was paid.",
        "You can change the address of your order until it leaves our warehouse.",
        "An order can be cancelled for free until it is packed.",
        "We send the invoice for your order by email.",
        "If your order is broken, send us a photo of it.",
        "An order above 50 euros is sent for free.",
        "Your order can be collected from our shop, too.",
    ];
    let documents: Vec<_> = entries.iter().map(|text| (*text, "", *text)).collect();
    let index = Index::new(vec![segment(&documents)], |_, _| false);
    assert_eq!(best(&index, "My order goes to the wrong street"), entries[3]);
}

#[test]
fn typing_errors_codes_and_other_languages_are_understood() {
    let index = index();
    assert_eq!(best(&index, "pasword forgoten"), "password");
    assert_eq!(best(&index, "what is E1042"), "shipping");
    assert_eq!(best(&index, "Wie kann ich den Vertrag kündigen?"), "kuendigung");
    assert_eq!(best(&index, "vertrage kundigen"), "kuendigung");
    assert_eq!(best(&index, "東京の店舗は何時まで営業していますか"), "tokyo");
}

#[test]
fn hits_carry_what_is_known_of_them() {
    let found = index().search(&EMBEDDER, "reset a forgotten password", &SearchOptions::default());
    let hit = &found.hits[0];
    assert_eq!(hit.title, "Passwords");
    assert_eq!(hit.heading_path, ["Passwords"]);
    assert_eq!(hit.language.as_deref(), Some("en"));
    assert!(hit.text.starts_with("To reset a forgotten password"));
    assert_eq!(hit.score, found.confidence);
    assert!(found.hits.is_sorted_by(|a, b| a.score >= b.score));
    assert!(found.hits.iter().all(|hit| (0.0..=1.0).contains(&hit.score)));
}

#[test]
fn only_the_asked_collections_are_searched() {
    let index = index();
    let collections = ["account".to_owned(), "de".to_owned()];
    let options = SearchOptions {
        collections: Some(&collections),
        limit: 10,
        context: &[],
        query_embeddings: &[],
    };
    let found = index.search(&EMBEDDER, "refund money back warehouse parcels", &options);
    assert_eq!(found.hits.len(), 2);
    assert!(
        found
            .hits
            .iter()
            .all(|hit| hit.document_id == "password" || hit.document_id == "kuendigung")
    );
    let none = index.search(
        &EMBEDDER,
        "refund",
        &SearchOptions {
            collections: Some(&[]),
            limit: 10,
            context: &[],
            query_embeddings: &[],
        },
    );
    assert!(none.hits.is_empty());
    assert!(
        none.confidence < 0.1,
        "nothing is known of nothing: {}",
        none.confidence
    );
}

#[test]
fn a_deleted_document_is_not_found_and_its_new_version_is() {
    let old = segment(&[("refunds", "shop", REFUNDS), ("shipping", "shop", SHIPPING)]);
    let new = segment(&[(
        "refunds",
        "shop",
        "Refunds\n===\n\nRefunds are paid within 90 days from now on.",
    )]);
    let index = Index::new(vec![old, new], |id, segment| id == "refunds" && segment == 0);
    assert_eq!(index.len(), 2);
    let found = index.search(&EMBEDDER, "refunds within how many days", &SearchOptions::default());
    assert_eq!(found.hits[0].document_id, "refunds");
    assert!(found.hits[0].text.contains("90 days"));
    assert!(found.hits.iter().all(|hit| !hit.text.contains("14 days")));
}

#[test]
fn the_limit_is_kept_and_odd_questions_are_taken() {
    let index = index();
    let found = index.search(
        &EMBEDDER,
        "days",
        &SearchOptions {
            collections: None,
            limit: 2,
            context: &[],
            query_embeddings: &[],
        },
    );
    assert_eq!(found.hits.len(), 2);
    let long = "refund ".repeat(5000) + &(0..200).map(|n| format!("word{n} ")).collect::<String>();
    for question in [
        "",
        "   ",
        "???",
        "the",
        "\u{0}\u{301}",
        long.as_str(),
        "🙂",
        "a b c d e f",
    ] {
        let found = index.search(&EMBEDDER, question, &SearchOptions::default());
        assert!(found.confidence.is_finite());
        assert!(found.hits.iter().all(|hit| hit.score.is_finite()));
    }
}

#[test]
fn an_index_of_nothing_finds_nothing() {
    let index = Index::new(Vec::new(), |_, _| false);
    let found = index.search(&EMBEDDER, "refund", &SearchOptions::default());
    assert!(index.is_empty() && found.hits.is_empty());
    assert!(found.confidence < 0.1);
}

#[test]
fn segments_together_rank_as_one_segment() {
    let together = Index::new(
        vec![segment(&[
            ("refunds", "shop", REFUNDS),
            ("shipping", "shop", SHIPPING),
            ("password", "account", PASSWORD),
            ("kuendigung", "de", KUENDIGUNG),
            ("tokyo", "ja", TOKYO),
        ])],
        |_, _| false,
    );
    for question in ["money back", "reset password", "parcels arrive", "Monatsende"] {
        let (a, b) = (
            index().search(&EMBEDDER, question, &SearchOptions::default()),
            together.search(&EMBEDDER, question, &SearchOptions::default()),
        );
        let ids = |found: &Retrieval| found.hits.iter().map(|hit| hit.document_id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&a), ids(&b));
        assert!((a.confidence - b.confidence).abs() < 1e-4);
    }
}

#[test]
fn features_tell_what_the_best_sentence_lacks() {
    let feature = |question: &str, wanted: &str| {
        let found = index().search(&EMBEDDER, question, &SearchOptions::default());
        let feature = found.features.iter().find(|(name, _)| *name == wanted);
        feature.map(|(_, value)| *value).unwrap()
    };
    assert_eq!(
        feature("Who pays my money back for the returned item?", "kind_unsaid"),
        1.0
    );
    let asks_days = "Within how many days do you pay money back?";
    assert_eq!(feature(asks_days, "kind_unsaid"), 0.0, "the sentence names 14 days");
    assert_eq!(
        feature("Do you pay my money back?", "kind_unsaid"),
        0.0,
        "no kind is asked for"
    );
    let asks_morning = "Who leaves the warehouse every Morning?";
    assert_eq!(
        feature(asks_morning, "kind_unsaid"),
        1.0,
        "what it says itself is no answer"
    );
    assert_eq!(feature("Do parcels arrive in the evening?", "opposite"), 1.0);
    assert_eq!(
        feature("Do parcels arrive in the morning or in the evening?", "opposite"),
        0.0
    );
    assert_eq!(feature("Which parcels do not leave the warehouse?", "negation"), 1.0);
    assert_eq!(feature("Why did my parcel not leave the warehouse?", "negation"), 0.0);
    assert_eq!(feature("What does error E-1042 mean?", "names_unsaid"), 0.0);
    assert!(feature("What does error E-2077 mean?", "names_unsaid") > 0.0);
    assert!(feature("Do parcels to Springfield leave every morning?", "names_unsaid") > 0.0);
    assert_eq!(feature("do parcels leave every morning?", "names_unsaid"), 0.0);
}

#[test]
fn a_follow_up_is_as_sure_as_what_it_leans_on() {
    let before = [Turn {
        is_visitor: true,
        text: "When do I get my money back for a returned item?",
    }];
    let sure = |question: &str, before: &[Turn<'_>]| {
        let alone = contextualize(question, before);
        let options = SearchOptions {
            context: &alone.context,
            ..SearchOptions::default()
        };
        index().search(&EMBEDDER, &alone.question, &options).confidence
    };
    assert!(sure("how long?", &before) > 0.6 && sure("how long?", &[]) < 0.6);
    let unrelated = "How do astronauts sleep on the moon?";
    assert!(sure(unrelated, &before) < 0.6 && sure(unrelated, &[]) < 0.6);
}

#[test]
fn terms_find_passages_anywhere_among_thousands() {
    let mut texts = vec!["Parcels leave our warehouse every morning."; 5_000];
    texts[0] = "The code is E-1042.";
    texts[2_500] = "The code is E-2077.";
    texts[4_999] = "The code is E-3111.";
    let passages: Vec<Passage> = (0..)
        .zip(texts)
        .map(|(index, text)| Passage {
            index,
            text: text.to_owned(),
            ..Passage::default()
        })
        .collect();
    let mut builder = SegmentBuilder::new(&EMBEDDER);
    builder.add(&DocumentInput {
        document_id: "codes",
        collection_id: "shop",
        title: "",
        url: None,
        language: Some("en"),
        passages: &passages,
    });
    let segment = Arc::new(Segment::decode(builder.finish().unwrap()).unwrap());
    let index = Index::new(vec![Arc::clone(&segment), segment], |_, number| number == 0);
    for (asked, passage) in [("E-1042", 0), ("E-2077", 2_500), ("E-3111", 4_999)] {
        let found = index.search(&EMBEDDER, asked, &SearchOptions::default());
        assert_eq!(found.hits[0].passage_index, passage);
    }
}

#[test]
fn as_many_hits_are_returned_as_are_asked_for() {
    let documents: Vec<String> = (0..40)
        .map(|number| format!("Parcel {number} is in the warehouse."))
        .collect();
    let documents: Vec<_> = documents
        .iter()
        .map(|text| (text.as_str(), "shop", text.as_str()))
        .collect();
    let index = Index::new(vec![segment(&documents)], |_, _| false);
    for limit in [0, 1, 8, 30, 40] {
        let options = SearchOptions {
            limit,
            ..SearchOptions::default()
        };
        let found = index.search(&EMBEDDER, "where is my parcel", &options);
        assert_eq!(found.hits.len(), limit);
        assert!(found.hits.is_sorted_by(|a, b| a.score >= b.score));
        assert!(found.confidence > 0.0);
    }
}
