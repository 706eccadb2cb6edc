//! The two menus: which workspace, and whose account. They are the browser's own popovers, which close by themselves.
use super::{Account, CurrentWorkspace, use_go};
use crate::api::AuthorizedApi;
use crate::components::icon::{Icon, icon};
use crate::components::theme::ThemeChoice;
use crate::components::unique;
use crate::paths;
use crate::session::Session;
use crate::state::account::initials;
use crate::state::workspaces::plan_name;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Which workspace this is, and the way to another.
#[component]
pub fn WorkspaceMenu() -> impl IntoView {
    let current = expect_context::<CurrentWorkspace>();
    let account = expect_context::<Account>();
    let id = unique("workspaces");
    let name = move || {
        current
            .workspace
            .value()
            .map_or_else(|| "\u{2026}".to_owned(), |workspace| workspace.name)
    };
    let plan = move || {
        current
            .workspace
            .value()
            .map(|workspace| format!("{} plan", plan_name(&workspace.subscription_tier)))
    };
    let others = move || {
        account
            .workspaces
            .value()
            .map(|list| list.workspaces)
            .unwrap_or_default()
    };
    let tile = move || match current.workspace.value().and_then(|workspace| workspace.logo_url) {
        Some(logo) if logo.starts_with("https://") => {
            view! { <img class="tile" src=logo alt="" referrerpolicy="no-referrer" /> }.into_any()
        }
        _ => view! { <span class="tile">{initials(&name())}</span> }.into_any(),
    };
    let aria_current = move |id: String| move || (current.id.get() == id).then_some("true");
    view! {
        <div class="menu">
            <button type="button" class="menu__button" popovertarget=id.clone() aria-haspopup="true">
                {tile}
                <span class="menu__text">
                    <span class="menu__title">{name}</span>
                    <span class="menu__line">{plan}</span>
                </span>
                {icon(Icon::UpDown)}
            </button>
            <div class="menu__panel" popover="auto" id=id>
                <ul class="menu__list" aria-label="Workspaces">
                    <For each=others key=|workspace| workspace.id.clone() let(workspace)>
                        <li>
                            <a
                                class="menu__item"
                                href=paths::within(&workspace.id, "")
                                aria-current=aria_current(workspace.id.clone())
                            >
                                <span class="tile tile--small">{initials(&workspace.name)}</span>
                                {workspace.name.clone()}
                            </a>
                        </li>
                    </For>
                    <li>
                        <a class="menu__item menu__item--apart" href=paths::workspaces() + "?all">
                            {icon(Icon::Plus)}
                            "All and new workspaces"
                        </a>
                    </li>
                </ul>
            </div>
        </div>
    }
}

/// Whose account this is, the theme, and the way out.
#[component]
pub fn AccountMenu(
    /// Whether the panel opens below the button, not above it.
    #[prop(optional)]
    below: bool,
) -> impl IntoView {
    let account = expect_context::<Account>();
    let api = expect_context::<AuthorizedApi>();
    let session = expect_context::<Session>();
    let go = use_go();
    let id = unique("account");
    let name = move || {
        account
            .me
            .value()
            .map_or_else(|| "Account".to_owned(), |me| me.full_name)
    };
    let email = move || account.me.value().map(|me| me.email);
    let sign_out = move |_| {
        spawn_local(async move {
            // Signing out works without the server too: the token is forgotten here, and ends by itself there.
            let _unreached = api.sign_out().await;
            session.end();
            go.run(paths::sign_in(None));
        });
    };
    let panel = if below {
        "menu__panel menu__panel--below"
    } else {
        "menu__panel menu__panel--above"
    };
    view! {
        <div class="menu" class:menu--compact=below>
            <button type="button" class="menu__button" popovertarget=id.clone() aria-haspopup="true">
                <span class="tile tile--round">{move || initials(&name())}</span>
                <span class="menu__text">
                    <span class="menu__title">{name}</span>
                    <span class="menu__line">{email}</span>
                </span>
                {icon(Icon::UpDown)}
            </button>
            <div class=panel popover="auto" id=id>
                <div class="menu__theme"><ThemeChoice /></div>
                <ul class="menu__list" aria-label="Account">
                    <li><a class="menu__item" href=paths::account()>{icon(Icon::User)} "Account"</a></li>
                    <li>
                        <button type="button" class="menu__item" on:click=sign_out>
                            {icon(Icon::SignOut)}
                            "Sign out"
                        </button>
                    </li>
                </ul>
            </div>
        </div>
    }
}
