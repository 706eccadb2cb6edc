//! What the dialects' own documents show: requests and answers as printed there, with nothing left out. The examples of
//! the OpenAPI document; the tests send them.
use crate::registry;
use http::Method;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What an operation is sent, and what it answers.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Sample {
    /// None where nothing is sent, or a form.
    pub request: Option<Value>,
    /// None where nothing is answered; the lines of a stream are one text.
    pub answer: Option<Value>,
}

/// Returns every sample by `METHOD path`.
///
/// # Errors
/// When a file is not what it must be.
pub fn all() -> Result<BTreeMap<String, Sample>, serde_json::Error> {
    let mut all = BTreeMap::new();
    for dialect in registry::DIALECTS {
        all.extend(serde_json::from_str::<BTreeMap<String, Sample>>(
            dialect.document.samples,
        )?);
    }
    Ok(all)
}

/// Returns what an operation is called in [`all`].
pub fn name(method: &Method, path: &str) -> String {
    format!("{method} {path}")
}
