//! The calls to the service: one that streams, and those that do not.

use crate::bridge::{Read, Value, to_json};
use crate::chat::Failure;
use futures_util::stream::{self, Stream};
use gloo_net::http::{Request, Response};
use js_sys::{JSON, Reflect, Uint8Array};
use shared::widget::{Chat, Feedback, Frame};
use shared_chat::event_stream::EventReader;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, ReadableStreamDefaultReader};

/// How long to wait when the service says "too many" without saying how long.
const DEFAULT_RETRY_AFTER_SECONDS: u32 = 10;

/// Why a call came to nothing.
pub(crate) enum Refusal {
    /// The token is too old, or not one.
    Token,
    Failure(Failure),
}

/// Asks, and returns the frames of the answer in the portions in which they arrive. An empty portion is a sign of life.
pub(crate) async fn chat(
    question: &Chat,
    token: &str,
    stop: &AbortSignal,
) -> Result<impl Stream<Item = Result<Vec<Frame>, Failure>> + Unpin, Refusal> {
    let response = post("/api/v1/widget/chat", question, token, Some(stop)).await?;
    let body = response.body().ok_or(Refusal::Failure(Failure::Interrupted))?;
    let reader = body.get_reader().unchecked_into::<ReadableStreamDefaultReader>();
    let start = (reader, EventReader::default());
    Ok(Box::pin(stream::try_unfold(start, |(reader, mut events)| async {
        let Some(bytes) = read(&reader).await? else {
            return Ok(None);
        };
        // A frame of a kind that is newer than this code is read over.
        let frames = events
            .push(&bytes)
            .iter()
            .filter_map(|data| Frame::read(&Value::parse(data)?))
            .collect();
        Ok(Some((frames, (reader, events))))
    })))
}

/// Returns the next bytes of a body; nothing at its end.
async fn read(reader: &ReadableStreamDefaultReader) -> Result<Option<Vec<u8>>, Failure> {
    let piece = JsFuture::from(reader.read()).await.map_err(|_| broken())?;
    let value = Reflect::get(&piece, &JsValue::from_str("value")).map_err(|_| broken())?;
    Ok(value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec))
}

/// Asks for an agent's configuration with a widget key.
pub(crate) async fn config(agent: &str, key: &str) -> Result<JsValue, Refusal> {
    let path = ["/api/v1/widget/config/", agent].concat();
    let request = Request::get(&path).header("X-API-Key", key);
    let response = answered(request.send().await).await?;
    let text = response.text().await.map_err(|_| Refusal::Failure(broken()))?;
    JSON::parse(&text).map_err(|_| Refusal::Failure(broken()))
}

/// Sends the visitor's opinion of an answer.
pub(crate) async fn feedback(feedback: &Feedback, token: &str) -> Result<(), Refusal> {
    post("/api/v1/widget/feedback", feedback, token, None).await.map(|_| ())
}

async fn post(
    path: &str,
    body: &impl serde::Serialize,
    token: &str,
    stop: Option<&AbortSignal>,
) -> Result<Response, Refusal> {
    let body = to_json(body).unwrap_or_default();
    let request = Request::post(path)
        .header("Authorization", &["Bearer ", token].concat())
        .header("Content-Type", "application/json")
        .abort_signal(stop)
        .body(body);
    let Ok(request) = request else {
        return Err(Refusal::Failure(Failure::Interrupted));
    };
    answered(request.send().await).await
}

/// Returns the response when it is what was asked for.
async fn answered(response: Result<Response, gloo_net::Error>) -> Result<Response, Refusal> {
    let response = response.map_err(|_| Refusal::Failure(broken()))?;
    if response.ok() {
        Ok(response)
    } else {
        Err(refusal(&response).await)
    }
}

/// What a network failure means: the browser knows whether there is a network at all.
fn broken() -> Failure {
    let is_online = web_sys::window().is_none_or(|window| window.navigator().on_line());
    if is_online {
        Failure::Interrupted
    } else {
        Failure::Offline
    }
}

async fn refusal(response: &Response) -> Refusal {
    let failure = match response.status() {
        401 => return Refusal::Token,
        403 => Failure::Forbidden,
        429 => {
            let seconds = response
                .headers()
                .get("Retry-After")
                .and_then(|value| value.parse().ok());
            Failure::Limited {
                seconds: seconds.unwrap_or(DEFAULT_RETRY_AFTER_SECONDS),
            }
        }
        status => {
            let text = response.text().await.unwrap_or_default();
            let error = Value::parse(&text).and_then(|value| shared::error::Error::read(&value));
            let (code, detail) = error.map_or_else(Default::default, |error| (error.code, error.detail));
            // Internal errors of the service are not shown to visitors.
            Failure::Reported {
                code,
                detail: if status < 500 { detail } else { String::new() },
            }
        }
    };
    Refusal::Failure(failure)
}
