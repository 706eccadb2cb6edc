//! The guard in front of unsaved changes: whatever leads away from them asks first.
use crate::components::dialog::{Dialog, open_about};
use crate::platform;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;

/// Whether there are unsaved changes or unsent files, and where the person wanted to go in spite of them.
#[derive(Clone, Copy)]
pub struct Unsaved {
    dirty: RwSignal<bool>,
    sending: RwSignal<bool>,
    wanted: RwSignal<Option<String>>,
    page_address: StoredValue<String>,
}

impl Unsaved {
    /// Begins without any, and watches from now on. Must run before the router is made, which listens to the same
    /// events: a window calls its listeners in the order in which they were added.
    pub fn begin() -> Self {
        let unsaved = Self {
            dirty: RwSignal::new(false),
            sending: RwSignal::new(false),
            wanted: RwSignal::new(None),
            page_address: StoredValue::new(String::new()),
        };
        watch(unsaved);
        unsaved
    }

    /// Records whether the page at the current address has unsaved changes.
    pub fn set(self, dirty: bool) {
        self.page_address.set_value(platform::address());
        self.dirty.set(dirty);
    }

    /// Records whether files are being sent, which closing the tab would lose. Other pages do not.
    pub fn set_sending(self, sending: bool) {
        self.sending.set(sending);
    }

    fn leads_away(self, address: &str) -> bool {
        self.dirty.get_untracked() && self.page_address.with_value(|page_address| page_address != address)
    }
}

/// Asks before changes are lost. Stands once, inside the router.
#[component]
pub fn UnsavedGuard() -> impl IntoView {
    let unsaved = expect_context::<Unsaved>();
    let navigate = StoredValue::new_local(use_navigate());
    let open = open_about(unsaved.wanted);
    let discard = Callback::new(move |()| {
        let wanted = unsaved.wanted.get_untracked();
        unsaved.dirty.set(false);
        open.set(false);
        if let Some(wanted) = wanted {
            navigate.with_value(|go| {
                go(
                    &wanted,
                    NavigateOptions {
                        resolve: false,
                        ..NavigateOptions::default()
                    },
                )
            });
        }
    });
    view! {
        <Dialog open=open title="Discard unsaved changes?">
            <div class="dialog__body">
                <p class="dialog__text">"What you changed on this page has not been saved."</p>
                <footer class="dialog__actions">
                    <button type="button" class="button" on:click=move |_| open.set(false)>"Keep editing"</button>
                    <button type="button" class="button button--danger" on:click=move |_| discard.run(())>
                        "Discard changes"
                    </button>
                </footer>
            </div>
        </Dialog>
    }
}

fn watch(unsaved: Unsaved) {
    platform::capture("beforeunload", move |event| {
        if unsaved.dirty.get_untracked() || unsaved.sending.get_untracked() {
            event.prevent_default();
        }
    });
    platform::capture("click", move |event| {
        if let Some(address) = link_address(event).filter(|address| unsaved.leads_away(address)) {
            event.prevent_default();
            event.stop_immediate_propagation();
            unsaved.wanted.set(Some(address));
        }
    });
    platform::capture("popstate", move |event| {
        let address = platform::address();
        if unsaved.leads_away(&address) {
            event.stop_immediate_propagation();
            // The browser has moved already: it is moved back, and the question is put.
            platform::push_address(&unsaved.page_address.get_value());
            unsaved.wanted.set(Some(address));
        }
    });
}

/// Returns path and query of the link that was clicked, when it would open in this tab and on this site.
fn link_address(event: &web_sys::Event) -> Option<String> {
    let mouse = event.dyn_ref::<web_sys::MouseEvent>()?;
    let elsewhere = mouse.ctrl_key() || mouse.meta_key() || mouse.shift_key() || mouse.alt_key();
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let link = target
        .closest("a[href]")
        .ok()??
        .dyn_into::<web_sys::HtmlAnchorElement>()
        .ok()?;
    let outside = !link.target().is_empty() || link.has_attribute("download") || link.origin() != platform::origin();
    (!elsewhere && !outside).then(|| link.pathname() + &link.search())
}
