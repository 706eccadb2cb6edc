//! The collections that an agent answers from, to be ticked.
use crate::components::field::{Note, clear_error, why};
use crate::components::unique;
use crate::state::problems::Problems;
use leptos::prelude::*;
use shared::knowledge::Collection;

/// Every collection with a box to tick. Has to stand in a `fieldset`, whose legend says what it is about.
#[component]
pub fn CollectionChoice(
    /// What there is to choose from.
    collections: Vec<Collection>,
    /// The ids of those that are ticked.
    #[prop(into)]
    chosen: Signal<Vec<String>>,
    /// Hears the id of one that is ticked or unticked.
    toggle: Callback<String>,
    /// What is wrong with the form, under `collection_ids`.
    problems: RwSignal<Problems>,
) -> impl IntoView {
    const NAME: &str = "collection_ids";
    let why = why(problems, NAME);
    let options = collections
        .into_iter()
        .map(
            |Collection {
                 id,
                 name,
                 document_count,
                 ..
             }| {
                let own = id.clone();
                let ticked = Memo::new(move |_| chosen.with(|chosen| chosen.contains(&own)));
                let change = move |_| {
                    toggle.run(id.clone());
                    clear_error(problems, NAME);
                };
                let documents = match document_count {
                    1 => "1 document".to_owned(),
                    count => format!("{count} documents"),
                };
                view! {
                    <label class="option">
                        <input type="checkbox" name=NAME prop:checked=ticked on:change=change />
                        <span class="option__text">
                            <span class="option__label">{name}</span>
                            <span class="option__line">{documents}</span>
                        </span>
                    </label>
                }
            },
        )
        .collect_view();
    view! {
        {options}
        <Note id=unique(NAME) hint=None why=why />
    }
}
