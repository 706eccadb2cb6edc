//! The documents, each with where it stands, live.
use super::actions::RowActions;
use super::drop::UploadButton;
use super::listing::Knowledge;
use crate::components::badge::{Tone, badge};
use crate::components::empty::Empty;
use crate::components::icon::{Icon, icon};
use crate::components::meter::Meter;
use crate::components::moment::moment;
use crate::platform;
use crate::state::documents::{Filter, PAGE, Status, stage_label};
use leptos::prelude::*;
use shared::knowledge::{DocumentList, DocumentSummary};
use shared::limits::MAX_UPLOAD_BYTES;

/// The table, or why there is nothing in it.
#[component]
pub fn Table(list: Signal<DocumentList>) -> impl IntoView {
    let empty = Memo::new(move |_| list.with(|list| list.documents.is_empty()));
    let ids = move || {
        list.with(|list| {
            list.documents
                .iter()
                .map(|document| document.id.clone())
                .collect::<Vec<_>>()
        })
    };
    view! {
        <Show when=move || !empty.get() fallback=Nothing>
            <div class="card table-frame">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Title"</th>
                            <th scope="col">"Status"</th>
                            <th scope="col" class="table__number table__wide">"Passages"</th>
                            <th scope="col" class="table__wide">"Added"</th>
                            <th scope="col"><span class="visually-hidden">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=ids key=String::clone let(id)>
                            <Row id=id list=list />
                        </For>
                    </tbody>
                </table>
            </div>
            <More list=list />
        </Show>
    }
}

#[component]
fn Nothing() -> impl IntoView {
    let knowledge = expect_context::<Knowledge>();
    let clear = move |_| knowledge.replace.run(knowledge.address(&Filter::default(), None));
    view! {
        <Show
            when=move || knowledge.filter.with(Filter::narrows)
            fallback=move || view! {
                <Empty
                    glyph=Icon::File
                    title="No documents here yet"
                    text=format!(
                        "Drop files anywhere on this page, up to {} MB each. Agents answer from them seconds later.",
                        MAX_UPLOAD_BYTES / 1024 / 1024,
                    )
                >
                    <Show when=move || knowledge.edits()><UploadButton /></Show>
                </Empty>
            }
        >
            <Empty glyph=Icon::Search title="Nothing matches" text="No document here has these words and this status.">
                <button type="button" class="button" on:click=clear>"Clear filters"</button>
            </Empty>
        </Show>
    }
}

/// One document. It follows the list by its id, so that what has the focus keeps it while the list is refreshed.
#[component]
fn Row(id: String, list: Signal<DocumentList>) -> impl IntoView {
    let knowledge = expect_context::<Knowledge>();
    let document = Memo::new(move |last: Option<&Option<DocumentSummary>>| {
        let found = list.with(|list| list.documents.iter().find(|document| document.id == id).cloned());
        found.or_else(|| last.cloned().flatten())
    });
    let address = move || {
        let id = document.get().map(|document| document.id);
        knowledge.filter.with(|filter| knowledge.address(filter, id.as_deref()))
    };
    let title = move || document.get().map(|document| document.title);
    let passages = move || document.get().map(|document| platform::number(document.chunk_count));
    let added = move || document.get().map(|document| moment(&document.created_at));
    view! {
        <tr>
            <td class="table__first">
                <a class="table__title table__link" href=address data-noscroll="">
                    {icon(Icon::File)}
                    <span>{title}</span>
                </a>
            </td>
            <td><Standing document=document /></td>
            <td class="table__number table__wide">{passages}</td>
            <td class="table__wide">{added}</td>
            <td class="table__actions"><RowActions document=document /></td>
        </tr>
    }
}

/// Where a document stands.
#[component]
fn Standing(document: Memo<Option<DocumentSummary>>) -> impl IntoView {
    let status = Memo::new(move |_| document.get().and_then(|document| Status::named(&document.status)));
    let percent = Memo::new(move |_| document.get().map_or(0, |document| document.progress.percent));
    let stage = move || document.get().map(|document| stage_label(&document.progress.stage));
    let why = move || document.get().and_then(|document| document.progress.error);
    view! {
        {move || match status.get() {
            Some(Status::Completed) => badge(Tone::Good, "Completed").into_any(),
            Some(Status::Failed) => (badge(Tone::Bad, "Failed"), view! { <p class="table__line">{why}</p> }).into_any(),
            Some(Status::Processing) | None => view! {
                <span class="progress">
                    <span class="progress__said">{stage} " " {move || percent.get()} " %"</span>
                    <Meter label="Progress" percent=percent />
                </span>
            }
            .into_any(),
        }}
    }
}

/// How many of all are shown, and the way to more.
#[component]
fn More(list: Signal<DocumentList>) -> impl IntoView {
    let knowledge = expect_context::<Knowledge>();
    let shown = Memo::new(move |_| list.with(|list| list.documents.len() as u64));
    let total = Memo::new(move |_| list.with(|list| list.total));
    let line = move || match total.get() {
        1 => "1 document".to_owned(),
        total if total <= shown.get() => format!("{} documents", platform::number(total)),
        total => format!(
            "{} of {} documents",
            platform::number(shown.get()),
            platform::number(total)
        ),
    };
    view! {
        <footer class="more">
            <p class="muted" role="status">{line}</p>
            <Show when=move || { shown.get() < total.get() }>
                <button
                    type="button"
                    class="button button--small"
                    on:click=move |_| knowledge.wanted.update(|wanted| *wanted += PAGE)
                >
                    "Show more"
                </button>
            </Show>
        </footer>
    }
}
