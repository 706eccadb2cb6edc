//! The question before something is taken away.
use crate::components::dialog::{Dialog, DialogActions};
use crate::components::field::{FormProblem, TextField, accept};
use crate::state::problems::Problems;
use leptos::prelude::*;

/// Asks whether something shall be taken away.
#[component]
pub fn Confirm(
    /// Whether the question stands.
    open: RwSignal<bool>,
    /// The question.
    #[prop(into)]
    title: Signal<String>,
    /// What follows from it.
    #[prop(into)]
    text: Signal<String>,
    /// What is done.
    #[prop(into)]
    action: String,
    /// Whether it is being done.
    #[prop(into)]
    busy: Signal<bool>,
    /// What has to be typed first, for what cannot be made good.
    #[prop(optional, into)]
    word: Option<Signal<String>>,
    /// What came of it, when it failed.
    problems: RwSignal<Problems>,
    /// Does it.
    on_yes: Callback<()>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let yes = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut found = Problems::default();
        if let Some(word) = word.map(|word| word.get_untracked())
            && typed.get_untracked().trim() != word.trim()
        {
            found.add("confirmation", format!("Type {word} to go on."));
        }
        if accept(found, problems) {
            on_yes.run(());
        }
    };
    Effect::new(move |_| {
        if open.get() {
            typed.set(String::new());
            problems.set(Problems::default());
        }
    });
    view! {
        <Dialog open=open title=title>
            <form class="dialog__body" novalidate on:submit=yes>
                <p class="dialog__text">{text}</p>
                {word.map(|word| {
                    let label = format!("Type \u{201c}{}\u{201d} to confirm", word.get());
                    view! { <TextField label=label name="confirmation" value=typed problems=problems autofocus=true /> }
                })}
                <FormProblem problems=problems />
                <DialogActions open=open action=action.clone() busy=busy dangerous=true />
            </form>
        </Dialog>
    }
}
