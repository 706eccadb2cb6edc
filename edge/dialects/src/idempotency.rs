//! `Idempotency-Key` on every POST of every dialect: a request that was done once is answered again, and not done
//! again.
//!
//! What visitors and members have written is in no answer that is kept: such a route says by [`Reference`] what its
//! answer is made of, and has a second handler that makes it once more of the rows that retention and erasure reach.
//! Other answers are kept sealed, and go with whatever they show.
mod body;
mod caller;
pub mod fingerprint;
mod reply;

use crate::caller::Known;
use crate::dialect::route::{Access, Replay, Route};
use crate::dialect::{self, Dialect};
use crate::headers::header_of;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::MethodRouter;
use body::Print;
use edge_core::idempotency::{self, Done, Repeatable, Ticket, Verdict};
use edge_core::ports::{ClientDisconnect, RequestContext};
use edge_core::{App, Kind, Result};
use http::header::{self, HeaderValue};
use http::{Method, Uri};
use tower::ServiceExt as _;

/// What the caller calls a request.
const KEY: &str = "idempotency-key";

/// The id of what an answer is made of. A handler leaves it with its response, and the handler that makes the answer
/// once more finds it with its request.
#[derive(Clone, Debug, Default)]
pub struct Reference(pub Option<String>);

impl Reference {
    /// Refers to something by its id.
    pub fn to(id: impl ToString) -> Self {
        Self(Some(id.to_string()))
    }
}

/// Wraps the handler of a route that takes keys.
pub fn around(app: &App, route: Route) -> MethodRouter<App> {
    if route.method != Method::POST {
        return route.handler;
    }
    let post = Post {
        app: app.clone(),
        dialect: route.dialect,
        access: route.access,
        handler: route.handler.clone(),
        replay: route.replay,
        is_in_directory: route.is_in_directory,
    };
    route.handler.route_layer(from_fn_with_state(post, answer))
}

/// A route that takes keys.
#[derive(Clone)]
struct Post {
    app: App,
    dialect: Option<&'static Dialect>,
    access: Access,
    handler: MethodRouter<App>,
    replay: Replay,
    is_in_directory: bool,
}

impl Post {
    /// Does a request as one that may be taken up again: every write of its handler is done once.
    async fn run(&self, ticket: &Ticket, request: Request) -> Result<Response> {
        let app = idempotency::of_request(&self.app, ticket)?;
        let Ok(response) = self.handler.clone().with_state(app).oneshot(request).await;
        Ok(response)
    }

    /// Answers a request that was done.
    async fn replay(&self, done: &Done, print: Print, mut request: Request) -> Result<Response> {
        let Replay::Rebuilt(handler) = &self.replay else {
            let (mut parts, body) = request.into_parts();
            caller::admit(&self.app, self.access, &mut parts).await?;
            if !done.is_of(&print.of_rest(body).await?)? {
                return Err(idempotency::mismatch());
            }
            return reply::kept(done.answer().ok_or_else(idempotency::nothing_kept)?);
        };
        if print.known().is_some_and(|it| !done.is_of(&it).unwrap_or_default()) {
            let (mut parts, _) = request.into_parts();
            caller::admit(&self.app, self.access, &mut parts).await?;
            Err(idempotency::mismatch())
        } else {
            let reference = Reference(done.reference().map(str::to_owned));
            request.extensions_mut().insert(reference);
            let Ok(response) = handler.clone().with_state(self.app.clone()).oneshot(request).await;
            Ok(reply::mark(response))
        }
    }
}

async fn answer(State(post): State<Post>, request: Request, next: Next) -> Response {
    if !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    let dialect = post.dialect;
    once(post, request, next).await.unwrap_or_else(|error| {
        let kind = error.kind;
        let mut response = dialect::refuse(dialect, error);
        if kind == Kind::Conflict {
            // Every dialect sends it for this conflict, even one that has no `Retry-After` elsewhere.
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(1));
        }
        match kind {
            Kind::Gone => reply::mark(response),
            _ => response,
        }
    })
}

async fn once(post: Post, request: Request, next: Next) -> Result<Response> {
    let (mut parts, body) = request.into_parts();
    // Before anything is written: a stranger's requests cost no row.
    let known = caller::known(&post.app, post.access, &parts).await?;
    let Some(Known {
        identity,
        subjects,
        let_in,
        workspace,
    }) = known
    else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    if let Some(let_in) = let_in {
        parts.extensions.insert(let_in);
    }
    let key = header_of(&parts.headers, KEY).unwrap_or_default().to_owned();
    idempotency::check_key(&key)?;
    if matches!(post.replay, Replay::Anew) {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    }
    let (print, body) = body::printed(&post.app, &parts, body).await?;
    let fingerprint = print.known();
    let repeatable = Repeatable {
        caller: &identity,
        target: target(&parts.uri),
        key: &key,
        subjects: &subjects,
        workspace: workspace.as_ref().filter(|_| !post.is_in_directory),
        fingerprint: fingerprint.as_deref(),
    };
    match idempotency::begin(&post.app, &repeatable).await? {
        Verdict::Do(ticket) => {
            let background = parts.extensions.get::<RequestContext>().map(|it| it.background.clone());
            if let Some(request) = parts.extensions.get_mut::<RequestContext>() {
                // A caller that leaves may come back for the whole answer.
                request.disconnect = ClientDisconnect::default();
            }
            let response = post.run(&ticket, Request::from_parts(parts, body)).await?;
            let is_sealed = matches!(post.replay, Replay::Sealed);
            Ok(reply::finish(&post.app, ticket, print, response, is_sealed, background).await)
        }
        Verdict::Done(done) => post.replay(&done, print, Request::from_parts(parts, body)).await,
    }
}

fn target(uri: &Uri) -> &str {
    uri.path_and_query().map_or_else(|| uri.path(), |it| it.as_str())
}
