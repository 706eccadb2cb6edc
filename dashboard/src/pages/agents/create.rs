//! Making an agent: a name and what it is for; the editor has the rest.
use crate::api::AuthorizedApi;
use crate::components::choice::Select;
use crate::components::dialog::DialogActions;
use crate::components::field::{FormProblem, TextArea, TextField, accept};
use crate::paths;
use crate::remote::Errand;
use crate::shell::{Here, use_go};
use crate::state::agents::TYPES;
use crate::state::problems::Problems;
use crate::state::workspaces::check_name;
use leptos::prelude::*;
use shared::agent::CreateAgent;

/// The form in the dialog. The new agent answers from the workspace's default collection until it is told otherwise.
#[component]
pub fn NewAgent(
    /// What closes the dialog.
    open: RwSignal<bool>,
) -> impl IntoView {
    let (api, here, go) = (expect_context::<AuthorizedApi>(), expect_context::<Here>(), use_go());
    let (name, description) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let agent_type = RwSignal::new("SUPPORT".to_owned());
    let problems = RwSignal::new(Problems::default());
    let errand = Errand::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut found = Problems::default();
        check_name(&name.get_untracked(), 100, &mut found);
        if !accept(found, problems) {
            return;
        }
        let new = CreateAgent {
            name: name.get_untracked().trim().to_owned(),
            description: Some(description.get_untracked().trim().to_owned()).filter(|text| !text.is_empty()),
            agent_type: Some(agent_type.get_untracked()),
            ..CreateAgent::default()
        };
        let workspace = here.id_now();
        let to = workspace.clone();
        errand.run(
            async move { api.create_agent(&workspace, &new).await },
            move |outcome| match outcome {
                Ok(created) => go.run(paths::agent(&to, &created.id)),
                Err(error) => problems.set(Problems::refused(&error, &["name", "description"])),
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
            <TextArea
                label="Description"
                name="description"
                value=description
                problems=problems
                hint="Only you see it."
            />
            <FormProblem problems=problems />
            <DialogActions open=open action="Create agent" busy=errand />
        </form>
    }
}
