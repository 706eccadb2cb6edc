//! The admin application: a client-side Leptos program that speaks to `/api/v1` and to nothing else.
//!
//! `state` is plain Rust and is tested natively; `pages` and `components` read it through signals; `api` alone fetches.

pub mod api;
pub mod app;
pub mod components;
pub mod pages;
pub mod paths;
pub mod platform;
pub mod remote;
pub mod session;
pub mod shell;
pub mod state;

use wasm_bindgen::prelude::wasm_bindgen;

/// Puts the application into the page. `boot.js` calls it when the module has been loaded.
#[wasm_bindgen]
pub fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
