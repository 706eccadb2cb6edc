//! [`Fetcher`] over the runtime's `fetch`.
use crate::js;
use async_trait::async_trait;
use edge_core::ports::{Answer, ByteStream, Fetcher, Incoming, Outgoing};
use edge_core::ssrf::PublicUrl;
use futures_util::{Stream, StreamExt as _, stream};
use std::borrow::Cow;
use std::pin::Pin;
use std::task::{Context, Poll};
use web_sys::AbortController;
use worker::send::{IntoSendFuture as _, SendWrapper};
use worker::{AbortSignal, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response, ResponseBody};

/// The way out to other hosts. Redirects are not followed: where they lead has passed no guard.
pub(crate) struct WorkerFetcher;

#[async_trait]
impl Fetcher for WorkerFetcher {
    async fn post(&self, outgoing: Outgoing) -> Result<Incoming, String> {
        let posted = post(outgoing).into_send().await;
        posted.map_err(|why| why.to_string())
    }

    async fn get(&self, url: PublicUrl, headers: Vec<(Cow<'static, str>, String)>) -> Result<Answer, String> {
        let asked = get(url, headers).into_send().await;
        asked.map_err(|why| why.to_string())
    }
}

async fn post(outgoing: Outgoing) -> worker::Result<Incoming> {
    let Outgoing { url, headers, body } = outgoing;
    let sent = Headers::new();
    for (name, value) in headers {
        sent.set(&name, &value)?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_headers(sent)
        .with_redirect(RequestRedirect::Manual)
        .with_body(Some(js_sys::Uint8Array::from(body.as_slice()).into()));
    let request = Fetch::Request(Request::new_with_init(url.as_str(), &init)?);
    let connection = Connection::new()?;
    let signal = AbortSignal::from(connection.0.signal());
    let mut response = request.send_with_signal(&signal).await?;
    let retry_after = response.headers().get("retry-after")?;
    Ok(Incoming {
        status: response.status_code(),
        retry_after,
        body: body_of(&mut response, connection)?,
    })
}

async fn get(url: PublicUrl, headers: Vec<(Cow<'static, str>, String)>) -> worker::Result<Answer> {
    let sent = Headers::new();
    for (name, value) in headers {
        sent.set(&name, &value)?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Get)
        .with_headers(sent)
        .with_redirect(RequestRedirect::Manual);
    let request = Fetch::Request(Request::new_with_init(url.as_str(), &init)?);
    let connection = Connection::new()?;
    let signal = AbortSignal::from(connection.0.signal());
    let mut response = request.send_with_signal(&signal).await?;
    let status = response.status_code();
    let headers = response.headers().entries().collect();
    let body = body_of(&mut response, connection)?;
    Ok(Answer { status, headers, body })
}

/// Returns the body of an answer. Some have none at all, such as those with status 204.
fn body_of(response: &mut Response, connection: Connection) -> worker::Result<ByteStream> {
    Ok(match response.body() {
        ResponseBody::Empty => stream::empty().boxed(),
        _ => incoming(response.stream()?, Some(connection)),
    })
}

/// A connection, which ends when this is dropped: while the answer is waited for as well as in the middle of it.
pub(crate) struct Connection(AbortController);

impl Connection {
    fn new() -> worker::Result<Self> {
        AbortController::new()
            .map(Self)
            .map_err(|why| worker::Error::RustError(js::message(&why)))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Turns a stream of the runtime's into one of core's.
pub(crate) fn incoming(bytes: worker::ByteStream, connection: Option<Connection>) -> ByteStream {
    Box::pin(Body(SendWrapper::new(Held {
        bytes: Box::pin(bytes),
        _connection: connection,
    })))
}

struct Held {
    bytes: Pin<Box<worker::ByteStream>>,
    _connection: Option<Connection>,
}

struct Body(SendWrapper<Held>);

impl Stream for Body {
    type Item = Result<Vec<u8>, String>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.0.bytes.poll_next_unpin(context);
        next.map(|it| it.map(|it| it.map_err(|why| why.to_string())))
    }
}
