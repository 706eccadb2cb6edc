//! The embedder: a Worker of its own that turns texts into vectors for the other one, over a service binding.
//!
//! `POST /embeddings` takes a JSON array of texts and answers an array of as many vectors. What it does not take is
//! answered with a status: 400 and 413 for what is no use sending again, 503 for what may go better later.

mod model;
mod request;

use edge_budget::MemoryBudget;
use request::Refusal;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use worker::{Context, Delay, Env, Method, Request, Response, Result, console_error, event};

/// What a text and its vector take until the request is answered, in bytes.
const BYTES_PER_TEXT: usize = 16 * 1024;
/// How many bytes of texts may wait here: 96 texts, those of a few questions and of a few batches of passages.
const MOST_AT_ONCE: usize = 96 * BYTES_PER_TEXT;

static BUDGET: LazyLock<Arc<MemoryBudget>> = LazyLock::new(|| MemoryBudget::new(MOST_AT_ONCE));

#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _: Context) -> Result<Response> {
    if request.path() != "/embeddings" || request.method() != Method::Post {
        return Response::error("not found", 404);
    }
    let texts = match request::texts(&request.bytes().await?) {
        Ok(texts) => texts,
        Err(Refusal::Malformed) => return Response::error("an array of texts is needed", 400),
        Err(Refusal::TooMuch) => return Response::error("too much at once", 413),
    };
    let Ok(_reservation) = BUDGET.reserve(texts.len() * BYTES_PER_TEXT) else {
        return Response::error("busy", 503);
    };
    let model = match model::get(&env).await {
        Ok(model) => model,
        Err(why) => {
            console_error!("the model: {why}");
            return Response::error("the model is not there", 503);
        }
    };
    let mut vectors = Vec::with_capacity(texts.len());
    for text in &texts {
        let mut pass = model.begin(text);
        // A passage takes a quarter of a second, and the Workers on this thread are not to wait for all of it.
        while pass.step() {
            Delay::from(Duration::ZERO).await;
        }
        vectors.push(pass.vector());
    }
    Response::from_bytes(serde_json::to_vec(&vectors)?)
}
