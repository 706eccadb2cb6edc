//! Draws the Markdown tree: one element for each allowed node, text for everything else.

use super::html::{Html, element};
use super::parts::{button, link};
use crate::conversation::Conversation;
use leptos::prelude::*;
use shared_chat::markdown::{Element, Node};

/// Draws a node of the answer whose message has this key into `parent`, and returns the parent.
pub(super) fn render(node: &Node, parent: Html, conversation: Conversation, key: u32) -> Html {
    match node {
        Node::Text(text) => parent.text(text),
        Node::LineBreak => parent.child(element("br", "")),
        Node::Rule => parent.child(element("hr", "")),
        Node::Code(code) => parent.child(element("code", "").text(code)),
        Node::CodeBlock { language, code } => {
            let label = [conversation.strings.code_sample, " ", language].concat();
            parent.child(group("pre", "", &label).child(element("code", "").text(code)))
        }
        Node::Citation(number) => parent.child(citation(*number, conversation, key)),
        Node::Element(Element::Table, children) => {
            let table = render_all(children, empty(&Element::Table), conversation, key);
            // It scrolls sideways: the keyboard must be able to reach it.
            let scroller = group("div", "ew-table", conversation.strings.table).attribute("tabindex", "0");
            parent.child(scroller.child(table))
        }
        Node::Element(kind, children) => parent.child(render_all(children, empty(kind), conversation, key)),
    }
}

/// Draws several nodes.
pub(super) fn render_all(nodes: &[Node], parent: Html, conversation: Conversation, key: u32) -> Html {
    nodes
        .iter()
        .fold(parent, |parent, node| render(node, parent, conversation, key))
}

fn empty(kind: &Element) -> Html {
    match kind {
        Element::NumberedList(first) => element(kind.tag(), "").attribute("start", &first.to_string()),
        Element::Together => element(kind.tag(), "ew-together"),
        Element::Link(address) => link("", address),
        _ => element(kind.tag(), ""),
    }
}

/// An element that a screen reader says the name of.
fn group(tag: &str, class: &str, label: &str) -> Html {
    element(tag, class)
        .attribute("role", "group")
        .attribute("aria-label", label)
}

/// A pill that opens the passage; only a number as long as the source is not known.
fn citation(number: usize, conversation: Conversation, key: u32) -> Html {
    let at = number.saturating_sub(1);
    let title = conversation.chat.with_untracked(|chat| {
        chat.message(key)
            .and_then(|message| Some(message.sources.get(at)?.title.clone()))
    });
    let number = number.to_string();
    let Some(title) = title else {
        return element("span", "ew-cite").text(&number);
    };
    let name = [conversation.strings.source, " ", &number, ": ", &title].concat();
    let pill = button("ew-cite", move || conversation.passage.set(Some((key, at))));
    pill.attribute("aria-label", &name)
        .attribute("title", &title)
        .text(&number)
}
