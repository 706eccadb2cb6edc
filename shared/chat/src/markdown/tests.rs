//! What an answer may turn into, and what it may not.

use super::*;

fn tree(text: &str) -> Vec<Node> {
    parse(text, Citable::Sources(3))
}

fn text(text: &str) -> Node {
    Node::Text(text.to_owned())
}

fn paragraph(nodes: Vec<Node>) -> Node {
    Node::Element(Element::Paragraph, nodes)
}

fn link(address: &str, label: &str) -> Node {
    Node::Element(Element::Link(address.to_owned()), vec![text(label)])
}

/// Every address that a click could follow.
fn addresses(nodes: &[Node]) -> Vec<String> {
    nodes
        .iter()
        .flat_map(|node| match node {
            Node::Element(Element::Link(address), children) => [vec![address.clone()], addresses(children)].concat(),
            Node::Element(_, children) => addresses(children),
            _ => Vec::new(),
        })
        .collect()
}

#[test]
fn a_citation_is_found_in_a_sentence() {
    let sentence = vec![text("Yes "), Node::Citation(1), text(" and")];
    assert_eq!(tree("Yes [1] and"), [paragraph(sentence)]);
}

#[test]
fn neighbouring_citations_and_their_full_stop_stay_together() {
    let together = |nodes| Node::Element(Element::Together, nodes);
    let both = vec![Node::Citation(1), Node::Citation(2), text(".")];
    assert_eq!(
        tree("a[1][2]. B"),
        [paragraph(vec![text("a"), together(both), text(" B")])]
    );
    let one = vec![Node::Citation(1), text("?")];
    assert_eq!(tree("a[1]?"), [paragraph(vec![text("a"), together(one)])]);
    assert_eq!(tree("a[4]."), [paragraph(vec![text("a[4].")])]);
}

#[test]
fn a_number_that_no_source_has_is_text() {
    assert_eq!(
        tree("see [4], [0], [x], [01234]"),
        [paragraph(vec![text("see [4], [0], [x], [01234]")])]
    );
}

#[test]
fn before_the_sources_are_known_any_number_may_be_one() {
    assert_eq!(
        parse("a [9]", Citable::Unknown),
        [paragraph(vec![text("a "), Node::Citation(9)])]
    );
}

#[test]
fn code_cites_nothing() {
    assert_eq!(tree("`a[1]`"), [paragraph(vec![Node::Code("a[1]".to_owned())])]);
    let block = Node::CodeBlock {
        language: "js".to_owned(),
        code: "a[1] https://x.y".to_owned(),
    };
    assert_eq!(tree("```js\na[1] https://x.y\n```"), [block]);
}

#[test]
fn a_citation_with_an_address_is_still_a_citation() {
    assert_eq!(
        tree("a [1](https://x.y)"),
        [paragraph(vec![text("a "), Node::Citation(1)])]
    );
    assert_eq!(
        tree("a [2]\n\n[2]: https://x.y"),
        [paragraph(vec![text("a "), Node::Citation(2)])]
    );
}

#[test]
fn html_is_text() {
    assert_eq!(
        tree("a <b onclick=x>b</b>"),
        [paragraph(vec![text("a <b onclick=x>b</b>")])]
    );
    assert_eq!(
        tree("<script>alert(1)</script>"),
        [paragraph(vec![text("<script>alert(1)</script>")])]
    );
}

#[test]
fn a_picture_is_a_link_and_is_never_loaded() {
    assert_eq!(
        tree("![a cat](https://x.y/c.png)"),
        [paragraph(vec![link("https://x.y/c.png", "a cat")])]
    );
    assert_eq!(
        tree("![](https://x.y/c)"),
        [paragraph(vec![link("https://x.y/c", "https://x.y/c")])]
    );
    assert_eq!(tree("![a](data:image/png;base64,AA)"), [paragraph(vec![text("a")])]);
}

