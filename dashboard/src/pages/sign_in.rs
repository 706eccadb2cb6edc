//! Signing in.
use crate::api::UnauthorizedApi;
use crate::components::field::{FormProblem, TextField, accept};
use crate::components::page::PageHead;
use crate::components::submit::Submit;
use crate::paths;
use crate::remote::PendingRequest;
use crate::session::Session;
use crate::shell::use_go;
use crate::state::account::{check_email, check_known_password};
use crate::state::problems::Problems;
use leptos::prelude::*;
use shared::auth::Login;

/// The sign-in form.
#[component]
pub fn SignIn() -> impl IntoView {
    let (api, session, go) = (
        expect_context::<UnauthorizedApi>(),
        expect_context::<Session>(),
        use_go(),
    );
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let problems = RwSignal::new(Problems::default());
    let pending = PendingRequest::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let credentials = Login {
            email: email.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        let mut found = Problems::default();
        check_email(&credentials.email, &mut found);
        check_known_password(&credentials.password, &mut found);
        if !accept(found, problems) {
            return;
        }
        let address = credentials.email.clone();
        pending.run(
            async move { api.sign_in(&credentials).await },
            move |outcome| match outcome {
                Ok(signed_in) => session.begin(signed_in.access_token),
                Err(error) if error.code == "EMAIL_NOT_VERIFIED" => go.run(paths::verification(&address, None)),
                Err(error) => problems.set(Problems::refused(&error, &["email", "password"])),
            },
        );
    };
    view! {
        <PageHead title="Sign in" lead="Welcome back." />
        <form class="form" novalidate on:submit=submit>
            <TextField
                label="E-mail"
                name="email"
                kind="email"
                autocomplete="username"
                value=email
                problems=problems
                autofocus=true
            />
            <TextField
                label="Password"
                name="password"
                kind="password"
                autocomplete="current-password"
                value=password
                problems=problems
            />
            <FormProblem problems=problems />
            <Submit label="Sign in" busy=pending wide=true />
        </form>
        <p class="auth-layout__ways">
            <a href=paths::forgotten()>"Forgot your password?"</a>
            <span>"New here? " <a href=paths::sign_up()>"Create an account"</a></span>
        </p>
    }
}
