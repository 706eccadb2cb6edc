//! Four documented REST APIs over one core: pure translation.
//!
//! A handler has three beats: from wire, one core call, to wire. A dialect's routes are data, so that the router, the
//! OpenAPI document and the tests that visit every route read the same list.

pub mod around;
mod body;
pub mod builder;
mod caller;
pub mod dialect;
pub mod envelopes;
pub mod extract;
pub mod idempotency;
pub mod insydr;
pub mod log;
pub mod mail_pages;
#[cfg(feature = "openapi")]
pub mod openapi;
mod page;
mod program;
mod refusal;
pub mod route;
pub mod site;
pub mod twig;
pub mod twin;

pub use dialect::Dialect;
pub use route::{Access, Route};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use edge_core::{App, Error, Kind};

/// Returns every route of every dialect.
pub fn routes() -> Vec<Route> {
    let mut routes = insydr::routes();
    routes.extend(twig::routes());
    routes.extend(twin::routes());
    routes.extend(builder::routes());
    routes.extend(site::routes());
    routes.extend(mail_pages::routes());
    routes
}

/// Builds the router: once per isolate, it is not cheap.
pub fn router(app: App) -> Router {
    let handlers = routes().into_iter().map(|route| {
        let (path, access, operation) = (route.path, route.access, route.operation);
        let handler = idempotency::around(&app, route);
        (path, Route::described(access, operation, handler))
    });
    handlers
        .fold(Router::new(), |router, (path, handler)| router.route(path, handler))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(axum::middleware::from_fn_with_state(app.clone(), around::around))
        .with_state(app)
}

async fn unknown(request: Request) -> Response {
    Dialect::of_unknown(request.uri().path(), request.headers()).refuse(Error::not_found("page"))
}

async fn wrong_method(request: Request) -> Response {
    let message = format!("{} is not allowed here", request.method());
    Dialect::of(request.uri().path()).refuse(Error::new(Kind::MethodNotAllowed, message))
}
