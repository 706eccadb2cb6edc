//! Making an account.
use crate::api::UnauthorizedApi;
use crate::components::field::{FormProblem, TextField, accept};
use crate::components::page::PageHead;
use crate::components::submit::Submit;
use crate::paths;
use crate::remote::PendingRequest;
use crate::shell::use_go;
use crate::state::account::{check_email, check_full_name, check_new_password};
use crate::state::problems::Problems;
use leptos::prelude::*;
use shared::auth::Signup;

/// The sign-up form.
#[component]
pub fn SignUp() -> impl IntoView {
    let (api, go) = (expect_context::<UnauthorizedApi>(), use_go());
    let full_name = RwSignal::new(String::new());
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let problems = RwSignal::new(Problems::default());
    let pending = PendingRequest::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let account = Signup {
            full_name: full_name.get_untracked().trim().to_owned(),
            email: email.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        let mut found = Problems::default();
        check_full_name(&account.full_name, &mut found);
        check_email(&account.email, &mut found);
        check_new_password(&account.password, &mut found);
        if !accept(found, problems) {
            return;
        }
        pending.run(
            async move { api.sign_up(&account).await },
            move |outcome| match outcome {
                Ok(signed_up) => go.run(paths::verification(&signed_up.email, Some(&signed_up.signup_id))),
                Err(error) => problems.set(Problems::refused(&error, &["full_name", "email", "password"])),
            },
        );
    };
    view! {
        <PageHead title="Create your account" lead="Free to start, no card needed." />
        <form class="form" novalidate on:submit=submit>
            <TextField
                label="Your name"
                name="full_name"
                autocomplete="name"
                value=full_name
                problems=problems
                autofocus=true
            />
            <TextField
                label="Work e-mail"
                name="email"
                kind="email"
                autocomplete="username"
                value=email
                problems=problems
            />
            <TextField
                label="Password"
                name="password"
                kind="password"
                autocomplete="new-password"
                value=password
                problems=problems
                hint="At least 8 characters."
            />
            <FormProblem problems=problems />
            <Submit label="Create account" busy=pending wide=true />
        </form>
        <p class="auth-layout__ways">
            <span>"Already have an account? " <a href=paths::sign_in(None)>"Sign in"</a></span>
        </p>
    }
}
