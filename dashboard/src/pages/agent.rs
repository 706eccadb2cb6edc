//! One agent: its settings on the left, a conversation with its draft on the right.
pub mod appearance;
pub mod conflict;
pub mod editing;
pub mod head;
pub mod identity;
pub mod markdown;
pub mod replies;
pub mod reply;
pub mod sources;
pub mod test_chat;

use crate::api::AuthorizedApi;
use crate::components::icon::{Icon, icon};
use crate::components::loaded::{Skeleton, loaded};
use crate::components::submit::Submit;
use crate::components::unsaved::Unsaved;
use crate::paths;
use crate::remote::remote;
use crate::shell::CurrentWorkspace;
use editing::Editing;
use futures_util::future::try_join;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::agent::Agent;
use shared::knowledge::CollectionList;
pub(crate) use test_chat::tested_as;

/// The editor of an agent.
#[component]
pub fn AgentEditor() -> impl IntoView {
    let (api, current) = (expect_context::<AuthorizedApi>(), expect_context::<CurrentWorkspace>());
    let params = use_params_map();
    let agent = Memo::new(move |_| params.with(|params| params.get("agent")).unwrap_or_default());
    let asked = remote(
        move || (current.id.get(), agent.get()),
        move |(workspace, agent): (String, String)| async move {
            try_join(api.agent(&workspace, &agent), api.collections(&workspace)).await
        },
    );
    view! {
        <a class="back" href=move || paths::within(&current.id.get(), "agents")>{icon(Icon::ChevronRight)} "Agents"</a>
        {loaded(asked, Skeleton::Editor, move |both: Signal<(Agent, CollectionList)>| {
            let (agent, collections) = both.get_untracked();
            view! { <Editor agent=agent collections=collections /> }
        })}
    }
}

#[component]
fn Editor(agent: Agent, collections: CollectionList) -> impl IntoView {
    let editing = Editing::begin(agent, collections);
    let unsaved = expect_context::<Unsaved>();
    Effect::new(move |_| unsaved.set(editing.dirty.get()));
    on_cleanup(move || unsaved.set(false));
    provide_context(editing);
    view! {
        <head::Head />
        <conflict::Conflict />
        <div class="editor">
            <form class="stack" novalidate on:submit=move |event| { event.prevent_default(); editing.save(); }>
                <fieldset class="stack bare" disabled=move || !editing.current.role().edits()>
                    <identity::Identity />
                    <identity::Knowledge />
                    <replies::Behaviour />
                    <replies::Messages />
                    <appearance::Appearance />
                </fieldset>
                <SaveBar />
            </form>
            <test_chat::TestChat />
        </div>
    }
}

/// Appears at the lower edge while something is unsaved.
#[component]
fn SaveBar() -> impl IntoView {
    let editing = expect_context::<Editing>();
    view! {
        <Show when=move || editing.dirty.get()>
            <div class="save-bar" role="group" aria-label="Unsaved changes">
                <span class="save-bar__text">"Unsaved changes"</span>
                <button type="button" class="button" on:click=move |_| editing.discard()>"Discard"</button>
                <Submit label="Save draft" busy=editing.saving />
            </div>
        </Show>
    }
}
