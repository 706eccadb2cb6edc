//! Making an agent: a name and what it is for; the editor has the rest.
use crate::api::AuthorizedApi;
use crate::components::choice::Select;
use crate::components::collections::CollectionChoice;
use crate::components::dialog::DialogActions;
use crate::components::field::{FormProblem, TextArea, TextField, accept};
use crate::paths;
use crate::remote::{PendingRequest, Remote, remote};
use crate::shell::{CurrentWorkspace, use_go};
use crate::state::agents::{TYPES, first_collections, toggle};
use crate::state::problems::Problems;
use crate::state::workspaces::check_name;
use leptos::prelude::*;
use shared::agent::CreateAgent;
use shared::knowledge::CollectionList;

/// The form in the dialog.
#[component]
pub fn NewAgent(
    /// What closes the dialog.
    open: RwSignal<bool>,
) -> impl IntoView {
    let (api, current, go) = (
        expect_context::<AuthorizedApi>(),
        expect_context::<CurrentWorkspace>(),
        use_go(),
    );
    let (name, description) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let agent_type = RwSignal::new("SUPPORT".to_owned());
    let problems = RwSignal::new(Problems::default());
    let collections = remote(
        move || current.id.get(),
        move |id: String| async move { api.collections(&id).await },
    );
    let chosen = RwSignal::new(None::<Vec<String>>);
    let answers_from = Memo::new(move |_| {
        let offered = || collections.value().map(|list| first_collections(&list.collections));
        chosen.get().or_else(offered).unwrap_or_default()
    });
    let pending = PendingRequest::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut found = Problems::default();
        check_name(&name.get_untracked(), &mut found);
        if chosen.with_untracked(|chosen| chosen.as_ref().is_some_and(Vec::is_empty)) {
            found.add("collection_ids", "Choose at least one collection to answer from.");
        }
        if !accept(found, problems) {
            return;
        }
        let new = CreateAgent {
            name: name.get_untracked().trim().to_owned(),
            description: Some(description.get_untracked().trim().to_owned()).filter(|text| !text.is_empty()),
            agent_type: Some(agent_type.get_untracked()),
            // Without any, the server takes the default one.
            collection_ids: Some(answers_from.get_untracked()).filter(|ids| !ids.is_empty()),
            ..CreateAgent::default()
        };
        let workspace = current.id_now();
        let to = workspace.clone();
        pending.run(
            async move { api.create_agent(&workspace, &new).await },
            move |outcome| match outcome {
                Ok(created) => go.run(paths::agent(&to, &created.id)),
                Err(error) => problems.set(Problems::refused(&error, &["name", "description", "collection_ids"])),
            },
        );
    };
    view! {
        <form class="dialog__body" novalidate on:submit=submit>
            <TextField
                label="Name"
                name="name"
                placeholder="Support"
                value=name
                problems=problems
                autofocus=true
                hint="Visitors see it at the top of the chat."
            />
            <Select label="Purpose" name="agent_type" value=agent_type choices=TYPES />
            <Collections collections=collections answers_from=answers_from chosen=chosen problems=problems />
            <TextArea
                label="Description"
                name="description"
                value=description
                problems=problems
                hint="Only you see it."
            />
            <FormProblem problems=problems />
            <DialogActions open=open action="Create agent" busy=pending />
        </form>
    }
}

/// What the new agent answers from, where there is a choice.
#[component]
fn Collections(
    collections: Remote<CollectionList>,
    answers_from: Memo<Vec<String>>,
    chosen: RwSignal<Option<Vec<String>>>,
    problems: RwSignal<Problems>,
) -> impl IntoView {
    let change = Callback::new(move |id: String| {
        let mut ids = answers_from.get_untracked();
        toggle(&mut ids, &id);
        chosen.set(Some(ids));
    });
    move || {
        let several = collections
            .value()
            .map(|list| list.collections)
            .filter(|list| list.len() > 1)?;
        Some(view! {
            <fieldset class="options">
                <legend class="field__label">"Answers from"</legend>
                <CollectionChoice collections=several chosen=answers_from toggle=change problems=problems />
            </fieldset>
        })
    }
}
