//! Names of constants say what they bound: a word that fits everything cannot be searched for.

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
    let faults: Vec<_> = ["shared/src", "edge", "widget", "dashboard", "tests", "xtask"]
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
