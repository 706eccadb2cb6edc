//! The page for an address that leads nowhere.
use crate::components::empty::Empty;
use crate::components::icon::Icon;
use crate::components::page::name_tab;
use crate::paths;
use leptos::prelude::*;

/// Says that there is no such page.
#[component]
pub fn Missing() -> impl IntoView {
    name_tab(Signal::stored("Not found".to_owned()));
    view! {
        <main class="page page--narrow" id="main" tabindex="-1">
            <h1 class="visually-hidden">"Not found"</h1>
            <Empty glyph=Icon::Search title="There is no such page" text="The address may be old, or mistyped.">
                <a class="button button--primary" href=paths::workspaces()>"Go to your workspaces"</a>
            </Empty>
        </main>
    }
}
