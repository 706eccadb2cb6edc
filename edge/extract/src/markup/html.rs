//! HTML to blocks: the main content, without navigation, scripts and what a visitor does not see.
use ego_tree::NodeId;
use ego_tree::iter::Edge;
use retrieval::Parsed;
use retrieval::parse::Blocks;
use retrieval::text::collapse_whitespace;
use scraper::node::Element;
use scraper::{ElementRef, Html, Node};

/// A `summary` heads what its `details` hold, below any heading of the page.
const SUMMARY_LEVEL: u8 = 7;

/// Reads a page. Never fails: what is not understood is read as text.
pub(crate) fn parse(text: &str) -> Parsed {
    let html = Html::parse_document(text.strip_prefix('\u{FEFF}').unwrap_or(text));
    let root = main_content(&html);
    let mut walk = Walk {
        within_main: root.value().name() != "body" && root.value().name() != "html",
        ..Walk::default()
    };
    for edge in root.traverse() {
        match edge {
            Edge::Open(node) => walk.open(node.id(), node.value()),
            Edge::Close(node) => walk.close(node.id(), node.value()),
        }
    }
    let page_title = html
        .root_element()
        .descendent_elements()
        .find(|element| element.value().name() == "title");
    let page_title = page_title.map(|element| collapse_whitespace(&element.text().collect::<String>()));
    let mut parsed = walk.blocks.finish(None);
    // "Refunds | Acme" is called what its only heading calls it.
    let heading = parsed.title.take();
    parsed.title = match (page_title.filter(|title| !title.is_empty()), heading) {
        (Some(page), Some(heading)) if !page.contains(&heading) => Some(page),
        (page, heading) => heading.or(page),
    };
    parsed
}

fn main_content(html: &Html) -> ElementRef<'_> {
    let root = html.root_element();
    let mut body = root;
    let mut main = None;
    let mut articles = Vec::new();
    for element in root.descendent_elements() {
        match element.value().name() {
            "body" => body = element,
            "main" => main = main.or(Some(element)),
            "article" => articles.push(element),
            _ if element.attr("role") == Some("main") => main = main.or(Some(element)),
            _ => {}
        }
    }
    let chosen = match (main, articles.as_slice()) {
        (Some(main), _) => main,
        (None, [article]) => *article,
        _ => return body,
    };
    // A page that keeps its text elsewhere is read whole.
    if chosen.text().any(|text| !text.trim().is_empty()) {
        chosen
    } else {
        body
    }
}

#[derive(Default)]
struct Walk {
    blocks: Blocks,
    within_main: bool,
    /// The element that is skipped with all it holds.
    skipped: Option<NodeId>,
    /// The `pre` that is open, its language and its text.
    code: Option<(NodeId, String, String)>,
}

impl Walk {
    fn open(&mut self, id: NodeId, node: &Node) {
        if self.skipped.is_some() {
            return;
        }
        match node {
            Node::Text(text) => match &mut self.code {
                Some((_, _, code)) => code.push_str(text),
                None => self.blocks.text(text),
            },
            Node::Element(element) => self.open_element(id, element),
            _ => {}
        }
    }

    fn open_element(&mut self, id: NodeId, element: &Element) {
        if self.is_skipped(element) {
            self.skipped = Some(id);
            return;
        }
        let blocks = &mut self.blocks;
        if let Some((_, language, code)) = &mut self.code {
            if element.name() == "br" {
                code.push('\n');
            } else if language.is_empty() {
                *language = code_language(element);
            }
            return;
        }
        match element.name() {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => blocks.start_heading(heading_level(element.name())),
            "summary" => blocks.start_heading(SUMMARY_LEVEL),
            "ul" | "dl" | "menu" => blocks.start_list(None),
            "ol" => blocks.start_list(Some(
                element.attr("start").and_then(|start| start.parse().ok()).unwrap_or(1),
            )),
            "li" | "dt" => blocks.start_item(),
            "table" => blocks.start_table(),
            "tr" => blocks.start_row(),
            "td" | "th" => blocks.start_cell(),
            "pre" => self.code = Some((id, code_language(element), String::new())),
            "br" => blocks.space(),
            "main" | "article" => {
                self.within_main = true;
                blocks.break_block();
            }
            name if is_block(name) => blocks.break_block(),
            _ => {}
        }
    }

    fn close(&mut self, id: NodeId, node: &Node) {
        if self.skipped.is_some() {
            if self.skipped == Some(id) {
                self.skipped = None;
            }
            return;
        }
        if let Some((opened, _, _)) = &self.code {
            if *opened == id
                && let Some((_, language, code)) = self.code.take()
            {
                self.blocks.code(&language, &code);
            }
            return;
        }
        let Node::Element(element) = node else { return };
        let blocks = &mut self.blocks;
        match element.name() {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "summary" => blocks.end_heading(),
            "details" => blocks.end_section(SUMMARY_LEVEL),
            "ul" | "ol" | "dl" | "menu" => blocks.end_list(),
            "li" => blocks.end_item(),
            "table" => blocks.end_table(),
            "td" | "th" => blocks.end_cell(),
            name if is_block(name) => blocks.break_block(),
            _ => {}
        }
    }

    fn is_skipped(&self, element: &Element) -> bool {
        match element.name() {
            "script" | "style" | "noscript" | "template" | "svg" | "math" | "iframe" | "object" | "canvas" | "nav"
            | "aside" | "button" | "select" | "textarea" | "input" | "dialog" | "head" | "title" => return true,
            "header" | "footer" if !self.within_main => return true,
            _ => {}
        }
        if element.attr("hidden").is_some() || element.attr("aria-hidden") == Some("true") {
            return true;
        }
        let role = element.attr("role").unwrap_or_default();
        if matches!(
            role,
            "navigation" | "search" | "complementary" | "dialog" | "alertdialog" | "menu"
        ) || !self.within_main && matches!(role, "banner" | "contentinfo")
        {
            return true;
        }
        let style: String = element.attr("style").unwrap_or_default().split_whitespace().collect();
        style.contains("display:none") || style.contains("visibility:hidden")
    }
}

fn heading_level(name: &str) -> u8 {
    name.as_bytes().get(1).map_or(6, |digit| digit - b'0')
}

fn code_language(element: &Element) -> String {
    let class = element
        .classes()
        .find_map(|class| class.strip_prefix("language-").or(class.strip_prefix("lang-")));
    class.unwrap_or_default().to_owned()
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "main"
            | "article"
            | "header"
            | "footer"
            | "blockquote"
            | "figure"
            | "figcaption"
            | "dd"
            | "dt"
            | "address"
            | "form"
            | "fieldset"
            | "legend"
            | "details"
            | "hr"
            | "caption"
            | "tr"
            | "thead"
            | "tbody"
            | "tfoot"
            | "body"
            | "html"
            | "option"
            | "label"
            | "hgroup"
    )
}
