//! An answer: its text with the numbers of its sources, how sure it is, how long it took, what it stands on.
use super::editing::Editing;
use super::markdown::{Cited, draw};
use super::sources::Sources;
use crate::components::badge::{Tone, badge};
use crate::components::meter::Meter;
use crate::state::answer::nodes;
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
    let titles = answer.sources.iter().map(|source| source.title.clone()).collect();
    let cited = Cited {
        titles: StoredValue::new(titles),
        open: RwSignal::new(None),
    };
    let text = draw(&nodes(&answer), cited);
    view! {
        <div class="chat__answer ew-text" dir="auto">{text}</div>
        <div class="verdict">
            {badge(tone, word)}
            <span class="verdict__figure">{sure} " % sure"</span>
            <Meter label="Confidence" percent=Signal::stored(sure) tone=Signal::stored(look) />
            <span class="verdict__figure">"needs " {wanted} " %"</span>
            <span class="verdict__figure">{time}</span>
        </div>
        <Sources sources=answer.sources cited=cited />
    }
}
