//! What is no API: health, the widget's frame, the dashboard's pages.
use crate::dialect::route::{Access, Route, get};
use crate::error_response;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use edge_core::{App, Error, widget};
use edge_model::AgentId;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// The frame's own policy: nothing but our files, which run WebAssembly.
const FRAME_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     connect-src 'self'; img-src 'self' https: data:; font-src 'self'; base-uri 'none'; form-action 'none'";

/// Keeps a page that opened the dashboard, or was opened by it, from reaching its window.
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    vec![
        get("/health", health, Access::Open, "Whether the service is up").extension(),
        get(
            "/health/ready",
            ready,
            Access::Open,
            "Whether the service and its database are up",
        )
        .extension(),
        get(
            "/embed/{agent_id}",
            frame,
            Access::Open,
            "The document of the widget's frame",
        )
        .extension(),
        get("/dashboard/{*page}", dashboard, Access::Open, "A page of the dashboard").extension(),
    ]
}

async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

async fn ready(State(app): State<App>) -> Response {
    match app.ready().await {
        Ok(()) => Json(json!({ "status": "ok" })).into_response(),
        Err(error) => error_response::unresolved(error),
    }
}

async fn frame(State(app): State<App>, Path(agent): Path<String>) -> Response {
    match frame_document(&app, &AgentId::new(agent)).await {
        Ok(response) => response,
        Err(error) => error_response::unresolved(error),
    }
}

async fn frame_document(app: &App, agent: &AgentId) -> edge_core::Result<Response> {
    let ancestors = widget::frame_ancestors(app, agent).await?;
    let template = app.assets.read("embed.html").await?;
    let template = String::from_utf8(template).map_err(Error::internal)?;
    let page = template.replace("{{agent_id}}", &escape(agent.as_str()));
    let policy = format!("{FRAME_POLICY}; frame-ancestors {ancestors}");
    let mut response = html(page);
    let policy = HeaderValue::from_str(&policy).map_err(Error::internal)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

async fn dashboard(State(app): State<App>) -> Response {
    const POLICY: HeaderValue = HeaderValue::from_static(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: https:; \
         connect-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; \
         frame-ancestors 'none'",
    );
    match app
        .assets
        .read("dashboard/")
        .await
        .and_then(|it| String::from_utf8(it).map_err(Error::internal))
    {
        Ok(page) => {
            let mut response = html(page);
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
            // As `public/_headers` has it for the dashboard's own file.
            headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
            response
        }
        Err(error) => error_response::unresolved(error),
    }
}

pub(crate) fn html(page: String) -> Response {
    (
        StatusCode::OK,
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        page,
    )
        .into_response()
}

/// Writes a text so that it is a text in a page, too.
pub(crate) fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, c| {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
        escaped
    })
}
