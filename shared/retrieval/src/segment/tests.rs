//! Segments there and back: contents, damage, merging.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::{Arc, LazyLock};

use super::*;
use crate::embed::Embedder;
use crate::parse::{Block, BlockKind, Parsed, plain};
use crate::passage::passages;

static EMBEDDER: LazyLock<Embedder> = LazyLock::new(|| {
    let table: &[u8] = include_bytes!("../../model/static-30k-256-int8.safetensors");
    Embedder::from_shared(Arc::from(table), include_bytes!("../../model/tokenizer.json")).unwrap()
});

const BILLING: &str = "Billing\n===\n\nInvoices are sent on the 1st.  Don't worry — we e-mail you.\n\nRefunds\n---\n\n\
    - Within 14 days: full refund (100 %).\n- Later: none.\n\n```sh\ncurl https://api.example/v1/refunds\n```\n";
const LOGIN: &str = "Anmeldung\n===\n\nDas Passwort lässt sich auf der Seite „Konto“ ändern. Es gilt sofort.\n\n東京の店舗は休みです。\n";

/// Reads a text whose last part may be code between fences.
fn parsed(text: &str) -> Parsed {
    let (prose, code) = text.split_once("```").unwrap_or((text, ""));
    let mut parsed = plain(prose);
    if !code.is_empty() {
        parsed.blocks.push(Block {
            heading_path: parsed.blocks.last().unwrap().heading_path.clone(),
            kind: BlockKind::Code,
            text: format!("```{}", code.trim_end()),
        });
    }
    parsed
}

fn add(builder: &mut SegmentBuilder<'_>, id: &str, collection: &str, text: &str) {
    let parsed = parsed(text);
    builder.add(&DocumentInput {
        document_id: id,
        collection_id: collection,
        title: parsed.title.as_deref().unwrap_or_default(),
        url: Some("https://example.com/help"),
        language: None,
        passages: &passages(&parsed),
    });
}

fn build(documents: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut builder = SegmentBuilder::new(&EMBEDDER);
    for (id, collection, text) in documents {
        add(&mut builder, id, collection, text);
    }
    builder.finish().unwrap()
}

fn sample() -> Vec<u8> {
    build(&[("a", "help", BILLING), ("b", "hilfe", LOGIN)])
}