#[test]
fn only_the_web_mail_and_telephone_are_linked() {
    for address in ["https://x.y/a?b#c", "HTTP://x.y", "mailto:a@b.c", "tel:+4912"] {
        let source = format!("[a]({address})");
        assert_eq!(tree(&source), [paragraph(vec![link(address, "a")])]);
    }
    for address in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "java&#10;script:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "/path",
        "//x.y",
        "#top",
        "x.y",
        "blob:x",
        "%6aavascript:x",
        "<javascript:alert(1)>",
        "https:x.y",
        "&#1;javascript:alert(1)",
        "intent://x",
        "ftp://x.y",
    ] {
        assert!(addresses(&tree(&format!("[a]({address})"))).is_empty(), "{address}");
        assert!(addresses(&tree(&format!("![a]({address})"))).is_empty(), "{address}");
        assert!(
            addresses(&tree(&format!("[a]\n\n[a]: {address}"))).is_empty(),
            "{address}"
        );
        assert!(addresses(&tree(&format!("<{address}>"))).is_empty(), "{address}");
    }
}

#[test]
fn an_address_in_a_sentence_is_a_link_without_the_full_stop() {
    assert_eq!(
        tree("See https://x.y/a_(b), or (http://z.w)."),
        [paragraph(vec![
            text("See "),
            link("https://x.y/a_(b)", "https://x.y/a_(b)"),
            text(", or ("),
            link("http://z.w", "http://z.w"),
            text(")."),
        ])]
    );
    assert_eq!(
        tree("https:// and xhttps://a.b"),
        [paragraph(vec![text("https:// and xhttps://a.b")])]
    );
    assert_eq!(tree("<me@x.y>"), [paragraph(vec![link("mailto:me@x.y", "me@x.y")])]);
}

#[test]
fn lists_tables_and_emphasis_keep_their_form() {
    let item = |label: &str| Node::Element(Element::Item, vec![text(label)]);
    assert_eq!(
        tree("- a\n- b"),
        [Node::Element(Element::BulletList, vec![item("a"), item("b")])]
    );
    assert_eq!(tree("3. a"), [Node::Element(Element::NumberedList(3), vec![item("a")])]);
    let cell = |label: &str| Node::Element(Element::Cell, vec![text(label)]);
    let head = |label: &str| Node::Element(Element::HeadCell, vec![text(label)]);
    assert_eq!(
        tree("|a|b|\n|-|-|\n|1|2|"),
        [Node::Element(
            Element::Table,
            vec![
                Node::Element(Element::HeadRow, vec![head("a"), head("b")]),
                Node::Element(Element::Row, vec![cell("1"), cell("2")]),
            ]
        )]
    );
    assert_eq!(
        tree("**a**"),
        [paragraph(vec![Node::Element(Element::Strong, vec![text("a")])])]
    );
}

#[test]
fn plain_text_has_no_marks() {
    let nodes = tree("# Plans\n\n**Free** is free [1]. See [here](https://x.y).\n\n- a\n- b [2]");
    assert_eq!(plain(&nodes), "Plans\nFree is free. See here.\na\nb");
}

#[test]
fn nesting_without_end_keeps_the_text_and_not_the_form() {
    fn depth(nodes: &[Node]) -> usize {
        let below = |node: &Node| {
            if let Node::Element(_, children) = node {
                1 + depth(children)
            } else {
                0
            }
        };
        nodes.iter().map(below).max().unwrap_or(0)
    }
    for source in [
        format!("{}deep", ">".repeat(20_000)),
        format!("{}deep", "- ".repeat(2_000)),
        "*a **b ".repeat(3_000),
    ] {
        let nodes = tree(&source);
        assert!(depth(&nodes) <= DEPTH_LIMIT, "{}", depth(&nodes));
        assert!(!plain(&nodes).is_empty());
    }
}

proptest::proptest! {
    #[test]
    fn whatever_the_text_every_link_is_safe(text in "([\\[\\]()<>!*_`#|\\-: a-z0-9\n&;/.]|javascript:|data:|https://|\\]\\(|<a href=)*") {
        for address in addresses(&parse(&text, Citable::Unknown)) {
            proptest::prop_assert!(safe_address(&address).is_some(), "{address}");
        }
    }
}
