//! Back ends with a key of their own.
use super::request::{Answer, Call};
use super::{Owner, World};
use edge_model::key::KeyKind;
use http::Method;
use serde_json::Value;

/// A program, and whose workspace it is.
pub(crate) struct Program {
    pub(crate) owner: Owner,
    pub(crate) kind: KeyKind,
    pub(crate) key: String,
}

impl Call<'_> {
    /// Calls with a key, in the header that its dialect has it in.
    pub(crate) fn keyed(self, kind: KeyKind, key: &str) -> Self {
        match kind {
            KeyKind::Twig | KeyKind::Twin => self.bearer(key),
            KeyKind::Builder => self.header("x-api-key", key),
            KeyKind::Widget => self.widget(key),
        }
    }
}

impl Program {
    pub(crate) async fn of(world: &World, kind: KeyKind) -> Self {
        let owner = world.owner("ann@example.com").await;
        let key = owner.program_key(world, kind).await;
        Self { owner, kind, key }
    }

    pub(crate) fn call<'a>(&self, world: &'a World, method: Method, path: &str) -> Call<'a> {
        world.call(method, path).keyed(self.kind, &self.key)
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
}
