//! `Idempotency-Key` on every POST of every dialect: what was answered once is answered again, and done once.
//!
//! A streamed answer is kept whole, also when its reader leaves in the middle, and then streamed again in one piece.
mod fingerprint;

use crate::dialect::Dialect;
use crate::extract::{self, MAX_JSON, header_of};
use crate::route::{Access, Route};
use crate::{insydr, program};
use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use edge_core::idempotency::{self, Answer, MOST, Ticket, Verdict};
use edge_core::ports::{Background, Departure};
use edge_core::{App, Error, Kind, Result, secret};
use fingerprint::Fingerprint;
use futures_channel::mpsc::unbounded;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;

/// What the caller calls a request.
const KEY: &str = "idempotency-key";
/// Marks an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The headers that belong to an answer; all others belong to the connection or to the moment.
const HEADERS: [HeaderName; 4] = [
    header::CONTENT_TYPE,
    header::LOCATION,
    header::CONTENT_DISPOSITION,
    header::CACHE_CONTROL,
];

/// Wraps the handler of a route that takes keys.
pub fn around(app: &App, route: Route) -> MethodRouter<App> {
    if route.method != Method::POST {
        return route.handler;
    }
    let post = Post {
        app: app.clone(),
        access: route.access,
        handler: route.handler.clone(),
    };
    route.handler.route_layer(from_fn_with_state(post, answer))
}

/// A route that takes keys.
#[derive(Clone)]
struct Post {
    app: App,
    access: Access,
    handler: MethodRouter<App>,
}

impl Post {
    /// Does a request as one that may be taken up again: every write of its handler is done once.
    async fn run(self, ticket: &Ticket, request: Request) -> Result<Response> {
        let app = idempotency::of_request(&self.app, ticket)?;
        let Ok(response) = self.handler.with_state(app).oneshot(request).await;
        Ok(response)
    }
}

async fn answer(State(post): State<Post>, request: Request, next: Next) -> Response {
    if !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    let dialect = Dialect::of(request.uri().path());
    once(post, request, next).await.unwrap_or_else(|error| {
        let is_running = error.kind == Kind::Conflict;
        let mut response = dialect.refuse(error);
        if is_running {
            // Here every dialect says it, whatever it does elsewhere.
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(1));
        }
        response
    })
}

/// Returns by what a caller is known; none for who is refused anyway.
fn identity(app: &App, access: Access, parts: &Parts) -> Option<String> {
    match access {
        Access::Program(kind) => {
            let key = program::key(&parts.headers, kind).filter(|it| secret::key_kind(it) == Some(kind));
            key.map(|it| format!("key {}", secret::sha256(it)))
        }
        access => insydr::caller::identity(app, access, parts),
    }
}

/// Lets a caller in, as the handler would have: an answer that was kept is nobody else's.
async fn admit(app: &App, access: Access, parts: &mut Parts) -> Result<(), Response> {
    match access {
        Access::Program(kind) => {
            let dialect = Dialect::of(parts.uri.path());
            let admitted = program::enter(app, parts, kind).await;
            admitted.map(drop).map_err(|error| dialect.refuse(error))
        }
        access => {
            let admitted = insydr::caller::admit(app, access, parts).await;
            admitted.map_err(|error| error.into_response())
        }
    }
}

async fn once(post: Post, request: Request, next: Next) -> Result<Response> {
    let (app, access) = (&post.app.clone(), post.access);
    let (mut parts, body) = request.into_parts();
    let Some(caller) = identity(app, access, &parts) else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let key = header_of(&parts.headers, KEY).unwrap_or_default();
    let target = parts
        .uri
        .path_and_query()
        .map_or_else(|| parts.uri.path(), |it| it.as_str());
    let (print, body) = printed(&parts.headers, body).await?;
    match idempotency::begin(app, &caller, target, key, print.known()).await? {
        Verdict::Do(ticket) => {
            let background = parts.extensions.get::<Background>().cloned();
            // Who leaves may come back for the whole answer.
            parts.extensions.insert(Departure::default());
            let response = post.run(&ticket, Request::from_parts(parts, body)).await?;
            Ok(kept(app, ticket, print, response, background).await)
        }
        Verdict::Done { fingerprint, answer } => {
            if let Err(refusal) = admit(app, access, &mut parts).await {
                return Ok(refusal);
            }
            if print.of_rest(body).await? != fingerprint {
                return Err(idempotency::mismatch());
            }
            replayed(answer)
        }
    }
}

/// What a body looks like: known at once, or when the last of it has been read.
enum Print {
    Known(String),
    Coming(Arc<Mutex<Fingerprint>>),
}

impl Print {
    fn known(&self) -> Option<String> {
        match self {
            Self::Known(print) => Some(print.clone()),
            Self::Coming(_) => None,
        }
    }

