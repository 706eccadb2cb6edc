//! Draws the nodes of an answer: the elements and classes of the widget (`widget/src/view/markdown.rs`), whose style
//! sheet for text (`shared/chat/text.css`) is the dashboard's too.
use leptos::html::custom;
use leptos::prelude::*;
use shared_chat::markdown::{Element, Node};

/// What an answer's citations lead to: the titles of its sources, and which source is open, from 0.
#[derive(Clone, Copy)]
pub struct Cited {
    /// In the order of their numbers.
    pub titles: StoredValue<Vec<String>>,
    /// None when all are closed.
    pub open: RwSignal<Option<usize>>,
}

/// Draws nodes.
pub fn draw(nodes: &[Node], cited: Cited) -> Vec<AnyView> {
    nodes.iter().map(|node| draw_node(node, cited)).collect()
}

fn draw_node(node: &Node, cited: Cited) -> AnyView {
    match node {
        Node::Text(text) => text.clone().into_any(),
        Node::LineBreak => view! { <br /> }.into_any(),
        Node::Rule => view! { <hr /> }.into_any(),
        Node::Code(code) => view! { <code>{code.clone()}</code> }.into_any(),
        Node::CodeBlock { language, code } => view! {
            <pre role="group" aria-label=format!("Code sample {language}").trim_end().to_owned()>
                <code>{code.clone()}</code>
            </pre>
        }
        .into_any(),
        Node::Citation(number) => citation(*number, cited),
        Node::Element(kind, children) => element(kind, draw(children, cited)),
    }
}

fn element(kind: &Element, children: Vec<AnyView>) -> AnyView {
    match kind {
        // It scrolls sideways: the keyboard must be able to reach it.
        Element::Table => view! {
            <div class="ew-table" role="group" aria-label="Table" tabindex="0">
                <table>{children}</table>
            </div>
        }
        .into_any(),
        Element::NumberedList(first) => view! { <ol start=first.to_string()>{children}</ol> }.into_any(),
        Element::Together => view! { <span class="ew-together">{children}</span> }.into_any(),
        Element::Link(address) => view! {
            <a href=address.clone() target="_blank" rel="noopener noreferrer nofollow">
                {children}
            </a>
        }
        .into_any(),
        _ => custom(kind.tag()).child(children).into_any(),
    }
}

/// A pill that opens the passage; only a number where there is no such source.
fn citation(number: usize, cited: Cited) -> AnyView {
    let at = number.saturating_sub(1);
    let Some(title) = cited.titles.with_value(|titles| titles.get(at).cloned()) else {
        return view! { <span class="ew-cite">{number}</span> }.into_any();
    };
    view! {
        <button
            type="button"
            class="ew-cite"
            aria-label=format!("Source {number}: {title}")
            title=title
            on:click=move |_| cited.open.set(Some(at))
        >
            {number}
        </button>
    }
    .into_any()
}
