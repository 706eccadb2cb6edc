//! Pages as people and programs write them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]
use super::*;
use retrieval::{BlockKind, Parsed};

const URL: &str = "https://example.com/docs/guide?x=1";

fn read(html: &str) -> Page {
    page_at_once(html.as_bytes(), URL, "text/html").unwrap()
}

fn blocks(text: &str) -> Parsed {
    markup::markdown::parse(text)
}

#[test]
fn a_page_says_what_it_is_and_where_it_leads() {
    let read = read(
        "<!doctype html><html lang='pt-BR'><head><title> The  Guide </title><base href='/base/'>
         <link rel='alternate canonical' href='guide'><meta name='ROBOTS' content='NOINDEX, follow'></head>
         <body><main><h1>Guide</h1><p>Text. <a href='a'>A</a><a href='a#b'>A</a><a rel='nofollow ugc' href='b'>B</a>
         <a href='mailto:x@y.z'>mail</a><a href='#top'>top</a><a href='https://other.org/c#d'>C</a>
         <svg><title>Drawing</title></svg></p></main></body></html>",
    );
    assert_eq!(read.title.as_deref(), Some("The Guide"));
    assert_eq!(read.links, ["https://example.com/base/a", "https://other.org/c"]);
    assert_eq!(read.canonical.as_deref(), Some("https://example.com/base/guide"));
    assert_eq!(read.language.as_deref(), Some("pt-BR"));
    assert!(read.is_noindex && !read.is_nofollow);
    let closed = super::page_at_once(b"<meta name=edgewisebot content=none><p>x", URL, "text/html").unwrap();
    assert!(closed.is_noindex && closed.is_nofollow);
}

#[test]
fn a_page_that_sends_its_visitors_on_says_where() {
    for (content, expected) in [
        ("0; url=/there", Some("https://example.com/there")),
        ("0;URL='there'", Some("https://example.com/docs/there")),
        ("3, url = \"https://other.org/\"", Some("https://other.org/")),
        ("30; url=/later", None),
        ("5", None),
        ("0; url=javascript:alert(1)", None),
    ] {
        let html = format!(
            "<meta http-equiv=refresh content='{}'><p>x",
            content.replace('\'', "&#39;")
        );
        assert_eq!(read(&html).refresh.as_deref(), expected, "{content}");
    }
}

