//! The agents of a workspace, and the making of a new one.
pub mod create;

use crate::api::AuthorizedApi;
use crate::components::badge::{Tone, badge};
use crate::components::dialog::Dialog;
use crate::components::empty::Empty;
use crate::components::icon::{Icon, icon};
use crate::components::loaded::{Skeleton, loaded};
use crate::components::moment::moment;
use crate::components::new_button::NewButton;
use crate::components::page::PageHead;
use crate::paths;
use crate::platform;
use crate::remote::remote;
use crate::shell::CurrentWorkspace;
use crate::state::agents::{Service, TYPES, label};
use create::NewAgent;
use leptos::prelude::*;
use shared::agent::{AgentList, AgentSummary};

/// The list of agents.
#[component]
pub fn Agents() -> impl IntoView {
    let (api, current) = (expect_context::<AuthorizedApi>(), expect_context::<CurrentWorkspace>());
    let agents = remote(
        move || current.id.get(),
        move |id: String| async move { api.agents(&id).await },
    );
    let creating = RwSignal::new(false);
    let edits = Signal::derive(move || current.role().edits());
    let any = move || agents.value().is_some_and(|list| !list.agents.is_empty());
    view! {
        <PageHead title="Agents" lead="Each answers from the collections you give it, in the tone you choose.">
            <Show when=move || edits.get() && any()>
                <NewButton open=creating label="New agent" at_head=true />
            </Show>
        </PageHead>
        {loaded(agents, Skeleton::Lines(3), move |list| view! { <List list=list creating=creating edits=edits /> })}
        <Dialog open=creating title="New agent"><NewAgent open=creating /></Dialog>
    }
}

#[component]
fn List(list: Signal<AgentList>, creating: RwSignal<bool>, edits: Signal<bool>) -> impl IntoView {
    let current = expect_context::<CurrentWorkspace>();
    view! {
        <Show
            when=move || list.with(|list| !list.agents.is_empty())
            fallback=move || view! {
                <Empty
                    glyph=Icon::Agent
                    title="No agent yet"
                    text="An agent answers your visitors from your documents. It takes a minute to make one and try it."
                >
                    <Show when=move || edits.get()>
                        <NewButton open=creating label="Create an agent" />
                    </Show>
                </Empty>
            }
        >
            <ul class="card rows">
                <For
                    each=move || list.get().agents
                    key=|agent| (agent.id.clone(), agent.status.clone(), agent.name.clone())
                    let(agent)
                >
                    <li><Row agent=agent workspace=current.id_now() /></li>
                </For>
            </ul>
        </Show>
    }
}

#[component]
fn Row(agent: AgentSummary, workspace: String) -> impl IntoView {
    let service = Service::of(&agent.status, false);
    let tone = if service == Service::Published {
        Tone::Good
    } else {
        Tone::Plain
    };
    let conversations = match agent.conversation_count {
        1 => "1 conversation".to_owned(),
        count => format!("{} conversations", platform::number(count)),
    };
    view! {
        <a class="row row--link" href=paths::agent(&workspace, &agent.id)>
            <span class="tile">{icon(Icon::Agent)}</span>
            <span class="row__main">
                <span class="row__title">{agent.name.clone()}</span>
                <span class="row__line">
                    {label(TYPES, &agent.agent_type)}
                    " \u{b7} "
                    {conversations}
                    " \u{b7} created "
                    {moment(&agent.created_at)}
                </span>
            </span>
            {badge(tone, service.label())}
            {icon(Icon::ChevronRight)}
        </a>
    }
}
