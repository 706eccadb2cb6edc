//! The workspaces that one belongs to, and the making of a new one.
use crate::api::AuthorizedApi;
use crate::components::dialog::{Dialog, DialogActions};
use crate::components::empty::Empty;
use crate::components::field::{FormProblem, TextField, accept};
use crate::components::icon::{Icon, icon};
use crate::components::loaded::{Skeleton, loaded};
use crate::components::new_button::NewButton;
use crate::components::page::PageHead;
use crate::paths;
use crate::platform;
use crate::remote::PendingRequest;
use crate::shell::{Account, PlainFrame, use_go, use_replace};
use crate::state::account::initials;
use crate::state::problems::Problems;
use crate::state::workspaces::{Role, check_name};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::workspace::{CreateWorkspace, WorkspaceList, WorkspaceSummary};

/// The list of workspaces. A person with a single workspace is led straight into it, unless they asked for the list.
#[component]
pub fn Workspaces() -> impl IntoView {
    let account = expect_context::<Account>();
    let open = RwSignal::new(false);
    let replace = use_replace();
    let query = use_query_map();
    Effect::new(move |_| {
        let asked_for_all = query.with(|query| query.get("all").is_some());
        if let Some(only) = account.workspaces.value().and_then(only_one).filter(|_| !asked_for_all) {
            replace.run(paths::within(&only.id, ""));
        }
    });
    let any = move || {
        account
            .workspaces
            .value()
            .is_some_and(|list| !list.workspaces.is_empty())
    };
    view! {
        <PlainFrame>
            <PageHead title="Workspaces" lead="Each has its own documents, agents and keys.">
                <Show when=any>
                    <NewButton open=open label="New workspace" at_head=true />
                </Show>
            </PageHead>
            {loaded(account.workspaces, Skeleton::Lines(3), move |list| view! { <List list=list open=open /> })}
        </PlainFrame>
        <Dialog open=open title="New workspace"><NewWorkspace open=open /></Dialog>
    }
}

fn only_one(list: WorkspaceList) -> Option<WorkspaceSummary> {
    let mut workspaces = list.workspaces.into_iter();
    workspaces.next().filter(|_| workspaces.next().is_none())
}

#[component]
fn List(list: Signal<WorkspaceList>, open: RwSignal<bool>) -> impl IntoView {
    let rows = move || list.get().workspaces;
    view! {
        <Show
            when=move || list.with(|list| !list.workspaces.is_empty())
            fallback=move || view! {
                <Empty
                    glyph=Icon::Folder
                    title="Make your first workspace"
                    text="It holds what you answer from and who answers. One for each product or brand is a good start."
                >
                    <NewButton open=open label="Create a workspace" />
                </Empty>
            }
        >
            <ul class="card rows">
                <For each=rows key=|workspace| workspace.id.clone() let(workspace)>
                    <li>
                        <a class="row row--link" href=paths::within(&workspace.id, "")>
                            <span class="tile">{initials(&workspace.name)}</span>
                            <span class="row__main">
                                <span class="row__title">{workspace.name.clone()}</span>
                                <span class="row__line">{counts(&workspace)}</span>
                            </span>
                            {icon(Icon::ChevronRight)}
                        </a>
                    </li>
                </For>
            </ul>
        </Show>
    }
}

fn counts(workspace: &WorkspaceSummary) -> String {
    let many = |count: u64, noun: &str| {
        if count == 1 {
            format!("1 {noun}")
        } else {
            format!("{count} {noun}s")
        }
    };
    let role = Role::named(&workspace.role).label();
    format!(
        "{role} \u{b7} {} \u{b7} {}",
        many(workspace.agent_count, "agent"),
        many(workspace.document_count, "document")
    )
}

#[component]
fn NewWorkspace(open: RwSignal<bool>) -> impl IntoView {
    let (api, account, go) = (expect_context::<AuthorizedApi>(), expect_context::<Account>(), use_go());
    let name = RwSignal::new(String::new());
    let problems = RwSignal::new(Problems::default());
    let pending = PendingRequest::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let new = CreateWorkspace {
            name: name.get_untracked().trim().to_owned(),
            timezone: platform::own_timezone(),
            settings: None,
            embedder: None,
        };
        let mut found = Problems::default();
        check_name(&new.name, &mut found);
        if !accept(found, problems) {
            return;
        }
        pending.run(
            async move { api.create_workspace(&new).await },
            move |outcome| match outcome {
                Ok(created) => {
                    account.workspaces.refresh();
                    go.run(paths::within(&created.id, ""));
                }
                Err(error) => problems.set(Problems::refused(&error, &["name"])),
            },
        );
    };
    view! {
        <form class="dialog__body" novalidate on:submit=submit>
            <TextField
                label="Name"
                name="name"
                placeholder="Acme"
                value=name
                problems=problems
                autofocus=true
                hint="Your company, product or team."
            />
            <FormProblem problems=problems />
            <DialogActions open=open action="Create workspace" busy=pending />
        </form>
    }
}
