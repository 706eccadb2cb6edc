//! What surrounds the pages: the guards, the frame of a workspace, the plain frame of everything else.
pub mod frame;
pub mod menu;
pub mod navigation;
pub mod uploads;

use crate::api::{AuthorizedApi, UnauthorizedApi};
use crate::components::brand::brand;
use crate::paths;
use crate::platform;
use crate::remote::{Remote, remote};
use crate::session::Session;
use crate::state::account::link_token;
use crate::state::workspaces::Role;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::Outlet;
use leptos_router::hooks::{use_location, use_navigate, use_params_map, use_query_map};
use shared::auth::Me;
use shared::workspace::{Workspace, WorkspaceList};

pub use frame::PlainFrame;

/// The signed-in person.
#[derive(Clone, Copy)]
pub struct Account {
    /// Who it is.
    pub me: Remote<Me>,
    /// The workspaces they belong to.
    pub workspaces: Remote<WorkspaceList>,
}

/// The workspace that the address names.
#[derive(Clone, Copy)]
pub struct CurrentWorkspace {
    /// Its id, from the address.
    pub id: Memo<String>,
    /// The workspace.
    pub workspace: Remote<Workspace>,
    /// The widget key that was made last in this visit, which no answer shows again.
    pub fresh_key: RwSignal<Option<String>>,
}

impl CurrentWorkspace {
    /// Returns what the signed-in person is here. Until that is known they may only read.
    pub fn role(self) -> Role {
        self.workspace
            .value()
            .map_or(Role::Viewer, |workspace| Role::named(&workspace.role))
    }

    /// Returns the workspace's id. Not tracked.
    pub fn id_now(self) -> String {
        self.id.get_untracked()
    }
}

/// Returns a function that goes to an address of [`paths`].
pub fn use_go() -> Callback<String> {
    let navigate = StoredValue::new_local(use_navigate());
    Callback::new(move |address: String| {
        navigate.with_value(|go| {
            go(
                &address,
                NavigateOptions {
                    resolve: false,
                    ..NavigateOptions::default()
                },
            )
        });
    })
}

/// Returns a function that goes to an address of [`paths`] in the place of the present one, without scrolling.
pub fn use_replace() -> Callback<String> {
    let navigate = StoredValue::new_local(use_navigate());
    let options = || NavigateOptions {
        resolve: false,
        replace: true,
        scroll: false,
        ..NavigateOptions::default()
    };
    Callback::new(move |address: String| navigate.with_value(|go| go(&address, options())))
}

/// The pages for who is not signed in. Signing in leads on to where one wanted to go. A mailed link is opened all the
/// same: who forgot their password may still be signed in.
#[component]
pub fn SignedOut() -> impl IntoView {
    let session = expect_context::<Session>();
    let query = use_query_map();
    let fragment = use_location().hash;
    let replace = use_replace();
    provide_context(UnauthorizedApi::new(session));
    Effect::new(move |_| {
        if session.api().is_some() && fragment.with_untracked(|it| link_token(it).is_none()) {
            let next = query.with_untracked(|query| query.get("next")).unwrap_or_default();
            replace.run(paths::safe_next(&next).map_or_else(paths::workspaces, str::to_owned));
        }
    });
    view! {
        <div class="auth-layout">
            <main class="auth-layout__main" id="main" tabindex="-1">
                <a class="auth-layout__brand" href=paths::sign_in(None)>{brand()}</a>
                <Outlet />
            </main>
            <Showcase />
        </div>
    }
}

/// What the product does, beside the form. It says nothing that the form needs.
#[component]
fn Showcase() -> impl IntoView {
    view! {
        <aside class="showcase" aria-label="About Edgewise">
            <div class="showcase__chat">
                <p class="showcase__question">"How long do I have to return an order?"</p>
                <div class="showcase__answer">
                    <p>"Returns are accepted within 30 days of delivery, unused and in their packaging. "<b>"1"</b></p>
                    <p class="showcase__source">"Returns policy \u{203a} Time limits"</p>
                </div>
            </div>
            <p class="showcase__claim">"Answers from your own documents, with their sources, in milliseconds."</p>
        </aside>
    }
}

/// The pages that need a session. Visitors without one are sent to the sign-in page, and back afterwards.
#[component]
pub fn SignedIn() -> impl IntoView {
    let session = expect_context::<Session>();
    let signed_in = Memo::new(move |_| session.api().is_some());
    view! {
        <Show when=move || signed_in.get() fallback=ToSignIn>
            <WithAccount />
        </Show>
    }
}

#[component]
fn ToSignIn() -> impl IntoView {
    let replace = use_replace();
    Effect::new(move |_| {
        let address = platform::address();
        if !address.starts_with(&paths::sign_in(None)) {
            let next = (address != paths::workspaces()).then_some(address);
            replace.run(paths::sign_in(next.as_deref()));
        }
    });
}

#[component]
fn WithAccount() -> impl IntoView {
    let session = expect_context::<Session>();
    let api = untrack(|| session.api())?;
    provide_context(api);
    provide_context(Account {
        me: remote(|| (), move |()| api.me()),
        workspaces: remote(|| (), move |()| api.workspaces()),
    });
    Some(view! { <Outlet /> })
}

/// The pages of one workspace.
#[component]
pub fn WorkspaceShell() -> impl IntoView {
    let api = expect_context::<AuthorizedApi>();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("workspace")).unwrap_or_default());
    let workspace = remote(
        move || id.get(),
        move |id: String| async move { api.workspace(&id).await },
    );
    let current = CurrentWorkspace {
        id,
        workspace,
        fresh_key: RwSignal::new(None),
    };
    // A key belongs to its workspace, and so does what is shown of it.
    Effect::new(move |_| {
        id.track();
        current.fresh_key.set(None);
    });
    provide_context(current);
    provide_context(uploads::Tray::begin(api));
    view! {
        <frame::WorkspaceFrame>
            <Outlet />
        </frame::WorkspaceFrame>
        <uploads::UploadTray />
    }
}
