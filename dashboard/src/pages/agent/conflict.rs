//! The dialog that asks what to do if another person changed the agent after it was loaded.
use super::editing::Editing;
use crate::components::dialog::{Dialog, open_about};
use leptos::prelude::*;

/// Says who changed the agent and when, and offers to load their changes or to save over them.
#[component]
pub fn Conflict() -> impl IntoView {
    let editing = expect_context::<Editing>();
    let open = open_about(editing.conflict);
    let detail = Memo::new(move |_| editing.conflict.get().unwrap_or_default());
    let busy = move || editing.reloading.busy() || editing.saving.busy();
    view! {
        <Dialog open=open title="This agent was changed meanwhile">
            <div class="dialog__body">
                <p class="dialog__text">{detail}</p>
                <p class="dialog__text">
                    "Load their changes and lose what you have not saved, or save your changes over theirs. Settings that \
                     you did not touch stay as they made them."
                </p>
                <footer class="dialog__actions">
                    <button type="button" class="button" on:click=move |_| open.set(false)>"Cancel"</button>
                    <Show when=move || editing.dirty.get()>
                        <button
                            type="button"
                            class="button button--danger"
                            disabled=busy
                            on:click=move |_| editing.save_over()
                        >
                            "Save mine over it"
                        </button>
                    </Show>
                    <button
                        type="button"
                        class="button button--primary"
                        disabled=busy
                        on:click=move |_| editing.reload()
                    >
                        "Load theirs"
                    </button>
                </footer>
            </div>
        </Dialog>
    }
}
