//! Making a key, and showing it the one time that it can be seen.
use crate::api::AuthorizedApi;
use crate::components::chips::{DomainChips, take_up};
use crate::components::choice::Switch;
use crate::components::copy::CopyButton;
use crate::components::dialog::{Dialog, DialogActions};
use crate::components::field::{FormProblem, TextField, accept};
use crate::components::notice::{Kind as Notice, notice};
use crate::platform;
use crate::remote::PendingRequest;
use crate::shell::CurrentWorkspace;
use crate::state::domains::{Domains, host};
use crate::state::keys::Kind;
use crate::state::problems::Problems;
use crate::state::workspaces::check_name;
use leptos::prelude::*;
use shared::key::{CreateKey, CreatedKey};

/// The dialog that makes a key.
#[component]
pub fn NewKey(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Hears of the key that was made.
    on_made: Callback<()>,
) -> impl IntoView {
    let current = expect_context::<CurrentWorkspace>();
    let made = RwSignal::new(None::<CreatedKey>);
    Effect::new(move |_| {
        if !open.get() {
            made.set(None);
        }
    });
    let take = Callback::new(move |key: CreatedKey| {
        if Kind::named(&key.kind) == Some(Kind::Widget) {
            current.fresh_key.set(Some(key.key.clone()));
        }
        made.set(Some(key));
        on_made.run(());
    });
    let title = Signal::derive(move || {
        if made.with(Option::is_some) {
            "Copy your key"
        } else {
            "Create a key"
        }
        .to_owned()
    });
    view! {
        <Dialog open=open title=title>
            {move || match made.get() {
                Some(key) => view! { <Made key=key open=open /> }.into_any(),
                None => view! { <Form open=open take=take /> }.into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn Form(open: RwSignal<bool>, take: Callback<CreatedKey>) -> impl IntoView {
    let (api, current) = (expect_context::<AuthorizedApi>(), expect_context::<CurrentWorkspace>());
    let name = RwSignal::new(String::new());
    let kind = RwSignal::new(Kind::default());
    let (domains, typed) = (RwSignal::new(Domains::default()), RwSignal::new(String::new()));
    let no_origin = RwSignal::new(false);
    let problems = RwSignal::new(Problems::default());
    let pending = PendingRequest::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut found = Problems::default();
        check_name(&name.get_untracked(), &mut found);
        let has_domains = kind.get_untracked().has_domains();
        if has_domains && !take_up(domains, typed, problems) {
            return;
        }
        let allowed_domains = if has_domains {
            domains.get_untracked().0
        } else {
            Vec::new()
        };
        if has_domains && allowed_domains.is_empty() {
            found.add(
                "allowed_domains",
                "List at least one domain; without any, the key works nowhere.",
            );
        }
        if !accept(found, problems) {
            return;
        }
        let new = CreateKey {
            name: name.get_untracked().trim().to_owned(),
            allowed_domains,
            kind: Some(kind.get_untracked().as_str().to_owned()),
            allow_no_origin: has_domains && no_origin.get_untracked(),
        };
        let workspace = current.id_now();
        pending.run(
            async move { api.create_key(&workspace, &new).await },
            move |outcome| match outcome {
                Ok(key) => take.run(key),
                Err(error) => problems.set(Problems::refused(&error, &["name", "allowed_domains"])),
            },
        );
    };
    view! {
        <form class="dialog__body" novalidate on:submit=submit>
            <TextField
                label="Name"
                name="name"
                placeholder="Website"
                value=name
                problems=problems
                autofocus=true
                hint="Only you see it."
            />
            <Kinds kind=kind />
            <Show when=move || kind.get().has_domains()>
                <DomainChips domains=domains typed=typed problems=problems />
                <ThisSite domains=domains />
                <Switch
                    label="Allow calls without an origin"
                    hint="For apps and servers that use the widget\u{2019}s API. Browsers always send one."
                    on=no_origin
                    change=Callback::new(move |on| no_origin.set(on))
                />
            </Show>
            <FormProblem problems=problems />
            <DialogActions open=open action="Create key" busy=pending />
        </form>
    }
}

#[component]
fn Kinds(kind: RwSignal<Kind>) -> impl IntoView {
    let choices = Kind::ALL
        .into_iter()
        .map(|offered| {
            view! {
                <label class="option">
                    <input
                        type="radio"
                        name="kind"
                        prop:checked=move || kind.get() == offered
                        on:change=move |_| kind.set(offered)
                    />
                    <span class="option__text">
                        <span class="option__label">{offered.label()}</span>
                        <span class="option__line">{offered.purpose()}</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="options">
            <legend class="field__label">"For"</legend>
            {choices}
        </fieldset>
    }
}

/// Offers the host of this page as an allowed domain, to try the widget here.
#[component]
fn ThisSite(domains: RwSignal<Domains>) -> impl IntoView {
    let own = host(&platform::hostname()).ok();
    let listed = {
        let own = own.clone();
        Memo::new(move |_| {
            own.as_ref()
                .is_none_or(|own| domains.with(|domains| domains.0.contains(own)))
        })
    };
    let add = move |_| {
        if let Some(own) = &own {
            domains.update(|domains| domains.0.push(own.clone()));
        }
    };
    let add = StoredValue::new(add);
    view! {
        <Show when=move || !listed.get()>
            <button type="button" class="link" on:click=move |event| add.with_value(|add| add(event))>
                {format!("Add {} to try it here", platform::hostname())}
            </button>
        </Show>
    }
}

#[component]
fn Made(key: CreatedKey, open: RwSignal<bool>) -> impl IntoView {
    let text = key.key.clone();
    view! {
        <div class="dialog__body">
            {notice(Notice::Warn, "This is the only time the key is shown. Copy it now.")}
            <div class="secret">
                <code class="secret__text" data-testid="new-key">{key.key}</code>
                <CopyButton text=Signal::stored(text) what="key" />
            </div>
            <footer class="dialog__actions">
                <button type="button" class="button button--primary" on:click=move |_| open.set(false)>
                    "I have copied it"
                </button>
            </footer>
        </div>
    }
}
