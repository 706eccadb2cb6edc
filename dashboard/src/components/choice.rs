//! Controls that are chosen from: lists and switches.
use crate::components::field::Bound;
use crate::components::unique;
use crate::state::agents::Choices;
use leptos::prelude::*;

/// One of a few, from a list that is known beforehand.
#[component]
pub fn Select(
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// The member of the request that it fills.
    name: &'static str,
    /// The chosen word.
    #[prop(into)]
    value: Bound,
    /// What there is to choose from.
    choices: Choices,
) -> impl IntoView {
    let id = unique(name);
    let options = choices
        .iter()
        .map(|(word, label)| {
            view! { <option value=*word selected=move || value.get.get() == *word>{*label}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>{label}</label>
            <select
                class="input input--select"
                id=id
                name=name
                on:change=move |event| value.set.run(event_target_value(&event))
            >
                {options}
            </select>
        </div>
    }
}

/// Something that is on or off.
#[component]
pub fn Switch(
    /// What is on or off.
    #[prop(into)]
    label: String,
    /// What that means.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Whether it is on.
    #[prop(into)]
    on: Signal<bool>,
    /// Hears the new state.
    change: Callback<bool>,
) -> impl IntoView {
    let id = unique("switch");
    let note = hint.is_some().then(|| format!("{id}-note"));
    view! {
        <div class="switch">
            <input
                class="switch__box"
                type="checkbox"
                role="switch"
                id=id.clone()
                aria-describedby=note.clone()
                prop:checked=on
                on:change=move |event| change.run(event_target_checked(&event))
            />
            <div class="switch__text">
                <label class="switch__label" for=id>{label}</label>
                {hint.map(|hint| view! { <p class="field__note" id=note>{hint}</p> })}
            </div>
        </div>
    }
}
