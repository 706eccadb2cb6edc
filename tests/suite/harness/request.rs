//! Requests to the router, and what came back.
use super::{TestApp, visits};
use axum::body::Body;
use edge_core::ports::{Background, ClientDisconnect, RequestContext};
use http::{HeaderMap, Method, Request, Response};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

pub(crate) struct Call<'a> {
    app: &'a TestApp,
    request: http::request::Builder,
    body: Vec<u8>,
    /// Instead of `body`.
    stream: Option<Body>,
    disconnect: ClientDisconnect,
}

impl<'a> Call<'a> {
    pub(crate) fn new(app: &'a TestApp, method: Method, path: &str) -> Self {
        Self {
            app,
            request: Request::builder().method(method).uri(path),
            body: vec![],
            stream: None,
            disconnect: ClientDisconnect::default(),
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Calls as a page of `https://example.com` with a widget key does.
    pub(crate) fn widget(self, key: &str) -> Self {
        self.header("x-api-key", key).header("origin", "https://example.com")
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends a body that comes in pieces.
    pub(crate) fn streamed(mut self, body: Body) -> Self {
        self.stream = Some(body);
        self
    }

    /// Sends a form: name, file name, content.
    pub(crate) fn form(self, fields: &[(&str, Option<&str>, &[u8])]) -> Self {
        let mut body = Vec::new();
        for (name, file, content) in fields {
            let file = file.map_or_else(String::new, |name| {
                format!("; filename=\"{name}\"\r\nContent-Type: application/octet-stream")
            });
            body.extend(format!("--BB\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes());
            body.extend_from_slice(content);
            body.extend(b"\r\n");
        }
        body.extend(b"--BB--\r\n");
        self.header("content-type", "multipart/form-data; boundary=BB")
            .body(body)
    }

    /// Lets the caller leave before the answer comes.
    pub(crate) fn leaving(self) -> Self {
        self.disconnect.announce();
        self
    }

    pub(crate) async fn send(self) -> Answer {
        let app = self.app;
        let (parts, body) = self.open().await.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        app.send_mails().await;
        let answer = Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        };
        if let Some(entry) = parts.extensions.get() {
            visits::note(entry, &answer);
            let line = serde_json::to_string(entry).unwrap();
            app.log.lock().unwrap().push(line);
        }
        answer
    }

    /// Sends the request and returns once the head of the answer is there.
    pub(crate) async fn open(self) -> Response<Body> {
        let body = self.stream.unwrap_or_else(|| Body::from(self.body));
        let mut request = self.request.body(body).unwrap();
        request.extensions_mut().insert(RequestContext {
            background: Background::new(|task| drop(tokio::spawn(task))),
            disconnect: self.disconnect,
        });
        self.app.router.clone().oneshot(request).await.unwrap()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// Returns the body as JSON, after the status was what it must be.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        serde_json::from_slice(&self.body).unwrap_or_else(|why| panic!("{why}: {}", self.text()))
    }

    /// Returns status, code and field of a refusal of the Insydr dialect.
    #[track_caller]
    pub(crate) fn refusal(&self) -> (u16, String, Option<String>) {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_else(|why| panic!("{why}: {}", self.text()));
        assert!(body["detail"].is_string(), "{body}");
        (
            self.status,
            body["code"].as_str().unwrap().to_owned(),
            body["field"].as_str().map(str::to_owned),
        )
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|it| it.to_str().unwrap())
    }

    /// Returns the frames of an event stream.
    pub(crate) fn frames(&self) -> Vec<Value> {
        let text = self.text();
        let data = text.lines().filter_map(|it| it.strip_prefix("data: "));
        data.map(|it| serde_json::from_str(it).unwrap()).collect()
    }

    /// Returns the text that an event stream's tokens add up to.
    pub(crate) fn streamed(&self) -> String {
        self.frames()
            .iter()
            .filter_map(|it| it["content"].as_str().map(str::to_owned))
            .collect()
    }
}
