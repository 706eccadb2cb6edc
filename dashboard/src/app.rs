//! The routes, and what every page has at hand.
use crate::components::page::HasNavigated;
use crate::components::toast::{Toaster, Toasts};
use crate::components::unsaved::{Unsaved, UnsavedGuard};
use crate::pages;
use crate::paths::BASE;
use crate::session::Session;
use crate::shell::{SignedIn, SignedOut, WorkspaceShell};
use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;

/// The application.
#[component]
pub fn App() -> impl IntoView {
    provide_context(Session::restore());
    provide_context(Toasts::begin());
    provide_context(Unsaved::begin());
    provide_context(HasNavigated::begin());
    view! {
        <Router base=BASE>
            <Routes fallback=pages::missing::Missing>
                <ParentRoute path=path!("") view=SignedOut>
                    <Route path=path!("sign-in") view=pages::sign_in::SignIn />
                    <Route path=path!("sign-up") view=pages::sign_up::SignUp />
                    <Route path=path!("verify") view=pages::verification::Verification />
                    <Route path=path!("forgot-password") view=pages::password::Forgotten />
                    <Route path=path!("reset-password") view=pages::password::Reset />
                </ParentRoute>
                <ParentRoute path=path!("") view=SignedIn>
                    <Route path=path!("") view=pages::workspaces::Workspaces />
                    <Route path=path!("account") view=pages::account::Account />
                    <ParentRoute path=path!("w/:workspace") view=WorkspaceShell>
                        <Route path=path!("") view=pages::overview::Overview />
                        <Route path=path!("documents") view=pages::documents::Documents />
                        <Route path=path!("agents") view=pages::agents::Agents />
                        <Route path=path!("agents/:agent") view=pages::agent::AgentEditor />
                        <Route path=path!("keys") view=pages::keys::Keys />
                        <Route path=path!("settings") view=pages::settings::Settings />
                    </ParentRoute>
                </ParentRoute>
            </Routes>
            <UnsavedGuard />
        </Router>
        <Toaster />
    }
}
