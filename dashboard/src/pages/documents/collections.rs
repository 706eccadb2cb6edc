//! The collections beside the documents: one narrows the list and takes what is uploaded.
use super::collection_form::{CollectionForm, Subject};
use super::listing::Knowledge;
use crate::components::dialog::Dialog;
use crate::components::icon::{Icon, icon};
use crate::state::documents::Filter;
use leptos::prelude::*;
use shared::knowledge::Collection;

/// The list of collections.
#[component]
pub fn Collections() -> impl IntoView {
    let knowledge = expect_context::<Knowledge>();
    let (open, subject) = (RwSignal::new(false), RwSignal::new(Subject::New));
    let all = move || {
        knowledge
            .collections
            .value()
            .map(|list| list.collections)
            .unwrap_or_default()
    };
    let count = move || all().iter().map(|collection| collection.document_count).sum::<u64>();
    let title = Signal::derive(move || subject.with(Subject::title).to_owned());
    let begin = Callback::new(move |of: Subject| {
        subject.set(of);
        open.set(true);
    });
    view! {
        <nav aria-label="Collections">
            <div class="collections__head">
                <h2 class="collections__title">"Collections"</h2>
                <Show when=move || knowledge.edits()>
                    <button
                        type="button"
                        class="button button--bare button--icon"
                        aria-label="New collection"
                        title="New collection"
                        on:click=move |_| begin.run(Subject::New)
                    >
                        {icon(Icon::Plus)}
                    </button>
                </Show>
            </div>
            <ul class="collections__list">
                <li><Entry id=None name="All documents".to_owned() count=Signal::derive(count) /></li>
                <For
                    each=all
                    key=|collection| (collection.id.clone(), collection.name.clone(), collection.description.clone())
                    let(collection)
                >
                    <Line collection=collection begin=begin />
                </For>
            </ul>
        </nav>
        <Dialog open=open title=title>
            {move || view! { <CollectionForm open=open subject=subject.get() /> }}
        </Dialog>
    }
}

#[component]
fn Line(collection: Collection, begin: Callback<Subject>) -> impl IntoView {
    let knowledge = expect_context::<Knowledge>();
    let id = collection.id.clone();
    let count = Memo::new(move |_| {
        let list = knowledge
            .collections
            .value()
            .map(|list| list.collections)
            .unwrap_or_default();
        list.iter()
            .find(|collection| collection.id == id)
            .map_or(0, |collection| collection.document_count)
    });
    let label = format!("Edit {}", collection.name);
    let (id, name) = (collection.id.clone(), collection.name.clone());
    view! {
        <li class="collections__line">
            <Entry id=Some(id) name=name count=count />
            <Show when=move || knowledge.edits()>
                <button
                    type="button"
                    class="button button--bare button--icon collections__edit"
                    aria-label=label.clone()
                    on:click={let collection = collection.clone(); move |_| begin.run(Subject::Old(collection.clone()))}
                >
                    {icon(Icon::Edit)}
                </button>
            </Show>
        </li>
    }
}

#[component]
fn Entry(id: Option<String>, name: String, #[prop(into)] count: Signal<u64>) -> impl IntoView {
    let knowledge = expect_context::<Knowledge>();
    let address = {
        let id = id.clone();
        move || {
            let filter = Filter {
                collection: id.clone(),
                ..knowledge.filter.get()
            };
            knowledge.address(&filter, None)
        }
    };
    let glyph = if id.is_some() { Icon::Folder } else { Icon::Book };
    let current = move || {
        knowledge
            .filter
            .with(|filter| filter.collection == id)
            .then_some("true")
    };
    view! {
        <a class="collections__entry" href=address aria-current=current>
            {icon(glyph)}
            <span class="collections__name">{name}</span>
            <span class="collections__count">{move || count.get()}</span>
        </a>
    }
}
