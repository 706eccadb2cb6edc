//! Dialogs and drawers: the browser's own modal `<dialog>`, which traps the focus and gives it back by itself.
use crate::components::icon::{Icon, icon};
use crate::components::submit::Submit;
use crate::components::unique;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Where a dialog stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DialogPlace {
    /// In the middle.
    #[default]
    Middle,
    /// At the right edge, full height.
    Side,
    /// At the left edge, full height, narrow.
    Start,
}

impl DialogPlace {
    fn as_str(self) -> &'static str {
        match self {
            Self::Middle => "dialog",
            Self::Side => "dialog dialog--side",
            Self::Start => "dialog dialog--start",
        }
    }
}

/// A modal dialog. Its content is made when it opens and dropped when it closes, so that each time begins afresh.
#[component]
pub fn Dialog(
    /// Whether it is open. Escape, the cross and a click beside it set this to false.
    open: RwSignal<bool>,
    /// What it is about.
    #[prop(into)]
    title: Signal<String>,
    /// Where it stands.
    #[prop(optional)]
    place: DialogPlace,
    /// What it holds.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let heading = unique("dialog");
    follow(node, open);
    let labelled = heading.clone();
    view! {
        <dialog
            class=place.as_str()
            node_ref=node
            aria-labelledby=labelled
            on:close=move |_| open.set(false)
            on:mousedown=move |event| if is_backdrop(&event) { open.set(false) }
        >
            <Show when=move || open.get()>
                <div class="dialog__frame">
                    <header class="dialog__head">
                        <h2 class="dialog__title" id=heading.clone()>{title}</h2>
                        <button
                            type="button"
                            class="button button--bare button--icon"
                            aria-label="Close"
                            on:click=move |_| open.set(false)
                        >
                            {icon(Icon::Close)}
                        </button>
                    </header>
                    {children()}
                </div>
            </Show>
        </dialog>
    }
}

/// Returns whether a dialog about `subject` is open: it opens when there is one, and closing it forgets the subject.
pub fn open_about<T: Send + Sync + 'static>(subject: RwSignal<Option<T>>) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(subject.with(Option::is_some)));
    Effect::new(move |_| {
        // Only what is there is forgotten: each effect wakes the other.
        if !open.get() && subject.with_untracked(Option::is_some) {
            subject.set(None);
        }
    });
    open
}

fn follow(node: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if open.get() {
            // One frame later the content is there, and with it what wants the focus.
            request_animation_frame(move || {
                if !dialog.open() && dialog.is_connected() {
                    // Fails only when it is open already.
                    let _refused = dialog.show_modal();
                }
            });
        } else if dialog.open() {
            dialog.close();
        }
    });
}

/// Says whether a click fell on the dialog itself: its content covers it, so that only the ground around is left.
fn is_backdrop(event: &leptos::ev::MouseEvent) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|element| element.tag_name().eq_ignore_ascii_case("dialog"))
}

/// The foot of a dialog's form: put it off, or do it.
#[component]
pub fn DialogActions(
    /// What closes the dialog.
    open: RwSignal<bool>,
    /// What is done.
    #[prop(into)]
    action: String,
    /// Whether it is being done.
    #[prop(into)]
    busy: Signal<bool>,
    /// Whether it takes something away.
    #[prop(optional)]
    dangerous: bool,
) -> impl IntoView {
    view! {
        <footer class="dialog__actions">
            <button type="button" class="button" on:click=move |_| open.set(false)>"Cancel"</button>
            <Submit label=action busy=busy dangerous=dangerous />
        </footer>
    }
}
