//! The passages that an answer stands on, each to be opened.
use super::markdown::{Cited, draw};
use crate::state::answer::passage;
use crate::state::transcript::percent;
use leptos::prelude::*;
use shared::agent::Source;

/// Shows the passages. A click on a number in the text opens the one it names.
#[component]
pub fn Sources(
    /// The passages, in the order of their numbers.
    sources: Vec<Source>,
    /// Which one is open, as the numbers in the text say it too.
    cited: Cited,
) -> impl IntoView {
    let rows = sources
        .into_iter()
        .enumerate()
        .map(|(at, source)| view! { <Passage at=at source=source cited=cited /> })
        .collect_view();
    view! { <ol class="sources">{rows}</ol> }
}

#[component]
fn Passage(at: usize, source: Source, cited: Cited) -> impl IntoView {
    let open = cited.open;
    let opened = move || open.get() == Some(at);
    let toggle = move |_| open.update(|open| *open = if *open == Some(at) { None } else { Some(at) });
    let path = source.heading_path.join(" \u{203a} ");
    let relevance = percent(source.relevance_score);
    let text = StoredValue::new(passage(&source));
    view! {
        <li class="source">
            <button type="button" class="source__head" aria-expanded=move || opened().to_string() on:click=toggle>
                <span class="source__number">{at + 1}</span>
                <span class="source__title">{source.title} " " <span class="source__path">{path}</span></span>
                <span class="source__score">{relevance} " %"</span>
            </button>
            <Show when=opened>
                <blockquote class="source__passage ew-text" dir="auto">
                    {text.with_value(|text| draw(text, cited))}
                </blockquote>
            </Show>
        </li>
    }
}
