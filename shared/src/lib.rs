//! What our own two clients and the Worker say to each other: the wire types of the Insydr dialect.
//!
//! Nothing but data and serde. The Worker's `insydr` dialect, the widget and the dashboard compile against the same
//! structs, so that a renamed member is a build error and not a blank field. Members that the dialect's document
//! (seed 004) does not name are extensions and say so.

pub mod agent;
pub mod auth;
pub mod error;
pub mod key;
pub mod knowledge;
pub mod operator;
pub mod widget;
pub mod workspace;

/// Distinguishes a member that is absent (keep) from one that is null (clear) in a PATCH body.
///
/// Use as `#[serde(default, deserialize_with = "shared::given")] logo_url: Option<Option<String>>`.
///
/// # Errors
/// Whatever `T` says of a value that will not do.
pub fn given<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}
