//! Proving with the mailed code that an address is one's own.
use crate::api::UnauthorizedApi;
use crate::components::field::{CodeField, FormProblem, accept};
use crate::components::page::PageHead;
use crate::components::submit::Submit;
use crate::components::toast::Toasts;
use crate::paths;
use crate::remote::PendingRequest;
use crate::session::Session;
use crate::state::account::{check_code, code_digits};
use crate::state::problems::Problems;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::auth::{ResendOtp, VerifyOtp};
use shared::limits::CODE_DIGITS;

/// The form for the mailed code.
#[component]
pub fn Verification() -> impl IntoView {
    let (api, session, toasts) = (
        expect_context::<UnauthorizedApi>(),
        expect_context::<Session>(),
        expect_context::<Toasts>(),
    );
    let query = use_query_map();
    let email = Memo::new(move |_| query.with(|query| query.get("email")).unwrap_or_default());
    let sign_up = Memo::new(move |_| query.with(|query| query.get("signup")));
    let code = RwSignal::new(String::new());
    let problems = RwSignal::new(Problems::default());
    let (verifying, resending) = (PendingRequest::default(), PendingRequest::default());
    let verify = move || {
        let mut found = Problems::default();
        check_code(&code.get_untracked(), &mut found);
        if !accept(found, problems) {
            return;
        }
        let proof = VerifyOtp {
            email: email.get_untracked(),
            otp_code: code_digits(&code.get_untracked()),
            signup_id: sign_up.get_untracked(),
        };
        verifying.run(async move { api.verify(&proof).await }, move |outcome| match outcome {
            Ok(verified) => session.begin(verified.access_token),
            Err(error) => problems.set(Problems::refused(&error, &["otp_code"])),
        });
    };
    let resend = move |_| {
        let again = ResendOtp {
            email: email.get_untracked(),
            signup_id: sign_up.get_untracked(),
        };
        resending.run(
            async move { api.resend_code(&again).await },
            move |outcome| match outcome {
                Ok(_) => toasts.good("A new code is on its way."),
                Err(error) => toasts.refused(&error),
            },
        );
    };
    // The last digit is as good as a click.
    Effect::new(move |_| {
        if code.with(|code| code_digits(code).len() == CODE_DIGITS) {
            verify();
        }
    });
    view! {
        <PageHead title="Check your e-mail" />
        <p class="auth-layout__text">
            "We sent a code of six digits to "
            <strong>{email}</strong>
            ". It is valid for ten minutes. If there are several, enter the one that came for this sign-up."
        </p>
        <form class="form" novalidate on:submit=move |event| { event.prevent_default(); verify(); }>
            <CodeField value=code problems=problems />
            <FormProblem problems=problems />
            <Submit label="Verify" busy=verifying wide=true />
        </form>
        <p class="auth-layout__ways">
            <button type="button" class="link" disabled=move || resending.busy() on:click=resend>
                "Send another code"
            </button>
            <a href=paths::sign_up()>"Use another address"</a>
        </p>
    }
}
