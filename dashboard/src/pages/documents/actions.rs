//! What can be done with a document: read it once more, delete it.
use super::listing::Knowledge;
use crate::components::confirm::Confirm;
use crate::components::dialog::open_about;
use crate::components::icon::{Icon, icon};
use crate::components::toast::Toasts;
use crate::remote::PendingRequest;
use crate::state::documents::Status;
use crate::state::problems::Problems;
use leptos::prelude::*;
use shared::knowledge::DocumentSummary;

/// The buttons at the end of a row.
#[component]
pub fn RowActions(document: Memo<Option<DocumentSummary>>) -> impl IntoView {
    let (knowledge, toasts) = (expect_context::<Knowledge>(), expect_context::<Toasts>());
    let pending = PendingRequest::default();
    let title = move || document.get().map(|document| document.title).unwrap_or_default();
    let processing = move || {
        document
            .get()
            .is_some_and(|document| Status::named(&document.status) == Some(Status::Processing))
    };
    let reprocess = move |_| {
        let Some(document) = document.get_untracked() else {
            return;
        };
        let workspace = knowledge.current.id_now();
        let request = async move { knowledge.api.reprocess_document(&workspace, &document.id).await };
        pending.run(request, move |outcome| match outcome {
            Ok(_) => knowledge.refresh(),
            Err(error) => toasts.refused(&error),
        });
    };
    view! {
        <Show when=move || knowledge.edits()>
            <button
                type="button"
                class="button button--bare button--icon"
                aria-label=move || format!("Process {} again", title())
                title="Process again"
                disabled=move || pending.busy() || processing()
                on:click=reprocess
            >
                {icon(Icon::Refresh)}
            </button>
            <button
                type="button"
                class="button button--bare button--icon"
                aria-label=move || format!("Delete {}", title())
                title="Delete"
                on:click=move |_| knowledge.deleting.set(document.get_untracked())
            >
                {icon(Icon::Trash)}
            </button>
        </Show>
    }
}

/// The question before a document is deleted.
#[component]
pub fn Delete() -> impl IntoView {
    let (knowledge, toasts) = (expect_context::<Knowledge>(), expect_context::<Toasts>());
    let open = open_about(knowledge.deleting);
    let problems = RwSignal::new(Problems::default());
    let pending = PendingRequest::default();
    let title = Memo::new(move |_| {
        knowledge
            .deleting
            .get()
            .map(|document| document.title)
            .unwrap_or_default()
    });
    let delete = Callback::new(move |()| {
        let Some(document) = knowledge.deleting.get_untracked() else {
            return;
        };
        let workspace = knowledge.current.id_now();
        pending.run(
            async move { knowledge.api.delete_document(&workspace, &document.id).await },
            move |outcome| match outcome {
                Ok(()) => {
                    open.set(false);
                    knowledge.refresh();
                    toasts.good("The document is deleted.");
                }
                Err(error) => problems.set(Problems::refused(&error, &[])),
            },
        );
    });
    view! {
        <Confirm
            open=open
            title=Signal::derive(move || format!("Delete \u{201c}{}\u{201d}?", title.get()))
            text="Agents no longer answer from it. The file and its passages are deleted for good."
            action="Delete document"
            busy=pending
            problems=problems
            on_yes=delete
        />
    }
}
