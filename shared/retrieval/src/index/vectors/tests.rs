//! The vector indexes against each other, and graphs that lie.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::LazyLock;

use super::*;
use crate::embed::Embedder;
use crate::passage::Passage;
use crate::segment::{DocumentInput, FormatError, SegmentBuilder};
use crate::{Index, SearchOptions};

static EMBEDDER: LazyLock<Embedder> = LazyLock::new(|| {
    let table: &[u8] = include_bytes!("../../../model/static-30k-256-int8.safetensors");
    Embedder::from_shared(Arc::from(table), include_bytes!("../../../model/tokenizer.json")).unwrap()
});

const SUBJECTS: [&str; 12] = [
    "refund",
    "parcel",
    "password",
    "invoice",
    "battery",
    "warranty",
    "keyboard",
    "subscription",
    "holiday",
    "voucher",
    "garden",
    "engine",
];
const VERBS: [&str; 10] = [
    "arrives", "expires", "breaks", "renews", "waits", "grows", "returns", "costs", "starts", "ends",
];
const PLACES: [&str; 9] = [
    "in Paris",
    "at night",
    "on Monday",
    "by mail",
    "in the office",
    "abroad",
    "during winter",
    "for students",
    "at home",
];

/// As many passages as there are combinations of the words: 1,080.
fn segment() -> Arc<Segment> {
    let mut passages = Vec::new();
    for (at, place) in PLACES.iter().enumerate() {
        for subject in SUBJECTS {
            for verb in VERBS {
                passages.push(Passage {
                    index: passages.len() as u32,
                    text: format!(
                        "The {subject} {verb} {place}, says part {at} of the {} guide.",
                        SUBJECTS[at]
                    ),
                    ..Passage::default()
                });
            }
        }
    }
    let mut builder = SegmentBuilder::new(&EMBEDDER);
    builder.add(&DocumentInput {
        document_id: "d",
        collection_id: "c",
        title: "Guides",
        url: None,
        language: Some("en"),
        passages: &passages,
    });
    Arc::new(Segment::decode(builder.finish().unwrap()).unwrap())
}

fn linked(segment: &Arc<Segment>, most: usize) -> Arc<Segment> {
    let mut linked = Arc::clone(segment);
    while let Some(bytes) = extend_hnsw(&linked, most).unwrap() {
        linked = Arc::new(Segment::decode(bytes).unwrap());
    }
    linked
}

fn queries() -> Vec<Query> {
    let asked = SUBJECTS.iter().zip(VERBS.iter().zip(PLACES).cycle());
    asked
        .map(|(subject, (verb, place))| {
            EMBEDDER
                .embed(&format!("when is it that a {subject} {verb} {place}"))
                .query()
        })
        .collect()
}

fn recall(index: &dyn VectorIndex, truth: &dyn VectorIndex) -> f64 {
    let (mut hit, mut all) = (0, 0);
    for query in queries() {
        let found = index.nearest(&query, 10, None);
        for (cosine, _) in truth.nearest(&query, 10, None) {
            // Of equally near ones, any will do.
            all += 1;
            hit += usize::from(found.last().is_some_and(|(least, _)| *least <= cosine + 1e-6));
            assert!(found.len() == 10 && found.is_sorted_by(|a, b| a.0 >= b.0));
        }
    }
    f64::from(hit as u32) / f64::from(all)
}

#[test]
fn binary_codes_and_graphs_find_what_the_scan_finds() {
    let plain = segment();
    let scan = FlatIndex::new(Arc::clone(&plain), false);
    let truth = |query: &Query| scan.nearest(query, 10, None);
    let binary = FlatIndex::new(Arc::clone(&plain), true);
    let graph = HnswIndex::read(&linked(&plain, usize::MAX)).unwrap();
    let parts = HnswIndex::read(&linked(&plain, 400)).unwrap();
    for index in [&binary as &dyn VectorIndex, &graph, &parts] {
        assert!(recall(index, &scan) >= 0.9);
        let mut same = 0;
        for query in queries() {
            let found = index.nearest(&query, 10, None);
            same += truth(&query).iter().filter(|best| found.contains(best)).count();
        }
        assert!(same >= 108, "{same} of 120 are the scan's");
    }
}

