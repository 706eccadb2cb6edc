//! Who the agent is, and what it answers from.
use super::editing::Editing;
use crate::components::choice::Select;
use crate::components::collections::CollectionChoice;
use crate::components::field::{TextArea, TextField};
use crate::paths;
use crate::state::agents::TYPES;
use leptos::prelude::*;

/// Name, purpose, description.
#[component]
pub fn Identity() -> impl IntoView {
    let editing = expect_context::<Editing>();
    let problems = editing.problems;
    view! {
        <section class="card card--padded form" aria-labelledby="identity-title">
            <h2 class="card__title" id="identity-title">"Identity"</h2>
            <div class="form__row">
                <TextField
                    label="Name"
                    name="name"
                    value=editing.text(|draft| &draft.name, |draft| &mut draft.name)
                    problems=problems
                />
                <Select
                    label="Purpose"
                    name="agent_type"
                    value=editing.text(|draft| &draft.agent_type, |draft| &mut draft.agent_type)
                    choices=TYPES
                />
            </div>
            <TextArea
                label="Description"
                name="description"
                rows=2
                value=editing.text(|draft| &draft.description, |draft| &mut draft.description)
                problems=problems
                hint="Only you see it."
            />
        </section>
    }
}

/// The collections that the agent answers from.
#[component]
pub fn Knowledge() -> impl IntoView {
    let editing = expect_context::<Editing>();
    let chosen = Memo::new(move |_| editing.draft.with(|draft| draft.collections.clone()));
    let toggle = Callback::new(move |id: String| editing.draft.update(|draft| draft.toggle_collection(&id)));
    view! {
        <section class="card card--padded form">
            <fieldset class="options">
                <legend class="card__title">"Knowledge"</legend>
                <p class="card__text">
                    "It answers only from these collections. "
                    <a href=paths::within(&editing.current.id_now(), "documents")>"Manage documents"</a>
                </p>
                <CollectionChoice
                    collections=editing.collections.get_value().collections
                    chosen=chosen
                    toggle=toggle
                    problems=editing.problems
                />
            </fieldset>
        </section>
    }
}
