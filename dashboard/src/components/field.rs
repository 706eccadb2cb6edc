//! Fields that are typed into, with their label, hint and problem tied to them.
use crate::components::icon::{Icon, icon};
use crate::components::notice::{Kind as Notice, notice};
use crate::components::unique;
use crate::state::problems::Problems;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A text that a field shows and changes.
#[derive(Clone, Copy)]
pub struct Bound {
    /// Reads it.
    pub get: Signal<String>,
    /// Changes it.
    pub set: Callback<String>,
}

impl From<RwSignal<String>> for Bound {
    fn from(signal: RwSignal<String>) -> Self {
        Self {
            get: signal.into(),
            set: Callback::new(move |text| signal.set(text)),
        }
    }
}

impl Bound {
    /// Binds one text of a larger state.
    pub fn part<T: Send + Sync + 'static>(
        whole: RwSignal<T>,
        get: impl Fn(&T) -> String + Send + Sync + 'static,
        set: impl Fn(&mut T, String) + Send + Sync + 'static,
    ) -> Self {
        Self {
            get: Memo::new(move |_| whole.with(&get)).into(),
            set: Callback::new(move |text| whole.update(|whole| set(whole, text))),
        }
    }
}

/// A line of text.
#[component]
pub fn TextField(
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// The member of the request that it fills.
    name: &'static str,
    /// The text.
    #[prop(into)]
    value: Bound,
    /// What is wrong with the form.
    problems: RwSignal<Problems>,
    /// The input's `type`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// What stands there while it is empty.
    #[prop(optional, into)]
    placeholder: String,
    /// What to know before typing.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Which keyboard a phone shows.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// Whether it has the focus when its dialog opens.
    #[prop(optional)]
    autofocus: bool,
    /// Whether it can only be read.
    #[prop(optional, into)]
    readonly: Signal<bool>,
) -> impl IntoView {
    let id = unique(name);
    let note = format!("{id}-note");
    let why = why(problems, name);
    let described = described(&note, hint.is_some(), why);
    let revealed = RwSignal::new(false);
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>{label}</label>
            <div class="field__control">
                <input
                    class="input"
                    class:input--mono=inputmode == Some("numeric")
                    id=id
                    name=name
                    type=move || if kind == "password" && revealed.get() { "text" } else { kind }
                    autocomplete=autocomplete
                    autocapitalize="off"
                    spellcheck="false"
                    inputmode=inputmode
                    placeholder=placeholder
                    autofocus=autofocus
                    readonly=move || readonly.get()
                    prop:value=value.get
                    aria-invalid=move || why.with(Option::is_some).then_some("true")
                    aria-describedby=described
                    on:input=move |event| { value.set.run(event_target_value(&event)); clear_error(problems, name); }
                />
                {(kind == "password").then(|| view! { <Reveal revealed=revealed /> })}
            </div>
            <Note id=note hint=hint why=why />
        </div>
    }
}

/// The digits of a mailed code.
#[component]
pub fn CodeField(
    /// What was typed.
    value: RwSignal<String>,
    /// What is wrong with the form.
    problems: RwSignal<Problems>,
) -> impl IntoView {
    view! {
        <TextField
            label="Code"
            name="otp_code"
            inputmode="numeric"
            autocomplete="one-time-code"
            placeholder="000000"
            value=value
            problems=problems
            autofocus=true
        />
    }
}

/// Shows the password while it is typed, so that people make fewer typing errors.
#[component]
fn Reveal(revealed: RwSignal<bool>) -> impl IntoView {
    view! {
        <button
            type="button"
            class="field__reveal"
            aria-pressed=move || revealed.get().to_string()
            aria-label="Show password"
            on:click=move |_| revealed.update(|revealed| *revealed = !*revealed)
        >
            {icon(Icon::Eye)}
        </button>
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// The member of the request that it fills.
    name: &'static str,
    /// The text.
    #[prop(into)]
    value: Bound,
    /// What is wrong with the form.
    problems: RwSignal<Problems>,
    /// How many lines it shows.
    #[prop(default = 3)]
    rows: u32,
    /// What to know before typing.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What stands there while it is empty.
    #[prop(optional, into)]
    placeholder: String,
) -> impl IntoView {
    let id = unique(name);
    let note = format!("{id}-note");
    let why = why(problems, name);
    let described = described(&note, hint.is_some(), why);
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>{label}</label>
            <textarea
                class="input input--area"
                id=id
                name=name
                rows=rows.to_string()
                placeholder=placeholder
                prop:value=value.get
                aria-invalid=move || why.with(Option::is_some).then_some("true")
                aria-describedby=described
                on:input=move |event| { value.set.run(event_target_value(&event)); clear_error(problems, name); }
            ></textarea>
            <Note id=note hint=hint why=why />
        </div>
    }
}

/// The line below a control: its problem when there is one, else its hint.
#[component]
pub fn Note(
    /// What the control refers to.
    id: String,
    /// What to know before typing.
    hint: Option<String>,
    /// What is wrong.
    #[prop(into)]
    why: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <p class="field__note" class:field__note--bad=move || why.with(Option::is_some) id=id>
            {move || why.get().or_else(|| hint.clone())}
        </p>
    }
}

/// What is wrong with a form as a whole, said aloud when it appears.
#[component]
pub fn FormProblem(
    /// What is wrong with the form.
    problems: RwSignal<Problems>,
) -> impl IntoView {
    let why = why(problems, "");
    view! {
        <div role="alert">
            {move || why.get().map(|why| notice(Notice::Bad, why))}
        </div>
    }
}

/// Returns what describes a control: the line below it, while there is something to read there.
fn described(note: &str, hinted: bool, why: Signal<Option<String>>) -> Signal<Option<String>> {
    let note = note.to_owned();
    Signal::derive(move || (hinted || why.with(Option::is_some)).then(|| note.clone()))
}

/// Returns what is wrong with a field.
pub fn why(problems: RwSignal<Problems>, name: &'static str) -> Signal<Option<String>> {
    Memo::new(move |_| problems.with(|problems| problems.of(name).map(str::to_owned))).into()
}

/// Forgets what was wrong with a field that is being changed.
pub fn clear_error(problems: RwSignal<Problems>, name: &str) {
    if problems.with_untracked(|problems| !problems.is_empty()) {
        problems.update(|problems| problems.clear_error(name));
    }
}

/// Shows what is wrong and puts the cursor into the first field at fault. Says whether there was nothing wrong.
pub fn accept(found: Problems, problems: RwSignal<Problems>) -> bool {
    let fine = found.is_empty();
    let first = found
        .fields()
        .find(|field| !field.is_empty())
        .map(|field| format!("[name=\"{field}\"]"));
    problems.set(found);
    let control = first.and_then(|selector| document().query_selector(&selector).ok().flatten());
    if let Some(control) = control.and_then(|control| control.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _refused = control.focus();
    }
    fine
}
