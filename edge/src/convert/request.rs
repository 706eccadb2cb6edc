//! From the platform's request to `http`'s.
use crate::js;
use axum::body::Body;
use bytes::Bytes;
use futures_util::{TryStreamExt as _, stream};
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Uri};
use http_body_util::{Full, Limited};
use js_sys::{Array, JSON, Uint8Array};
use serde::Deserialize;
use std::borrow::Cow;
use wasm_bindgen_futures::JsFuture;
use worker::ByteStream;
use worker::send::{IntoSendFuture as _, SendWrapper};

/// No dialect takes a longer body. They have their own limits below it, so code that reads past this one has to say so.
const LIMIT: usize = 21 * 1024 * 1024;

/// A body up to this length is fetched at once, which is quicker; a longer one is passed on as it comes, so that its
/// reader reserves the memory of what is there and of no more.
const MAX_WHOLE_BODY: usize = 16 * 1024;

/// Converts a request. A body that is too long becomes one that fails with
/// [`LengthLimitError`](http_body_util::LengthLimitError) when it is read, so that the dialect can say it in its way.
///
/// # Errors
/// Says what about the request cannot be represented.
pub(crate) fn from_js(request: &web_sys::Request) -> Result<Request<Body>, String> {
    let url = Uri::try_from(request.url()).map_err(|why| format!("malformed URL: {why}"))?;
    let method = Method::from_bytes(request.method().as_bytes()).map_err(|why| format!("malformed method: {why}"))?;
    let headers = headers(&request.headers())?;
    let body = match method {
        Method::GET | Method::HEAD => Body::empty(),
        _ => body(request, &headers),
    };
    let mut converted = Request::new(body);
    *converted.method_mut() = method;
    *converted.uri_mut() = url;
    *converted.headers_mut() = headers;
    Ok(converted)
}

/// Reads all headers through JSON text: one call into JavaScript, where each name and each value would cost several.
fn headers(headers: &web_sys::Headers) -> Result<HeaderMap, String> {
    let text = String::from(JSON::stringify(&Array::from(headers)).map_err(|it| js::message(&it))?);
    let entries = serde_json::from_str::<Vec<Entry>>(&text).map_err(|why| format!("malformed headers: {why}"))?;
    let mut map = HeaderMap::with_capacity(entries.len());
    for Entry(name, value) in entries {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_bytes(value.as_bytes()),
        ) {
            map.append(name, value);
        }
    }
    Ok(map)
}

#[derive(Deserialize)]
struct Entry<'a>(&'a str, #[serde(borrow)] Cow<'a, str>);

/// Returns the body, of which nothing is received until it is read: its reader knows how long to wait, and how to
/// refuse.
fn body(request: &web_sys::Request, headers: &HeaderMap) -> Body {
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|it| it.to_str().ok())
        .and_then(|it| it.parse::<usize>().ok());
    match length {
        Some(0) => Body::empty(),
        // A body that is announced as too long is not received.
        Some(length) if length > LIMIT => Body::new(Limited::new(Full::new(Bytes::from_static(b".")), 0)),
        // The handle is cloned, not the request in JavaScript.
        Some(length) if length <= MAX_WHOLE_BODY => {
            Body::from_stream(stream::once(whole(Clone::clone(request)).into_send()))
        }
        _ => request.body().map_or_else(Body::empty, streamed),
    }
}

async fn whole(request: web_sys::Request) -> Result<Bytes, String> {
    let promise = request.array_buffer().map_err(|it| js::message(&it))?;
    let buffer = JsFuture::from(promise).await.map_err(|it| js::message(&it))?;
    Ok(Uint8Array::new(&buffer).to_vec().into())
}

/// Passes a body on as it comes, up to the limit.
fn streamed(stream: web_sys::ReadableStream) -> Body {
    let chunks = stream::unfold(SendWrapper::new(ByteStream::from(stream)), |mut chunks| {
        async move {
            chunks
                .try_next()
                .await
                .transpose()
                .map(|it| (it.map_err(|why| why.to_string()), chunks))
        }
        .into_send()
    });
    Body::new(Limited::new(Body::from_stream(chunks), LIMIT))
}
