//! API keys: which there are, where they work, when they were last used.
pub mod create;

use crate::api::AuthorizedApi;
use crate::components::badge::{Tone, badge};
use crate::components::choice::Switch;
use crate::components::dialog::{Dialog, DialogActions, open_about};
use crate::components::empty::Empty;
use crate::components::field::FormProblem;
use crate::components::icon::{Icon, icon};
use crate::components::loaded::{Skeleton, loaded};
use crate::components::moment::moment;
use crate::components::new_button::NewButton;
use crate::components::page::PageHead;
use crate::components::toast::Toasts;
use crate::remote::{PendingRequest, Remote, remote};
use crate::shell::CurrentWorkspace;
use crate::state::keys::{Kind, consequence, made, outcome_of};
use crate::state::problems::Problems;
use create::NewKey;
use leptos::prelude::*;
use shared::key::{Key, KeyList};

/// The keys of a workspace.
#[component]
pub fn Keys() -> impl IntoView {
    let (api, current) = (expect_context::<AuthorizedApi>(), expect_context::<CurrentWorkspace>());
    let keys = remote(
        move || current.id.get(),
        move |id: String| async move { api.keys(&id).await },
    );
    let (creating, revoking) = (RwSignal::new(false), RwSignal::new(None::<Key>));
    let manages = Signal::derive(move || current.role().manages());
    let any = move || {
        keys.value()
            .is_some_and(|list| list.api_keys.iter().any(|key| key.is_active))
    };
    view! {
        <PageHead title="API keys" lead="What lets your website and your back ends talk to your agents.">
            <Show when=move || manages.get() && any()>
                <NewButton open=creating label="Create key" at_head=true />
            </Show>
        </PageHead>
        {loaded(keys, Skeleton::Lines(4), move |list| {
            view! { <List list=list creating=creating revoking=revoking manages=manages /> }
        })}
        <NewKey open=creating on_made=Callback::new(move |_| keys.refresh()) />
        <Revoke key=revoking keys=keys />
    }
}

#[component]
fn List(
    list: Signal<KeyList>,
    creating: RwSignal<bool>,
    revoking: RwSignal<Option<Key>>,
    manages: Signal<bool>,
) -> impl IntoView {
    let active = move || {
        list.get()
            .api_keys
            .into_iter()
            .filter(|key| key.is_active)
            .collect::<Vec<_>>()
    };
    view! {
        <Show
            when=move || !active().is_empty()
            fallback=move || view! {
                <Empty
                    glyph=Icon::Key
                    title="No keys yet"
                    text="A website key lets the chat widget run on your domains. Back ends get keys of their own."
                >
                    <Show when=move || manages.get()>
                        <NewButton open=creating label="Create a key" />
                    </Show>
                </Empty>
            }
        >
            <div class="card table-frame">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Key"</th>
                            <th scope="col" class="table__wide">"Works on"</th>
                            <th scope="col" class="table__wide">"Last used"</th>
                            <th scope="col"><span class="visually-hidden">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=active key=|key| (key.id.clone(), key.last_used_at.clone()) let(key)>
                            <Row key=key revoking=revoking manages=manages />
                        </For>
                    </tbody>
                </table>
            </div>
        </Show>
    }
}

