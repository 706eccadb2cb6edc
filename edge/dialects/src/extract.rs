//! What every dialect reads of a request, and how it is refused: JSON bodies, queries, paths, headers.
//!
//! The reading is the same for all; [`extractors!`] makes a dialect's own three types of it, whose refusals are in the
//! dialect.
use crate::body::{self, Growing, Incoming};
use crate::dialect::route::Access;
use crate::headers::{header_of, length_of};
use axum::extract::Request;
use bytes::Bytes;
use edge_core::memory::{Reservation, SHORT_BODY};
use edge_core::{App, Error, Kind, Result};
use edge_model::report::without_values;
use http::header;
use serde::de::DeserializeOwned;

/// The largest JSON body, in bytes.
pub const MAX_JSON: usize = 1024 * 1024;

/// What is read out of JSON takes at most about so many times its length: an array of numbers of one digit.
const PARSING: usize = 12;

/// Reads a body of at most `limit` bytes, and of at most [`SHORT_BODY`] on a route without authentication. They are
/// reserved until the reservation is dropped; short ones are not.
///
/// # Errors
/// [`Kind::TooLarge`], told by the announced length before anything is read; [`Kind::TooSlow`];
/// [`Kind::Unavailable`] when there is no memory.
pub(crate) async fn body(app: &App, request: Request, limit: usize) -> Result<(Bytes, Option<Reservation>)> {
    let too_large = |limit| Error::new(Kind::TooLarge, format!("the body must be at most {limit} bytes"));
    let limit = match request.extensions().get::<Access>() {
        Some(Access::Open) => limit.min(SHORT_BODY),
        _ => limit,
    };
    let expected = length_of(request.headers()).unwrap_or(limit);
    let budget = body::budget(app, &request);
    let mut incoming = Incoming::new(app, request, limit, too_large)?;
    let Some(first) = incoming.next().await? else {
        return Ok((Bytes::new(), None));
    };
    let Some(second) = incoming.next().await? else {
        let memory = body::reserve(&budget, first.len())?;
        return Ok((first, memory));
    };
    let mut growing = Growing::new(app, budget, expected);
    growing.push(&first)?;
    growing.push(&second)?;
    // Dropped at once, not held together with the copy.
    drop((first, second));
    while let Some(piece) = incoming.next().await? {
        growing.push(&piece)?;
    }
    let (bytes, memory) = growing.finish();
    Ok((bytes.into(), memory))
}

/// Reads a JSON body. No body at all is `{}`, for operations where every member is optional.
///
/// # Errors
/// [`Kind::UnsupportedMedia`], [`Kind::TooLarge`], [`Kind::Malformed`] for what is no JSON, [`Kind::Invalid`] with the
/// member's name for a value of the wrong type.
pub(crate) async fn json<T: DeserializeOwned>(app: &App, request: Request) -> Result<T> {
    let media_type = header_of(request.headers(), header::CONTENT_TYPE.as_str())
        .unwrap_or_default()
        .to_lowercase();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_owned();
    let (bytes, _memory) = body(app, request, MAX_JSON).await?;
    let is_json =
        media_type == "application/json" || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    if !is_json && !bytes.is_empty() {
        let given = if media_type.is_empty() {
            "none".to_owned()
        } else {
            format!("`{media_type}`")
        };
        return Err(Error::new(
            Kind::UnsupportedMedia,
            format!("the content type must be `application/json`, is {given}"),
        ));
    }
    // Parsing does not wait for anything, so that there is one short body at a time.
    let _parsing = match bytes.len() <= SHORT_BODY {
        true => None,
        false => Some(app.memory.reserve(bytes.len().saturating_mul(PARSING))?),
    };
    from_slice(if bytes.is_empty() { b"{}" } else { &bytes })
}

fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    // serde would take the members of a struct from an array, in their order.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Error::new(Kind::Malformed, "the body must be an object").loggable());
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if !inner.is_data() {
            return Error::new(Kind::Malformed, format!("the body is not valid JSON: {inner}")).loggable();
        }
        wrong_member(&path, &inner.to_string()).loggable()
    })?;
    reader
        .end()
        .map_err(|_| Error::new(Kind::Malformed, "the body has something after its JSON"))?;
    Ok(value)
}

/// Names the member that is missing or of the wrong type, as serde reports it, without the value: it may be a password,
/// and the message is in the log.
fn wrong_member(path: &str, report: &str) -> Error {
    let report = without_values(report);
    let quoted = |it: &str| it.split('`').nth(1).unwrap_or_default().to_owned();
    if report.starts_with("missing field") {
        let parent = if path == "." { String::new() } else { format!("{path}.") };
        return Error::field(format!("{parent}{}", quoted(&report)), "is required");
    }
    if path == "." {
        return Error::new(Kind::Malformed, format!("the body must be an object: {report}"));
    }
    Error::field(path, format!("has the wrong type: {report}"))
}

/// Reads a query string.
///
/// # Errors
/// [`Kind::Invalid`], with serde's report.
pub fn query<T: DeserializeOwned>(uri: &http::Uri) -> Result<T> {
    let found = axum::extract::Query::<T>::try_from_uri(uri);
    found
        .map(|it| it.0)
        .map_err(|why| wrong_query(&why.body_text()).loggable())
}

/// Names the parameter that will not do, without its value.
fn wrong_query(report: &str) -> Error {
    let report = report.rsplit_once("query string: ").map_or(report, |it| it.1);
    let (name, report) = report.split_once(": ").unwrap_or(("", report));
    let is_name = !name.is_empty() && name.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
    match is_name {
        true => Error::field(name, without_values(report)),
        false => Error::new(
            Kind::Invalid,
            format!("the query cannot be read: {}", without_values(report)),
        ),
    }
}

/// Makes a dialect's `Body`, `Query` and `Path`, whose rejections are its `ApiError`.
macro_rules! extractors {
    () => {
        /// A JSON body whose refusal is in this dialect.
        pub struct Body<T>(pub T);

        impl<T: serde::de::DeserializeOwned> axum::extract::FromRequest<edge_core::App> for Body<T> {
            type Rejection = ApiError;
            async fn from_request(request: axum::extract::Request, app: &edge_core::App) -> ApiResult<Self> {
                Ok(Self($crate::extract::json(app, request).await?))
            }
        }

        /// A query whose refusal is in this dialect.
        pub struct Query<T>(pub T);

        impl<S: Send + Sync, T: serde::de::DeserializeOwned> axum::extract::FromRequestParts<S> for Query<T> {
            type Rejection = ApiError;
            async fn from_request_parts(parts: &mut http::request::Parts, _: &S) -> ApiResult<Self> {
                Ok(Self($crate::extract::query(&parts.uri)?))
            }
        }

        /// Parts of the path whose refusal is in this dialect.
        pub struct Path<T>(pub T);

        impl<S: Send + Sync, T: serde::de::DeserializeOwned + Send> axum::extract::FromRequestParts<S> for Path<T> {
            type Rejection = ApiError;
            async fn from_request_parts(parts: &mut http::request::Parts, state: &S) -> ApiResult<Self> {
                match axum::extract::Path::<T>::from_request_parts(parts, state).await {
                    Ok(axum::extract::Path(value)) => Ok(Self(value)),
                    // A path segment that cannot be decoded matches no resource: 404.
                    Err(_) => Err(edge_core::Error::not_found("page").into()),
                }
            }
        }
    };
}
pub(crate) use extractors;
