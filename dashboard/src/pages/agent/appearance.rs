//! How the widget looks on the customer's page.
use super::editing::Editing;
use crate::components::choice::{Select, Switch};
use crate::components::field::{Note, TextField, clear_error, why};
use crate::components::notice::{Kind as Notice, notice};
use crate::components::unique;
use crate::state::agents::{POSITIONS, THEMES, delay_span, span};
use crate::state::color::warning;
use leptos::prelude::*;
use shared::limits::BORDER_RADIUS_PX;
use shared_chat::color::Color;

/// Colour, theme, corners, position, picture, greeting bubble, credit.
#[component]
pub fn Appearance() -> impl IntoView {
    let editing = expect_context::<Editing>();
    let problems = editing.problems;
    view! {
        <section class="card card--padded form" aria-labelledby="appearance-title">
            <h2 class="card__title" id="appearance-title">"Appearance"</h2>
            <ColorField />
            <div class="form__row">
                <Select
                    label="Theme"
                    name="theme"
                    value=editing.text(|draft| &draft.theme, |draft| &mut draft.theme)
                    choices=THEMES
                />
                <Select
                    label="Position"
                    name="position"
                    value=editing.text(|draft| &draft.position, |draft| &mut draft.position)
                    choices=POSITIONS
                />
            </div>
            <div class="form__row">
                <TextField
                    label="Corner radius"
                    name="border_radius"
                    inputmode="numeric"
                    value=editing.text(|draft| &draft.radius, |draft| &mut draft.radius)
                    problems=problems
                    hint=format!("In pixels, {}.", span(&BORDER_RADIUS_PX))
                />
                <TextField
                    label="Picture"
                    name="avatar_url"
                    kind="url"
                    placeholder="https://"
                    value=editing.text(|draft| &draft.avatar, |draft| &mut draft.avatar)
                    problems=problems
                    hint="The https address of a square picture."
                />
            </div>
            <Greeting />
            <Switch
                label="Show \u{201c}Powered by Edgewise\u{201d}"
                on=Signal::derive(move || editing.draft.with(|draft| draft.powered_by))
                change=Callback::new(move |on| editing.draft.update(|draft| draft.powered_by = on))
            />
        </section>
    }
}

#[component]
fn Greeting() -> impl IntoView {
    let editing = expect_context::<Editing>();
    let enabled = Memo::new(move |_| editing.draft.with(|draft| draft.greeting_enabled));
    view! {
        <Switch
            label="Greet visitors"
            hint="A bubble beside the button shows the greeting."
            on=enabled
            change=Callback::new(move |on| editing.draft.update(|draft| draft.greeting_enabled = on))
        />
        <Show when=move || enabled.get()>
            <TextField
                label="Greet after"
                name="greeting_delay"
                inputmode="decimal"
                value=editing.text(|draft| &draft.greeting_delay, |draft| &mut draft.greeting_delay)
                problems=editing.problems
                hint=format!("In seconds, {}.", delay_span())
            />
        </Show>
    }
}

/// The colour, by the browser's picker or by hand, with a warning when text on it is hard to read.
#[component]
fn ColorField() -> impl IntoView {
    const NAME: &str = "primary_color";
    let editing = expect_context::<Editing>();
    let color = Memo::new(move |_| editing.draft.with(|draft| draft.color.clone()));
    let why = why(editing.problems, NAME);
    let id = unique(NAME);
    let note = format!("{id}-note");
    let change = move |event: leptos::ev::Event| {
        editing.draft.update(|draft| draft.color = event_target_value(&event));
        clear_error(editing.problems, NAME);
    };
    let picked = move || Color::parse(&color.get()).map(Color::css);
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>"Colour"</label>
            <div class="color-field">
                <input class="color-field__well" type="color" aria-label="Pick a colour" prop:value=picked on:input=change />
                <input
                    class="input input--mono"
                    id=id
                    name=NAME
                    spellcheck="false"
                    autocomplete="off"
                    prop:value=color
                    aria-invalid=move || why.with(Option::is_some).then_some("true")
                    aria-describedby=note.clone()
                    on:input=change
                />
            </div>
            <Note id=note hint=None why=why />
            <div role="status">
                {move || warning(&color.get()).map(|text| notice(Notice::Warn, text))}
            </div>
        </div>
    }
}
