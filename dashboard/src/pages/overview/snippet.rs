//! The lines that put the widget on a page, with the agent and, right after it was made, the key filled in.
use crate::components::copy::CodeBlock;
use crate::components::icon::{Icon, icon};
use crate::components::notice::{Kind as Notice, notice};
use crate::components::unique;
use crate::pages::keys::create::NewKey;
use crate::platform;
use crate::shell::CurrentWorkspace;
use crate::state::snippet::html;
use leptos::prelude::*;
use shared::agent::AgentSummary;

/// The lines for one of the published agents.
#[component]
pub fn Embed(agents: Memo<Vec<AgentSummary>>) -> impl IntoView {
    let published = Memo::new(move |_| {
        agents.with(|agents| {
            agents
                .iter()
                .filter(|agent| agent.status == "PUBLISHED")
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let chosen = RwSignal::new(None::<String>);
    let agent = Memo::new(move |_| {
        published.with(|published| {
            let wanted = chosen.get();
            let agent = published
                .iter()
                .find(|agent| Some(&agent.id) == wanted.as_ref())
                .or(published.first());
            agent.map(|agent| agent.id.clone()).unwrap_or_default()
        })
    });
    let id = unique("embed-agent");
    let several = move || published.with(Vec::len) > 1;
    view! {
        <section class="card card--padded" aria-labelledby="embed-title">
            <div class="card__split">
                <h2 class="card__title" id="embed-title">"Put it on your website"</h2>
                <Show when=several>
                    <label class="visually-hidden" for=id.clone()>"Agent"</label>
                    <select
                        class="input input--select input--short"
                        id=id.clone()
                        on:change=move |event| chosen.set(Some(event_target_value(&event)))
                    >
                        <For each=move || published.get() key=|agent| agent.id.clone() let(agent)>
                            <option value=agent.id.clone()>{agent.name.clone()}</option>
                        </For>
                    </select>
                </Show>
            </div>
            <Snippet agent=agent />
        </section>
    }
}

/// The lines for one agent.
#[component]
pub fn Snippet(
    /// The agent's id.
    #[prop(into)]
    agent: Signal<String>,
) -> impl IntoView {
    let current = expect_context::<CurrentWorkspace>();
    let creating = RwSignal::new(false);
    let text = Signal::derive(move || {
        current
            .fresh_key
            .with(|key| html(&platform::origin(), &agent.get(), key.as_deref()))
    });
    let has_key = move || current.fresh_key.with(Option::is_some);
    view! {
        <p class="card__text">"Paste this before the closing body tag of your pages."</p>
        <CodeBlock text=text what="embed code" />
        <Show
            when=has_key
            fallback=move || view! {
                <p class="field__note snippet__note">
                    "Put a website key in the place of the last value. "
                    <Show when=move || current.role().manages()>
                        <button type="button" class="button button--small" on:click=move |_| creating.set(true)>
                            {icon(Icon::Key)}
                            "Create a key and fill it in"
                        </button>
                    </Show>
                </p>
            }
        >
            {notice(Notice::Good, "Your new key is filled in. It is shown this once, so copy the lines now.")}
        </Show>
        <NewKey open=creating on_made=Callback::new(|()| ()) />
    }
}
