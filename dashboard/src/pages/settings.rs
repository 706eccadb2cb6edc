//! A workspace's settings: name, logo, timezone; its plan; and its end.
pub mod plan;

use crate::api::AuthorizedApi;
use crate::components::confirm::Confirm;
use crate::components::field::{FormProblem, TextField, accept};
use crate::components::loaded::{Skeleton, loaded};
use crate::components::page::PageHead;
use crate::components::submit::Submit;
use crate::components::toast::Toasts;
use crate::components::unique;
use crate::paths;
use crate::platform;
use crate::remote::PendingRequest;
use crate::shell::{Account, CurrentWorkspace, use_go};
use crate::state::problems::Problems;
use crate::state::workspaces::{check_name, check_picture};
use leptos::prelude::*;
use shared::workspace::{UpdateWorkspace, Workspace};

/// The settings of a workspace.
#[component]
pub fn Settings() -> impl IntoView {
    let current = expect_context::<CurrentWorkspace>();
    view! {
        <PageHead title="Settings" />
        {loaded(current.workspace, Skeleton::Lines(5), move |workspace| view! {
            <div class="stack">
                <General workspace=workspace.get_untracked() />
                <plan::Plan workspace=workspace />
                <Show when=move || current.role().owns()><Danger workspace=workspace /></Show>
            </div>
        })}
    }
}

#[component]
fn General(workspace: Workspace) -> impl IntoView {
    let (api, current, toasts, account) = (
        expect_context::<AuthorizedApi>(),
        expect_context::<CurrentWorkspace>(),
        expect_context::<Toasts>(),
        expect_context::<Account>(),
    );
    let name = RwSignal::new(workspace.name);
    let logo = RwSignal::new(workspace.logo_url.unwrap_or_default());
    let timezone = RwSignal::new(workspace.timezone);
    let problems = RwSignal::new(Problems::default());
    let pending = PendingRequest::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut found = Problems::default();
        check_name(&name.get_untracked(), &mut found);
        check_picture("logo_url", &logo.get_untracked(), &mut found);
        if !accept(found, problems) {
            return;
        }
        let change = UpdateWorkspace {
            name: Some(name.get_untracked().trim().to_owned()),
            logo_url: Some(Some(logo.get_untracked().trim().to_owned()).filter(|logo| !logo.is_empty())),
            timezone: Some(timezone.get_untracked()),
            settings: None,
            retention_days: None,
            embedder: None,
        };
        let id = current.id_now();
        pending.run(
            async move { api.update_workspace(&id, &change).await },
            move |outcome| match outcome {
                Ok(_) => {
                    current.workspace.refresh();
                    account.workspaces.refresh();
                    toasts.good("The settings are saved.");
                }
                Err(error) => problems.set(Problems::refused(&error, &["name", "logo_url", "timezone"])),
            },
        );
    };
    let reads_only = move || !current.role().manages();
    view! {
        <form class="card card--padded form" novalidate on:submit=submit>
            <h2 class="card__title">"General"</h2>
            <TextField label="Name" name="name" value=name problems=problems readonly=Signal::derive(reads_only) />
            <TextField
                label="Logo"
                name="logo_url"
                kind="url"
                placeholder="https://"
                value=logo
                problems=problems
                readonly=Signal::derive(reads_only)
                hint="The https address of a picture."
            />
            <Timezone value=timezone />
            <FormProblem problems=problems />
            <div class="form__actions">
                <Submit label="Save" busy=pending forbidden=Signal::derive(reads_only) />
            </div>
        </form>
    }
}

/// The timezones that the browser knows; the present one is offered even when it knows none.
#[component]
fn Timezone(value: RwSignal<String>) -> impl IntoView {
    let id = unique("timezone");
    let mut zones = platform::timezones();
    let own = value.get_untracked();
    if !zones.contains(&own) {
        zones.insert(0, own.clone());
    }
    let options = zones
        .into_iter()
        .map(|zone| {
            let selected = zone == own;
            let shown = zone.replace('_', " ");
            view! { <option value=zone selected=selected>{shown}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>"Timezone"</label>
            <select
                class="input input--select"
                id=id
                name="timezone"
                on:change=move |event| value.set(event_target_value(&event))
            >
                {options}
            </select>
            <p class="field__note">"For dates in reports."</p>
        </div>
    }
}

#[component]
fn Danger(workspace: Signal<Workspace>) -> impl IntoView {
    let (api, current, toasts, account, go) = (
        expect_context::<AuthorizedApi>(),
        expect_context::<CurrentWorkspace>(),
        expect_context::<Toasts>(),
        expect_context::<Account>(),
        use_go(),
    );
    let open = RwSignal::new(false);
    let problems = RwSignal::new(Problems::default());
    let pending = PendingRequest::default();
    let name = Signal::derive(move || workspace.get().name);
    let delete = Callback::new(move |()| {
        let id = current.id_now();
        pending.run(
            async move { api.delete_workspace(&id).await },
            move |outcome| match outcome {
                Ok(()) => {
                    account.workspaces.refresh();
                    toasts.good("The workspace is deleted.");
                    go.run(paths::workspaces() + "?all");
                }
                Err(error) => problems.set(Problems::refused(&error, &[])),
            },
        );
    });
    view! {
        <section class="card card--padded card--danger">
            <div class="card__split">
                <div>
                    <h2 class="card__title">"Delete this workspace"</h2>
                    <p class="card__text">
                        "Its documents, agents, conversations and keys go with it. This cannot be undone."
                    </p>
                </div>
                <button type="button" class="button button--danger-quiet" on:click=move |_| open.set(true)>
                    "Delete workspace"
                </button>
            </div>
        </section>
        <Confirm
            open=open
            title="Delete this workspace?"
            text="Everything in it is deleted for good, and every widget and key of it stops working."
            action="Delete workspace"
            busy=pending
            word=name
            problems=problems
            on_yes=delete
        />
    }
}
