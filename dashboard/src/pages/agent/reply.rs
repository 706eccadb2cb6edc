//! An answer: its text with the numbers of its sources, how sure it is, how long it took, what it stands on.
use super::editing::Editing;
use super::sources::Sources;
use crate::components::badge::{Tone, badge};
use crate::components::meter::Meter;
use crate::state::answer::{Block, Span, blocks};
use crate::state::transcript::{Sureness, duration, percent, sureness};
use leptos::prelude::*;
use shared::agent::TestAnswer;

/// Shows an answer.
#[component]
pub fn Reply(answer: TestAnswer) -> impl IntoView {
    let editing = expect_context::<Editing>();
    let threshold = editing
        .agent
        .with_untracked(|agent| agent.response_config.confidence_threshold)
        .unwrap_or(0.6);
    let (tone, word, look) = match sureness(&answer, threshold) {
        Sureness::Sure => (Tone::Good, "Answered", "good"),
        Sureness::Barely => (Tone::Warn, "Barely sure", "warn"),
        Sureness::Fallback => (Tone::Plain, "Fallback", "bad"),
    };
    let sure = percent(answer.confidence);
    let (time, wanted) = (duration(answer.response_time_ms), percent(threshold));
    let open = RwSignal::new(None::<usize>);
    let text = blocks(&answer.response)
        .into_iter()
        .map(|block| block_view(block, open))
        .collect_view();
    view! {
        <div class="bubble">{text}</div>
        <div class="verdict">
            {badge(tone, word)}
            <span class="verdict__figure">{sure} " % sure"</span>
            <Meter label="Confidence" percent=Signal::stored(sure) tone=Signal::stored(look) />
            <span class="verdict__figure">"needs " {wanted} " %"</span>
            <span class="verdict__figure">{time}</span>
        </div>
        <Sources sources=answer.sources open=open />
    }
}

fn block_view(block: Block, open: RwSignal<Option<usize>>) -> AnyView {
    match block {
        Block::Paragraph(spans) => view! { <p>{line(spans, open)}</p> }.into_any(),
        Block::Heading(spans) => view! { <p><strong>{line(spans, open)}</strong></p> }.into_any(),
        Block::Item(mark, spans) => {
            view! { <p class="bubble__item"><span>{mark}</span><span>{line(spans, open)}</span></p> }.into_any()
        }
        Block::Code(text) => view! { <pre class="bubble__code"><code>{text}</code></pre> }.into_any(),
    }
}

fn line(spans: Vec<Span>, open: RwSignal<Option<usize>>) -> Vec<AnyView> {
    let span = |span: Span| match span {
        Span::Text(text) => text.into_any(),
        Span::Strong(text) => view! { <strong>{text}</strong> }.into_any(),
        Span::Emphasis(text) => view! { <em>{text}</em> }.into_any(),
        Span::Code(text) => view! { <code class="mono">{text}</code> }.into_any(),
        Span::Link(text, address) => {
            view! { <a href=address target="_blank" rel="noopener noreferrer nofollow">{text}</a> }.into_any()
        }
        Span::Cite(number) => view! {
            <button
                type="button"
                class="cite"
                aria-label=format!("Source {number}")
                on:click=move |_| open.set(Some(number - 1))
            >
                {number}
            </button>
        }
        .into_any(),
    };
    spans.into_iter().map(span).collect()
}