#[test]
fn a_segment_gives_back_what_was_put_in() {
    let segment = Segment::decode(sample()).unwrap();
    let expected: Vec<_> = [BILLING, LOGIN]
        .iter()
        .flat_map(|text| passages(&parsed(text)))
        .collect();
    assert_eq!(segment.document_ids().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(segment.len(), expected.len());
    assert_eq!(segment.model(), EMBEDDER.fingerprint());
    for (number, passage) in expected.iter().enumerate() {
        let record = segment.passage(number);
        assert_eq!(segment.passage_text(number), passage.text);
        assert_eq!(segment.heading_path(record.heading), passage.heading_path);
        assert_eq!((record.index, record.tokens), (passage.index, passage.tokens));
    }
    assert_eq!(segment.document_text(1, 1), "hilfe");
    assert_eq!(segment.document_text(1, 4), "de", "the language is guessed");
}

#[test]
fn texts_with_odd_spaces_and_signs_come_back_byte_for_byte() {
    let texts = [
        " leading",
        "trailing ",
        "two  spaces",
        "tab\tand\nline",
        "…",
        "a",
        "",
        "x\u{301}y 東京。次",
        "a\u{a0}b 100€!",
    ];
    let passage_list: Vec<Passage> = texts
        .iter()
        .map(|text| Passage {
            text: (*text).to_owned(),
            heading_path: vec![(*text).to_owned()],
            ..Passage::default()
        })
        .collect();
    let mut builder = SegmentBuilder::new(&EMBEDDER);
    let document = DocumentInput {
        document_id: "d",
        collection_id: "",
        title: "",
        url: None,
        language: Some("en"),
        passages: &passage_list,
    };
    builder.add(&document);
    let segment = Segment::decode(builder.finish().unwrap()).unwrap();
    for (number, text) in texts.iter().enumerate() {
        assert_eq!(segment.passage_text(number), *text);
        assert_eq!(segment.heading_path(segment.passage(number).heading), [*text]);
    }
}

#[test]
fn an_empty_segment_is_fine() {
    let segment = Segment::decode(build(&[])).unwrap();
    assert!(segment.is_empty());
    assert_eq!(segment.document_ids().count(), 0);
}

#[test]
fn every_cut_is_an_error() {
    let bytes = sample();
    for length in 0..bytes.len() {
        assert!(Segment::decode(&bytes[..length]).is_err(), "cut at {length}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(Segment::decode(longer).err(), Some(FormatError::Length));
}

#[test]
fn every_flipped_byte_is_an_error() {
    let mut bytes = sample();
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xFF] {
            bytes[at] ^= flip;
            assert!(Segment::decode(&bytes[..]).is_err(), "byte {at} flipped by {flip:#x}");
            bytes[at] ^= flip;
        }
    }
    assert!(Segment::decode(bytes).is_ok());
}

#[test]
fn another_version_is_named() {
    let mut bytes = sample();
    bytes[8] = 99;
    assert_eq!(Segment::decode(bytes).err(), Some(FormatError::Version(99)));
    assert_eq!(Segment::decode(vec![0; 200]).err(), Some(FormatError::Magic));
}

/// Contents that lie under right checksums: an error when it is read, or wrong results, but no panic and no huge
/// memory.
#[test]
fn lies_with_right_checksums_do_no_harm() {
    let bytes = sample();
    let sections = layout_of(&bytes);
    for (entry, (start, end)) in sections.iter().enumerate() {
        let stride = ((end - start) / 300).max(1);
        for at in (*start..*end).step_by(stride) {
            let mut lying = bytes.clone();
            lying[at] = 0xFF;
            let crc = crc32fast::hash(&lying[*start..*end]);
            lying[12 + entry * 8 + 4..][..4].copy_from_slice(&crc.to_le_bytes());
            let header = 12 + sections.len() * 8;
            let crc = crc32fast::hash(&lying[..header]);
            lying[header..][..4].copy_from_slice(&crc.to_le_bytes());
            if let Ok(segment) = Segment::decode(lying) {
                let index = crate::Index::new(vec![Arc::new(segment)], |_, _| false);
                index.search(
                    &EMBEDDER,
                    "refund of invoices, Passwort, refnd",
                    &crate::SearchOptions::default(),
                );
            }
        }
    }
}

fn layout_of(bytes: &[u8]) -> Vec<(usize, usize)> {
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let mut start = 12 + 13 * 8 + 4;
    let place = |entry: usize| {
        let end = start + number(12 + entry * 8);
        let place = (start, end);
        start = end;
        place
    };
    (0..13).map(place).collect()
}

#[test]
fn merging_is_the_same_as_building_anew() {
    let (first, second) = (
        build(&[("a", "help", BILLING), ("old", "help", LOGIN)]),
        build(&[("b", "hilfe", LOGIN)]),
    );
    let (first, second) = (Segment::decode(first).unwrap(), Segment::decode(second).unwrap());
    let merged = merge(&[&first, &second], |id, _| id != "old").unwrap();
    assert_eq!(merged, sample());
    let of_second = merge(&[&first, &second], |_, segment| segment == 1).unwrap();
    assert_eq!(of_second, build(&[("b", "hilfe", LOGIN)]));
    assert_eq!(
        merge(&[], |_, _| true).map(|bytes| Segment::decode(bytes).unwrap().len()),
        Ok(0)
    );
}

#[test]
fn a_segment_takes_less_memory_than_vector_and_text() {
    let paragraph =
        "Customers may return an unused item within thirty days of delivery and receive a full refund. ".repeat(12);
    let text = (0..60)
        .map(|n| format!("Part {n}\n---\n\n{paragraph}\n\n"))
        .collect::<String>();
    let segment = Segment::decode(build(&[("a", "help", &text)])).unwrap();
    let plain = segment.len() * 256 + text.len();
    assert!(
        segment.memory_bytes() < plain,
        "{} against {plain}",
        segment.memory_bytes()
    );
}
