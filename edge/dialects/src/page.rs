//! Pages of lists: bounded in rows and in bytes, with signed cursors. The dialects say how many rows.
use edge_core::cursor::{self, List};
use edge_core::{App, Error, Result};
use edge_model::Timestamp;
use edge_store::Page;
use serde::Serialize;
use shared::limits::Rows;
use std::io;

/// What the rows of an answer take at most, in bytes. A first row that is longer is answered alone.
const MAX_BYTES: usize = 1024 * 1024;

/// Reads the `limit` of a query: more than the list may have is as many as it may.
///
/// # Errors
/// Names `limit` when it is no number of at least 1.
pub(crate) fn limit(rows: Rows, limit: Option<&str>) -> Result<u32> {
    match limit.map(str::parse::<u64>) {
        None => Ok(rows.usual),
        Some(Ok(0) | Err(_)) => Err(Error::field("limit", "must be a number of at least 1")),
        Some(Ok(limit)) => Ok(u32::try_from(limit).unwrap_or(rows.most).min(rows.most)),
    }
}

/// Describes the `limit` of a list in the OpenAPI document.
macro_rules! limit_hint {
    ($rows:expr) => {{
        const ROWS: shared::limits::Rows = $rows;
        const_format::formatcp!("1 to {}; {} when absent", ROWS.most, ROWS.usual)
    }};
}
pub(crate) use limit_hint;

/// Reads the page that is asked for.
///
/// # Errors
/// Names `cursor` when it was not made for this list.
pub(crate) fn page(app: &App, list: &List<'_>, limit: u32, cursor: Option<&str>) -> Result<Page> {
    let after = cursor
        .map(|it| cursor::open(&app.settings.auth_keys, list, it))
        .transpose()?;
    Ok(Page { limit, after })
}

/// Returns as many of the rows that were found as fit into an answer, and where the next page begins; none at the end.
///
/// `place` says where a row stands, `row` puts it on the wire.
pub(crate) fn rows<T, W: Serialize>(
    app: &App,
    list: &List<'_>,
    limit: u32,
    found: Vec<T>,
    place: impl Fn(&T) -> (Timestamp, &str),
    mut row: impl FnMut(T) -> W,
) -> Result<(Vec<W>, Option<String>)> {
    let is_full = u32::try_from(found.len()).is_ok_and(|it| it >= limit);
    let (mut rows, mut bytes, mut last) = (Vec::with_capacity(found.len()), 0, None);
    for found in found {
        let (at, id) = place(&found);
        let next = (at.0, id.to_owned());
        let wire = row(found);
        bytes += length(&wire)?;
        if bytes > MAX_BYTES && !rows.is_empty() {
            return Ok((rows, sealed(app, list, last)?));
        }
        rows.push(wire);
        last = Some(next);
    }
    let next = if is_full { sealed(app, list, last)? } else { None };
    Ok((rows, next))
}

fn sealed(app: &App, list: &List<'_>, last: Option<(i64, String)>) -> Result<Option<String>> {
    last.map(|(at, id)| cursor::seal(&app.settings.auth_keys, list, (at, &id)))
        .transpose()
}

/// Returns how long a row is as JSON, in bytes.
fn length(row: &impl Serialize) -> Result<usize> {
    struct Length(usize);
    impl io::Write for Length {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut length = Length(0);
    serde_json::to_writer(&mut length, row).map_err(Error::internal)?;
    // The comma, or the bracket.
    Ok(length.0 + 1)
}
