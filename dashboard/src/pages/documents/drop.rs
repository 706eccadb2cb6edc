//! Ways for files to come in: dropped anywhere on the page, or chosen by a button.
use super::listing::Knowledge;
use crate::components::icon::{Icon, icon};
use leptos::html;
use leptos::prelude::*;
use web_sys::DragEvent;

/// Takes files that are dropped anywhere on the page.
#[component]
pub fn DropZone(children: Children) -> impl IntoView {
    let knowledge = expect_context::<Knowledge>();
    // Entering a child comes before leaving its parent, so only the count tells whether the page has been left.
    let depth = RwSignal::new(0_i32);
    let welcome = move |event: &DragEvent| carries_files(event) && untrack(|| knowledge.edits());
    view! {
        <div
            on:dragenter=move |event| if welcome(&event) { event.prevent_default(); depth.update(|depth| *depth += 1); }
            on:dragover=move |event| if welcome(&event) { event.prevent_default(); }
            on:dragleave=move |event| if welcome(&event) { depth.update(|depth| *depth = (*depth - 1).max(0)); }
            on:drop=move |event| if welcome(&event) {
                event.prevent_default();
                depth.set(0);
                if let Some(files) = event.data_transfer().and_then(|data| data.files()) {
                    knowledge.send(&files);
                }
            }
        >
            {children()}
            <Show when=move || { depth.get() > 0 }>
                <div class="drop__veil" aria-hidden="true">
                    <p class="drop__text">{icon(Icon::Upload)} "Drop the files to add them"</p>
                </div>
            </Show>
        </div>
    }
}

fn carries_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| {
        data.types()
            .iter()
            .any(|kind| kind.as_string().as_deref() == Some("Files"))
    })
}

/// Chooses files.
#[component]
pub fn UploadButton() -> impl IntoView {
    let knowledge = expect_context::<Knowledge>();
    let input = NodeRef::<html::Input>::new();
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            if let Some(files) = input.files() {
                knowledge.send(&files);
            }
            // The same file can be chosen again.
            input.set_value("");
        }
    };
    view! {
        <input
            class="visually-hidden"
            type="file"
            multiple=true
            tabindex="-1"
            aria-label="Files to upload"
            node_ref=input
            on:change=chosen
        />
        <button type="button" class="button button--primary" on:click=choose>
            {icon(Icon::Upload)}
            "Upload files"
        </button>
    }
}