    fn finish(self) -> String {
        match self {
            Self::Known(print) => print,
            Self::Coming(print) => print.lock().map(|it| it.clone().finish()).unwrap_or_default(),
        }
    }

    async fn of_rest(self, mut body: Body) -> Result<String> {
        if matches!(self, Self::Coming(_)) {
            while let Some(frame) = body.frame().await {
                frame.map_err(|_| Error::new(Kind::Malformed, "the body ended early"))?;
            }
        }
        Ok(self.finish())
    }
}

/// Looks at a body. A form, which may be long, is looked at while its reader reads it.
async fn printed(headers: &HeaderMap, body: Body) -> Result<(Print, Body)> {
    let media_type = header_of(headers, "content-type").unwrap_or_default();
    let Some(print) = Fingerprint::of_form(media_type) else {
        let bytes = extract::body(Request::new(body), MAX_JSON).await?;
        let mut print = Fingerprint::default();
        print.add(&bytes);
        return Ok((Print::Known(print.finish()), Body::from(bytes)));
    };
    let print = Arc::new(Mutex::new(print));
    let seen = print.clone();
    let body = body.map_frame(move |frame| {
        if let (Some(data), Ok(mut print)) = (frame.data_ref(), seen.lock()) {
            print.add(data);
        }
        frame
    });
    Ok((Print::Coming(print), Body::new(body)))
}

/// Keeps the answer to a request that was done, and passes it on. What was refused may be tried again, and what failed
/// may be taken up.
async fn kept(app: &App, ticket: Ticket, print: Print, response: Response, background: Option<Background>) -> Response {
    if !response.status().is_success() {
        // Should this fail, the key is free again in a moment by itself.
        let _ = match response.status().is_server_error() {
            true => idempotency::put_back(app, &ticket).await,
            false => idempotency::release(app, &ticket).await,
        };
        return response;
    }
    let (parts, body) = response.into_parts();
    let head = Head::of(&parts);
    if body.size_hint().exact().is_some() {
        let bytes = match body.collect().await {
            Ok(collected) => collected.to_bytes(),
            Err(_) => Bytes::new(),
        };
        head.keep(app, &ticket, print, Some(&bytes)).await;
        return Response::from_parts(parts, Body::from(bytes));
    }
    let Some(background) = background else {
        return Response::from_parts(parts, body);
    };
    let (sender, receiver) = unbounded::<Result<Bytes, Infallible>>();
    let app = app.clone();
    background.spawn(async move {
        let mut seen = Some(Vec::new());
        let mut body = body;
        while let Some(frame) = body.frame().await {
            let Some(data) = frame.ok().and_then(|it| it.into_data().ok()) else {
                seen = None;
                break;
            };
            seen = seen.filter(|it| it.len() + data.len() <= MOST).map(|mut it| {
                it.extend_from_slice(&data);
                it
            });
            // A closed channel means that the reader has left.
            let _ = sender.unbounded_send(Ok(data));
        }
        // Kept before the stream ends: who has read the end can rely on it.
        head.keep(&app, &ticket, print, seen.as_deref()).await;
        drop(sender);
    });
    Response::from_parts(parts, Body::from_stream(receiver))
}

/// What of an answer is kept besides its body.
struct Head {
    status: u16,
    headers: Vec<(String, String)>,
}

impl Head {
    fn of(parts: &http::response::Parts) -> Self {
        let header = |name: &HeaderName| {
            let value = header_of(&parts.headers, name.as_str())?;
            Some((name.as_str().to_owned(), value.to_owned()))
        };
        Self {
            status: parts.status.as_u16(),
            headers: HEADERS.iter().filter_map(header).collect(),
        }
    }

    /// Keeps the answer, or when it is too long or broke off, leaves it to be taken up.
    async fn keep(self, app: &App, ticket: &Ticket, print: Print, body: Option<&[u8]>) {
        let answer = body.filter(|it| it.len() <= MOST).map(|body| Answer {
            status: self.status,
            headers: self.headers,
            body: STANDARD.encode(body),
        });
        // What was done is done and is answered; without the row of its answer it is taken up when it is sent again.
        let _ = match answer {
            Some(answer) => idempotency::keep(app, ticket, &print.finish(), &answer).await,
            None => idempotency::put_back(app, ticket).await,
        };
    }
}

fn replayed(answer: Answer) -> Result<Response> {
    let body = STANDARD.decode(answer.body).map_err(Error::internal)?;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status).map_err(Error::internal)?;
    for (name, value) in answer.headers {
        let name: HeaderName = name.parse().map_err(Error::internal)?;
        response
            .headers_mut()
            .insert(name, value.parse().map_err(Error::internal)?);
    }
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
