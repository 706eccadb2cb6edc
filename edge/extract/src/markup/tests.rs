//! Documents of both markups to blocks.
#![allow(clippy::indexing_slicing, reason = "tests fail by panicking")]
use super::*;
use retrieval::{BlockKind, Parsed};

const FORMATS: [fn(&str) -> Parsed; 2] = [html::parse, markdown::parse];

fn blocks(parsed: Parsed) -> Vec<(String, BlockKind, String)> {
    parsed
        .blocks
        .into_iter()
        .map(|block| (block.heading_path.join(" > "), block.kind, block.text))
        .collect()
}

fn block(path: &str, kind: BlockKind, text: &str) -> (String, BlockKind, String) {
    (path.to_owned(), kind, text.to_owned())
}

#[test]
fn markdown_becomes_blocks_under_their_headings() {
    let text = "Intro with *emphasis*,\na [link](https://x.example) and `code`.\n\n# Guide\n\n## Set up\n\n1. One\n   - inner\n2. Two\n\n\
        ```rust\nfn main() {}\n```\n\n## Prices\n\n| Plan | Price |\n|------|-------|\n| Free | 0 |\n| Pro | **5** |\n\n> Quoted.\n";
    let expected = [
        block("", BlockKind::Paragraph, "Intro with emphasis, a link and code."),
        block("Guide > Set up", BlockKind::List, "1. One\n  - inner\n2. Two"),
        block("Guide > Set up", BlockKind::Code, "```rust\nfn main() {}\n```"),
        block(
            "Guide > Prices",
            BlockKind::Table,
            "| Plan | Price |\n| Free | 0 |\n| Pro | 5 |",
        ),
        block("Guide > Prices", BlockKind::Paragraph, "Quoted."),
    ];
    assert_eq!(blocks(markdown::parse(text)), expected);
    assert_eq!(markdown::parse(text).title.as_deref(), Some("Guide"));
}

#[test]
fn front_matter_gives_the_title_and_no_text() {
    let parsed = markdown::parse("---\ntitle: \"Returns\"\nlayout: page\n---\n\nText.\n");
    assert_eq!(parsed.title.as_deref(), Some("Returns"));
    assert_eq!(parsed.blocks.len(), 1);
}

#[test]
fn html_in_markdown_leaves_its_text_only() {
    let text = "<div class=\"note\">Careful <b>here</b></div>\n\n<script>\nalert(1)\n</script>\n\nAfter <kbd>Ctrl</kbd> it <!-- hidden --> works.\n";
    let texts: Vec<_> = blocks(markdown::parse(text))
        .into_iter()
        .map(|(_, _, text)| text)
        .collect();
    assert_eq!(texts, ["Careful here", "After Ctrl it works."]);
}

#[test]
fn what_only_looks_like_a_script_in_markdown_hides_nothing() {
    for before in [
        "<StyleGuide>",
        "<script-loader src=\"a.js\" />",
        "<SCRIPT>alert(1)</SCRIPT>",
        "<Style>p { color: red }</sTYLE>",
        "An <SCRIPT>alert(1)</SCRIPT> inside.",
        "<script src=\"a.js\" />",
    ] {
        let found = blocks(markdown::parse(&format!("{before}\n\nAfter it.\n")));
        assert_eq!(found.last().map(|it| it.2.as_str()), Some("After it."), "{before}");
        let all: String = found.into_iter().map(|it| it.2).collect();
        assert!(!all.contains("alert") && !all.contains("color"), "{all}");
    }
    let text = "Paste the <script> tag before the end.\n\n```\n</script>\n```\n\nAfter it.\n";
    let found = blocks(markdown::parse(text));
    assert!(found[0].2.ends_with("tag before the end."), "{found:?}");
    assert_eq!(found.len(), 3);
}

#[test]
fn several_first_level_headings_are_no_title() {
    assert_eq!(markdown::parse("# A\n\nx\n\n# B\n\ny").title, None);
}

const PAGE: &str = r#"<!doctype html><html><head><title>Refunds | Acme</title><style>p{color:red}</style></head><body>
<header><a href="/">Acme</a></header><nav><ul><li>Home</li></ul></nav>
<main><h1>Refunds</h1><p>You get your money
 back.<script>track()</script></p><p hidden>secret</p><p style="display: none">secret</p>
<h2>How</h2><ol><li>Write to <b>us</b>.</li><li><p>Wait.</p><ul><li>At most a week</li></ul></li></ol>
<table><caption>Fees</caption><tr><th>Kind</th><th>Fee</th></tr><tr><td>Card</td><td>1&nbsp;EUR</td></tr></table>
<pre><code class="language-sh">curl -X POST \
  /refunds</code></pre>
<details><summary>Is it free?</summary><p>Yes &amp; always.</p></details><p>End.</p>
<dl><dt>Term</dt><dd>Meaning</dd></dl></main><footer>© Acme</footer></body></html>"#;

#[test]
fn html_becomes_blocks_of_its_main_content() {
    let expected = [
        block("Refunds", BlockKind::Paragraph, "You get your money back."),
        block(
            "Refunds > How",
            BlockKind::List,
            "1. Write to us.\n2. Wait.\n  - At most a week",
        ),
        block("Refunds > How", BlockKind::Paragraph, "Fees"),
        block("Refunds > How", BlockKind::Table, "| Kind | Fee |\n| Card | 1 EUR |"),
        block(
            "Refunds > How",
            BlockKind::Code,
            "```sh\ncurl -X POST \\\n  /refunds\n```",
        ),
        block("Refunds > How > Is it free?", BlockKind::Paragraph, "Yes & always."),
        block("Refunds > How", BlockKind::Paragraph, "End."),
        block("Refunds > How", BlockKind::List, "- Term\n  Meaning"),
    ];
    assert_eq!(blocks(html::parse(PAGE)), expected);
    assert_eq!(html::parse(PAGE).title.as_deref(), Some("Refunds"));
}

#[test]
fn a_page_without_main_is_read_but_for_its_frame() {
    let text = "<body><header>Top</header><div><h3>Q</h3>Loose text<br>goes on</div><aside>Ad</aside><footer>Foot</footer></body>";
    assert_eq!(
        blocks(html::parse(text)),
        [block("Q", BlockKind::Paragraph, "Loose text goes on")]
    );
}

#[test]
fn hostile_html_is_read_without_recursion() {
    let deep = "<div>".repeat(20_000) + "x" + &"<ul><li>".repeat(5000) + "y";
    assert!(!html::parse(&deep).blocks.is_empty());
    let deep = "> ".repeat(3000) + "x\n\n" + &"- ".repeat(3000) + "y";
    assert!(!markdown::parse(&deep).blocks.is_empty());
    for text in [
        "",
        "<",
        "<table><td>",
        "<pre>",
        "<li>alone",
        "</ul></ol>",
        "\u{FEFF}",
        "<!--",
        "<title>",
    ] {
        for parse in FORMATS {
            parse(text);
        }
    }
}

#[test]
fn any_text_is_read_in_both_formats() {
    proptest::proptest!(|(text in "([<>/=\"'`|#*_\\-\\[\\]()!\\n ]|div|li|ul|td|tr|table|pre|é|東|[a-z]){0,80}")| {
        for parse in FORMATS {
            retrieval::passages(&parse(&text));
        }
    });
}