#[test]
fn content_is_kept_and_navigation_is_dropped() {
    let read = read(
        "<body><nav><a href=/x>Elsewhere</a></nav><header>Our logo</header><main><h1>Install</h1><p>Use <code>a_b*c</code>
         &amp; 1 &lt; 2. [x] #1</p><h2>Steps</h2><ol><li>First<ul><li>nested _one_</ul><li>Second</ol>
         <ul><li>Alone</ul><h3>Sizes</h3><table><tr><th>Name<th>Size<tr><td>a|b<td>1 * 2</table>
         <pre><code class='language-rust'>fn main() {\n    // *x*\n}</code></pre><p>1. April is no item</p>
         <p># no heading</p></main><footer>Imprint</footer></body>",
    );
    let parsed = blocks(&read.text);
    let whole: Vec<_> = parsed
        .blocks
        .iter()
        .map(|it| (it.heading_path.join(">"), it.kind, it.text.as_str()))
        .collect();
    let expected = [
        ("Install", BlockKind::Paragraph, "Use a_b*c & 1 < 2. [x] #1"),
        (
            "Install>Steps",
            BlockKind::List,
            "1. First\n  - nested _one_\n2. Second",
        ),
        ("Install>Steps", BlockKind::List, "- Alone"),
        (
            "Install>Steps>Sizes",
            BlockKind::Table,
            "| Name | Size |\n| a|b | 1 * 2 |",
        ),
        (
            "Install>Steps>Sizes",
            BlockKind::Code,
            "```rust\nfn main() {\n    // *x*\n}\n```",
        ),
        ("Install>Steps>Sizes", BlockKind::Paragraph, "1. April is no item"),
        ("Install>Steps>Sizes", BlockKind::Paragraph, "# no heading"),
    ];
    let expected: Vec<_> = expected.iter().map(|it| (it.0.to_owned(), it.1, it.2)).collect();
    assert_eq!(whole, expected, "{}", read.text);
}

#[test]
fn a_page_without_main_loses_only_its_surroundings() {
    let paragraph = "<p>Refunds are paid within fourteen days of the return, to the account that was charged, and we \
         write to you when the money is on its way, so that you know.</p>";
    let menu = "<div class='sidebar menu'><ul><li><a href=/1>Home page</a><li><a href=/2>Our shops</a>\
         <li><a href=/3>Newsletter</a></ul></div>";
    let body = format!(
        "<html><head><title>Refunds</title></head><body>{menu}<div id=content><h2>Refunds</h2>{}<table><tr><th>Country\
         <th>Days<tr><td>France<td>10</table><pre>refund --now</pre></div></body></html>",
        paragraph.repeat(6)
    );
    let read = read(&body);
    assert!(!read.text.contains("Newsletter"), "{}", read.text);
    for part in ["fourteen days", "| France | 10 |", "refund --now"] {
        assert!(read.text.contains(part), "{part} in {}", read.text);
    }
    // A page that is nothing but a table is its table.
    let rows = "<tr><td><a href=/a>Alpha</a><td>1".repeat(30);
    let list = super::page_at_once(
        format!("<body>{menu}<table>{rows}</table>").as_bytes(),
        URL,
        "text/html",
    )
    .unwrap();
    assert_eq!(list.text.matches("Alpha").count(), 30);
}

#[test]
fn what_changes_around_the_text_changes_nothing() {
    let page = |nonce: &str| {
        format!(
            "<html><head><script nonce='{nonce}'>var t='{nonce}'</script></head><body data-id='{nonce}'><main><p \
             id='{nonce}' onclick='go({nonce})'>We are open from <a href='/x?session={nonce}'>nine</a> to five.</p>\
             <input type=hidden name=csrf value='{nonce}'></main></body>"
        )
    };
    assert_eq!(read(&page("1")).text, read(&page("2")).text);
}

#[test]
fn hostile_pages_are_refused_or_read() {
    let deep = format!("<body>{}text", "<div>".repeat(200_000));
    assert_eq!(
        super::page_at_once(deep.as_bytes(), URL, "text/html")
            .unwrap_err()
            .reason,
        Reason::TooMuch
    );
    let wide = format!("<body>{}", "<p>x".repeat(200_000));
    assert_eq!(
        super::page_at_once(wide.as_bytes(), URL, "text/html")
            .unwrap_err()
            .reason,
        Reason::TooMuch
    );
    let links = format!(
        "<body><p>x{}",
        (0..20_000).map(|it| format!("<a href=/{it}>y</a>")).collect::<String>()
    );
    assert_eq!(read(&links).links.len(), 2_000);
    for bytes in [b"\x00\x01\x02binary".as_slice(), b"", b"  \n"] {
        assert!(super::page_at_once(bytes, URL, "text/html").is_err());
    }
    for broken in [
        "<",
        "<a href='",
        "<table><tr><td><table><tr>",
        "</p></div><p",
        "<title>",
        "&#x110000;&nosuch;",
    ] {
        super::page_at_once(broken.as_bytes(), URL, "text/html").unwrap();
    }
}

#[test]
fn odd_characters_come_back_from_markdown_as_they_were() {
    let marks = "a\\b `c` *d* __e__ [f](g) <h> &amp; ~~i~~ | j {#k} ![l] \u{2013} \"m\" $n$ ^o 50% #";
    let html = format!("<main><h2>{marks}</h2><p>{marks}</p><ul><li>{marks}</ul></main>");
    let read = read(&html.replace("<h>", "&lt;h&gt;"));
    let marks = marks.replace("&amp;", "&");
    let parsed = blocks(&read.text);
    assert_eq!(parsed.blocks[0].heading_path, [marks.as_str()]);
    assert_eq!(parsed.blocks[0].text, marks);
    assert_eq!(parsed.blocks[1].text, format!("- {marks}"));
}
