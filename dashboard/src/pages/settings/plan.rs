//! The plan, and how much of it is used this month.
use crate::components::badge::{Tone, badge};
use crate::components::meter::Meter;
use crate::platform;
use crate::state::workspaces::{Fill, fill, plan_name};
use leptos::prelude::*;
use shared::workspace::Workspace;

/// The plan of a workspace.
#[component]
pub fn Plan(
    /// The workspace.
    workspace: Signal<Workspace>,
) -> impl IntoView {
    let usage = Memo::new(move |_| workspace.with(|workspace| workspace.usage.clone()));
    let full = Memo::new(move |_| usage.with(fill));
    let percent = Memo::new(move |_| match full.get() {
        Fill::Unlimited => 0,
        Fill::Some(percent) | Fill::Nearly(percent) => u32::try_from(percent).unwrap_or(100),
        Fill::Full => 100,
    });
    let tone = Memo::new(move |_| match full.get() {
        Fill::Unlimited | Fill::Some(_) => "",
        Fill::Nearly(_) => "warn",
        Fill::Full => "bad",
    });
    let line = move || {
        let usage = usage.get();
        let used = platform::number(usage.messages_used);
        match usage.messages_limit {
            Some(limit) => format!("{used} of {} messages this month", platform::number(limit)),
            None if usage.messages_used == 1 => "1 message this month, without a limit".to_owned(),
            None => format!("{used} messages this month, without a limit"),
        }
    };
    let consequence = move || match full.get() {
        Fill::Full => Some("The widget answers no more questions until the month ends or the plan grows."),
        Fill::Nearly(_) => Some("When they are used up, the widget stops answering until the month ends."),
        Fill::Some(_) | Fill::Unlimited => None,
    };
    view! {
        <section class="card card--padded" aria-labelledby="plan-title">
            <div class="card__split">
                <h2 class="card__title" id="plan-title">"Plan"</h2>
                {move || badge(Tone::Plain, plan_name(&workspace.get().subscription_tier))}
            </div>
            <p class="card__text">{line}</p>
            <Show when=move || full.get() != Fill::Unlimited>
                <Meter label="Messages used this month" percent=percent tone=tone />
            </Show>
            {move || consequence().map(|text| view! { <p class="field__note">{text}</p> })}
        </section>
    }
}
