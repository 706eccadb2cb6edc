//! How the agent speaks, when it falls silent, and what it says then.
use super::editing::Editing;
use crate::components::choice::{Select, Switch};
use crate::components::field::{TextArea, TextField};
use crate::components::unique;
use crate::state::agents::{GENERATORS, LANGUAGES, STRATEGIES, STYLES, TONES, span};
use leptos::prelude::*;
use shared::limits::ANSWER_CHARS;

/// Tone, style, language, length, threshold, sources.
#[component]
pub fn Behaviour() -> impl IntoView {
    let editing = expect_context::<Editing>();
    let sources = Signal::derive(move || editing.draft.with(|draft| draft.show_sources));
    view! {
        <section class="card card--padded form" aria-labelledby="behaviour-title">
            <h2 class="card__title" id="behaviour-title">"Behaviour"</h2>
            <div class="form__row">
                <Select
                    label="Tone"
                    name="tone"
                    value=editing.text(|draft| &draft.tone, |draft| &mut draft.tone)
                    choices=TONES
                />
                <Select
                    label="Style"
                    name="response_style"
                    value=editing.text(|draft| &draft.response_style, |draft| &mut draft.response_style)
                    choices=STYLES
                />
            </div>
            <div class="form__row">
                <Select
                    label="Language"
                    name="language_mode"
                    value=editing.text(|draft| &draft.language_mode, |draft| &mut draft.language_mode)
                    choices=LANGUAGES
                />
                <TextField
                    label="Longest answer"
                    name="max_response_length"
                    inputmode="numeric"
                    value=editing.text(|draft| &draft.max_response_length, |draft| &mut draft.max_response_length)
                    problems=editing.problems
                    hint=format!("In characters, {}.", span(&ANSWER_CHARS))
                />
            </div>
            <div class="form__row">
                <Select
                    label="Questions are looked up"
                    name="strategy"
                    value=editing.text(|draft| &draft.strategy, |draft| &mut draft.strategy)
                    choices=STRATEGIES
                />
                <Select
                    label="Answers are written by"
                    name="generator"
                    value=editing.text(|draft| &draft.generator, |draft| &mut draft.generator)
                    choices=GENERATORS
                />
            </div>
            <Threshold />
            <Switch
                label="Show sources"
                hint="Visitors can open the passages that an answer stands on."
                on=sources
                change=Callback::new(move |on| editing.draft.update(|draft| draft.show_sources = on))
            />
        </section>
    }
}

#[component]
fn Threshold() -> impl IntoView {
    let editing = expect_context::<Editing>();
    let id = unique("threshold");
    let note = format!("{id}-note");
    let percent = Memo::new(move |_| editing.draft.with(|draft| draft.threshold));
    let change = move |event| {
        if let Ok(percent) = event_target_value(&event).parse() {
            editing.draft.update(|draft| draft.threshold = percent);
        }
    };
    view! {
        <div class="field">
            <div class="field__split">
                <label class="field__label" for=id.clone()>"Confidence threshold"</label>
                <output class="field__value" for=id.clone()>{move || format!("{} %", percent.get())}</output>
            </div>
            <input
                class="range"
                type="range"
                min="0"
                max="100"
                step="1"
                id=id
                name="confidence_threshold"
                aria-describedby=note.clone()
                prop:value=move || percent.get().to_string()
                on:input=change
            />
            <p class="field__note" id=note>"Below it, the agent gives its fallback message in place of an answer."</p>
        </div>
    }
}

/// Greeting, fallback, suggested questions.
#[component]
pub fn Messages() -> impl IntoView {
    let editing = expect_context::<Editing>();
    let problems = editing.problems;
    view! {
        <section class="card card--padded form" aria-labelledby="messages-title">
            <h2 class="card__title" id="messages-title">"Messages"</h2>
            <TextArea
                label="Greeting"
                name="greeting_message"
                rows=2
                value=editing.text(|draft| &draft.greeting, |draft| &mut draft.greeting)
                problems=problems
            />
            <TextArea
                label="Fallback"
                name="fallback_message"
                rows=2
                value=editing.text(|draft| &draft.fallback, |draft| &mut draft.fallback)
                problems=problems
                hint="What a visitor reads when the documents hold no answer."
            />
            <TextArea
                label="Suggested questions"
                name="suggested_questions"
                rows=4
                value=editing.text(|draft| &draft.questions, |draft| &mut draft.questions)
                problems=problems
                hint="One a line, at most six. They start the conversation."
            />
        </section>
    }
}
