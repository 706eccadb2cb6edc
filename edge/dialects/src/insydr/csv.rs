//! Tables as CSV (RFC 4180), safe to open in a spreadsheet.
//!
//! Written here, since the `csv` crate quotes what RFC 4180 asks for and no more: a spreadsheet whose list separator is
//! a semicolon or a tab would split texts, and could run what follows.
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, header};

/// A table to be.
pub struct Csv(String);

impl Csv {
    /// Begins a table with the names of its columns.
    pub fn new(columns: &[&str]) -> Self {
        let mut csv = Self(String::new());
        csv.line(columns.iter().map(|it| quoted(it)));
        csv
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[Cell<'_>]) {
        self.line(cells.iter().map(Cell::written));
    }

    fn line(&mut self, cells: impl Iterator<Item = String>) {
        self.0.push_str(&cells.collect::<Vec<_>>().join(","));
        self.0.push_str("\r\n");
    }

    /// Returns the table as a file of a name that is plain letters.
    pub fn file(self, name: &'static str) -> Response {
        let mut response = self.0.into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        );
        if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.csv\"")) {
            headers.insert(header::CONTENT_DISPOSITION, value);
        }
        response
    }
}

/// What stands in a cell.
pub enum Cell<'a> {
    Text(&'a str),
    Count(u64),
    Number(f64),
    Nothing,
}

impl Cell<'_> {
    fn written(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Count(count) => count.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Nothing => String::new(),
        }
    }
}

/// Takes the power from a text that a spreadsheet would run: an apostrophe makes it text.
fn quoted(text: &str) -> String {
    let is_formula = text
        .trim_start()
        .starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
        || text.starts_with(['\t', '\r', '\n']);
    let apostrophe = if is_formula { "'" } else { "" };
    if is_formula || text.contains([',', '"', '\r', '\n', ';', '\t']) {
        format!("\"{apostrophe}{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// Tells whether a caller wants CSV: by `?format=csv`, or by naming it in `Accept` before JSON.
///
/// # Errors
/// Says why `format` will not do.
pub fn is_wanted(format: Option<&str>, headers: &HeaderMap) -> Result<bool, &'static str> {
    match format {
        Some("csv") => return Ok(true),
        Some("json") => return Ok(false),
        Some(_) => return Err("must be json or csv"),
        None => {}
    }
    let accept = crate::headers::header_of(headers, "accept").unwrap_or_default();
    let types = accept.split(',').filter_map(|it| it.split(';').next());
    let first = types
        .map(str::trim)
        .find(|it| ["text/csv", "application/json"].contains(it));
    Ok(first == Some("text/csv"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        for formula in ["=1+1", "+1", "-1", "@sum", "\t=1", " =1", "\n=1", "\u{ff1d}1"] {
            assert!(quoted(formula).starts_with("\"'"), "{formula}");
        }
        assert_eq!(quoted("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(quoted("What is 1 = 1?"), "What is 1 = 1?");
        assert_eq!(Cell::Number(-15.5).written(), "-15.5");
    }

    #[test]
    fn the_query_decides_before_the_header() {
        let mut headers = HeaderMap::new();
        assert_eq!(is_wanted(None, &headers), Ok(false));
        headers.insert(header::ACCEPT, HeaderValue::from_static("text/csv;q=0.9, */*"));
        assert_eq!(is_wanted(None, &headers), Ok(true));
        assert_eq!(is_wanted(Some("json"), &headers), Ok(false));
        assert!(is_wanted(Some("xml"), &headers).is_err());
    }
}
