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
use crate::shell::CurrentWorkspace;
use crate::state::checklist::Facts;
use crate::state::documents::{Filter, Status};
use crate::state::keys::Kind;
use futures_util::future::try_join3;
use leptos::prelude::*;
use shared::agent::AgentSummary;
use std::time::Duration;

/// How often the page asks while something may be happening by itself: three requests, of the 60 a minute that the
/// smallest plan has.
const REFRESH_INTERVAL: Duration = Duration::from_secs(8);
/// How many documents are looked at to see whether any is ready.
const LOOKED_AT: usize = 100;

/// What the page shows.
#[derive(Clone, Debug, PartialEq)]
struct State {
    facts: Facts,
    agents: Vec<AgentSummary>,
}

/// The overview of a workspace.
#[component]
pub fn Overview() -> impl IntoView {
    let (api, current) = (expect_context::<AuthorizedApi>(), expect_context::<CurrentWorkspace>());
    let state = remote(move || current.id.get(), move |workspace: String| state(api, workspace));
    state.refresh_while(
        move || state.value().is_some_and(|state| !state.facts.complete()),
        REFRESH_INTERVAL,
    );
    // The shell's copy of the workspace may be older than this visit to the page.
    if untrack(|| current.workspace.value()).is_some() {
        current.workspace.refresh();
    }
    let title = Signal::derive(move || {
        current
            .workspace
            .value()
            .map_or_else(|| "Overview".to_owned(), |workspace| workspace.name)
    });
    view! {
        <PageHead title=title />
        {loaded(state, Skeleton::Lines(6), move |state| {
            let facts = Memo::new(move |_| state.with(|state| state.facts));
            let agents = Memo::new(move |_| state.with(|state| state.agents.clone()));
            view! {
                <div class="stack">
                    <Show when=move || !facts.get().complete()><checklist::Checklist facts=facts agents=agents /></Show>
                    {loaded(current.workspace, Skeleton::Cards(4), |workspace| {
                        view! { <figures::Figures workspace=workspace /> }
                    })}
                    <Show when=move || facts.get().published><snippet::Embed agents=agents /></Show>
                    {loaded(current.workspace, Skeleton::Lines(1), |workspace| view! { <Plan workspace=workspace /> })}
                </div>
            }
        })}
    }
}

async fn state(api: AuthorizedApi, id: String) -> Outcome<State> {
    let everything = Filter::default();
    let (documents, agents, keys) = try_join3(
        api.documents(&id, &everything, LOOKED_AT),
        api.agents(&id),
        api.keys(&id),
    )
    .await?;
    let with = |status| {
        documents
            .documents
            .iter()
            .filter(move |it| Status::named(&it.status) == Some(status))
            .count() as u64
    };
    let widget_keys = || {
        keys.api_keys
            .iter()
            .filter(|key| key.is_active && Kind::named(&key.kind) == Some(Kind::Widget))
    };
    let facts = Facts {
        documents_ready: with(Status::Completed),
        documents_processing: with(Status::Processing),
        agents: agents.total,
        tested: platform::stored(&tested_as(&id)).is_some(),
        published: agents.agents.iter().any(|agent| agent.status == "PUBLISHED"),
        widget_keys: widget_keys().count() as u64,
        widget_seen: widget_keys().any(|key| key.last_used_at.is_some()),
    };
    Ok(State {
        facts,
        agents: agents.agents,
    })
}
