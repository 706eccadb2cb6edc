//! Names: a constant says what it bounds, since a word that fits everything cannot be searched for, and a test says in
//! a line what the product does.

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
    let faults: Vec<_> = ["shared", "edge", "widget", "dashboard", "tests", "xtask"]
        .iter()
        .flat_map(|it| super::tidy::files(it, &[".rs"]))
        // The test of this test stands in this file.
        .filter(|it| it.0 != "tests/suite/names.rs")
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
    let faults: Vec<_> = ["shared", "edge", "widget", "dashboard", "tests", "xtask"]
        .iter()
        .flat_map(|it| super::tidy::files(it, &[".rs"]))
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
