//! One palette: the dashboard, the start page, the documentation and the API reference take their colors from
//! `public/tokens.css`.
use super::tidy::files;
use shared_chat::color::{Color, READABLE};
use std::collections::BTreeSet;

const TOKENS: &str = "public/tokens.css";

fn sheets(folders: &[&str]) -> Vec<(String, String)> {
    folders.iter().flat_map(|it| files(it, &[".css"])).collect()
}

fn tokens() -> String {
    sheets(&["public"]).into_iter().find(|it| it.0 == TOKENS).unwrap().1
}

/// Returns what comes after each `mark` in a text, as long as it is made of letters, digits and hyphens.
fn names<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '-';
    text.split(mark)
        .skip(1)
        .map(move |it| it.split(|c| !is_name(c)).next().unwrap())
}

#[test]
fn every_color_of_the_pages_stands_in_the_palette() {
    let is_hex = |it: &str| matches!(it.len(), 3 | 4 | 6 | 8) && it.bytes().all(|it| it.is_ascii_hexdigit());
    let mut faults = vec![];
    for (path, text) in sheets(&["dashboard", "public"]).into_iter().filter(|it| it.0 != TOKENS) {
        faults.extend(
            names(&text, "#")
                .filter(|it| is_hex(it))
                .map(|it| format!("{path}: #{it}")),
        );
        let functions = ["rgb(", "rgba(", "hsl(", "oklch(", "light-dark(#"];
        faults.extend(
            functions
                .iter()
                .filter(|it| text.contains(**it))
                .map(|it| format!("{path}: {it}")),
        );
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_token_that_a_page_uses_is_there() {
    // What Rust sets on elements.
    let set: String = files("dashboard", &[".rs"]).into_iter().map(|it| it.1).collect();
    let set: BTreeSet<String> = names(&set, "style=(\"--").map(str::to_owned).collect();
    let text = sheets(&["shared/chat"]);
    for pages in [
        [sheets(&["dashboard"]), text].concat(),
        sheets(&["public"]).into_iter().filter(|it| it.0 != TOKENS).collect(),
    ] {
        let all: String = pages
            .iter()
            .map(|it| it.1.as_str())
            .chain([tokens().as_str()])
            .collect();
        let is_defined = |it: &&str| set.contains(*it) || all.contains(&format!("  --{it}: "));
        let used: BTreeSet<&str> = names(&all, "var(--").collect();
        assert!(used.len() > 15, "{used:?}");
        let missing: Vec<&str> = used.into_iter().filter(|it| !is_defined(it)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}

#[test]
fn every_page_reads_the_palette_before_its_own_styles() {
    let mut count = 0;
    for (path, text) in files("public", &[".html"])
        .into_iter()
        .chain(files("dashboard", &[".html"]))
    {
        let mut sheets = text.lines().filter(|it| it.contains("<link") && it.contains(".css\""));
        if let Some(first) = sheets.next().filter(|_| path != "public/embed.html") {
            assert!(first.contains("tokens.css"), "{path}: {first}");
            count += 1;
        }
    }
    assert_eq!(count, 5);
}

#[test]
fn text_in_every_color_of_the_palette_is_readable() {
    let tokens = tokens();
    let pair = |name: &str| -> [Color; 2] {
        let value = tokens.split(&format!("  --{name}: ")).nth(1).unwrap();
        let colors = value.split_once(';').unwrap().0;
        let colors: Vec<Color> = names(colors, "#")
            .map(|it| Color::parse(&format!("#{it}")).unwrap())
            .collect();
        match *colors {
            [one] => [one, one],
            [light, dark] => [light, dark],
            _ => panic!("{name}: {colors:?}"),
        }
    };
    let on_all = ["ground", "surface", "sunken", "band", "hover"];
    let texts = ["text", "muted", "accent-text"];
    let pairs = texts.iter().flat_map(|text| on_all.map(|ground| (*text, ground)));
    let own = [
        ("on-accent", "accent"),
        ("on-accent", "accent-hover"),
        ("on-bad", "bad"),
        ("on-bad", "bad-hover"),
        ("accent-text", "accent-soft"),
        ("good-text", "good-soft"),
        ("warn-text", "warn-soft"),
        ("bad-text", "bad-soft"),
        ("on-code", "code"),
        ("on-code", "code-button"),
        ("on-code", "code-button-hover"),
    ];
    for (text, ground) in pairs.chain(own) {
        for (theme, (text_color, ground_color)) in
            ["light", "dark"].iter().zip(pair(text).into_iter().zip(pair(ground)))
        {
            let contrast = text_color.contrast(ground_color);
            assert!(contrast >= READABLE, "{text} on {ground}, {theme}: {contrast:.2}");
        }
    }
}
