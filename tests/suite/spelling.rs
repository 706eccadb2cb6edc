//! Spelling, by the tokenizer and the dictionary of `typos`, with its settings in the root's `Cargo.toml`
//! (`[workspace.metadata.typos]`), so that the program itself finds the same where it is installed.
use crate::tidy;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use typos::tokens::{Case, Identifier, Tokenizer, Word};
use typos::{Dictionary, Status};

/// The settings that are read here; another one is an error, since it would do nothing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Settings {
    files: Files,
    default: Words,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Files {
    /// Files and folders, from the root, without patterns.
    extend_exclude: Vec<String>,
}

/// What is right: a word or a name that stands for itself.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Words {
    #[serde(default)]
    extend_words: BTreeMap<String, String>,
    #[serde(default)]
    extend_identifiers: BTreeMap<String, String>,
}

impl Settings {
    fn read() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
        let all: toml::Table = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let settings = all["workspace"]["metadata"]["typos"].clone();
        settings.try_into().unwrap()
    }

    fn is_excluded(&self, path: &str) -> bool {
        let is_it = |excluded: &&String| {
            path.strip_prefix(excluded.as_str())
                .is_some_and(|it| it.is_empty() || it.starts_with('/'))
        };
        self.files.extend_exclude.iter().any(|it| is_it(&it))
    }
}

impl Dictionary for Words {
    fn correct_ident<'s>(&'s self, name: Identifier<'_>) -> Option<Status<'s>> {
        self.extend_identifiers.get(name.token()).map(|_| Status::Valid)
    }

    fn correct_word<'s>(&'s self, word: Word<'_>) -> Option<Status<'s>> {
        // Not letters alone, such as a number.
        if word.case() == Case::None || self.extend_words.contains_key(&word.token().to_lowercase()) {
            return None;
        }
        let right = typos_dict::WORD.find(&word.token().into())?;
        Some(match *right {
            [] => Status::Invalid,
            right => Status::Corrections(right.iter().map(|it| Cow::Borrowed(*it)).collect()),
        })
    }
}

/// Finds words that are misspelt, with their lines.
fn misspelt(text: &str, words: &Words) -> Vec<String> {
    let tokenizer = Tokenizer::new();
    let found = typos::check_str(text, &tokenizer, words);
    let shown = found.map(|typo| {
        let line = text[..typo.byte_offset].lines().count().max(1);
        match &typo.corrections {
            Status::Corrections(right) => format!("{line} {} -> {}", typo.typo, right.join(", ")),
            _ => format!("{line} {}", typo.typo),
        }
    });
    shown.collect()
}

#[test]
fn every_word_is_spelt_as_the_dictionary_has_it() {
    let settings = Settings::read();
    let endings = [
        ".rs", ".md", ".toml", ".sql", ".mjs", ".js", ".css", ".html", ".py", ".yml",
    ];
    let folders = ["dashboard", "edge", "public", "shared", "tests", "widget", "xtask"];
    let files = folders.iter().flat_map(|it| tidy::files(it, &endings));
    let files = files.chain(tidy::files_beside("", &[".md", ".toml"]));
    let mut faults = vec![];
    for (path, text) in files.filter(|it| !settings.is_excluded(&it.0)) {
        let found = misspelt(&text, &settings.default).into_iter();
        faults.extend(found.map(|it| format!("{path}:{it}")));
    }
    tidy::none(
        faults,
        "misspelt; what is right all the same goes into the root's Cargo.toml",
    );
}

#[test]
fn a_misspelt_word_is_found_in_any_case_and_in_names() {
    let words = Words::default();
    // Put together here, so that this file does not accuse itself.
    let wrong = ["rec", "ieve"].concat();
    assert_eq!(
        misspelt(&format!("One.\nTo {wrong} it."), &words),
        [format!("2 {wrong} -> receive")]
    );
    assert_eq!(misspelt(&format!("fn {wrong}_all() {{}}"), &words).len(), 1);
    assert_eq!(misspelt("To receive it.", &words), Vec::<String>::new());
    let words = Words {
        extend_words: BTreeMap::from([(wrong.clone(), wrong.clone())]),
        ..Words::default()
    };
    assert_eq!(misspelt(&wrong, &words), Vec::<String>::new());
}
