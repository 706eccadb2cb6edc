//! The Worker: entry points and one driver per binding. Deployed twice, see [`role`].

mod ai;
mod ai_embeddings;
mod alarm;
mod app;
mod assets;
mod background;
mod clock;
mod convert;
mod crash;
mod crawls_do;
mod d1;
mod deliveries_do;
mod embedder;
mod fetcher;
mod jobs_do;
mod js;
mod kv_blobs;
mod limiter_do;
mod log;
mod mail;
mod parser;
mod poll_once;
mod random;
mod role;

pub use crawls_do::CrawlsDo;
pub use deliveries_do::DeliveriesDo;
pub use jobs_do::JobsDo;
pub use limiter_do::LimiterDo;

use axum::Router;
use axum::body::Body;
use edge_core::ports::{Background, ClientDisconnect, RequestContext};
use edge_core::{App, retention, workers};
use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue};
use role::Role;
use serde_json::json;
use std::cell::{Cell, OnceCell};
use std::sync::Arc;
use tower_service::Service as _;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::future_to_promise;
use worker::{Context, Env, ScheduleContext, ScheduledEvent, event};

thread_local! {
    static ROUTER: OnceCell<Router> = const { OnceCell::new() };
    /// Whether this isolate has looked for jobs that a crash left behind.
    static HAS_SWEPT: Cell<bool> = const { Cell::new(false) };
}

#[event(start)]
fn start() {
    std::panic::set_hook(Box::new(log::panic));
}

/// Answers a request. Exported by hand, since the ready-made export waits for a turn of the queue of futures first.
///
/// # Errors
/// When the platform refuses the response.
#[wasm_bindgen]
pub fn fetch(request: web_sys::Request, env: Env, context: JsValue) -> Result<JsValue, JsValue> {
    poll_once::run(answer(request, env, Context::new(context.unchecked_into())))
}

async fn answer(request: web_sys::Request, env: Env, context: Context) -> Result<JsValue, JsValue> {
    let disconnect = ClientDisconnect::default();
    let background = background(context);
    let converted = convert::from_js(&request);
    let method = converted.as_ref().map(|it| it.method().clone()).unwrap_or_default();
    let is_https = request.url().starts_with("https:");
    let app = Role::Main.require(&env, "a request").and_then(|()| app::get(&env));
    let mut response = match (app, converted) {
        (Err(why), _) => refusal(is_https, 500, "configuration_error", &why),
        (_, Err(why)) => refusal(is_https, 400, "malformed_request", &why),
        (Ok(app), Ok(mut converted)) => {
            sweep_once(&app, &background);
            converted.extensions_mut().insert(RequestContext {
                background,
                disconnect: disconnect.clone(),
            });
            let mut router = ROUTER.with(|it| it.get_or_init(|| edge_dialects::router(app)).clone());
            match router.call(converted).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        }
    };
    let entry = response.extensions_mut().remove::<edge_dialects::log::Entry>();
    let response = convert::to_js(response, &method, || request.signal(), disconnect).await;
    if let Some(entry) = entry {
        log::entry(&entry);
    }
    response.map(Into::into)
}

#[event(scheduled)]
async fn scheduled(_: ScheduledEvent, env: Env, _: ScheduleContext) {
    if let Err(why) = Role::Main.require(&env, "a cron trigger") {
        log::failure("configuration", why);
        return;
    }
    // The failure was logged where it was found.
    if let Ok(app) = app::get(&env) {
        sweep(app.clone()).await;
        if let Err(why) = retention::tidy(&app).await {
            log::failure("retention.tidy", why.for_log());
        }
    }
}

/// Lets futures outlive the response to one request.
fn background(context: Context) -> Background {
    let context = Arc::new(context);
    Background::new(move |task| {
        let promise = future_to_promise(async {
            task.await;
            Ok(JsValue::UNDEFINED)
        });
        if let Err(why) = AsRef::as_ref(&*context).wait_until(&promise) {
            log::failure("background", js::message(&why));
        }
    })
}

fn sweep_once(app: &App, background: &Background) {
    if !HAS_SWEPT.replace(true) {
        background.spawn(sweep(app.clone()));
    }
}

async fn sweep(app: App) {
    if let Err(why) = workers::sweep(&app).await {
        log::failure("jobs.sweep", why.for_log());
    }
}

/// Answers without any dialect: there is none for a request that cannot be read or an installation that cannot work.
fn refusal(is_https: bool, status: u16, code: &str, message: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(
        json!({ "error": { "code": code, "message": message } }).to_string(),
    ));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    edge_dialects::middleware::protect(headers, is_https);
    response
}
