//! One's own account: the name, the theme, the way out.
use crate::api::AuthorizedApi;
use crate::components::field::{FormProblem, TextField, accept};
use crate::components::loaded::{Skeleton, loaded};
use crate::components::moment::moment;
use crate::components::page::PageHead;
use crate::components::submit::Submit;
use crate::components::theme::ThemeChoice;
use crate::components::toast::Toasts;
use crate::remote::PendingRequest;
use crate::shell::{Account as SignedInAs, PlainFrame};
use crate::state::account::check_full_name;
use crate::state::problems::Problems;
use leptos::prelude::*;
use shared::auth::{Me, UpdateMe};

/// The account page.
#[component]
pub fn Account() -> impl IntoView {
    let account = expect_context::<SignedInAs>();
    view! {
        <PlainFrame>
            <PageHead title="Account" />
            {loaded(account.me, Skeleton::Lines(3), move |me| view! { <Profile me=me.get_untracked() /> })}
            <section class="card card--padded">
                <h2 class="card__title">"Theme"</h2>
                <p class="card__text">"For this browser."</p>
                <ThemeChoice />
            </section>
        </PlainFrame>
    }
}

#[component]
fn Profile(me: Me) -> impl IntoView {
    let (api, toasts, account) = (
        expect_context::<AuthorizedApi>(),
        expect_context::<Toasts>(),
        expect_context::<SignedInAs>(),
    );
    let full_name = RwSignal::new(me.full_name);
    let email = RwSignal::new(me.email);
    let problems = RwSignal::new(Problems::default());
    let pending = PendingRequest::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let change = UpdateMe {
            full_name: full_name.get_untracked().trim().to_owned(),
        };
        let mut found = Problems::default();
        check_full_name(&change.full_name, &mut found);
        if !accept(found, problems) {
            return;
        }
        pending.run(
            async move { api.update_me(&change).await },
            move |outcome| match outcome {
                Ok(_) => {
                    account.me.refresh();
                    toasts.good("Your name is saved.");
                }
                Err(error) => problems.set(Problems::refused(&error, &["full_name"])),
            },
        );
    };
    view! {
        <form class="card card--padded form" novalidate on:submit=submit>
            <h2 class="card__title">"Profile"</h2>
            <TextField label="Your name" name="full_name" autocomplete="name" value=full_name problems=problems />
            <TextField
                label="E-mail"
                name="email"
                kind="email"
                value=email
                problems=problems
                readonly=Signal::stored(true)
                hint="You sign in with this address."
            />
            <p class="card__text">"Account made " {moment(&me.created_at)} "."</p>
            <FormProblem problems=problems />
            <div class="form__actions">
                <Submit label="Save" busy=pending />
            </div>
        </form>
    }
}
