//! The retrieval crate alone in a Worker: workerd's clock stands still while code runs, so that a measurement calls
//! with a count and divides the time that the call took.
mod held;

use held::Held;
use std::cell::RefCell;
use worker::{Context, Env, Method, Request, Response, Result, event};

thread_local! {
    static HELD: RefCell<Held> = RefCell::default();
}

/// `PUT` takes files: `/table`, `/tokenizer`, `/minilm`, `/segment` (alone) and `/more` (besides those there are).
/// `GET` does things `n` times: `/embed`, `/think` (by minilm), `/search`, `/terms`, `/nearest?with=flat|binary|hnsw`,
/// `/load`, and once `/link?passages=…`; `/memory` answers how many bytes of memory there are.
#[event(fetch)]
async fn fetch(mut request: Request, _: Env, _: Context) -> Result<Response> {
    let url = request.url()?;
    let parameter = |name: &str| url.query_pairs().find(|it| it.0 == name).map(|it| it.1.into_owned());
    let number = |name: &str| parameter(name).and_then(|it| it.parse::<u32>().ok());
    let count = number("n").unwrap_or(1).min(1_000_000);
    let question = parameter("q").unwrap_or_default();
    let body = if request.method() == Method::Put {
        request.bytes().await?
    } else {
        vec![]
    };
    let answer = HELD.with_borrow_mut(|held| match url.path() {
        "/table" => held.keep(body),
        "/tokenizer" => held.read_model(&body),
        "/minilm" => held.read_minilm(body),
        "/segment" => held.replace(body),
        "/more" => held.add(body),
        "/embed" => held.embed(&question, count),
        "/think" => held.think(&question, count),
        "/search" => held.search(&question, count),
        "/terms" => held.terms(&question, count),
        "/nearest" => held.nearest(&question, &parameter("with").unwrap_or_default(), count),
        "/load" => held.load(count),
        "/link" => held.link(number("passages").unwrap_or(1)),
        "/memory" => Ok(held::memory().to_string()),
        _ => Ok("hello".into()),
    });
    match answer {
        Ok(text) => Response::ok(text),
        Err(why) => Response::error(why, 400),
    }
}
