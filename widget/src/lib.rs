//! The chat that runs in the iframe on customers' pages.
//!
//! `boot.js` loads it. It tells the loader on the page that it is there, gets the agent's configuration from it, and
//! draws the chat. State is plain Rust (`chat`), signals hold it (`conversation`), components read it (`view`).
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod bridge;
mod chat;
mod conversation;
mod pace;
mod page;
mod service;
mod storage;
mod strings;
mod theme;
mod view;
mod visitor;
mod wire;

use chat::Failure;
use conversation::Conversation;
use leptos::prelude::*;
use page::{LoaderMessage, Page};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

/// Waits for the loader's first word, then draws the chat. Outside of a customer's page it does nothing.
#[wasm_bindgen(start)]
pub fn start() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    let Some(page) = Page::around() else { return };
    let conversation = Rc::new(Cell::new(None::<Conversation>));
    let listening = page.clone();
    page.listen(move |message| match (conversation.get(), message) {
        (_, LoaderMessage::Ask(key)) => spawn_local(ask(listening.clone(), key)),
        (Some(conversation), message) => conversation.on_message(message),
        (None, LoaderMessage::Init(init)) if agent_of_document().as_ref() == Some(&init.config.agent_id) => {
            let (page, begun) = (listening.clone(), Rc::clone(&conversation));
            mount_to_body(move || {
                let strings = strings::for_language(&window().navigator().language().unwrap_or_default());
                let conversation = Conversation::new(page, *init, strings);
                view::mount(conversation);
                begun.set(Some(conversation));
            });
            listening.notify("ready");
        }
        (None, _) => {}
    });
    page.notify("hello");
}

/// The agent that the document was made for: who may embed it was decided for that agent only.
fn agent_of_document() -> Option<String> {
    document().body()?.get_attribute("data-agent-id")
}

/// Asks for the configuration in the loader's place: a page's policy may know us as a script and a frame only.
async fn ask(page: Page, key: String) {
    let agent = agent_of_document().unwrap_or_default();
    let config = service::config(&agent, &key).await.map_err(Failure::from);
    page.hand_over(config.as_ref().cloned().map_err(Failure::code));
}
