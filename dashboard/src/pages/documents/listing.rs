//! What every part of the page has at hand.
use crate::api::AuthorizedApi;
use crate::remote::Remote;
use crate::shell::CurrentWorkspace;
use crate::shell::uploads::Tray;
use crate::state::documents::Filter;
use leptos::prelude::*;
use shared::knowledge::{CollectionList, DocumentList, DocumentSummary};
use web_sys::FileList;

/// The page's state.
#[derive(Clone, Copy)]
pub struct Knowledge {
    pub api: AuthorizedApi,
    pub current: CurrentWorkspace,
    pub tray: Tray,
    /// From the address.
    pub filter: Memo<Filter>,
    /// The document whose details are open, from the address.
    pub open: Memo<Option<String>>,
    /// How many documents are asked for.
    pub wanted: RwSignal<usize>,
    pub documents: Remote<DocumentList>,
    pub collections: Remote<CollectionList>,
    /// The document that is asked about before it is deleted.
    pub deleting: RwSignal<Option<DocumentSummary>>,
    pub go: Callback<String>,
    pub replace: Callback<String>,
}

impl Knowledge {
    /// Says whether documents may be changed here. Tracked.
    pub fn edits(self) -> bool {
        self.current.role().edits()
    }

    /// Returns the collection that files go to: the one that is shown, else the default one.
    pub fn target(self) -> Option<String> {
        self.filter
            .with_untracked(|filter| filter.collection.clone())
            .or_else(|| {
                let collections = untrack(|| self.collections.value())?.collections;
                let default = collections.iter().find(|collection| collection.is_default);
                default.or(collections.first()).map(|collection| collection.id.clone())
            })
    }

    /// Asks again for what a change of the documents changes.
    pub fn refresh(self) {
        self.documents.refresh();
        self.collections.refresh();
    }

    /// Sends files to the collection that is shown.
    pub fn send(self, files: &FileList) {
        if let Some(collection) = self.target() {
            self.tray.send(files, &self.current.id_now(), &collection);
        }
    }

    /// Opens the details of a document, or closes them.
    pub fn show(self, document: Option<&str>) {
        let address = self.filter.with_untracked(|filter| self.address(filter, document));
        self.replace.run(address);
    }
}
