//! A new password for who has forgotten theirs: first a mail with a code and a link, then the password.
use crate::api::UnauthorizedApi;
use crate::components::field::{CodeField, FormProblem, TextField, accept};
use crate::components::page::PageHead;
use crate::components::submit::Submit;
use crate::components::toast::Toasts;
use crate::paths;
use crate::remote::PendingRequest;
use crate::session::Session;
use crate::shell::use_go;
use crate::state::account::{check_code, check_email, check_new_password, code_digits, link_token};
use crate::state::problems::Problems;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use shared::auth::{EmailOnly, ResetPassword};

/// Asks for the address to which the code goes.
#[component]
pub fn Forgotten() -> impl IntoView {
    let (api, go) = (expect_context::<UnauthorizedApi>(), use_go());
    let email = RwSignal::new(String::new());
    let problems = RwSignal::new(Problems::default());
    let pending = PendingRequest::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let address = EmailOnly {
            email: email.get_untracked().trim().to_owned(),
        };
        let mut found = Problems::default();
        check_email(&address.email, &mut found);
        if !accept(found, problems) {
            return;
        }
        let to = address.email.clone();
        pending.run(
            async move { api.forgot_password(&address).await },
            move |outcome| match outcome {
                Ok(_) => go.run(paths::reset(&to)),
                Err(error) => problems.set(Problems::refused(&error, &["email"])),
            },
        );
    };
    view! {
        <PageHead title="Reset your password" lead="We will mail you a code and a link." />
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
            <FormProblem problems=problems />
            <Submit label="Send code" busy=pending wide=true />
        </form>
        <p class="auth-layout__ways"><a href=paths::sign_in(None)>"Back to sign in"</a></p>
    }
}

/// Takes the new password, and the code unless a link was opened.
#[component]
pub fn Reset() -> impl IntoView {
    let (api, session, toasts, go) = (
        expect_context::<UnauthorizedApi>(),
        expect_context::<Session>(),
        expect_context::<Toasts>(),
        use_go(),
    );
    let query = use_query_map();
    let fragment = use_location().hash;
    let token = Memo::new(move |_| fragment.with(|it| link_token(it)));
    let email = Memo::new(move |_| query.with(|query| query.get("email")).unwrap_or_default());
    let (code, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let problems = RwSignal::new(Problems::default());
    let pending = PendingRequest::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut found = Problems::default();
        let token = token.get_untracked();
        if token.is_none() {
            check_code(&code.get_untracked(), &mut found);
        }
        check_new_password(&password.get_untracked(), &mut found);
        if !accept(found, problems) {
            return;
        }
        let by_code = token.is_none();
        let reset = ResetPassword {
            email: by_code.then(|| email.get_untracked()),
            otp_code: by_code.then(|| code_digits(&code.get_untracked())),
            token,
            password: password.get_untracked(),
        };
        pending.run(
            async move { api.reset_password(&reset).await },
            move |outcome| match outcome {
                Ok(_) => {
                    // It has ended, like every other session of the account.
                    session.end();
                    toasts.good("Your password is set. Sign in with it.");
                    go.run(paths::sign_in(None));
                }
                Err(error) => problems.set(Problems::refused(&error, &["otp_code", "password"])),
            },
        );
    };
    view! {
        <PageHead title="Choose a new password" />
        <Show when=move || token.with(Option::is_none)>
            <p class="auth-layout__text">
                "If there is an account for " <strong>{email}</strong> ", a mail with a code and a link is on its way."
            </p>
        </Show>
        <form class="form" novalidate on:submit=submit>
            <Show when=move || token.with(Option::is_none)>
                <CodeField value=code problems=problems />
            </Show>
            <TextField
                label="New password"
                name="password"
                kind="password"
                autocomplete="new-password"
                value=password
                problems=problems
                hint="At least 8 characters."
            />
            <FormProblem problems=problems />
            <Submit label="Set password" busy=pending wide=true />
        </form>
        <p class="auth-layout__ways"><a href=paths::forgotten()>"Send another mail"</a></p>
    }
}
