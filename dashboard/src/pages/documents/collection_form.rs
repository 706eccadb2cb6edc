//! Making a collection, renaming it, deleting it.
use super::listing::Knowledge;
use crate::api::Outcome;
use crate::components::field::{FormProblem, TextArea, TextField, accept};
use crate::components::submit::Submit;
use crate::components::toast::Toasts;
use crate::remote::PendingRequest;
use crate::state::documents::Filter;
use crate::state::problems::Problems;
use crate::state::workspaces::check_name;
use leptos::prelude::*;
use shared::knowledge::{Collection, CreateCollection, UpdateCollection};

/// What the form is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// A collection that is to be made.
    New,
    /// One that there is.
    Old(Collection),
}

impl Subject {
    /// Returns the dialog's title.
    pub fn title(&self) -> &'static str {
        match self {
            Self::New => "New collection",
            Self::Old(_) => "Edit collection",
        }
    }
}

/// The form in the dialog.
#[component]
pub fn CollectionForm(open: RwSignal<bool>, subject: Subject) -> impl IntoView {
    let (knowledge, toasts) = (expect_context::<Knowledge>(), expect_context::<Toasts>());
    let old = match subject {
        Subject::New => None,
        Subject::Old(collection) => Some(collection),
    };
    let name = RwSignal::new(old.as_ref().map(|old| old.name.clone()).unwrap_or_default());
    let description = RwSignal::new(old.as_ref().map(|old| old.description.clone()).unwrap_or_default());
    let id = StoredValue::new(old.as_ref().map(|old| old.id.clone()));
    let problems = RwSignal::new(Problems::default());
    let pending = PendingRequest::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut found = Problems::default();
        check_name(&name.get_untracked(), &mut found);
        if !accept(found, problems) {
            return;
        }
        let written = (
            name.get_untracked().trim().to_owned(),
            description.get_untracked().trim().to_owned(),
        );
        pending.run(save(knowledge, id.get_value(), written), move |outcome| match outcome {
            Ok(made) => {
                open.set(false);
                knowledge.refresh();
                toasts.good("The collection is saved.");
                if let Some(made) = made {
                    knowledge.go.run(knowledge.address(
                        &Filter {
                            collection: Some(made),
                            ..Filter::default()
                        },
                        None,
                    ));
                }
            }
            Err(error) => problems.set(Problems::refused(&error, &["name", "description"])),
        });
    };
    let busy = move || pending.busy();
    let deletable = old.as_ref().is_some_and(|old| !old.is_default);
    view! {
        <form class="dialog__body" novalidate on:submit=submit>
            <TextField
                label="Name"
                name="name"
                placeholder="Product manuals"
                value=name
                problems=problems
                autofocus=true
            />
            <TextArea
                label="Description"
                name="description"
                rows=2
                value=description
                problems=problems
                hint="Only you see it."
            />
            <FormProblem problems=problems />
            <footer class="dialog__actions">
                {deletable.then(|| view! { <DeleteCollection id=id open=open problems=problems /> })}
                <button type="button" class="button" on:click=move |_| open.set(false)>"Cancel"</button>
                <Submit label="Save" busy=Signal::derive(busy) />
            </footer>
        </form>
    }
}

/// Makes the collection, or changes the one that there is; returns the id of one that was made.
async fn save(knowledge: Knowledge, old: Option<String>, written: (String, String)) -> Outcome<Option<String>> {
    let (workspace, (name, description)) = (knowledge.current.id_now(), written);
    match old {
        Some(id) => {
            let change = UpdateCollection {
                name: Some(name),
                description: Some(description),
            };
            knowledge
                .api
                .update_collection(&workspace, &id, &change)
                .await
                .map(|_| None)
        }
        None => {
            let new = CreateCollection {
                name,
                description: Some(description),
            };
            knowledge
                .api
                .create_collection(&workspace, &new)
                .await
                .map(|made| Some(made.id))
        }
    }
}

/// Deletes the collection, on the second click: the first one asks.
#[component]
fn DeleteCollection(
    id: StoredValue<Option<String>>,
    open: RwSignal<bool>,
    problems: RwSignal<Problems>,
) -> impl IntoView {
    let (knowledge, toasts) = (expect_context::<Knowledge>(), expect_context::<Toasts>());
    let asked = RwSignal::new(false);
    let pending = PendingRequest::default();
    let delete = move |_| {
        let Some(id) = id.get_value() else { return };
        if !asked.get_untracked() {
            asked.set(true);
            return;
        }
        let workspace = knowledge.current.id_now();
        pending.run(
            async move { knowledge.api.delete_collection(&workspace, &id).await },
            move |outcome| match outcome {
                Ok(()) => {
                    open.set(false);
                    knowledge.replace.run(knowledge.address(&Filter::default(), None));
                    knowledge.refresh();
                    toasts.good("The collection is deleted.");
                }
                Err(error) => problems.set(Problems::refused(&error, &[])),
            },
        );
    };
    view! {
        <button
            type="button"
            class="button button--danger-quiet dialog__apart"
            disabled=move || pending.busy()
            on:click=delete
        >
            {move || if asked.get() { "Delete with its documents?" } else { "Delete" }}
        </button>
    }
}
