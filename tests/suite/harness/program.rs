//! Back ends with a key of their own.
use super::request::{Answer, Call};
use super::{Owner, TestApp};
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
    pub(crate) async fn of(app: &TestApp, kind: KeyKind) -> Self {
        let owner = app.owner("ann@example.com").await;
        let key = owner.program_key(app, kind).await;
        Self { owner, kind, key }
    }

    pub(crate) fn call<'a>(&self, app: &'a TestApp, method: Method, path: &str) -> Call<'a> {
        app.call(method, path).keyed(self.kind, &self.key)
    }

    pub(crate) async fn get(&self, app: &TestApp, path: &str) -> Answer {
        self.call(app, Method::GET, path).send().await
    }

    pub(crate) async fn post(&self, app: &TestApp, path: &str, body: Value) -> Answer {
        self.call(app, Method::POST, path).json(&body).send().await
    }

    pub(crate) async fn put(&self, app: &TestApp, path: &str, body: Value) -> Answer {
        self.call(app, Method::PUT, path).json(&body).send().await
    }

    pub(crate) async fn patch(&self, app: &TestApp, path: &str, body: Value) -> Answer {
        self.call(app, Method::PATCH, path).json(&body).send().await
    }

    pub(crate) async fn delete(&self, app: &TestApp, path: &str) -> Answer {
        self.call(app, Method::DELETE, path).send().await
    }
}
