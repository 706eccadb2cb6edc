//! What is answered from: the collections, the documents in them, and files on their way in.
pub mod actions;
pub mod collection_form;
pub mod collections;
pub mod detail;
pub mod drop;
pub mod listing;
pub mod table;
pub mod toolbar;

use crate::api::AuthorizedApi;
use crate::components::loaded::{Skeleton, loaded};
use crate::components::page::PageHead;
use crate::paths;
use crate::remote::remote;
use crate::shell::uploads::Tray;
use crate::shell::{CurrentWorkspace, use_go, use_replace};
use crate::state::documents::{Filter, PAGE, any_processing};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use listing::Knowledge;
use std::time::Duration;

/// How often the list is asked for while a document moves: one request, of the 60 a minute that the smallest plan has.
const REFRESH_INTERVAL: Duration = Duration::from_secs(2);

/// The knowledge of a workspace.
#[component]
pub fn Documents() -> impl IntoView {
    let knowledge = begin();
    provide_context(knowledge);
    let moving = move || {
        knowledge
            .documents
            .value()
            .is_some_and(|list| any_processing(&list.documents))
    };
    knowledge.documents.refresh_while(moving, REFRESH_INTERVAL);
    view! {
        <drop::DropZone>
            <PageHead title="Knowledge" lead="Your agents answer from these documents, and from nothing else.">
                <Show when=move || knowledge.edits()><drop::UploadButton /></Show>
            </PageHead>
            <div class="knowledge">
                <collections::Collections />
                <section class="knowledge__main" aria-label="Documents">
                    <toolbar::Toolbar />
                    {loaded(knowledge.documents, Skeleton::Lines(6), |list| view! { <table::Table list=list /> })}
                </section>
            </div>
        </drop::DropZone>
        <detail::Detail />
        <actions::Delete />
    }
}

/// Reads the filter from the address, and asks for what it says.
fn begin() -> Knowledge {
    let (api, current, tray) = (
        expect_context::<AuthorizedApi>(),
        expect_context::<CurrentWorkspace>(),
        expect_context::<Tray>(),
    );
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(|query| Filter::read(|name| query.get(name))));
    let open = Memo::new(move |_| query.with(|query| query.get("document")).filter(|id| !id.is_empty()));
    let wanted = RwSignal::new(PAGE);
    let documents = remote(
        move || current.id.get(),
        move |workspace: String| {
            tray.arrived();
            let (filter, wanted) = (filter.get(), wanted.get());
            async move { api.documents(&workspace, &filter, wanted).await }
        },
    );
    let collections = remote(
        move || current.id.get(),
        move |workspace: String| {
            tray.arrived();
            async move { api.collections(&workspace).await }
        },
    );
    // Another filter begins at its own beginning.
    Effect::new(move |before: Option<Filter>| {
        let filter = filter.get();
        if before.is_some_and(|before| before != filter) {
            wanted.set(PAGE);
        }
        filter
    });
    Knowledge {
        api,
        current,
        tray,
        filter,
        open,
        wanted,
        documents,
        collections,
        deleting: RwSignal::new(None),
        go: use_go(),
        replace: use_replace(),
    }
}

impl Knowledge {
    /// Returns the address of this page with another filter.
    fn address(self, filter: &Filter, document: Option<&str>) -> String {
        paths::within(&self.current.id_now(), "documents") + &filter.address(document)
    }
}
