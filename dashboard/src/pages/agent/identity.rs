//! Who the agent is, and what it answers from.
use super::editing::Editing;
use crate::components::choice::Select;
use crate::components::field::{Note, TextArea, TextField, forgive, why};
use crate::paths;
use crate::state::agents::TYPES;
use leptos::prelude::*;
use shared::knowledge::Collection;

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
    let why = why(editing.problems, "collection_ids");
    let collections = editing.collections.get_value().collections;
    let options = collections
        .into_iter()
        .map(|collection| view! { <Choice collection=collection /> })
        .collect_view();
    view! {
        <section class="card card--padded form">
            <fieldset class="options">
                <legend class="card__title">"Knowledge"</legend>
                <p class="card__text">
                    "It answers only from these collections. "
                    <a href=paths::within(&editing.here.id_now(), "documents")>"Manage documents"</a>
                </p>
                {options}
                <Note id="collections-note".to_owned() hint=None why=why />
            </fieldset>
        </section>
    }
}

#[component]
fn Choice(collection: Collection) -> impl IntoView {
    let editing = expect_context::<Editing>();
    let id = collection.id.clone();
    let chosen = {
        let id = id.clone();
        Memo::new(move |_| editing.draft.with(|draft| draft.collections.contains(&id)))
    };
    let toggle = move |_| {
        editing.draft.update(|draft| draft.toggle_collection(&id));
        forgive(editing.problems, "collection_ids");
    };
    let documents = match collection.document_count {
        1 => "1 document".to_owned(),
        count => format!("{count} documents"),
    };
    view! {
        <label class="option">
            <input type="checkbox" name="collection_ids" prop:checked=chosen on:change=toggle />
            <span class="option__text">
                <span class="option__label">{collection.name}</span>
                <span class="option__line">{documents}</span>
            </span>
        </label>
    }
}
