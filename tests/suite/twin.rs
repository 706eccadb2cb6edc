//! The Twin dialect, a file per noun; the first of them the document's own samples.
mod answering;
mod escalations;
mod kb;
mod limits;
mod refusals;
mod samples;
mod settings;
mod stats;

use crate::harness::request::{Answer, Call};
use crate::harness::{Owner, World};
use edge_model::key::KeyKind;
use http::Method;
use serde_json::{Value, json};

/// The policy of the document's samples.
pub(crate) const POLICY: &str = "Under $50 no pre-approval needed. $50–$500 requires manager email approval before \
    purchase. Submit via Expensify by the 20th.";

/// A program with a key of its own, and whose workspace it is.
pub(crate) struct Program {
    pub(crate) owner: Owner,
    pub(crate) key: String,
}

impl Program {
    pub(crate) async fn new(world: &World) -> Self {
        let owner = world.owner("ann@example.com").await;
        let key = owner.program_key(world, KeyKind::Twin).await;
        Self { owner, key }
    }

    pub(crate) fn call<'a>(&self, world: &'a World, method: Method, path: &str) -> Call<'a> {
        world.call(method, path).bearer(&self.key)
    }

    pub(crate) async fn get(&self, world: &World, path: &str) -> Answer {
        self.call(world, Method::GET, path).send().await
    }

    pub(crate) async fn post(&self, world: &World, path: &str, body: Value) -> Answer {
        self.call(world, Method::POST, path).json(&body).send().await
    }

    pub(crate) async fn put(&self, world: &World, path: &str, body: Value) -> Answer {
        self.call(world, Method::PUT, path).json(&body).send().await
    }

    pub(crate) async fn patch(&self, world: &World, path: &str, body: Value) -> Answer {
        self.call(world, Method::PATCH, path).json(&body).send().await
    }

    pub(crate) async fn delete(&self, world: &World, path: &str) -> Answer {
        self.call(world, Method::DELETE, path).send().await
    }

    /// Adds a document and waits until it is answered from. Returns its id.
    pub(crate) async fn learn(&self, world: &World, title: &str, content: &str) -> String {
        let body = json!({ "title": title, "content": content, "type": "policy" });
        let answer = self.post(world, "/v1/kb", body).await.expect(201);
        world.drain(&self.owner).await;
        answer["doc"]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn ask(&self, world: &World, message: &str) -> Value {
        self.post(world, "/v1/twin", json!({ "message": message }))
            .await
            .expect(200)
    }
}

/// Asserts status and text of a refusal.
#[track_caller]
pub(crate) fn refused(answer: &Answer, status: u16, text: &str) {
    assert_eq!(answer.expect(status), json!({ "error": text }));
}
