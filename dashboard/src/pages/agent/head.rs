//! The head of the editor: which agent, what visitors get of it, and the way to publish and embed it.
use super::editing::Editing;
use crate::components::badge::{Tone, badge};
use crate::components::dialog::Dialog;
use crate::components::icon::{Icon, icon};
use crate::components::moment::moment;
use crate::components::page::PageHead;
use crate::pages::overview::snippet::Snippet;
use crate::state::agents::Service;
use leptos::prelude::*;

/// The head of the editor.
#[component]
pub fn Head() -> impl IntoView {
    let editing = expect_context::<Editing>();
    let embedding = RwSignal::new(false);
    let title = Signal::derive(move || editing.agent.with(|agent| agent.name.clone()));
    let live = move || matches!(editing.service(), Service::Published | Service::Behind);
    view! {
        <PageHead title=title>
            <Standing />
            <Show when=live>
                <button type="button" class="button" on:click=move |_| embedding.set(true)>
                    {icon(Icon::Code)}
                    "Embed"
                </button>
            </Show>
            <Show when=move || editing.current.role().edits()>
                <Publish />
            </Show>
        </PageHead>
        <Dialog open=embedding title="Put it on your website">
            <div class="dialog__body"><Snippet agent=Signal::derive(move || editing.id()) /></div>
        </Dialog>
    }
}

/// What visitors get of the agent.
#[component]
fn Standing() -> impl IntoView {
    let editing = expect_context::<Editing>();
    let tone = move || match editing.service() {
        Service::Published => Tone::Good,
        Service::Behind => Tone::Warn,
        Service::Draft | Service::Archived => Tone::Plain,
    };
    let since = move || {
        let published = editing.agent.with(|agent| agent.published_at.clone())?;
        let version = editing.agent.with(|agent| agent.version.clone());
        Some(view! { <span class="muted standing__since">"Version " {version} ", " {moment(&published)}</span> })
    };
    view! {
        <span class="standing">
            {move || badge(tone(), editing.service().label())}
            {since}
        </span>
    }
}

#[component]
fn Publish() -> impl IntoView {
    let editing = expect_context::<Editing>();
    let busy = move || editing.publishing.busy() || editing.saving.busy();
    let nothing_new = move || editing.service() == Service::Published && !editing.dirty.get();
    let label = move || match (editing.dirty.get(), editing.service()) {
        (true, _) => "Save and publish",
        (false, Service::Published) => "Published",
        (false, _) => "Publish",
    };
    view! {
        <button
            type="button"
            class="button button--primary"
            aria-busy=move || busy().to_string()
            disabled=move || busy() || nothing_new()
            on:click=move |_| editing.publish()
        >
            {label}
        </button>
    }
}
