//! The rules of the code base that Cargo cannot check, as tests over the source.
use crate::source::{Token, places, position, tokens};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns every file below a folder, with its path from the root and its text.
pub(crate) fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    const FOREIGN: [&str; 6] = ["target", "node_modules", "dist", "build", ".wrangler", ".dev"];
    let mut found = vec![];
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for path in entries.map(|it| it.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                // xtask has sources in folders that are called like what they build.
                if !FOREIGN.contains(&name.as_str()) || path.components().any(|it| it.as_os_str() == "src") {
                    folders.push(path);
                }
            } else if endings.iter().any(|it| name.ends_with(it)) {
                // Some that are read in tests are in other encodings.
                let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                let path = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.push((path, text));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} has no such files");
    found
}

/// Returns the files that lie in a folder itself.
pub(crate) fn files_beside(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap();
    let names = entries.map(|it| it.unwrap().file_name().to_string_lossy().into_owned());
    let names = names.filter(|it| endings.iter().any(|ending| it.ends_with(ending)));
    let text = |name: &String| std::fs::read_to_string(root().join(folder).join(name)).unwrap();
    names.map(|name| (name.clone(), text(&name))).collect()
}

fn rust() -> Vec<(String, String)> {
    ["shared", "edge", "widget", "dashboard", "tests", "xtask"]
        .iter()
        .flat_map(|it| files(it, &[".rs"]))
        .collect()
}

/// Returns the Rust files of a folder that are built into the product: no tests, no examples, no benches.
fn product_code(folder: &str) -> impl Iterator<Item = (String, String)> {
    let others = ["/examples/", "/benches/", "/tests/", "/tests.rs", "/eval"];
    let files = files(folder, &[".rs"]).into_iter();
    files.filter(move |it| !others.iter().any(|other| it.0.contains(other)))
}

/// Tells whether a token is a text that contains one of the words.
fn is_text_with(token: &str, words: &[&str]) -> bool {
    token.contains('"') && words.iter().any(|it| token.contains(it))
}

#[track_caller]
pub(crate) fn none(faults: Vec<String>, rule: &str) {
    assert!(faults.is_empty(), "{rule}:\n{}", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let faults = rust()
        .into_iter()
        .filter(|it| !it.1.starts_with("//! "))
        .map(|it| it.0)
        .collect();
    none(faults, "a Rust file opens with a `//!` line");
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let scripts = ["public", "tests", "widget", "dashboard", "shared"]
        .iter()
        .flat_map(|it| files(it, &[".js", ".mjs", ".css"]));
    let long = rust()
        .into_iter()
        .chain(scripts)
        .filter(|it| it.1.lines().count() > 500);
    none(
        long.map(|it| format!("{}: {}", it.0, it.1.lines().count())).collect(),
        "split it",
    );
}

#[test]
fn no_file_is_called_mod() {
    none(
        rust()
            .into_iter()
            .map(|it| it.0)
            .filter(|it| it.ends_with("/mod.rs"))
            .collect(),
        "foo.rs and foo/, never mod.rs",
    );
}

#[test]
fn sql_stands_in_the_store_alone() {
    let verbs = ["SELECT ", "INSERT INTO ", "INSERT OR ", "UPDATE ", "DELETE FROM "];
    let mut faults = vec![];
    for (path, text) in product_code("edge").filter(|it| !it.0.starts_with("edge/store/")) {
        let found = tokens(&text).into_iter().filter(|it| is_text_with(&it.text, &verbs));
        faults.extend(found.map(|it| format!("{path}:{} {}", it.line, it.text)));
    }
    none(faults, "SQL outside edge/store");
}

/// Files that all dialects share and that name dialects all the same: the list of them and of their modules.
const SHARED_FILES_WITH_DIALECTS: [&str; 2] = ["edge/dialects/src/lib.rs", "edge/dialects/src/registry.rs"];
/// Files that every dialect has: who calls, how errors look, how events look.
const FILES_OF_A_DIALECT: [&str; 3] = ["caller.rs", "envelope.rs", "error.rs"];

/// Returns the dialects that a token names: by module (`twig`) or by type (`Twig`).
fn named_by(token: &str) -> impl Iterator<Item = &'static str> {
    let names = [
        ("twig", "Twig"),
        ("twin", "Twin"),
        ("builder", "Builder"),
        ("insydr", "Insydr"),
    ];
    names
        .into_iter()
        .filter(move |it| token == it.0 || token == it.1)
        .map(|it| it.0)
}

