//! How SQLite's few types carry ours: integers for booleans, text for JSON.
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

/// Reads an integer column as a boolean.
///
/// # Errors
/// When the column is not a number.
pub fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    // Some drivers hand integers back as floats.
    f64::deserialize(deserializer).map(|it| it != 0.0)
}

/// Reads an integer column, or none, as a boolean.
///
/// # Errors
/// When the column is neither a number nor null.
pub fn optional_flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Option::<f64>::deserialize(deserializer).map(|it| it.map(|it| it != 0.0))
}

/// Reads a text column that holds JSON.
///
/// # Errors
/// When the text is not the JSON of a `T`.
pub fn json<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    serde_json::from_str(&text).map_err(D::Error::custom)
}