#[test]
fn hidden_passages_are_not_found() {
    let plain = segment();
    let admits = |passage: usize| passage % 7 == 3;
    for with_binary_codes in [false, true] {
        let found = FlatIndex::new(Arc::clone(&plain), with_binary_codes).nearest(&queries()[0], 50, Some(&admits));
        assert_eq!(found.len(), 50);
        assert!(found.iter().all(|(_, passage)| admits(*passage as usize)));
    }
}

#[test]
fn a_segment_is_linked_part_by_part_and_keeps_its_contents() {
    let plain = segment();
    let first = Segment::decode(extend_hnsw(&plain, 500).unwrap().unwrap()).unwrap();
    assert_eq!((plain.linked(), first.linked(), first.len()), (0, 500, 1080));
    assert!(
        HnswIndex::read(&Arc::new(first)).is_none(),
        "a graph over half of the passages is of no use"
    );
    let whole = linked(&plain, 500);
    assert_eq!(whole.linked(), 1080);
    assert_eq!(whole.passage_text(1079), plain.passage_text(1079));
    assert!(extend_hnsw(&whole, 500).unwrap().is_none());
    let merged = crate::merge(&[&whole], |_, _| true).unwrap();
    assert_eq!(
        Segment::decode(merged).unwrap().linked(),
        0,
        "other passages would have other neighbors"
    );
}

#[test]
fn the_policy_decides_and_the_answers_stay() {
    let linked = linked(&segment(), 600);
    let by_graph = Policy {
        hnsw_from: 1_000,
        ..Policy::default()
    };
    assert!(by_graph.prepare(&linked, 1080).graph.is_some());
    assert!(
        Policy::default().prepare(&linked, 1080).graph.is_none(),
        "it does not pay by default"
    );
    let memory = |passages| Policy::default().prepare(&linked, passages).memory_bytes();
    assert_eq!(
        (memory(39_999), memory(40_000)),
        (0, 1080_usize.next_multiple_of(16) * 32),
        "binary codes pay in a large index, whatever the segment"
    );
    let ask = |policy| {
        let index = Index::with_policy(vec![Arc::clone(&linked)], |_, _| false, policy);
        let found = index.search(
            &EMBEDDER,
            "when does the voucher expire abroad",
            &SearchOptions::default(),
        );
        found.hits[0].text.clone()
    };
    assert!(ask(Policy::FLAT).contains("voucher expires abroad"));
    assert_eq!(ask(by_graph), ask(Policy::FLAT));
    let by_binary_codes = Policy {
        binary_from: 0,
        ..Policy::FLAT
    };
    assert_eq!(ask(by_binary_codes), ask(Policy::FLAT));
}

#[test]
fn damaged_graphs_are_refused() {
    let linked = linked(&segment(), 600);
    let mut file = linked.bytes().to_vec();
    let length = file.len();
    for at in (length - 30_000..length).step_by(997) {
        file[at] ^= 0x40;
        assert!(Segment::decode(file.as_slice()).is_err(), "byte {at}");
        file[at] ^= 0x40;
    }
    for cut in [1, 100, 10_000] {
        assert_eq!(Segment::decode(&file[..length - cut]).err(), Some(FormatError::Length));
    }
}

/// Links that lie under right checksums must not lead out of the graph.
#[test]
fn graphs_that_lie_under_right_checksums_do_no_harm() {
    let plain = segment();
    let honest = linked(&plain, 2_000);
    let part = honest.graph_parts().next().unwrap().to_vec();
    let query = &queries()[0];
    let mut refused = 0;
    for at in (0..part.len()).step_by(part.len() / 300) {
        for lie in [0x00, 0x7F, 0xFF] {
            let mut part = part.clone();
            part[at] = lie;
            match Segment::decode(plain.with_graph_part(&part).unwrap()) {
                Ok(lying) => {
                    let graph = HnswIndex::read(&Arc::new(lying));
                    assert!(graph.is_none_or(|graph| graph.nearest(query, 10, None).len() <= 10));
                }
                Err(why) => {
                    assert!(matches!(why, FormatError::Malformed(_)), "{why}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 100, "only {refused} lies were noticed");
}
