//! Blocks to passages.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::parse::plain;

fn cut(text: &str) -> Vec<Passage> {
    passages(&plain(text))
}

/// Returns the passages of a document of one block.
fn passages_of(kind: BlockKind, text: String) -> Vec<Passage> {
    let block = Block {
        heading_path: Vec::new(),
        kind,
        text,
    };
    passages(&Parsed {
        title: None,
        blocks: vec![block],
    })
}

fn sentence(n: usize) -> String {
    format!("Sentence number {n} says something of about ten words here.")
}

#[test]
fn every_section_is_a_passage_of_its_own() {
    let found = cut("Top.\n\nA\n===\n\nOne.\n\nTwo.\n\nB\n---\n\nThree.\n\nC\n---\n");
    let texts: Vec<_> = found
        .iter()
        .map(|passage| (passage.index, passage.heading_path.join("/"), passage.text.as_str()))
        .collect();
    assert_eq!(
        texts,
        [
            (0, String::new(), "Top."),
            (1, "A".to_owned(), "One.\nTwo."),
            (2, "A/B".to_owned(), "Three.")
        ]
    );
}

#[test]
fn long_text_is_cut_at_sentence_ends_with_overlap() {
    let text: Vec<String> = (0..60).map(sentence).collect();
    let found = cut(&text.join(" "));
    assert!(found.len() >= 3);
    for pair in found.windows(2) {
        let words = count_words(&pair[0].text);
        assert!((120..=PASSAGE_TARGET_WORDS).contains(&words), "{words} words");
        let last = pair[0].text.split(". ").last().unwrap();
        assert!(pair[1].text.contains(last.trim_end_matches('.')), "the end is repeated");
        assert!(pair[1].text.starts_with("Sentence"), "starts with a sentence");
    }
    for sentence in &text {
        assert!(
            found.iter().any(|passage| passage.text.contains(sentence)),
            "{sentence} is kept"
        );
    }
}

#[test]
fn lists_tables_and_code_are_kept_whole() {
    let list: String = (0..20).map(|n| format!("- {}\n", sentence(n))).collect();
    let found = cut(&format!(
        "{}\n\n{list}\n",
        (0..8).map(sentence).collect::<Vec<_>>().join(" ")
    ));
    assert!(
        found
            .iter()
            .any(|passage| (0..20).all(|n| passage.text.contains(&format!("- {}", sentence(n)))))
    );
}

#[test]
fn a_huge_table_repeats_its_header_and_huge_code_its_fences() {
    let rows: String = (0..200).map(|n| format!("| row {n} | value of the row |\n")).collect();
    let found = passages_of(BlockKind::Table, format!("| Name | Value |\n{rows}"));
    assert!(found.len() > 1);
    assert!(
        found
            .iter()
            .all(|passage| passage.text.starts_with("| Name | Value |\n"))
    );
    let lines: String = (0..300).map(|n| format!("let a{n} = {n};\n")).collect();
    let found = passages_of(BlockKind::Code, format!("```rust\n{lines}```"));
    assert!(found.len() > 1);
    assert!(
        found
            .iter()
            .all(|passage| passage.text.starts_with("```rust\n") && passage.text.ends_with("\n```"))
    );
}

#[test]
fn a_table_that_only_lays_a_page_out_is_read_as_text() {
    let sentences: Vec<String> = (0..60).map(sentence).collect();
    let text = sentences.join(" ");
    for rows in [
        format!("| {text} |"),
        format!("| Logo | Menu |\n| Aside | {text} |"),
        format!("| {text} | Aside |\n| Imprint |"),
    ] {
        let found = passages_of(BlockKind::Table, rows);
        for sentence in &sentences {
            assert!(found.iter().any(|it| it.text.contains(sentence)), "{sentence} is kept");
        }
        assert!(
            found.iter().all(|it| count_words(&it.text) <= PASSAGE_MAX_WHOLE_WORDS),
            "{found:?}"
        );
    }
}

#[test]
fn text_without_sentences_or_spaces_is_cut_all_the_same() {
    for text in [
        "word ".repeat(3000),
        "x".repeat(50_000),
        "東".repeat(5000),
        "- a, b; ".repeat(2000),
    ] {
        let found = cut(&text);
        assert!(found.len() > 1);
        assert!(
            found
                .iter()
                .all(|passage| count_words(&passage.text) <= 2 * PASSAGE_MAX_WHOLE_WORDS && passage.text.len() < 8000)
        );
    }
}

#[test]
fn nothing_gives_no_passages() {
    assert!(cut("").is_empty());
    assert!(cut("Only a heading\n===\n").is_empty());
}

#[test]
fn tokens_count_words_marks_and_ideographs() {
    assert_eq!(count_tokens("Pay 5 EUR, now."), 6);
    assert_eq!(count_tokens("東京へ"), 3);
}
