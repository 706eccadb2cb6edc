//! From `http`'s response to the platform's.
use crate::{js, log};
use axum::body::{Body, HttpBody as _};
use bytes::Bytes;
use edge_core::ports::ClientDisconnect;
use futures_util::Stream;
use http::response::Parts;
use http::{Method, Response, StatusCode};
use http_body_util::BodyExt as _;
use js_sys::{JSON, Uint8Array};
use serde_json::{Map, json};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{AbortSignal, ResponseInit};
use worker::ResponseBody;

/// Converts a response: a body of known length to bytes, any other to a stream.
///
/// `disconnect` is announced when the caller leaves before a stream's end.
///
/// # Errors
/// When the platform refuses the status or a header.
pub(crate) async fn to_js(
    response: Response<Body>,
    method: &Method,
    signal: impl FnOnce() -> AbortSignal,
    disconnect: ClientDisconnect,
) -> Result<web_sys::Response, JsValue> {
    let (parts, body) = response.into_parts();
    let init = init(&parts)?;
    if method == Method::HEAD || matches!(parts.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        return web_sys::Response::new_with_opt_str_and_init(None, &init);
    }
    if body.size_hint().exact().is_some() {
        let bytes = body
            .collect()
            .await
            .map_err(|why| JsValue::from_str(&why.to_string()))?
            .to_bytes();
        return web_sys::Response::new_with_opt_js_u8_array_and_init(Some(&copied(&bytes)), &init);
    }
    let watched = Watched::new(body, signal(), disconnect)?;
    match worker::Response::from_stream(watched)?.into_parts() {
        (_, ResponseBody::Stream(stream)) => {
            web_sys::Response::new_with_opt_readable_stream_and_init(Some(&stream), &init)
        }
        _ => Err(JsValue::from_str("a stream became something else")),
    }
}

/// Writes status and headers through JSON text: one call into JavaScript for all of them.
fn init(parts: &Parts) -> Result<ResponseInit, JsValue> {
    let mut headers = Map::with_capacity(parts.headers.keys_len());
    for name in parts.headers.keys() {
        let values = parts
            .headers
            .get_all(name)
            .iter()
            .map(|it| String::from_utf8_lossy(it.as_bytes()));
        // No cookies are set here; every other header may stand once, with its values in a list.
        headers.insert(name.as_str().into(), values.collect::<Vec<_>>().join(", ").into());
    }
    let text = json!({ "status": parts.status.as_u16(), "headers": headers }).to_string();
    Ok(JSON::parse(&text)?.unchecked_into())
}

/// The platform keeps what it is given, and ours may move: so it gets a copy.
fn copied(bytes: &Bytes) -> Uint8Array {
    Uint8Array::from(bytes.as_ref())
}

/// A streamed body that notices when the client has disconnected.
struct Watched {
    body: Body,
    disconnect: ClientDisconnect,
    signal: AbortSignal,
    on_abort: Closure<dyn FnMut()>,
    is_over: bool,
}

impl Watched {
    fn new(body: Body, signal: AbortSignal, disconnect: ClientDisconnect) -> Result<Self, JsValue> {
        if signal.aborted() {
            disconnect.announce();
        }
        let leaving = disconnect.clone();
        let on_abort = Closure::new(move || leaving.announce());
        signal.add_event_listener_with_callback("abort", on_abort.as_ref().unchecked_ref())?;
        Ok(Self {
            body,
            disconnect,
            signal,
            on_abort,
            is_over: false,
        })
    }
}

impl Stream for Watched {
    type Item = worker::Result<Vec<u8>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => {
                    // Trailers do not exist here.
                    if let Ok(bytes) = frame.into_data() {
                        return Poll::Ready(Some(Ok(bytes.into())));
                    }
                }
                Some(Err(why)) => {
                    self.is_over = true;
                    log::failure("response.stream", why);
                    return Poll::Ready(Some(Err("the stream broke off".into())));
                }
                None => {
                    self.is_over = true;
                    return Poll::Ready(None);
                }
            }
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.is_over {
            self.disconnect.announce();
        }
        let listener = self.on_abort.as_ref().unchecked_ref();
        if let Err(why) = self.signal.remove_event_listener_with_callback("abort", listener) {
            log::failure("response.stream", js::message(&why));
        }
    }
}
