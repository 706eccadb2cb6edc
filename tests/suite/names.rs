//! Names: a constant says what it bounds, since a word that fits everything cannot be searched for; a type or a
//! function has the word of its field; a closure names its value; and a test says in a line what the product does.
use crate::tidy::{files, none};

/// Returns all code, without this file, which has wrong names as samples.
fn code() -> impl Iterator<Item = (String, String)> {
    let folders = ["shared", "edge", "widget", "dashboard", "tests", "xtask"];
    let files = folders.into_iter().flat_map(|it| files(it, &[".rs"]));
    files.filter(|it| it.0 != "tests/suite/names.rs")
}

/// Bare words, each of which once named a dozen things with as many units.
const TOO_SHORT: [&str; 9] = [
    "PATIENCE", "MOST", "DEEPEST", "PAUSE", "LONGEST", "AT_ONCE", "LARGEST", "KEPT", "TIMEOUT",
];

/// Returns the bare word that a line makes a constant of.
fn bare_name(line: &str) -> Option<&'static str> {
    let declared = ["const ", "static "]
        .iter()
        .find_map(|it| Some(line.split_once(it)?.1))?;
    let name = declared.trim_start_matches("mut ").split(':').next()?.trim();
    TOO_SHORT.into_iter().find(|it| *it == name)
}

#[test]
fn constants_are_qualified() {
    let faults: Vec<_> = code()
        .flat_map(|(path, text)| {
            let names: Vec<_> = text.lines().filter_map(bare_name).collect();
            names.into_iter().map(move |it| format!("{path}: {it}"))
        })
        .collect();
    assert!(faults.is_empty(), "say of what:\n{}", faults.join("\n"));
}

#[test]
fn a_bare_name_is_found() {
    for wrong in [
        "const PATIENCE: u32 = 15;",
        "    pub(crate) const MOST: usize = 3;",
        "static KEPT: u8 = 1;",
    ] {
        assert!(bare_name(wrong).is_some(), "{wrong}");
    }
    for right in [
        "const WEBHOOK_TIMEOUT: Duration = x;",
        "let most = MOST_FAILURES;",
        "const MOST_FAILURES: u32 = 3;",
    ] {
        assert_eq!(bare_name(right), None, "{right}");
    }
}

/// How many letters the name of a test has at most.
const TEST_NAME_LETTERS: usize = 60;

/// Returns the names of functions that are longer than a test's may be, with an attribute of a test right before them.
fn long_test_names(text: &str) -> Vec<String> {
    let mut found = vec![];
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some((_, name)) = line.split_once("fn ").filter(|_| is_test) {
            let name = name.split('(').next().unwrap_or_default();
            found.extend((name.len() > TEST_NAME_LETTERS).then(|| name.to_owned()));
            is_test = false;
        }
    }
    found
}

#[test]
fn test_names_fit_in_a_line() {
    let faults: Vec<_> = code()
        .flat_map(|(path, text)| {
            long_test_names(&text)
                .into_iter()
                .map(move |it| format!("{path}: {it}"))
        })
        .collect();
    assert!(faults.is_empty(), "shorten:\n{}", faults.join("\n"));
}

#[test]
fn a_long_test_name_is_found() {
    let text = |letters: usize| format!("#[tokio::test]\n#[ignore]\nasync fn {}() {{}}", "x".repeat(letters));
    assert!(long_test_names(&text(TEST_NAME_LETTERS)).is_empty());
    assert_eq!(long_test_names(&text(TEST_NAME_LETTERS + 1)).len(), 1);
    assert!(long_test_names(&format!("fn {}() {{}}", "x".repeat(90))).is_empty());
}

