//! The parser: a Worker of its own that reads files for the other one, over a service binding.
//!
//! When a reader crashes in spite of everything, this isolate is replaced, and the file that did it has failed.

mod permit;

use async_trait::async_trait;
use edge_budget::MemoryBudget;
use edge_extract::meter::Pause;
use edge_extract::{Hint, document, page, sitemap};
use serde::Serialize;
use std::io;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use worker::{Context, Delay, Env, Request, Response, Result, event};

/// How many bytes of files may be worked on at a time: what is made of them takes a few times as much.
const MOST_AT_ONCE: usize = 24 * 1024 * 1024;

/// As how many bytes a file counts at least, and a page or a sitemap.
const LEAST_OF_DOCUMENT: usize = 8 * 1024 * 1024;
const LEAST_OF_PAGE: usize = 4 * 1024 * 1024;

static BUDGET: LazyLock<Arc<MemoryBudget>> = LazyLock::new(|| MemoryBudget::new(MOST_AT_ONCE));

#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

#[event(fetch)]
async fn fetch(mut request: Request, _: Env, _: Context) -> Result<Response> {
    let url = request.url()?;
    let value = |name: &str| {
        let pair = url.query_pairs().find(|it| it.0 == name);
        pair.map(|it| it.1.into_owned()).unwrap_or_default()
    };
    let hint = Hint {
        name: value("name"),
        media_type: value("type"),
    };
    // A request that must be alone waits here, with nothing in memory yet.
    let Some(_permit) = permit::take(value("alone") == "1").await else {
        return Response::error("busy", 503);
    };
    let bytes = request.bytes().await?;
    // Small files are read into much more than their size.
    let least = match url.path() {
        "/document" => LEAST_OF_DOCUMENT,
        _ => LEAST_OF_PAGE,
    };
    let Ok(_reservation) = BUDGET.reserve_or_run_alone(bytes.len().max(least)) else {
        return Response::error("busy", 503);
    };
    match url.path() {
        "/document" => answer(&document(bytes, &hint, &Queue).await),
        "/page" => answer(&page(&bytes, &value("url"), &hint.media_type, &Queue).await),
        "/sitemap" => answer(&sitemap(&bytes, &Queue).await),
        _ => Response::error("not found", 404),
    }
}

/// Writes an answer into as much room as it takes: growing, it would take three times as much for a moment.
fn answer(read: &impl Serialize) -> Result<Response> {
    let mut length = Length(0);
    serde_json::to_writer(&mut length, read)?;
    let mut bytes = Vec::with_capacity(length.0);
    serde_json::to_writer(&mut bytes, read)?;
    Response::from_bytes(bytes)
}

/// Counts what is written.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A turn of the platform's queue: other requests, in this Worker and in others of the same thread, go on meanwhile.
struct Queue;

#[async_trait(?Send)]
impl Pause for Queue {
    async fn pause(&self) {
        Delay::from(Duration::ZERO).await;
    }
}
