//! Documented REST APIs over one core: pure translation.
//!
//! A handler has three beats: from wire, one core call, to wire. A dialect is a folder with a descriptor, and its routes
//! are data, so that the router, the OpenAPI document and the tests that visit every route read the same list.

mod body;
pub mod builder;
mod caller;
pub mod dialect;
mod error_response;
pub mod extract;
mod headers;
pub mod idempotency;
pub mod insydr;
pub mod log;
pub mod mail_pages;
pub mod middleware;
#[cfg(feature = "openapi")]
pub mod openapi;
mod page;
mod program;
pub mod registry;
pub mod site;
pub mod twig;
pub mod twin;

pub use dialect::Dialect;
pub use dialect::route::{Access, Route};
pub use registry::routes;

use axum::extract::Request;
use axum::response::Response;
use axum::{Extension, Router};
use dialect::route::RouteList;
use edge_core::{App, Error, Kind};

/// Builds the router: once per isolate, it is not cheap.
pub fn router(app: App) -> Router {
    let routes = routes();
    let list = RouteList::new(&routes);
    let handlers = routes.into_iter().map(|route| {
        let (path, access, operation) = (route.path, route.access, route.operation);
        let handler = idempotency::around(&app, route);
        (path, Route::described(access, operation, handler))
    });
    handlers
        .fold(Router::new(), |router, (path, handler)| router.route(path, handler))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(axum::middleware::from_fn_with_state(app.clone(), middleware::wrap))
        .layer(Extension(list))
        .with_state(app)
}

async fn unknown(request: Request) -> Response {
    let dialect = registry::of_unknown(request.uri().path(), request.headers());
    dialect::refuse(dialect, Error::not_found("page"))
}

async fn wrong_method(request: Request) -> Response {
    let message = format!("{} is not allowed here", request.method());
    let dialect = registry::of(request.uri().path());
    dialect::refuse(dialect, Error::new(Kind::MethodNotAllowed, message))
}
