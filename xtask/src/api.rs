//! A client of the Worker's HTTP API, for seeding and for the live suite: blocking, and showing what a caller sees.
use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Lines, Read};
use std::time::Duration;
use ureq::http::{HeaderMap, Method, Request};

/// How long an answer may take; the first one after a start loads the model.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Speaks to one server, with headers that go with every request.
#[derive(Clone)]
pub struct Api {
    agent: ureq::Agent,
    base_url: String,
    headers: Vec<(String, String)>,
}

/// What a server answered, whatever its status.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// A body to send.
pub enum Body<'a> {
    Empty,
    Json(Vec<u8>),
    /// Bytes of the named media type.
    Bytes(&'a str, Vec<u8>),
}

impl Api {
    /// A client without credentials.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(REQUEST_TIMEOUT));
        let agent = config.max_redirects(0).build().new_agent();
        Self {
            agent,
            base_url: base_url.into(),
            headers: Vec::new(),
        }
    }

    /// The same client, sending one more header.
    #[must_use]
    pub fn with(&self, header: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.push((header.into(), value.into()));
        other
    }

    /// The same client, signed in.
    #[must_use]
    pub fn signed_in(&self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub fn get(&self, path: &str) -> Result<Answer> {
        self.send("GET", path, Body::Empty)
    }

    pub fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer> {
        self.send("POST", path, Body::Json(serde_json::to_vec(body)?))
    }

    pub fn put(&self, path: &str, body: &impl Serialize) -> Result<Answer> {
        self.send("PUT", path, Body::Json(serde_json::to_vec(body)?))
    }

    /// Uploads a file as a form's `file`, with further fields.
    pub fn upload(&self, path: &str, name: &str, content: &[u8], fields: &[(&str, &str)]) -> Result<Answer> {
        let boundary = format!("form-{}", crate::secret::random(24)?);
        let mut body = Vec::new();
        for (field, value) in fields {
            let part = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n");
        body.extend_from_slice(format!("{head}content-type: application/octet-stream\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        self.send(
            "POST",
            path,
            Body::Bytes(&format!("multipart/form-data; boundary={boundary}"), body),
        )
    }

    /// Sends a request and reads the whole answer.
    pub fn send(&self, method: &str, path: &str, body: Body<'_>) -> Result<Answer> {
        let (status, headers, mut reader) = self.open(method, path, body)?;
        let mut body = Vec::new();
        reader
            .read_to_end(&mut body)
            .with_context(|| format!("reading the answer to {method} {path}"))?;
        Ok(Answer { status, headers, body })
    }

    /// Sends a request and reads server-sent events one at a time; dropping them leaves the stream.
    ///
    /// # Errors
    /// When there is no answer, or it is not a stream of events.
    pub fn events(&self, path: &str, body: &impl Serialize) -> Result<Events> {
        let (status, headers, mut reader) = self.open("POST", path, Body::Json(serde_json::to_vec(body)?))?;
        if status != 200 {
            let mut said = String::new();
            reader.read_to_string(&mut said)?;
            bail!("POST {path} answered {status}: {said}");
        }
        Ok(Events {
            headers,
            lines: BufReader::new(reader).lines(),
        })
    }

    fn open(&self, method: &str, path: &str, body: Body<'_>) -> Result<(u16, HeaderMap, Box<dyn Read>)> {
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes())?);
        request = request.uri(format!("{}{path}", self.base_url));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answer = match body {
            Body::Empty => self.agent.run(request.body(())?),
            Body::Json(bytes) => self
                .agent
                .run(request.header("content-type", "application/json").body(bytes)?),
            Body::Bytes(media_type, bytes) => self.agent.run(request.header("content-type", media_type).body(bytes)?),
        };
        let (head, body) = answer.with_context(|| format!("{method} {path}"))?.into_parts();
        Ok((head.status.as_u16(), head.headers, Box::new(body.into_reader())))
    }
}

/// Server-sent events, as they come.
pub struct Events {
    pub headers: HeaderMap,
    lines: Lines<BufReader<Box<dyn Read>>>,
}

impl Iterator for Events {
    type Item = Result<Value>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.lines.next()? {
                // Comments and `id:` lines carry no data.
                Ok(line) => {
                    if let Some(data) = line.strip_prefix("data: ") {
                        return Some(serde_json::from_str(data).context("an event that is no JSON"));
                    }
                }
                Err(why) => return Some(Err(why.into())),
            }
        }
    }
}

impl Answer {
    /// The body, when the status says that all went well.
    ///
    /// # Errors
    /// When it does not, or the body is not what was expected.
    pub fn ok<T: DeserializeOwned>(&self) -> Result<T> {
        if !(200..300).contains(&self.status) {
            bail!("answered {}: {}", self.status, self.text());
        }
        serde_json::from_slice(&self.body).with_context(|| format!("an unexpected answer: {}", self.text()))
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header; empty when there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}