/// Returns the dialect whose file it is; none of one that all share.
fn dialect_of(path: &str) -> Option<&'static str> {
    let inner = path.strip_prefix("edge/dialects/src/").unwrap_or_default();
    named_by(inner.split('/').next().unwrap_or_default().trim_end_matches(".rs")).next()
}

#[test]
fn a_dialect_does_not_name_another() {
    let (mut faults, mut shared) = (vec![], BTreeSet::new());
    for (path, text) in product_code("edge/dialects/src") {
        let own = dialect_of(&path);
        for token in tokens(&text) {
            for name in named_by(&token.text).filter(|it| Some(*it) != own) {
                if own.is_some() {
                    faults.push(format!("{path}:{} {name}", token.line));
                } else {
                    shared.insert((name, path.clone(), token.line));
                }
            }
        }
    }
    none(faults, "one dialect naming another");
    for dialect in ["builder", "insydr", "twig", "twin"] {
        let lines = shared.iter().filter(|it| it.0 == dialect).map(|it| it.1.as_str());
        assert_eq!(Vec::from_iter(lines), SHARED_FILES_WITH_DIALECTS, "a line of each");
    }
}

#[test]
fn every_dialect_is_a_folder_of_the_same_shape() {
    let paths: Vec<String> = files("edge/dialects/src", &[".rs"])
        .into_iter()
        .map(|it| it.0)
        .collect();
    for dialect in ["builder", "insydr", "twig", "twin"] {
        for file in FILES_OF_A_DIALECT {
            let path = format!("edge/dialects/src/{dialect}/{file}");
            assert!(paths.contains(&path), "{path} is missing");
        }
    }
    let mut faults = vec![];
    for (path, text) in product_code("edge/dialects/src") {
        let is_root = named_by(path.trim_start_matches("edge/dialects/src/").trim_end_matches(".rs")).count() == 1;
        let has_descriptor = text.contains("pub static DIALECT: Dialect");
        let has_handlers = text.contains("State(app): State<App>");
        if is_root != has_descriptor || is_root && has_handlers {
            faults.push(path);
        }
    }
    none(faults, "a dialect's own file that has no descriptor, or has handlers");
}

/// Returns the public operations of a file that are called for a caller and neither ask for a permission nor hand the
/// caller on.
fn without_permission(tokens: &[Token]) -> Vec<&Token> {
    let starts = tokens.windows(4).enumerate();
    let starts = starts.filter(|window| {
        window
            .1
            .iter()
            .map(|token| token.text.as_str())
            .take(3)
            .eq(["pub", "async", "fn"])
    });
    let asks_nobody = |start: usize| {
        let rest = &tokens[start..];
        let open = rest.iter().position(|it| it.text == "{").unwrap_or(rest.len());
        let (head, body) = rest.split_at(open);
        let mut depth = 0;
        let end = body.iter().position(|token| {
            depth += i32::from(token.text == "{") - i32::from(token.text == "}");
            depth == 0
        });
        let body = &body[..end.unwrap_or(body.len())];
        let Some(at) = position(head, "& Caller") else {
            return false;
        };
        // `caller : & Caller`
        let name = &head[at - 2].text;
        let uses = [format!("{name} . require ("), format!("{name} ,"), format!("{name} )")];
        !uses.iter().any(|it| position(body, it).is_some())
    };
    starts.filter(|it| asks_nobody(it.0)).map(|it| &it.1[3]).collect()
}

#[test]
fn every_operation_of_core_asks_for_a_permission() {
    let (mut faults, mut operations) = (vec![], 0);
    for (path, text) in product_code("edge/core/src") {
        let tokens = tokens(&text);
        operations += places(&tokens, &["& Caller"]).len();
        let found = without_permission(&tokens).into_iter();
        faults.extend(found.map(|it| format!("{path}:{} {}", it.line, it.text)));
    }
    none(faults, "an operation that does not ask whether its caller may do it");
    assert!(operations > 80, "callers have another name now: {operations}");
    let wrong = "pub async fn get(app: &App, caller: &Caller) -> A { if a { find(&caller.workspace().id) } else { b } }
        pub async fn list(app: &App, caller: &Caller) -> A { caller.require(Action::Read)?; b }
        pub async fn all(app: &App, caller: &Caller) -> A { list(app, caller).await }";
    let tokens = tokens(wrong);
    let found: Vec<&str> = without_permission(&tokens).iter().map(|it| it.text.as_str()).collect();
    assert_eq!(found, ["get"]);
}

