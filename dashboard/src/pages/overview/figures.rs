//! What has happened in a workspace, in numbers.
use crate::platform;
use leptos::prelude::*;
use shared::workspace::{Workspace, WorkspaceStats};

/// The figures.
#[component]
pub fn Figures(workspace: Signal<Workspace>) -> impl IntoView {
    let tiles = [
        (
            "Conversations",
            (|stats| stats.total_conversations) as fn(&WorkspaceStats) -> u64,
        ),
        ("Messages", |stats| stats.total_messages),
        ("Documents", |stats| stats.total_documents),
        ("Agents", |stats| stats.total_agents),
    ]
    .into_iter()
    .map(|(label, read)| {
        let value = move || workspace.with(|workspace| platform::number(read(&workspace.stats)));
        view! {
            <div class="figure">
                <dt class="figure__label">{label}</dt>
                <dd class="figure__value">{value}</dd>
            </div>
        }
    })
    .collect_view();
    view! { <dl class="figures">{tiles}</dl> }
}
