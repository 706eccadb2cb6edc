//! The chat that runs in the iframe on customers' pages.
//!
//! `boot.js` loads it. It tells the loader on the page that it is there, gets the agent's configuration from it, and
//! draws the chat. State is plain Rust (`chat`), signals hold it (`conversation`), components read it (`view`).
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod bridge;
mod chat;
mod color;
mod conversation;
mod markdown;
mod pace;
mod page;
mod service;
mod sse;
mod storage;
mod strings;
mod theme;
mod view;
mod visitor;
mod wire;

use conversation::Conversation;
use leptos::prelude::*;
use page::{Heard, Page};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;

/// Waits for the loader's first word, then draws the chat. Outside of a customer's page it does nothing.
#[wasm_bindgen(start)]
pub fn start() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    let Some(page) = Page::around() else { return };
    let conversation = Rc::new(Cell::new(None::<Conversation>));
    let listening = page.clone();
    page.listen(move |heard| match (conversation.get(), heard) {
        (Some(conversation), heard) => conversation.hear(heard),
        (None, Heard::Init(init)) if is_for_this_document(&init.config.agent_id) => {
            let (page, begun) = (listening.clone(), Rc::clone(&conversation));
            mount_to_body(move || {
                let strings = strings::for_language(&window().navigator().language().unwrap_or_default());
                let conversation = Conversation::new(page, *init, strings);
                view::mount(conversation);
                begun.set(Some(conversation));
            });
            listening.tell("ready");
        }
        (None, _) => {}
    });
    page.tell("hello");
}

/// Whether the document was made for this agent: who may embed it was decided for that agent only.
fn is_for_this_document(agent: &str) -> bool {
    document()
        .body()
        .and_then(|body| body.get_attribute("data-agent-id"))
        .is_some_and(|own| own == agent)
}
