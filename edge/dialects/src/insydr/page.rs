//! Pages of lists: `limit` and `cursor`, extensions of this dialect.
use super::error::ApiResult;
use crate::page;
use edge_core::App;
use edge_core::cursor::List;
use edge_model::Timestamp;
use edge_store::Page;
use serde::{Deserialize, Serialize};
use shared::limits::{Rows, SHORT_ROWS, TEXT_ROWS};

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

    /// Reads the page that is asked for, of a list of short rows.
    ///
    /// # Errors
    /// Names `limit` or `cursor` when it will not do.
    pub fn short<'a>(&self, app: &'a App, list: List<'a>) -> ApiResult<Asked<'a>> {
        self.asked(app, list, SHORT_ROWS)
    }

    /// Reads the page that is asked for, of a list whose rows have texts.
    ///
    /// # Errors
    /// Names `limit` or `cursor` when it will not do.
    pub fn with_texts<'a>(&self, app: &'a App, list: List<'a>) -> ApiResult<Asked<'a>> {
        self.asked(app, list, TEXT_ROWS)
    }

    fn asked<'a>(&self, app: &'a App, list: List<'a>, rows: Rows) -> ApiResult<Asked<'a>> {
        let limit = page::limit(rows, self.limit.as_deref())?;
        let page = page::page(app, &list, limit, self.cursor.as_deref())?;
        Ok(Asked { app, list, page })
    }
}

/// A page that is asked for.
pub struct Asked<'a> {
    app: &'a App,
    list: List<'a>,
    pub page: Page,
}

impl Asked<'_> {
    /// Returns the rows of the answer, and where the next page begins.
    pub fn rows<T, W: Serialize>(
        &self,
        found: Vec<T>,
        place: impl Fn(&T) -> (Timestamp, &str),
        row: impl FnMut(T) -> W,
    ) -> ApiResult<(Vec<W>, Option<String>)> {
        Ok(page::rows(self.app, &self.list, self.page.limit, found, place, row)?)
    }

    /// Returns the rows of the answer, when `left` follow the cursor and fewer than the page has room for may have
    /// been found; and where the next page begins.
    pub fn rows_of<T, W: Serialize>(
        &self,
        found: Vec<T>,
        left: u64,
        place: impl Fn(&T) -> (Timestamp, &str),
        row: impl FnMut(T) -> W,
    ) -> ApiResult<(Vec<W>, Option<String>)> {
        let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let limit = if left > u64::from(count) { count } else { u32::MAX };
        Ok(page::rows(self.app, &self.list, limit, found, place, row)?)
    }
}
