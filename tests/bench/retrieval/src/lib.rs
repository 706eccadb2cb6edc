//! The retrieval crate alone in a Worker: workerd's clock stands still while code runs, so that whoever measures calls
//! with a count and divides the time that the call took.
use retrieval::{Embedder, Index, SearchOptions, Segment};
use std::cell::RefCell;
use std::sync::Arc;
use worker::{Context, Env, Method, Request, Response, Result, event};

#[derive(Default)]
struct Held {
    table: Option<Arc<[u8]>>,
    embedder: Option<Embedder>,
    index: Option<Index>,
}

thread_local! {
    static HELD: RefCell<Held> = RefCell::default();
}

/// `PUT /table`, `PUT /tokenizer`, `PUT /segment` take files; `GET /embed`, `GET /search?q=…&n=…` do it n times.
#[event(fetch)]
async fn fetch(mut request: Request, _: Env, _: Context) -> Result<Response> {
    let url = request.url()?;
    let parameter = |name: &str| url.query_pairs().find(|it| it.0 == name).map(|it| it.1.into_owned());
    let count = parameter("n").and_then(|it| it.parse::<u32>().ok()).unwrap_or(1).min(1_000_000);
    let question = parameter("q").unwrap_or_default();
    let body = if request.method() == Method::Put { request.bytes().await? } else { vec![] };
    let answer = HELD.with_borrow_mut(|held| match url.path() {
        "/table" => {
            held.table = Some(body.into());
            Ok("kept".to_owned())
        }
        "/tokenizer" => held.load(&body),
        "/segment" => held.index(body),
        "/embed" => held.embed(&question, count),
        "/search" => held.search(&question, count),
        _ => Ok("hello".into()),
    });
    match answer {
        Ok(text) => Response::ok(text),
        Err(why) => Response::error(why, 400),
    }
}

impl Held {
    fn load(&mut self, tokenizer: &[u8]) -> Result<String, String> {
        let table = self.table.take().ok_or("no table")?;
        self.embedder = Some(Embedder::from_shared(table, tokenizer).map_err(|why| why.to_string())?);
        Ok("loaded".into())
    }

    fn index(&mut self, bytes: Vec<u8>) -> Result<String, String> {
        let segment = Segment::decode(bytes).map_err(|why| why.to_string())?;
        let memory = segment.memory_bytes();
        let index = Index::new(vec![Arc::new(segment)], |_, _| false);
        let answer = format!("{} passages, {memory} bytes", index.len());
        self.index = Some(index);
        Ok(answer)
    }

    fn embed(&self, question: &str, count: u32) -> Result<String, String> {
        let embedder = self.embedder.as_ref().ok_or("no model")?;
        (0..count).for_each(|_| drop(std::hint::black_box(embedder.embed(std::hint::black_box(question)))));
        Ok(count.to_string())
    }

    fn search(&self, question: &str, count: u32) -> Result<String, String> {
        let embedder = self.embedder.as_ref().ok_or("no model")?;
        let index = self.index.as_ref().ok_or("no index")?;
        let options = SearchOptions { collections: None, limit: 8, context: &[] };
        let mut found = 0;
        for _ in 0..count {
            found += std::hint::black_box(index.search(embedder, std::hint::black_box(question), &options)).hits.len();
        }
        Ok(found.to_string())
    }
}
