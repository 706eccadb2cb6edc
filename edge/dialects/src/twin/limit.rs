//! The limits that this dialect's document names, and its sentences for them.
use super::error::{ApiError, ApiResult};
use edge_core::{Error, Kind};
use shared::limits::Rows;

/// How many rows a list has unless it is told otherwise, and at most.
pub(super) const ROWS: Rows = Rows { usual: 50, most: 200 };

fn invalid(message: String) -> ApiError {
    Error::new(Kind::Invalid, message).into()
}

/// Refuses a text that is longer than documented. Characters are Unicode scalar values.
///
/// # Errors
/// `Message too long (max 2000 chars).`
pub(super) fn at_most(text: &str, name: &str, most: usize) -> ApiResult<()> {
    // A text of few bytes has few characters, and need not be counted.
    if text.len() > most && text.chars().count() > most {
        let mut letters = name.chars();
        let capital = letters.next().map(|it| it.to_ascii_uppercase());
        let name: String = capital.into_iter().chain(letters).collect();
        return Err(invalid(format!("{name} too long (max {most} chars).")));
    }
    Ok(())
}

/// Returns a text that must be there.
///
/// # Errors
/// `message is required.`
pub(super) fn required(text: Option<String>, name: &str) -> ApiResult<String> {
    let text = text.filter(|it| !it.trim().is_empty());
    text.ok_or_else(|| invalid(format!("{name} is required.")))
}
