//! Where a workspace stands: the way to the first answer, the lines to embed, the figures.
pub mod checklist;
pub mod figures;
pub mod snippet;

use crate::api::{AuthorizedApi, Outcome};
use crate::components::loaded::{Skeleton, loaded};
use crate::components::page::PageHead;
use crate::pages::agent::tested_as;
use crate::pages::settings::plan::Plan;
use crate::platform;
use crate::remote::remote;
use crate::shell::Here;
use crate::state::checklist::Facts;
use crate::state::documents::{Filter, Status};
use crate::state::keys::Kind;
use futures_util::future::{try_join, try_join4};
use leptos::prelude::*;
use shared::agent::AgentSummary;
use shared::workspace::Workspace;
use std::time::Duration;

/// How often the page asks while something may be happening by itself.
const EVERY: Duration = Duration::from_secs(3);

/// What the page shows.
#[derive(Clone, Debug, PartialEq)]
struct State {
    workspace: Workspace,
    facts: Facts,
    agents: Vec<AgentSummary>,
}

/// The overview of a workspace.
#[component]
pub fn Overview() -> impl IntoView {
    let (api, here) = (expect_context::<AuthorizedApi>(), expect_context::<Here>());
    let state = remote(move || here.id.get(), move |workspace: String| state(api, workspace));
    state.refresh_while(move || state.here().is_some_and(|state| !state.facts.complete()), EVERY);
    let title = Signal::derive(move || {
        here.workspace
            .here()
            .map_or_else(|| "Overview".to_owned(), |workspace| workspace.name)
    });
    view! {
        <PageHead title=title />
        {loaded(state, Skeleton::Lines(6), move |state| {
            let facts = Memo::new(move |_| state.with(|state| state.facts));
            let agents = Memo::new(move |_| state.with(|state| state.agents.clone()));
            let workspace = Signal::derive(move || state.get().workspace);
            view! {
                <div class="stack">
                    <Show when=move || !facts.get().complete()><checklist::Checklist facts=facts agents=agents /></Show>
                    <figures::Figures workspace=workspace />
                    <Show when=move || facts.get().published><snippet::Embed agents=agents /></Show>
                    <Plan workspace=workspace />
                </div>
            }
        })}
    }
}

async fn state(api: AuthorizedApi, id: String) -> Outcome<State> {
    let one = |status| Filter {
        status: Some(status),
        ..Filter::default()
    };
    let (ready, processing) = (one(Status::Completed), one(Status::Processing));
    let documents = try_join(api.documents(&id, &ready, 1), api.documents(&id, &processing, 1));
    let ((ready, processing), agents, keys, workspace) =
        try_join4(documents, api.agents(&id), api.keys(&id), api.workspace(&id)).await?;
    let widget_keys = || {
        keys.api_keys
            .iter()
            .filter(|key| key.is_active && Kind::named(&key.kind) == Some(Kind::Widget))
    };
    let facts = Facts {
        documents_ready: ready.total,
        documents_processing: processing.total,
        agents: agents.total,
        tested: platform::stored(&tested_as(&id)).is_some(),
        published: agents.agents.iter().any(|agent| agent.status == "PUBLISHED"),
        widget_keys: widget_keys().count() as u64,
        widget_seen: widget_keys().any(|key| key.last_used_at.is_some()),
    };
    Ok(State {
        workspace,
        facts,
        agents: agents.agents,
    })
}
