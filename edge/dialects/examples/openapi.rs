//! Gives the OpenAPI document, for the build to serve as a file. It is WebAssembly, so that the build compiles no crate
//! once more for this.
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// The document as JSON.
///
/// # Errors
/// When an operation is described twice, or the document cannot be written.
#[wasm_bindgen]
pub fn document() -> Result<String, JsError> {
    let document = edge_dialects::openapi::document().map_err(|why| JsError::new(&why.to_string()))?;
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
