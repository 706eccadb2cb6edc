//! What is logged of a request: one entry, told once, without bodies, tokens and addresses.
use serde::Serialize;

/// A request and what became of it. The layer around the router puts it into the response's extensions; the entry
/// point prints it.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    #[serde(rename = "request.id")]
    pub request_id: String,
    pub dialect: &'static str,
    pub method: String,
    /// The route's pattern, not the path: paths hold ids.
    pub route: String,
    pub status: u16,
    #[serde(rename = "duration.ms")]
    pub duration_ms: i64,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// Why a request was refused or went wrong. The code that refuses puts it into the response's extensions.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    #[serde(rename = "error.kind")]
    pub kind: String,
    /// None where it may show a caller's text; the place in our code says which refusal it is.
    #[serde(rename = "error.message", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(rename = "error.at")]
    pub at: String,
}

impl From<&edge_core::Error> for Failure {
    fn from(error: &edge_core::Error) -> Self {
        let at = error.location();
        Self {
            kind: format!("{:?}", error.kind),
            message: error.cause().map(|it| it.to_string()),
            at: format!("{}:{}", at.file(), at.line()),
        }
    }
}
