//! One request to a site: bounded in time and size, no redirect followed.
use crate::app::App;
use crate::memory::Reservation;
use crate::ports::{Answer, ByteStream};
use crate::ssrf::PublicUrl;
use edge_model::Timestamp;
use edge_model::time::TimeDelta;
use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use std::borrow::Cow;
use std::pin::pin;
use std::time::Duration;

/// How long a site may take for its answer.
const PAGE_TIMEOUT: Duration = Duration::from_secs(20);

/// What a site answered.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
    /// Of the body.
    memory: Reservation,
}

/// The body of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// It was not asked for.
    Unread,
    Whole(Vec<u8>),
    /// As much as was wanted; there is more.
    Cut(Vec<u8>),
}

impl Response {
    /// Returns a header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }

    /// Returns the media type, in lower case, without its parameters.
    pub(crate) fn media_type(&self) -> String {
        media_type(self.header("content-type").unwrap_or_default())
    }

    /// Returns for how long the site wants to be left alone.
    pub(crate) fn retry_after(&self, now: Timestamp) -> Option<TimeDelta> {
        let text = self.header("retry-after")?.trim();
        match text.parse::<u32>() {
            Ok(seconds) => Some(TimeDelta::seconds(seconds.into())),
            Err(_) => Timestamp::from_http_date(text).map(|it| TimeDelta::milliseconds(it.0 - now.0)),
        }
    }
}

fn media_type(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Returns how we introduce ourselves, with an address where people learn who we are.
pub(crate) fn agent(app: &App) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let base = &app.settings.public_url;
    let base = if base.is_empty() {
        "https://edgewise.example"
    } else {
        base
    };
    format!("{}/{version} (+{base}/docs/crawling)", super::robots::NAME)
}

/// Asks for an address. Of the body, as many bytes are read as `wanted` says by status and media type.
pub(crate) async fn get(
    app: &App,
    url: PublicUrl,
    conditions: Vec<(Cow<'static, str>, String)>,
    wanted: impl Fn(u16, &str) -> usize,
) -> Result<Response, String> {
    let began = app.now();
    let mut headers = vec![
        ("user-agent".into(), agent(app)),
        (
            "accept".into(),
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5".to_owned(),
        ),
    ];
    headers.extend(conditions);
    let asked = app.fetcher.get(url, headers);
    let late = || format!("no answer within {} seconds", PAGE_TIMEOUT.as_secs());
    let Answer { status, headers, body } = match select(asked, app.clock.sleep(PAGE_TIMEOUT)).await {
        Either::Left((answer, _)) => answer.map_err(|why| why.chars().take(200).collect::<String>())?,
        Either::Right(_) => return Err(late()),
    };
    let mut response = Response {
        status,
        headers,
        body: Body::Unread,
        memory: app.memory.reserve(0).map_err(|why| why.to_string())?,
    };
    let most = wanted(status, &response.media_type());
    if most > 0 {
        let left = PAGE_TIMEOUT.saturating_sub(app.now().since(began));
        let read = pin!(read(body, most, &mut response.memory));
        response.body = match select(read, app.clock.sleep(left)).await {
            Either::Left((body, _)) => body?,
            Either::Right(_) => {
                return Err(format!(
                    "the answer was not there after {} seconds",
                    PAGE_TIMEOUT.as_secs()
                ));
            }
        };
    }
    Ok(response)
}

async fn read(mut stream: ByteStream, most: usize, memory: &mut Reservation) -> Result<Body, String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        // Twice: a vector that grows is moved.
        let grown = memory.grow(chunk.len().saturating_mul(2));
        grown.map_err(|why| format!("we are too busy for the answer: {why}"))?;
        bytes.extend(chunk);
        if bytes.len() > most {
            bytes.truncate(most);
            return Ok(Body::Cut(bytes));
        }
    }
    Ok(Body::Whole(bytes))
}
