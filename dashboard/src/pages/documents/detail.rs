//! A document's details in a drawer: what it is, its versions, its first passages. The address keeps it open.
use super::listing::Knowledge;
use crate::components::dialog::{Dialog, DialogPlace};
use crate::components::loaded::{Skeleton, loaded};
use crate::components::moment::moment;
use crate::components::notice::{Kind as Notice, notice};
use crate::platform;
use crate::remote::remote;
use crate::state::documents::{Status, size, stage_label};
use leptos::prelude::*;
use shared::knowledge::{ChunkPreview, Document, DocumentVersion};

/// The drawer.
#[component]
pub fn Detail() -> impl IntoView {
    let knowledge = expect_context::<Knowledge>();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(knowledge.open.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && knowledge.open.with_untracked(Option::is_some) {
            knowledge.show(None);
        }
    });
    view! {
        <Dialog open=open title="Document" place=DialogPlace::Side>
            {move || knowledge.open.get().map(|id| view! { <Body id=id /> })}
        </Dialog>
    }
}

#[component]
fn Body(id: String) -> impl IntoView {
    let knowledge = expect_context::<Knowledge>();
    let id = StoredValue::new(id);
    let news = Memo::new(move |_| {
        let list = knowledge
            .documents
            .value()
            .map(|list| list.documents)
            .unwrap_or_default();
        list.into_iter().find(|document| id.with_value(|id| *id == document.id))
    });
    let document = remote(
        move || id.get_value(),
        move |id: String| {
            // Whenever the list has news of it, the document has more.
            news.track();
            let workspace = knowledge.current.id_now();
            async move { knowledge.api.document(&workspace, &id).await }
        },
    );
    view! {
        <div class="dialog__body">
            {loaded(document, Skeleton::Lines(6), |document| move || view! { <Facts document=document.get() /> })}
        </div>
    }
}

#[component]
fn Facts(document: Document) -> impl IntoView {
    let status = Status::named(&document.status).unwrap_or(Status::Processing);
    let stage = match status {
        Status::Processing => format!(
            "{}, {} %",
            stage_label(&document.progress.stage),
            document.progress.percent
        ),
        Status::Completed | Status::Failed => status.label().to_owned(),
    };
    let language = document.language.clone().unwrap_or_else(|| "Not known".to_owned());
    let facts = [
        ("Status", stage),
        ("Size", size(document.size)),
        ("Passages", platform::number(document.chunk_count)),
        ("Tokens", platform::number(document.token_count)),
        ("Language", language),
    ];
    let rows = facts
        .into_iter()
        .map(|(name, value)| view! { <div class="fact"><dt>{name}</dt><dd>{value}</dd></div> })
        .collect_view();
    let leads_out = |address: &String| address.starts_with("https://") || address.starts_with("http://");
    let address = document.source_url.filter(leads_out).map(|address| {
        let shown = address.clone();
        view! { <a href=address target="_blank" rel="noopener noreferrer">{shown}</a> }
    });
    view! {
        <h3 class="detail__title">{document.title.clone()}</h3>
        {document.progress.error.clone().map(|why| notice(Notice::Bad, why))}
        <dl class="facts">{rows}</dl>
        {address}
        <Passages passages=document.chunks_preview count=document.chunk_count />
        <Versions versions=document.versions />
    }
}

#[component]
fn Versions(versions: Vec<DocumentVersion>) -> impl IntoView {
    let rows = versions
        .into_iter()
        .map(|DocumentVersion { version, created_at }| {
            view! {
                <li class="version">
                    <span>"Version " {version}</span>
                    {moment(&created_at)}
                </li>
            }
        })
        .collect_view();
    view! {
        <h4 class="detail__heading">"Versions"</h4>
        <ul class="versions">{rows}</ul>
    }
}

#[component]
fn Passages(passages: Vec<ChunkPreview>, count: u64) -> impl IntoView {
    let heading = match passages.len() as u64 {
        0 => "No passages yet".to_owned(),
        shown if shown < count => format!("First {shown} of {} passages", platform::number(count)),
        _ => "Passages".to_owned(),
    };
    let rows = passages
        .into_iter()
        .map(|passage| {
            view! {
                <li class="passage">
                    <p class="passage__text">{passage.content_preview}</p>
                    <p class="passage__line">
                        {format!("#{} \u{b7} {} tokens", passage.chunk_index + 1, passage.token_count)}
                    </p>
                </li>
            }
        })
        .collect_view();
    view! {
        <h4 class="detail__heading">{heading}</h4>
        <ol class="passages">{rows}</ol>
    }
}
