//! Answers with what every client must draw them as.
use crate::markdown::{Element, Node};

/// An answer that is complete.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its text.
    pub markdown: &'static str,
    /// How many sources it has.
    pub sources: usize,
    /// What is drawn, as [`outline`] writes it.
    pub drawn: &'static str,
}

const fn case(markdown: &'static str, sources: usize, drawn: &'static str) -> Case {
    Case {
        markdown,
        sources,
        drawn,
    }
}

/// Every form that an answer may have, and what must not become one.
pub const CASES: &[Case] = &[
    case("", 0, ""),
    case("One\ntwo\n\nthree", 0, "<p>One two</p><p>three</p>"),
    case("One\\\ntwo", 0, "<p>One<br>two</p>"),
    // Emphasis, also one inside another, and what only looks like it.
    case(
        "**a *b* c** ~~d~~ 2 * 3 * 4 **",
        0,
        "<p><strong>a <em>b</em> c</strong> <s>d</s> 2 * 3 * 4 **</p>",
    ),
    case("### Deep\n\ntext\n\n---", 0, "<h2>Deep</h2><p>text</p><hr>"),
    // Lists inside lists, and a quotation inside an item.
    case(
        "- a\n  1. b\n  2. c\n     - d\n- e\n\n  > f",
        0,
        "<ul><li><p>a</p><ol start=1><li>b</li><li>c<ul><li>d</li></ul></li></ol></li>\
         <li><p>e</p><blockquote><p>f</p></blockquote></li></ul>",
    ),
    case("7. a\n8. b", 0, "<ol start=7><li>a</li><li>b</li></ol>"),
    // Tables.
    case(
        "| Plan | Price |\n|---|--:|\n| **Free** | 0 \\| none [1] |",
        1,
        "<table><tr><th>Plan</th><th>Price</th></tr>\
         <tr><td><strong>Free</strong></td><td>0 | none <cite 1></td></tr></table>",
    ),
    // Code is shown as it is.
    case("`a[1] **b**`", 1, "<p><code>a[1] **b**</code></p>"),
    case("```js\nlet a = \"<b>\";\n```", 0, "<pre js>let a = \"&lt;b>\";</pre>"),
    // Escapes.
    case("\\*a\\* \\[1] \\# &amp; &lt;b&gt;", 1, "<p>*a* <cite 1> # & &lt;b></p>"),
    // HTML is text, and a picture a link.
    case(
        "a <img src=x onerror=alert(1)> <b>b</b>",
        0,
        "<p>a &lt;img src=x onerror=alert(1)> &lt;b>b&lt;/b></p>",
    ),
    case("<script>alert(1)</script>", 0, "<p>&lt;script>alert(1)&lt;/script></p>"),
    case(
        "![a cat](https://x.example/c.png)",
        0,
        "<p><a https://x.example/c.png>a cat</a></p>",
    ),
    // Links lead to the web, to mail and to telephones.
    case(
        "[a](https://x.example/?b=1 \"t\") <me@x.example> [c](tel:+4912) https://y.example/d.",
        0,
        "<p><a https://x.example/?b=1>a</a> <a mailto:me@x.example>me@x.example</a> <a tel:+4912>c</a> \
         <a https://y.example/d>https://y.example/d</a>.</p>",
    ),
    // Links of hostile schemes are their text.
    case("[a](javascript:alert(1))", 0, "<p>a</p>"),
    case("[a](JaVaScRiPt:alert(1)) [b](vbscript:x)", 0, "<p>a b</p>"),
    case("[a](java&#10;script:alert(1))", 0, "<p>a</p>"),
    case("[a](data:text/html;base64,PHM+)", 0, "<p>a</p>"),
    case("![a](data:image/svg+xml,x)", 0, "<p>a</p>"),
    case(
        "<javascript:alert(1)> [b](//x.example)",
        0,
        "<p>javascript:alert(1) b</p>",
    ),
    case("[a][r]\n\n[r]: file:///etc/passwd", 0, "<p>a</p>"),
    // Citations are numbers of sources that are there.
    case(
        "Yes [1][2]. No [3].",
        2,
        "<p>Yes <span><cite 1><cite 2>.</span> No [3].</p>",
    ),
    case(
        "Yes [1](https://x.example), no [0] [01x]",
        1,
        "<p>Yes <cite 1>, no [0] [01x]</p>",
    ),
    case("Nobody knows [1].", 0, "<p>Nobody knows [1].</p>"),
];

/// Writes nodes in one line: elements by their tags, citations as `<cite 1>`, `<` in text as `&lt;`.
pub fn outline(nodes: &[Node]) -> String {
    nodes.iter().map(outline_of).collect()
}

fn outline_of(node: &Node) -> String {
    let text = |text: &str| text.replace('<', "&lt;");
    match node {
        Node::Text(it) => text(it),
        Node::LineBreak => "<br>".to_owned(),
        Node::Rule => "<hr>".to_owned(),
        Node::Code(code) => format!("<code>{}</code>", text(code)),
        Node::CodeBlock { language, code } => format!("<pre {language}>{}</pre>", text(code)),
        Node::Citation(number) => format!("<cite {number}>"),
        Node::Element(element, children) => {
            let (tag, inner) = (element.tag(), outline(children));
            let attribute = match element {
                Element::NumberedList(first) => format!(" start={first}"),
                Element::Link(address) => format!(" {address}"),
                _ => String::new(),
            };
            format!("<{tag}{attribute}>{inner}</{tag}>")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::{Citable, parse};

    #[test]
    fn every_case_is_drawn_as_it_must_be() {
        for case in CASES {
            let nodes = parse(case.markdown, Citable::Sources(case.sources));
            assert_eq!(outline(&nodes), case.drawn, "{}", case.markdown);
        }
    }
}
