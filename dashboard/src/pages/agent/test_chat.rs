//! A conversation with the draft, in the colors and the theme that visitors will see.
use super::editing::Editing;
use super::reply::Reply;
use crate::components::icon::{Icon, icon};
use crate::components::notice::{Kind as Notice, notice};
use crate::platform;
use crate::state::color::ChatColors;
use crate::state::transcript::{Outcome, Transcript, Turn};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::agent::TestMessage;
use shared::limits::QUESTION_CHARS;

/// Under which name the browser keeps that an agent of a workspace has been asked something.
pub(crate) fn tested_as(workspace: &str) -> String {
    format!("edgewise.tested.{workspace}")
}

/// The conversation.
#[component]
pub fn TestChat() -> impl IntoView {
    let editing = expect_context::<Editing>();
    let transcript = RwSignal::new(Transcript::default());
    let ask = Callback::new(move |question: String| ask(editing, transcript, question));
    let colors = Memo::new(move |_| editing.draft.with(|draft| ChatColors::of(&draft.color)));
    let scheme = Memo::new(move |_| editing.draft.with(|draft| scheme(&draft.theme)));
    view! {
        <section
            class="chat"
            aria-labelledby="chat-title"
            style=("color-scheme", move || scheme.get())
            style=("--ew-primary", move || colors.get().primary)
            style=("--ew-on-primary", move || colors.get().on_primary)
            style=("--ew-accent", move || colors.get().accent)
            style=("--ew-hint", move || colors.get().hint)
            style=("--ew-surface", move || colors.get().surface)
        >
            <ChatHead transcript=transcript />
            <Log transcript=transcript ask=ask />
            <p class="visually-hidden" role="status">{move || transcript.with(Transcript::announcement)}</p>
            <Composer transcript=transcript ask=ask />
        </section>
    }
}

/// The color scheme of a theme. One that matches the visitor is here the dashboard's own.
fn scheme(theme: &str) -> &'static str {
    match theme {
        "light" => "light",
        "dark" => "dark",
        _ => "inherit",
    }
}

/// Saves what is unsaved, so that the answer is the one of what is seen, and asks.
fn ask(editing: Editing, transcript: RwSignal<Transcript>, question: String) {
    editing.save_then(move || {
        let Some(id) = transcript.try_update(|transcript| transcript.ask(&question)).flatten() else {
            return;
        };
        let (workspace, agent) = (editing.current.id_now(), editing.id());
        spawn_local(async move {
            let message = TestMessage {
                message: question.trim().to_owned(),
            };
            let outcome = match editing.api.test_agent(&workspace, &agent, &message).await {
                Ok(answer) => {
                    platform::store(&tested_as(&workspace), Some("yes"));
                    Outcome::Answered(answer)
                }
                Err(error) => Outcome::Failed(error.detail),
            };
            let _gone = transcript.try_update(|transcript| transcript.settle(id, outcome));
        });
    });
}

#[component]
fn ChatHead(transcript: RwSignal<Transcript>) -> impl IntoView {
    let editing = expect_context::<Editing>();
    let avatar = Memo::new(move |_| editing.draft.with(|draft| draft.avatar.trim().to_owned()));
    let picture = move || {
        let address = avatar.get();
        if address.starts_with("https://") {
            view! { <img class="chat__avatar" src=address alt="" referrerpolicy="no-referrer" /> }.into_any()
        } else {
            view! { <span class="chat__avatar">{icon(Icon::Chat)}</span> }.into_any()
        }
    };
    view! {
        <header class="chat__head">
            {picture}
            <div class="chat__names">
                <h2 class="chat__title" id="chat-title">{move || editing.draft.with(|draft| draft.name.clone())}</h2>
                <p class="chat__line">"Test of the draft"</p>
            </div>
            <button type="button" class="chat__clear" on:click=move |_| transcript.set(Transcript::default())>
                {icon(Icon::Refresh)}
                "Start over"
            </button>
        </header>
    }
}

#[component]
fn Log(transcript: RwSignal<Transcript>, ask: Callback<String>) -> impl IntoView {
    let editing = expect_context::<Editing>();
    let log = NodeRef::<html::Div>::new();
    let greeting = Memo::new(move |_| editing.draft.with(|draft| draft.greeting.trim().to_owned()));
    let questions = Memo::new(move |_| editing.draft.with(|draft| draft.question_list()));
    let fresh = Memo::new(move |_| transcript.with(|transcript| transcript.turns().is_empty()));
    Effect::new(move |_| {
        transcript.track();
        if let Some(log) = log.get() {
            request_animation_frame(move || log.set_scroll_top(log.scroll_height()));
        }
    });
    view! {
        <div class="chat__log" node_ref=log tabindex="0" role="region" aria-label="Conversation">
            <Show when=move || greeting.with(|greeting| !greeting.is_empty())>
                <p class="bubble">{greeting}</p>
            </Show>
            <Show when=move || fresh.get()>
                <div class="chat__questions">
                    <For each=move || questions.get() key=String::clone let(question)>
                        <button
                            type="button"
                            class="chat__question"
                            on:click={let question = question.clone(); move |_| ask.run(question.clone())}
                        >
                            {question.clone()}
                        </button>
                    </For>
                </div>
            </Show>
            <For each=move || transcript.with(|transcript| transcript.turns().to_vec()) key=|turn| turn.id let(turn)>
                <Exchange turn=turn transcript=transcript />
            </For>
        </div>
    }
}

#[component]
fn Exchange(turn: Turn, transcript: RwSignal<Transcript>) -> impl IntoView {
    let id = turn.id;
    let outcome =
        Memo::new(move |_| transcript.with(|transcript| transcript.turns().get(id).map(|turn| turn.outcome.clone())));
    view! {
        <p class="bubble bubble--own">{turn.question}</p>
        {move || match outcome.get() {
            None | Some(Outcome::Waiting) => waiting().into_any(),
            Some(Outcome::Answered(answer)) => view! { <Reply answer=answer /> }.into_any(),
            Some(Outcome::Failed(why)) => notice(Notice::Bad, why).into_any(),
        }}
    }
}

fn waiting() -> impl IntoView {
    view! {
        <p class="bubble bubble--waiting" aria-hidden="true">
            <i></i>
            <i></i>
            <i></i>
        </p>
    }
}

#[component]
fn Composer(transcript: RwSignal<Transcript>, ask: Callback<String>) -> impl IntoView {
    let editing = expect_context::<Editing>();
    let typed = RwSignal::new(String::new());
    let busy = Memo::new(move |_| transcript.with(Transcript::waiting));
    let note = move || {
        let saves = editing.dirty.get();
        if saves {
            "Asking saves the draft first."
        } else {
            "Visitors see the published version."
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() && !typed.with_untracked(|typed| typed.trim().is_empty()) {
            ask.run(typed.get_untracked());
            typed.set(String::new());
        }
    };
    view! {
        <form class="chat__composer" on:submit=submit>
            <input
                class="chat__input"
                aria-label="Ask the agent"
                placeholder="Ask a question\u{2026}"
                maxlength=QUESTION_CHARS.end().to_string()
                autocomplete="off"
                prop:value=typed
                on:input=move |event| typed.set(event_target_value(&event))
            />
            <button type="submit" class="chat__send" aria-label="Send" disabled=move || busy.get()>
                {icon(Icon::Send)}
            </button>
        </form>
        <p class="chat__note">
            {note}
        </p>
    }
}
