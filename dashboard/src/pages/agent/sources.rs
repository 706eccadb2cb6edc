//! The passages that an answer stands on, each to be opened.
use crate::state::transcript::percent;
use leptos::prelude::*;
use shared::agent::Source;

/// Shows the passages. A click on a number in the text opens the one it names.
#[component]
pub fn Sources(
    /// The passages, in the order of their numbers.
    sources: Vec<Source>,
    /// Which one is open, from 0.
    open: RwSignal<Option<usize>>,
) -> impl IntoView {
    let rows = sources
        .into_iter()
        .enumerate()
        .map(|(at, source)| view! { <Passage at=at source=source open=open /> })
        .collect_view();
    view! { <ol class="sources">{rows}</ol> }
}

#[component]
fn Passage(at: usize, source: Source, open: RwSignal<Option<usize>>) -> impl IntoView {
    let opened = move || open.get() == Some(at);
    let toggle = move |_| open.update(|open| *open = if *open == Some(at) { None } else { Some(at) });
    let path = source.heading_path.join(" \u{203a} ");
    let (preview, relevance) = (source.chunk_preview, percent(source.relevance_score));
    let preview = StoredValue::new(preview);
    view! {
        <li class="source">
            <button type="button" class="source__head" aria-expanded=move || opened().to_string() on:click=toggle>
                <span class="source__number">{at + 1}</span>
                <span class="source__title">{source.title} " " <span class="source__path">{path}</span></span>
                <span class="source__score">{relevance} " %"</span>
            </button>
            <Show when=opened>
                <blockquote class="source__passage">{preview.get_value()}</blockquote>
            </Show>
        </li>
    }
}
