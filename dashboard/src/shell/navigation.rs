//! The navigation of a workspace: which one, its pages, whose account.
use super::CurrentWorkspace;
use super::menu::{AccountMenu, WorkspaceMenu};
use crate::components::icon::{Icon, icon};
use crate::paths;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

const PAGES: [(&str, &str, Icon); 5] = [
    ("", "Overview", Icon::Home),
    ("documents", "Knowledge", Icon::Book),
    ("agents", "Agents", Icon::Agent),
    ("keys", "API keys", Icon::Key),
    ("settings", "Settings", Icon::Sliders),
];

/// The navigation.
#[component]
pub fn Navigation() -> impl IntoView {
    let current = expect_context::<CurrentWorkspace>();
    let location = use_location();
    let links = PAGES
        .into_iter()
        .map(|(page, label, glyph)| {
            let address = move || paths::within(&current.id.get(), page);
            let aria_current = move || {
                let (at, page_address) = (location.pathname.get(), address());
                let inside = at
                    .strip_prefix(&page_address)
                    .is_some_and(|rest| rest.is_empty() || rest == "/");
                let below = !page.is_empty() && at.starts_with(&format!("{page_address}/"));
                (inside || below).then_some("page")
            };
            view! {
                <li>
                    <a class="navigation__link" href=address aria-current=aria_current>{icon(glyph)} {label}</a>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="navigation">
            <WorkspaceMenu />
            <nav aria-label="Workspace">
                <ul class="navigation__list">{links}</ul>
            </nav>
            <div class="navigation__end"><AccountMenu /></div>
        </div>
    }
}