#[test]
fn unsafe_code_is_the_simd_products_alone() {
    let found = product_code("edge")
        .chain(product_code("shared"))
        .chain(product_code("widget"));
    let found = found.chain(product_code("dashboard"));
    let files: Vec<String> = found
        .filter(|it| !places(&tokens(&it.1), &["unsafe"]).is_empty())
        .map(|it| it.0)
        .collect();
    let simd = [
        "shared/retrieval/minilm/src/linear.rs",
        "shared/retrieval/src/embed/dot.rs",
        "shared/retrieval/src/index/vectors/binary_quantization.rs",
    ];
    assert_eq!(files, simd);
}

#[test]
fn a_handler_asks_core_and_not_the_database() {
    let mut faults = vec![];
    for (path, text) in product_code("edge/dialects/src") {
        let found = places(&tokens(&text), &[". store", "Store :"]).into_iter();
        faults.extend(found.map(|it| format!("{path}:{} {}", it.0, it.1)));
    }
    none(faults, "a dialect that asks the database");
}

/// Tells whether a token is the name of a dialect, or has it in it. A builder is also something else: only the name of
/// its own and texts count.
fn has_a_dialect(token: &str) -> bool {
    let lower = token.to_lowercase();
    let is_builder = token == "Builder" || is_text_with(&lower, &["builder"]);
    is_builder || ["twig", "twin", "insydr"].iter().any(|it| lower.contains(it))
}

#[test]
fn core_names_no_dialect_and_no_platform() {
    let mut faults = vec![];
    for (path, text) in product_code("edge/core/src").chain(product_code("edge/store/src")) {
        let tokens = tokens(&text);
        let dialects = tokens.iter().filter(|it| has_a_dialect(&it.text));
        faults.extend(dialects.map(|it| format!("{path}:{} {}", it.line, it.text)));
        let platform = places(&tokens, &["worker : :", "axum", "http : :"]);
        faults.extend(platform.into_iter().map(|it| format!("{path}:{} {}", it.0, it.1)));
    }
    none(faults, "the name of a dialect or of the platform in core or store");
}

#[test]
fn a_dialect_is_known_by_its_name_alone() {
    for token in [
        "twig",
        "TwinSettings",
        "INSYDR",
        "Builder",
        "\"builder\"",
        "\"twin_live_\"",
    ] {
        assert!(has_a_dialect(token), "{token}");
    }
    for token in ["builder", "SegmentBuilder", "between", "\"building\""] {
        assert!(!has_a_dialect(token), "{token}");
    }
}

#[test]
fn nothing_in_a_request_path_may_panic() {
    let words = [
        ". unwrap (",
        ". expect (",
        "panic !",
        "todo !",
        "unimplemented !",
        "unreachable !",
    ];
    let mut faults = vec![];
    for (path, text) in product_code("edge").chain(product_code("shared")) {
        let found = places(&tokens(&text), &words).into_iter();
        faults.extend(found.map(|it| format!("{path}:{} {}", it.0, it.1)));
    }
    none(faults, "a panic ends every request of the isolate");
}

#[test]
fn no_html_is_made_of_strings() {
    let sources = files("widget", &[".rs"])
        .into_iter()
        .chain(files("dashboard", &[".rs"]))
        .chain(files("shared", &[".rs"]))
        .chain(files("public", &[".js"]));
    let words = ["inner_html", "innerHTML", "insertAdjacentHTML", "document.write"];
    let faults = sources
        .filter(|it| words.iter().any(|word| it.1.contains(word)))
        .map(|it| it.0)
        .collect();
    none(faults, "inner_html");
}

#[test]
fn every_setting_is_documented() {
    let settings = std::fs::read_to_string(root().join("edge/core/src/settings.rs")).unwrap();
    let page = std::fs::read_to_string(root().join("public/docs/configuration.md")).unwrap();
    let names = settings.split("get(\"").skip(1).filter_map(|it| it.split('"').next());
    let faults = names
        .filter(|it| !page.contains(&format!("`{it}`")))
        .map(str::to_owned)
        .collect();
    none(faults, "a setting that public/docs/configuration.md does not describe");
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file does not accuse itself.
    let words = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["XX", "X"].concat()];
    let faults = rust()
        .into_iter()
        .filter(|it| words.iter().any(|word| it.1.contains(word.as_str())))
        .map(|it| it.0)
        .collect();
    none(faults, "do it or leave it");
}