#[component]
fn Row(key: Key, revoking: RwSignal<Option<Key>>, manages: Signal<bool>) -> impl IntoView {
    let kind = Kind::named(&key.kind);
    let kind_label = kind.map_or_else(|| key.kind.clone(), |kind| kind.label().to_owned());
    let label = format!("Revoke {}", key.name);
    let domains = if !kind.is_some_and(Kind::has_domains) {
        view! { <span class="muted">"Your back ends"</span> }.into_any()
    } else if key.allowed_domains.is_empty() {
        badge(Tone::Warn, "No domain").into_any()
    } else {
        let chips = key
            .allowed_domains
            .iter()
            .map(|domain| view! { <span class="chip">{domain.clone()}</span> })
            .collect_view();
        view! { <span class="chip-list">{chips}</span> }.into_any()
    };
    let used = key.last_used_at.as_deref().map_or_else(
        || view! { <span class="muted">"Never"</span> }.into_any(),
        |used| moment(used).into_any(),
    );
    let network = key.last_used_network.clone();
    let created = moment(&key.created_at);
    let maker = key.created_by.as_ref().map(|maker| format!(" by {}", maker.name));
    let made = made(key.webhook_count);
    let shown = key.key_prefix.clone();
    let name = key.name.clone();
    view! {
        <tr>
            <td>
                <span class="table__title">{name}</span>
                <span class="table__line">{kind_label} ", created " {created} {maker}</span>
                {made.map(|made| view! { <span class="table__line">{made}</span> })}
            </td>
            <td><code class="mono">{shown}</code></td>
            <td class="table__wide">{domains}</td>
            <td class="table__wide">
                {used}
                {network.map(|network| view! { <span class="table__line">"from " {network}</span> })}
            </td>
            <td class="table__actions">
                <Show when=move || manages.get()>
                    <button
                        type="button"
                        class="button button--bare button--icon"
                        aria-label=label.clone()
                        title="Revoke"
                        on:click={let key = key.clone(); move |_| revoking.set(Some(key.clone()))}
                    >
                        {icon(Icon::Trash)}
                    </button>
                </Show>
            </td>
        </tr>
    }
}

#[component]
fn Revoke(key: RwSignal<Option<Key>>, keys: Remote<KeyList>) -> impl IntoView {
    let (api, current, toasts) = (
        expect_context::<AuthorizedApi>(),
        expect_context::<CurrentWorkspace>(),
        expect_context::<Toasts>(),
    );
    let open = open_about(key);
    let problems = RwSignal::new(Problems::default());
    let keeps = RwSignal::new(false);
    let pending = PendingRequest::default();
    let name = Memo::new(move |_| key.get().map(|key| key.name).unwrap_or_default());
    // Shows names, because a count does not tell the owner which webhooks are meant.
    let made = LocalResource::new(move || {
        let (workspace, asked) = (current.id.get(), key.get().filter(|key| key.webhook_count > 0));
        async move {
            match asked {
                Some(key) => api.key(&workspace, &key.id).await.map(|key| key.made.webhooks).ok(),
                None => None,
            }
        }
    });
    let webhooks = Memo::new(move |_| made.get().flatten().unwrap_or_default());
    Effect::new(move |_| {
        if open.get() {
            keeps.set(false);
            problems.set(Problems::default());
        }
    });
    let revoke = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(gone) = key.get_untracked() else { return };
        let (workspace, keep) = (current.id_now(), keeps.get_untracked());
        pending.run(
            async move { api.revoke_key(&workspace, &gone.id, keep).await },
            move |outcome| match outcome {
                Ok(revoked) => {
                    open.set(false);
                    keys.refresh();
                    toasts.good(&outcome_of(revoked.webhooks_deleted.len()));
                }
                Err(error) => problems.set(Problems::refused(&error, &[])),
            },
        );
    };
    view! {
        <Dialog open=open title=Signal::derive(move || format!("Revoke \u{201c}{}\u{201d}?", name.get()))>
            <form class="dialog__body" novalidate on:submit=revoke>
                <p class="dialog__text">"Whatever uses it stops working at once. This cannot be undone."</p>
                <Show when=move || key.with(|key| key.as_ref().is_some_and(|key| key.webhook_count > 0))>
                    <p class="dialog__text">
                        {move || consequence(key.with(|key| key.as_ref().map_or(0, |key| key.webhook_count)))}
                    </p>
                    <ul class="dialog__text">
                        <For each=move || webhooks.get() key=|webhook| webhook.id.clone() let(webhook)>
                            <li>{webhook.name} ": " <code class="mono">{webhook.url}</code></li>
                        </For>
                    </ul>
                    <Switch
                        label="Keep the webhooks"
                        hint="They go on sending to these addresses, and count as made by you."
                        on=keeps
                        change=Callback::new(move |on| keeps.set(on))
                    />
                </Show>
                <FormProblem problems=problems />
                <DialogActions open=open action="Revoke key" busy=pending dangerous=true />
            </form>
        </Dialog>
    }
}
