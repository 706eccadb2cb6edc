//! Pages of lists: `limit` and `cursor`, extensions of this dialect. Without them a list is complete up to 1,000 rows.
use super::error::{ApiError, ApiResult};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_model::Timestamp;
use edge_store::Page;
use serde::Deserialize;

const MOST: u32 = 1_000;

/// The paging members of a list's query.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Paging {
    #[serde(default)]
    limit: Option<String>,
    #[serde(default)]
    cursor: Option<String>,
}

impl Paging {
    /// Takes the members out of a query that has others, too.
    pub fn new(limit: Option<String>, cursor: Option<String>) -> Self {
        Self { limit, cursor }
    }

    /// Reads the page that is asked for.
    ///
    /// # Errors
    /// Names `limit` or `cursor` when it will not do.
    pub fn page(&self) -> ApiResult<Page> {
        let limit = match self.limit.as_deref().map(str::parse::<u32>) {
            None => MOST,
            Some(Ok(0) | Err(_)) => return Err(ApiError::field("limit", "must be a number of at least 1")),
            Some(Ok(limit)) => limit.min(MOST),
        };
        let after = match &self.cursor {
            None => None,
            Some(cursor) => Some(decode(cursor).ok_or_else(|| ApiError::field("cursor", "is not one of ours"))?),
        };
        Ok(Page { limit, after })
    }
}

/// Returns where the next page begins, when the page is full.
pub fn next_cursor(page: &Page, count: usize, last: Option<(Timestamp, &str)>) -> Option<String> {
    let is_full = u32::try_from(count).is_ok_and(|it| it >= page.limit);
    last.filter(|_| is_full)
        .map(|(at, id)| URL_SAFE_NO_PAD.encode(format!("{}:{id}", at.0)))
}

fn decode(cursor: &str) -> Option<(i64, String)> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (at, id) = text.split_once(':')?;
    Some((at.parse().ok()?, id.to_owned()))
}
