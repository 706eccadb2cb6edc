//! Revisions as entity tags: `ETag` and `If-Match` (RFC 9110, sections 8.8.3 and 13.1.1).
use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{ETAG, HeaderValue, IF_MATCH};
use http::request::Parts;
use serde::Serialize;
use std::convert::Infallible;

/// The revisions that a caller says they have seen; none when they take any.
pub struct IfMatch(pub Option<Vec<u64>>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(expected(&parts.headers)))
    }
}

/// Reads `If-Match`. A tag that is weak or none of ours matches nothing, as the RFC has it.
fn expected(headers: &HeaderMap) -> Option<Vec<u64>> {
    let mut lines = headers.get_all(IF_MATCH).iter().peekable();
    lines.peek()?;
    let mut revisions = vec![];
    for line in lines {
        for tag in line.to_str().unwrap_or_default().split(',').map(str::trim) {
            if tag == "*" {
                return None;
            }
            let digits = tag.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
            revisions.extend(digits.and_then(|it| it.parse::<u32>().ok()).map(u64::from));
        }
    }
    Some(revisions)
}

/// An answer with the revision of what it shows.
pub struct Tagged<T> {
    pub revision: u64,
    pub answer: T,
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.answer).into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", self.revision)) {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&'static str]) -> Option<Vec<u64>> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(IF_MATCH, HeaderValue::from_static(line));
        }
        expected(&headers)
    }

    #[test]
    fn if_match_is_any_revision_or_those_named_strongly() {
        assert_eq!(read(&[]), None);
        assert_eq!(read(&["*"]), None);
        assert_eq!(read(&["\"7\""]), Some(vec![7]));
        assert_eq!(read(&["\"7\", \"8\"", "\"9\""]), Some(vec![7, 8, 9]));
        for nothing in ["", "W/\"7\"", "7", "\"seven\"", "\"7", "\"99999999999\""] {
            assert_eq!(read(&[nothing]), Some(vec![]), "{nothing}");
        }
    }
}
