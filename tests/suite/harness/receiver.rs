//! Customers' endpoints, behind the port of the way out: each address follows a script.
use super::site::Site;
use super::{Owner, TestApp};
use async_trait::async_trait;
use edge_core::ports::{Answer, Fetcher, Incoming, Outgoing};
use edge_core::ssrf::PublicUrl;
use edge_model::time::TimeDelta;
use edge_model::{Timestamp, WebhookId, WorkspaceId};
use edge_store::deliveries::Endpoint;
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

/// What an endpoint does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Status(u16),
    Says(u16, String),
    /// A status and a `Retry-After`.
    Later(u16, &'static str),
    /// The connection is refused.
    Refused,
    /// The connection is taken and nothing comes.
    Silent,
    /// The head comes and the body never ends.
    Endless(u16),
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) url: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

#[derive(Default)]
pub(crate) struct Receiver {
    scripts: Mutex<BTreeMap<String, VecDeque<Reply>>>,
    always: Mutex<BTreeMap<String, Reply>>,
    log: Mutex<Vec<Received>>,
    /// What is there to be read.
    pub(crate) site: Site,
}

impl Receiver {
    /// Adds to the script of an address. What is in no script is answered with 200.
    pub(crate) fn will(&self, url: &str, replies: impl IntoIterator<Item = Reply>) {
        let mut scripts = self.scripts.lock().unwrap();
        scripts.entry(url.to_owned()).or_default().extend(replies);
    }

    /// Says what an address does when its script has ended.
    pub(crate) fn always(&self, url: &str, reply: Reply) {
        self.always.lock().unwrap().insert(url.to_owned(), reply);
    }

    /// Returns what came, and forgets it.
    pub(crate) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.log.lock().unwrap())
    }
}

#[async_trait]
impl Fetcher for Receiver {
    async fn post(&self, outgoing: Outgoing) -> Result<Incoming, String> {
        let url = outgoing.url.as_str().to_owned();
        let headers = outgoing
            .headers
            .into_iter()
            .map(|(name, value)| (name.into_owned(), value));
        self.log.lock().unwrap().push(Received {
            url: url.clone(),
            headers: headers.collect(),
            body: outgoing.body,
        });
        let scripted = self.scripts.lock().unwrap().get_mut(&url).and_then(VecDeque::pop_front);
        let always = || self.always.lock().unwrap().get(&url).cloned();
        let reply = scripted.or_else(always).unwrap_or(Reply::Status(200));
        let (status, retry_after, text) = match reply {
            Reply::Refused => return Err("connection refused".into()),
            Reply::Silent => std::future::pending().await,
            Reply::Endless(status) => {
                let body = stream::once(async { Ok(b"it begins".to_vec()) }).chain(stream::pending());
                return Ok(Incoming {
                    status,
                    retry_after: None,
                    body: body.boxed(),
                });
            }
            Reply::Status(status) => (status, None, "ok".to_owned()),
            Reply::Says(status, text) => (status, None, text),
            Reply::Later(status, when) => (status, Some(when.to_owned()), String::new()),
        };
        Ok(Incoming {
            status,
            retry_after,
            body: stream::once(async move { Ok(text.into_bytes()) }).boxed(),
        })
    }

    async fn get(&self, url: PublicUrl, headers: Vec<(Cow<'static, str>, String)>) -> Result<Answer, String> {
        self.site.answer(url.as_str(), &headers).await
    }
}

/// Where the endpoints of the tests are.
pub(crate) const HOOK: &str = "https://hooks.example.com/a";

impl Owner {
    /// Signs the owner in again, for time goes on and sign-ins end.
    pub(crate) async fn again(&self, app: &TestApp, email: &str) -> Self {
        let body = json!({ "email": email, "password": "correct horse battery" });
        let answer = app.post("/api/v1/auth/login", body).send().await.expect(200);
        Self {
            token: answer["access_token"].as_str().unwrap().to_owned(),
            workspace: self.workspace.clone(),
        }
    }

    /// Makes a webhook for some events, and returns its id and its secret.
    pub(crate) async fn webhook(&self, app: &TestApp, url: &str, events: &[&str]) -> (String, String) {
        let body = json!({ "name": "Ours", "url": url, "event_types": events });
        let created = self.post(app, "/webhooks", body).await.expect(201);
        let text = |name: &str| created[name].as_str().unwrap().to_owned();
        (text("id"), text("secret"))
    }

    /// Delivers what is due to a webhook, and returns when to come back.
    pub(crate) async fn deliver(&self, app: &TestApp, webhook: &str) -> Option<Timestamp> {
        let endpoint = Endpoint {
            workspace_id: WorkspaceId::new(self.workspace.as_str()),
            webhook_id: WebhookId::new(webhook),
        };
        edge_core::delivery::drain(&app.inner, &endpoint, TimeDelta::seconds(20))
            .await
            .unwrap()
    }

    /// Has a test event ordered, and returns its delivery.
    pub(crate) async fn test_event(&self, app: &TestApp, webhook: &str) -> String {
        let path = format!("/webhooks/{webhook}/test");
        super::acts::id(&self.post(app, &path, json!({})).await.expect(202))
    }

    /// Returns a delivery with its attempts.
    pub(crate) async fn delivery(&self, app: &TestApp, webhook: &str, id: &str) -> Value {
        let path = format!("/webhooks/{webhook}/deliveries/{id}");
        self.get(app, &path).await.expect(200)
    }
}
