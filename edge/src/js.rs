//! What several drivers need of JavaScript values.
use js_sys::Error;
use wasm_bindgen::{JsCast as _, JsValue};

/// Returns what a thrown value says, for the log.
pub(crate) fn message(thrown: &JsValue) -> String {
    if let Some(error) = thrown.dyn_ref::<Error>() {
        return error.message().into();
    }
    thrown.as_string().unwrap_or_else(|| format!("{thrown:?}"))
}
