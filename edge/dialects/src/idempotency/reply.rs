//! What is kept of the answer to a request with a key, and how it is given again.
use super::Reference;
use super::body::Print;
use crate::headers::header_of;
use axum::body::{Body, HttpBody as _};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use edge_core::idempotency::{self, Answer, MAX_ANSWER_LENGTH, Outcome, Ticket};
use edge_core::ports::Background;
use edge_core::{App, Error, Result};
use futures_channel::mpsc::unbounded;
use http::StatusCode;
use http::header::{self, HeaderName, HeaderValue};
use http::response::Parts;
use http_body_util::BodyExt as _;
use std::convert::Infallible;

/// Marks an answer to a request that was done before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The headers that belong to an answer; all others belong to the connection or to the moment.
const KEPT_HEADERS: [HeaderName; 4] = [
    header::CONTENT_TYPE,
    header::LOCATION,
    header::CONTENT_DISPOSITION,
    header::CACHE_CONTROL,
];

/// Marks an answer to a request that was done before, unless the caller was refused.
pub(super) fn mark(mut response: Response) -> Response {
    if response.status().is_success() || response.status() == StatusCode::GONE {
        response
            .headers_mut()
            .insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

/// Gives an answer again that was kept.
///
/// # Errors
/// When it is none of ours.
pub(super) fn kept(answer: Answer) -> Result<Response> {
    let body = STANDARD.decode(answer.body).map_err(Error::internal)?;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status).map_err(Error::internal)?;
    for (name, value) in answer.headers {
        let name: HeaderName = name.parse().map_err(Error::internal)?;
        response
            .headers_mut()
            .insert(name, value.parse().map_err(Error::internal)?);
    }
    Ok(mark(response))
}

/// Notes that a request was done, keeps what is to be kept of its answer, and passes it on. What was refused may be
/// tried again, and what failed may be taken up.
pub(super) async fn finish(
    app: &App,
    ticket: Ticket,
    print: Print,
    response: Response,
    is_sealed: bool,
    background: Option<Background>,
) -> Response {
    if !response.status().is_success() {
        // Should this fail, the key is free again in a moment by itself.
        let _ = match response.status().is_server_error() {
            true => idempotency::put_back(app, &ticket).await,
            false => idempotency::release(app, &ticket).await,
        };
        return response;
    }
    let (parts, body) = response.into_parts();
    let keeper = Keeper::new(app, ticket, print, &parts, is_sealed);
    if body.size_hint().exact().is_some() {
        let bytes = match body.collect().await {
            Ok(collected) => collected.to_bytes(),
            Err(_) => Bytes::new(),
        };
        keeper.keep(Some(&bytes)).await;
        return Response::from_parts(parts, Body::from(bytes));
    }
    match background {
        Some(background) => Response::from_parts(parts, Body::from_stream(relay(keeper, body, &background))),
        None => Response::from_parts(parts, body),
    }
}

/// Passes a stream on, and reads it to its end also when its reader leaves.
fn relay(
    keeper: Keeper,
    mut body: Body,
    background: &Background,
) -> futures_channel::mpsc::UnboundedReceiver<Result<Bytes, Infallible>> {
    let (sender, receiver) = unbounded();
    background.spawn(async move {
        let mut seen = Some(Vec::new());
        while let Some(frame) = body.frame().await {
            let Some(data) = frame.ok().and_then(|it| it.into_data().ok()) else {
                seen = None;
                break;
            };
            if keeper.is_sealed() {
                seen = seen.filter(|it| it.len() + data.len() <= MAX_ANSWER_LENGTH);
                if let Some(seen) = &mut seen {
                    seen.extend_from_slice(&data);
                }
            }
            // A closed channel means that the reader has left.
            let _ = sender.unbounded_send(Ok(data));
        }
        // Kept before the stream ends: a client that has read the end can rely on it.
        keeper.keep(seen.as_deref()).await;
        drop(sender);
    });
    receiver
}

/// Keeps of an answer what is to be kept.
struct Keeper {
    app: App,
    ticket: Ticket,
    print: Print,
    what: What,
}

enum What {
    /// The answer itself, whose head this is.
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
    },
    /// The id of what it is made of.
    Reference(Reference),
}

impl Keeper {
    fn new(app: &App, ticket: Ticket, print: Print, parts: &Parts, is_sealed: bool) -> Self {
        let header = |name: &HeaderName| {
            let value = header_of(&parts.headers, name.as_str())?;
            Some((name.as_str().to_owned(), value.to_owned()))
        };
        let what = match is_sealed {
            true => What::Answer {
                status: parts.status.as_u16(),
                headers: KEPT_HEADERS.iter().filter_map(header).collect(),
            },
            false => What::Reference(parts.extensions.get::<Reference>().cloned().unwrap_or_default()),
        };
        Self {
            app: app.clone(),
            ticket,
            print,
            what,
        }
    }

    fn is_sealed(&self) -> bool {
        matches!(self.what, What::Answer { .. })
    }

    /// Keeps an answer with this body; none stands for one that broke off or is too long.
    async fn keep(self, body: Option<&[u8]>) {
        let outcome = match (self.what, body) {
            (What::Reference(Reference(id)), Some(_)) => Some(Outcome::Reference(id)),
            (What::Answer { status, headers }, Some(body)) if body.len() <= MAX_ANSWER_LENGTH => {
                let body = STANDARD.encode(body);
                Some(Outcome::Sealed(Answer { status, headers, body }))
            }
            _ => None,
        };
        // Best effort: the request has succeeded. If this is not stored, a retry does it again with the same ids.
        let _ = match outcome {
            Some(outcome) => idempotency::finish(&self.app, &self.ticket, &self.print.finish(), &outcome).await,
            None => idempotency::put_back(&self.app, &self.ticket).await,
        };
    }
}
