//! A field of domains: each becomes a chip that can be taken out again.
use crate::components::field::{Note, clear_error, why};
use crate::components::icon::{Icon, icon};
use crate::components::unique;
use crate::state::domains::Domains;
use crate::state::problems::Problems;
use leptos::prelude::*;

/// The domains that a key works on. Enter, comma, space and leaving the field turn what is typed into chips.
#[component]
pub fn DomainChips(
    /// The domains.
    domains: RwSignal<Domains>,
    /// What has been typed and is no chip yet.
    typed: RwSignal<String>,
    /// What is wrong with the form, under `allowed_domains`.
    problems: RwSignal<Problems>,
) -> impl IntoView {
    const NAME: &str = "allowed_domains";
    let id = unique(NAME);
    let note = format!("{id}-note");
    let why = why(problems, NAME);
    let on_key = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Enter" | "," | " " if !typed.with_untracked(|typed| typed.trim().is_empty()) => {
            event.prevent_default();
            take_up(domains, typed, problems);
        }
        "Backspace" if typed.with_untracked(String::is_empty) => domains.update(|domains| {
            domains.0.pop();
        }),
        _ => {}
    };
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>"Allowed domains"</label>
            <div class="chips" class:chips--bad=move || why.with(Option::is_some)>
                <For each=move || domains.get().0 key=String::clone let(domain)>
                    <Chip domain=domain domains=domains />
                </For>
                <input
                    class="chips__input"
                    id=id
                    name=NAME
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    placeholder=move || if domains.with(|domains| domains.0.is_empty()) { "example.com" } else { "" }
                    prop:value=typed
                    aria-invalid=move || why.with(Option::is_some).then_some("true")
                    aria-describedby=note.clone()
                    on:input=move |event| { typed.set(event_target_value(&event)); clear_error(problems, NAME); }
                    on:keydown=on_key
                    on:blur=move |_| { take_up(domains, typed, problems); }
                />
            </div>
            <Note
                id=note
                hint=Some("Press Enter after each. *.example.com covers every subdomain.".to_owned())
                why=why
            />
        </div>
    }
}

#[component]
fn Chip(domain: String, domains: RwSignal<Domains>) -> impl IntoView {
    let (shown, label) = (domain.clone(), format!("Remove {domain}"));
    view! {
        <span class="chip">
            {shown}
            <button
                type="button"
                class="chip__remove"
                aria-label=label
                on:click=move |_| domains.update(|domains| domains.remove(&domain))
            >
                {icon(Icon::Close)}
            </button>
        </span>
    }
}

/// Turns what has been typed into chips. Says whether all of it was a domain.
pub fn take_up(domains: RwSignal<Domains>, typed: RwSignal<String>, problems: RwSignal<Problems>) -> bool {
    let text = typed.get_untracked();
    if text.trim().is_empty() {
        return true;
    }
    let mut outcome = Ok(());
    domains.update(|domains| outcome = domains.add(&text));
    match outcome {
        Ok(()) => {
            typed.set(String::new());
            true
        }
        Err(why) => {
            problems.update(|problems| problems.add("allowed_domains", why));
            false
        }
    }
}
