//! The one error shape of the dialect.
use serde::{Deserialize, Serialize};

/// Every refusal, whatever its status.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Error {
    /// A sentence for a person.
    pub detail: String,
    /// A word for a program, such as `VALIDATION_ERROR`.
    pub code: String,
    /// The member of the request at fault, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// The answer of an operation that has nothing else to say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Confirmation))]
pub struct Message {
    pub message: String,
}
