//! Comments: they say who is meant, and what they refer to is in the repository.
use crate::tidy::{files, files_beside, none};
use std::collections::{BTreeMap, BTreeSet};

/// Words that leave open who is meant: a visitor, a member, another request, a worker or a client.
const VAGUE: [&str; 3] = ["whoever", "somebody", "nobody"];

/// Where the documentation lies, as comments spell it.
const DOCS: &str = "public/docs/";

/// Returns every comment of the code and every head of a function, with where it stands.
fn comments() -> Vec<(String, String)> {
    let folders = ["shared", "edge", "widget", "dashboard", "tests", "xtask"];
    let files = folders.iter().flat_map(|it| files(it, &[".rs", ".mjs"]));
    let comments_of = |(path, text): (String, String)| {
        let lines = text.lines().enumerate();
        let said = lines.filter(|it| it.1.trim_start().starts_with("//") || it.1.contains("fn "));
        let placed = said.map(|it| (format!("{path}:{}", it.0 + 1), it.1.trim().to_owned()));
        placed.collect::<Vec<_>>()
    };
    files.flat_map(comments_of).collect()
}

fn is_vague(comment: &str) -> bool {
    // Of a function its name alone: its body may have texts for people.
    let name = comment
        .split_once("fn ")
        .map(|it| it.1.split('(').next().unwrap_or_default());
    let lower = name
        .filter(|_| !comment.starts_with("//"))
        .unwrap_or(comment)
        .to_lowercase();
    let mut words = lower.split(|it: char| !it.is_alphanumeric());
    words.any(|it| VAGUE.contains(&it))
}

/// Tells whether a comment names a document by a number that only its authors know.
fn has_a_number_for_a_document(comment: &str) -> bool {
    let lower = comment.to_lowercase();
    ["seed 0", "seeds 0"].iter().any(|it| lower.contains(it))
}

#[test]
fn comments_say_who_is_meant() {
    let found = comments();
    assert!(found.len() > 5_000, "comments are not found any more: {}", found.len());
    let faults = found.into_iter().filter(|it| is_vague(&it.1));
    none(
        faults.map(|it| format!("{} {}", it.0, it.1)).collect(),
        "name the visitor, member, caller, worker or client that is meant",
    );
}

#[test]
fn comments_refer_to_documents_that_are_there() {
    let found = comments().into_iter();
    let faults = found.filter(|it| has_a_number_for_a_document(&it.1));
    none(
        faults.map(|it| format!("{} {}", it.0, it.1)).collect(),
        "refer to a section of public/docs",
    );
}

#[test]
fn a_vague_comment_and_a_number_are_found() {
    // Put together here, so that this file does not accuse itself.
    let head = ["async f", "n nobody_asks() {"].concat();
    for wrong in ["// Nobody's page.", "/// For whoever asks.", "//! Somebody", &head] {
        assert!(is_vague(wrong), "{wrong}");
    }
    assert!(!is_vague("// No body is read."));
    assert!(!is_vague("fn asks() { \"nobody\" }"));
    assert!(has_a_number_for_a_document(&["/// As Se", "ed 004 says."].concat()));
    assert!(!has_a_number_for_a_document("// The seed of a request."));
}

/// Returns the anchor that the build gives a heading: its letters and digits, in lower case, joined by hyphens.
fn anchor(heading: &str) -> String {
    let lower = heading.to_lowercase();
    let words = lower
        .split(|it: char| !it.is_alphanumeric())
        .filter(|it| !it.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// Returns the pages of the documentation with their anchors.
fn pages() -> BTreeMap<String, BTreeSet<String>> {
    let page = |(name, text): (String, String)| {
        let mut is_code = false;
        let mut anchors = BTreeSet::new();
        for line in text.lines() {
            is_code ^= line.starts_with("```");
            if !is_code && line.starts_with('#') {
                anchors.insert(anchor(line));
            }
        }
        (name, anchors)
    };
    files_beside("public/docs", &[".md"]).into_iter().map(page).collect()
}

/// Returns the pages that a text refers to after a prefix, each with its anchor, if it names one.
fn references<'a>(text: &'a str, prefix: &str) -> Vec<(&'a str, Option<&'a str>)> {
    let is_part = |it: char| it.is_ascii_alphanumeric() || it == '-';
    let found = text.split(prefix).skip(1).filter_map(|rest| {
        let end = rest.find(|it: char| !is_part(it))?;
        let after = rest[end..].strip_prefix(".md")?;
        let anchor = after.strip_prefix('#');
        let anchor = anchor.map(|it| it.split(|c: char| !is_part(c)).next().unwrap_or_default());
        Some((&rest[..end + ".md".len()], anchor))
    });
    found.collect()
}

/// Tells whether a page is there, and its section.
fn is_there(pages: &BTreeMap<String, BTreeSet<String>>, (page, anchor): (&str, Option<&str>)) -> bool {
    let anchors = pages.get(page);
    anchors.is_some_and(|all| anchor.is_none_or(|it| all.contains(it)))
}

#[test]
fn sections_that_comments_and_pages_name_are_there() {
    let pages = pages();
    let mut faults = vec![];
    let mut count = 0;
    let texts = comments().into_iter().map(|it| (it.0, it.1, DOCS));
    let links = files_beside("public/docs", &[".md"]);
    let links = links.into_iter().map(|it| (it.0, it.1, "]("));
    for (path, text, prefix) in texts.chain(links) {
        for reference in references(&text, prefix) {
            count += 1;
            if !is_there(&pages, reference) {
                faults.push(format!("{path}: {reference:?}"));
            }
        }
    }
    none(faults, "no such page or section of public/docs");
    assert!(count > 100, "references are not found any more: {count}");
}

#[test]
fn a_section_that_is_missing_is_found() {
    let pages = BTreeMap::from([("a.md".to_owned(), BTreeSet::from([anchor("## What is `it`?")]))]);
    let found = references(
        "see (`docs/a.md#what-is-it`), docs/a.md, docs/b.md and docs/a.md#else.",
        "docs/",
    );
    let all = [
        ("a.md", Some("what-is-it")),
        ("a.md", None),
        ("b.md", None),
        ("a.md", Some("else")),
    ];
    assert_eq!(found, all);
    let there: Vec<bool> = found.into_iter().map(|it| is_there(&pages, it)).collect();
    assert_eq!(there, [true, true, false, false]);
}