/// Names that say nothing to who comes from the field, each with the word that does.
const LITERARY: [(&str, &str); 20] = [
    ("Errand", "PendingRequest"),
    ("Happening", "EventPayload"),
    ("Heard", "LoaderMessage"),
    ("Here", "CurrentWorkspace"),
    ("Ledger", "CountingLimiter"),
    ("Letter", "QueuedMail"),
    ("Manner", "DeputySettings"),
    ("Plea", "EscalationRequest"),
    ("Reach", "Runtime"),
    ("Said", "StreamItem"),
    ("Told", "OutgoingMessage"),
    ("World", "TestApp"),
    ("forgive", "clear_error"),
    ("furnish", "seed_workspace"),
    ("informed", "owner_with_documents"),
    ("learn", "upload_and_index"),
    ("plead", "raise"),
    ("relog", "sign_in_again"),
    ("settle_owner", "reassign_owner"),
    ("told", "what it returns"),
];

/// Returns the literary name that a line declares, with its better word.
fn literary_name(line: &str) -> Option<(&'static str, &'static str)> {
    let kinds = ["struct ", "enum ", "trait ", "type ", "fn ", "mod "];
    let code = line.split("//").next().unwrap_or_default();
    let declared = kinds.iter().find_map(|kind| {
        let (before, name) = code.split_once(kind)?;
        let is_alone = before.is_empty() || before.ends_with([' ', '(']);
        is_alone.then(|| name.split(|it: char| !(it.is_alphanumeric() || it == '_')).next())?
    })?;
    LITERARY.into_iter().find(|it| it.0 == declared)
}

#[test]
fn types_and_functions_have_the_words_of_the_field() {
    let mut faults = vec![];
    for (path, text) in code() {
        let found = text
            .lines()
            .enumerate()
            .filter_map(|it| Some((it.0, literary_name(it.1)?)));
        faults.extend(found.map(|(line, (name, better))| format!("{path}:{} {name}: {better}", line + 1)));
    }
    none(faults, "a name that is not the field's");
}

#[test]
fn a_literary_name_is_found() {
    for wrong in [
        "pub enum Happening {",
        "    async fn plead(&self) -> u16 {",
        "pub(crate) struct World;",
    ] {
        assert!(literary_name(wrong).is_some(), "{wrong}");
    }
    for right in ["pub enum Happenings {", "// a struct World", "let world = fn_plead();"] {
        assert_eq!(literary_name(right), None, "{right}");
    }
}

/// Tells whether a line has a closure with braces, a function or a loop that calls its value `it`.
fn has_an_unnamed_value(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let opens_closure = ["|it|", "|mut it|", "|it: ", "|mut it: "].iter().any(|head| {
        let after = code.split_once(head).map(|it| it.1);
        after.is_some_and(|rest| match head.ends_with('|') {
            true => rest.starts_with(" {"),
            false => rest.split_once('|').is_some_and(|it| it.1.starts_with(" {")),
        })
    });
    let is_head = code.contains("fn ") && ["(it: ", "(mut it: ", ", it: "].iter().any(|it| code.contains(it));
    opens_closure || is_head || code.contains("for it in ")
}

#[test]
fn only_closures_without_braces_call_their_value_it() {
    let mut faults = vec![];
    for (path, text) in code() {
        let found = text.lines().enumerate().filter(|it| has_an_unnamed_value(it.1));
        faults.extend(found.map(|it| format!("{path}:{}", it.0 + 1)));
    }
    none(faults, "name the value");
}

#[test]
fn a_value_called_it_is_found_in_braces() {
    for wrong in [
        "    let found = all.iter().map(|it| {",
        "let url = |it: String| {",
        "for it in &own {",
        "fn is_of_host(it: u8) -> bool {",
    ] {
        assert!(has_an_unnamed_value(wrong), "{wrong}");
    }
    for right in [
        "all.iter().map(|it| it.id)",
        "all.map(|it| Row { id: it })",
        "let length = |it: &Parsed| it.blocks.len();",
        "if all.iter().any(|it| it.is_empty()) {",
    ] {
        assert!(!has_an_unnamed_value(right), "{right}");
    }
}
