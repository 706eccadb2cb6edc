//! What goes around every request: its id, the limit's headers, CORS for the widget, one log entry.
use crate::dialect;
use crate::headers::header_of;
use crate::log::{Entry, Failure};
use crate::registry;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use edge_core::limit::Meter;
use edge_core::ports::RateLimitStatus;
use edge_core::{App, secret};
use http::uri::Scheme;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Wraps the router.
pub async fn wrap(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let began = app.now();
    let (path, method) = (request.uri().path().to_owned(), request.method().clone());
    let origin = header_of(request.headers(), "origin").map(str::to_owned);
    let request_id = request_id(&app, request.headers());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|it| it.as_str().to_owned());
    let dialect = match &route {
        Some(_) => registry::of(&path),
        None => registry::of_unknown(&path, request.headers()),
    };
    let is_widget = path.starts_with("/api/v1/widget/");
    let is_https = request.uri().scheme() == Some(&Scheme::HTTPS);
    let meter = Meter::default();
    request.extensions_mut().insert(meter.clone());
    let mut response = match (&method, is_widget) {
        (&Method::OPTIONS, true) => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    if is_widget {
        allow_origin(&method, origin.as_deref(), &mut response);
    }
    let status = response.status();
    let headers = response.headers_mut();
    if let Some(standing) = meter.standing() {
        show_limit(headers, standing);
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert(REQUEST_ID, value);
    }
    if status == StatusCode::UNAUTHORIZED {
        // RFC 9110, section 11.6.1: a 401 names a scheme. Browsers do not ask for a password because of this one.
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    protect(headers, is_https);
    let entry = Entry {
        request_id,
        dialect: dialect::name(dialect),
        method: method.to_string(),
        route: route.unwrap_or_else(|| "none".into()),
        status: status.as_u16(),
        duration_ms: app.now().0 - began.0,
        failure: response.extensions().get::<Failure>().cloned(),
    };
    response.extensions_mut().insert(entry);
    response
}

/// Adds what every answer of the Worker has. `public/_headers` has the same for static files.
pub fn protect(headers: &mut HeaderMap, is_https: bool) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_https {
        // Browsers ignore it over plain HTTP, and a local installation has nothing else.
        let a_year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, a_year);
    }
    headers
        .entry(header::REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("no-referrer"));
    // A response of the API must never be rendered or framed, so everything is denied by default.
    let no_page = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(no_page);
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}

/// Takes the caller's id for the request when it is a plain one, and makes one otherwise.
fn request_id(app: &App, headers: &HeaderMap) -> String {
    let is_plain = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    match header_of(headers, "x-request-id").filter(is_plain) {
        Some(id) => id.to_owned(),
        None => secret::id(&*app.random, "req_", app.now()).unwrap_or_default(),
    }
}

/// Lets the page read the answer, also one that refuses it, so that it can tell its owner why. Which pages may ask at
/// all is decided by the key, on the real request; a preflight carries none and is answered by its path alone.
fn allow_origin(method: &Method, origin: Option<&str>, response: &mut Response) {
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = origin.and_then(|it| HeaderValue::from_str(it).ok()) else {
        return;
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if method == Method::OPTIONS {
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST"),
        );
        let allowed = HeaderValue::from_static(
            "authorization, content-type, idempotency-key, last-event-id, x-api-key, x-request-id",
        );
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    } else {
        let exposed = HeaderValue::from_static(
            "idempotent-replayed, retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, x-request-id",
        );
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

fn show_limit(headers: &mut HeaderMap, standing: RateLimitStatus) {
    headers.insert(LIMIT, HeaderValue::from(standing.limit));
    headers.insert(REMAINING, HeaderValue::from(standing.remaining));
    headers.insert(RESET, HeaderValue::from(standing.resets_at.seconds()));
}
