//! The two frames: with the navigation of a workspace, and without.
use super::menu::AccountMenu;
use super::navigation::Navigation;
use crate::components::brand::brand;
use crate::components::dialog::{Dialog, DialogPlace};
use crate::components::icon::{Icon, icon};
use crate::paths;
use crate::session::Session;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A workspace's navigation with the page beside it; on a narrow screen the navigation comes as a drawer.
#[component]
pub fn WorkspaceFrame(
    /// The page.
    children: Children,
) -> impl IntoView {
    let drawer = RwSignal::new(false);
    view! {
        <SkipLink />
        <div class="frame">
            <aside class="sidebar">
                <Navigation />
            </aside>
            <div class="topbar">
                <button
                    type="button"
                    class="button button--bare button--icon"
                    aria-label="Open navigation"
                    on:click=move |_| drawer.set(true)
                >
                    {icon(Icon::Menu)}
                </button>
                <a class="topbar__brand" href=paths::workspaces()>{brand()}</a>
            </div>
            <div class="frame__page">
                <OfflineBanner />
                <main class="page" id="main" tabindex="-1">{children()}</main>
            </div>
        </div>
        <Dialog open=drawer title="Navigation" place=DialogPlace::Start>
            <div class="drawer-navigation" on:click=move |event| if on_link(&event) { drawer.set(false) }>
                <Navigation />
            </div>
        </Dialog>
    }
}

/// Says whether a click fell on a link: the drawer has done its work then, even if the link leads to this very page.
fn on_link(event: &leptos::ev::MouseEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.closest("a").is_ok_and(|link| link.is_some()))
}

/// The frame of the pages that belong to no workspace.
#[component]
pub fn PlainFrame(
    /// The page.
    children: Children,
) -> impl IntoView {
    view! {
        <SkipLink />
        <header class="plain-bar">
            <a class="plain-bar__brand" href=paths::workspaces()>{brand()}</a>
            <AccountMenu below=true />
        </header>
        <OfflineBanner />
        <main class="page page--narrow" id="main" tabindex="-1">{children()}</main>
    }
}

#[component]
fn SkipLink() -> impl IntoView {
    view! { <a class="skip" href="#main" rel="external">"Skip to content"</a> }
}

/// Says that the server is out of reach, for as long as it is.
#[component]
fn OfflineBanner() -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        <div role="status">
            <Show when=move || !session.reachable()>
                <p class="offline">
                    {icon(Icon::Warning)}
                    "Edgewise cannot be reached. What you see may be out of date, and nothing can be saved."
                </p>
            </Show>
        </div>
    }
}
