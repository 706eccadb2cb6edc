//! What comes of asking for a page.
use super::fetch::{self, Body, Response};
use super::intake::{Content, Taken};
use super::{CANONICAL, Crawl, HOPS, address, found, scope, sitemap};
use crate::Result;
use crate::app::App;
use crate::ports::Unread;
use crate::ssrf::PublicUrl;
use edge_model::crawl::{CrawlPage, Found};
use edge_model::limits::MAX_UPLOAD_BYTES;
use edge_model::source::SourceKind;
use edge_model::time::TimeDelta;
use futures_util::future::{Either, select};
use std::borrow::Cow;
use std::pin::pin;
use std::time::Duration;
use url::Url;

/// The largest page that is read, in bytes.
const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;
/// How long the parser may take.
const PARSER_TIMEOUT: Duration = Duration::from_secs(20);
/// How many links of a page are followed.
const LINKS: usize = 400;

/// What came of it.
pub(super) enum Outcome {
    /// Not now; perhaps after a while, as the site says.
    Later {
        reason: String,
        after: Option<TimeDelta>,
    },
    /// There is nothing to take in; what it links to is.
    Skipped {
        reason: String,
        found: Vec<Found>,
    },
    /// It is another address that counts.
    Leads {
        reason: String,
        to: Found,
    },
    /// It was no page but a list of such.
    Sitemap {
        found: Vec<Found>,
    },
    /// It is as it was.
    Unchanged {
        found: Vec<Found>,
    },
    /// The parser crashed.
    Crashed,
    Taken(Box<Taken>),
}

impl Outcome {
    pub(super) fn skipped(reason: impl Into<String>) -> Self {
        Self::Skipped {
            reason: reason.into(),
            found: vec![],
        }
    }
}

/// Asks for a page and works out what comes of it.
pub(super) async fn of_page(app: &App, crawl: &Crawl, page: &CrawlPage, url: PublicUrl) -> Result<Outcome> {
    let mut conditions: Vec<(Cow<'static, str>, String)> = vec![];
    // Conditional headers are sent only if the document is still held.
    if page.document_id.is_some() {
        conditions.extend(page.etag.clone().map(|it| ("if-none-match".into(), it)));
        conditions.extend(page.last_modified.clone().map(|it| ("if-modified-since".into(), it)));
    }
    let wanted = |status: u16, media_type: &str| match (status, media_type) {
        (200..300, "" | "text/html" | "application/xhtml+xml") => MAX_PAGE_BYTES,
        (200..300, "application/xml" | "text/xml" | "application/gzip" | "application/x-gzip") => {
            sitemap::MAX_SITEMAP_BYTES
        }
        (200..300, media_type) if is_file(media_type) => MAX_UPLOAD_BYTES,
        _ => 0,
    };
    let response = match fetch::get(app, url, conditions, wanted).await {
        Ok(response) => response,
        Err(reason) => return Ok(Outcome::Later { reason, after: None }),
    };
    let status = response.status;
    match status {
        200..300 => of_body(app, crawl, page, response).await,
        304 => Ok(Outcome::Unchanged {
            found: links(app, crawl, page, &page.links),
        }),
        300..400 => Ok(redirect(app, crawl, page, &response)),
        404 | 410 => Ok(Outcome::skipped(format!("there is no such page (status {status})"))),
        408 | 425 | 429 | 500.. => Ok(Outcome::Later {
            reason: format!("the site answered with status {status}"),
            after: response.retry_after(app.now()),
        }),
        _ => Ok(Outcome::skipped(format!("the site answered with status {status}"))),
    }
}

/// Files that may be documents; whether they are is told by their bytes.
fn is_file(media_type: &str) -> bool {
    let office = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let known = ["text/plain", "text/markdown", "text/csv", "application/pdf", office];
    known.contains(&media_type)
}

fn redirect(app: &App, crawl: &Crawl, page: &CrawlPage, response: &Response) -> Outcome {
    let base = Url::parse(&page.url).ok();
    let target = base
        .zip(response.header("location"))
        .and_then(|(base, to)| address::resolve(&base, to));
    match target {
        Some(target) => leads(app, crawl, page, &target, "redirects to another address"),
        None => Outcome::skipped("redirects to nowhere"),
    }
}

/// Has another address asked for in place of a page.
fn leads(app: &App, crawl: &Crawl, page: &CrawlPage, target: &Url, reason: &str) -> Outcome {
    let hops = page.hops + 1;
    if target.as_str() == page.url {
        return Outcome::skipped("redirects to itself");
    }
    if target.as_str().len() > address::LONGEST_KEPT {
        return Outcome::skipped("redirects to an address that is too long");
    }
    if hops > HOPS {
        return Outcome::skipped(format!("more than {HOPS} redirects"));
    }
    if let Err(why) = PublicUrl::new(target.as_str(), &app.settings.allow_private_hosts) {
        return Outcome::skipped(format!("redirects to an address that {why}"));
    }
    match found(app, crawl, target, page.depth) {
        Some(to) => Outcome::Leads {
            reason: reason.into(),
            to: Found {
                hops,
                kind: page.kind,
                // The start leads where it leads.
                skipped: to.skipped.filter(|_| page.depth > 1),
                ..to
            },
        },
        None => Outcome::skipped(format!("redirects to another host, {}", address::host(target))),
    }
}

async fn of_body(app: &App, crawl: &Crawl, page: &CrawlPage, response: Response) -> Result<Outcome> {
    let media_type = response.media_type();
    let bytes = match &response.body {
        Body::Whole(bytes) => bytes,
        Body::Cut(bytes) => {
            return Ok(Outcome::skipped(format!(
                "larger than {} MB",
                bytes.len() / 1024 / 1024
            )));
        }
        Body::Unread => return Ok(Outcome::skipped(format!("no page or document (type {media_type})"))),
    };
    if sitemap::is_one(bytes) {
        return match crawl.source.kind {
            // The address of a sitemap was given as that of a website.
            SourceKind::Website if page.url == crawl.source.url => sitemap::of_bytes(app, crawl, page, bytes).await,
            _ => Ok(Outcome::skipped("a sitemap, no page")),
        };
    }
    let directives = response.header("x-robots-tag").unwrap_or_default().to_ascii_lowercase();
    let has = |word: &str| directives.split([',', ' ', ':']).any(|it| it == word || it == "none");
    if is_file(&media_type) {
        if has("noindex") {
            return Ok(Outcome::skipped("the site wants it in no index"));
        }
        let content = Content::file(&page.url, &media_type, bytes.clone());
        return Ok(taken(crawl, page, &response, content, vec![], vec![]));
    }
    let media_type = response.header("content-type").unwrap_or_default();
    let read = app.parser.page(bytes, &page.url, media_type, crawl.company());
    let read = match read_of(app, crawl, read).await {
        Ok(read) => read,
        Err(outcome) => return Ok(outcome),
    };
    if let Some(target) = read.refresh.as_deref().and_then(|it| Url::parse(it).ok()) {
        return Ok(leads(
            app,
            crawl,
            page,
            &address::spelled(target),
            "redirects to another address",
        ));
    }
    let is_followed = crawl.source.kind == SourceKind::Website && !read.is_nofollow && !has("nofollow");
    let targets: Vec<String> = if is_followed {
        let urls = read
            .links
            .iter()
            .filter_map(|it| Url::parse(it).ok())
            .map(address::spelled);
        let ours = urls
            .filter(|it| it.as_str().len() <= address::LONGEST_KEPT)
            .filter(|it| scope::belongs(&crawl.source, &crawl.start, it))
            .map(String::from);
        ours.take(LINKS).collect()
    } else {
        vec![]
    };
    let found = links(app, crawl, page, &targets);
    if read.is_noindex || has("noindex") {
        return Ok(Outcome::Skipped {
            reason: "the page wants to be in no index".into(),
            found,
        });
    }
    if let Some(other) = canonical(app, crawl, page, read.canonical.as_deref()).await? {
        return Ok(other);
    }
    let is_wanted = Url::parse(&page.url).is_ok_and(|it| scope::is_wanted(&crawl.source, &it));
    if !is_wanted || page.is_removed {
        let reason = if page.is_removed {
            "its document was deleted; read for its links alone"
        } else {
            "the patterns leave it out; read for its links alone"
        };
        return Ok(Outcome::Skipped {
            reason: reason.into(),
            found,
        });
    }
    if read.text.trim().is_empty() {
        return Ok(Outcome::Skipped {
            reason: "no text was found in it".into(),
            found,
        });
    }
    let content = Content::page(&page.url, read);
    Ok(taken(crawl, page, &response, content, targets, found))
}

/// Waits for the parser, within reason.
pub(super) async fn read_of<T>(
    app: &App,
    crawl: &Crawl,
    reading: impl Future<Output = Result<T, Unread>>,
) -> Result<T, Outcome> {
    let late = || Unread::Crashed("no answer in time".into());
    let read = match select(pin!(reading), app.clock.sleep(PARSER_TIMEOUT)).await {
        Either::Left((read, _)) => read,
        Either::Right(_) => Err(late()),
    };
    if let (Err(unread), Some(attempt)) = (&read, &crawl.attempt) {
        attempt.note(unread);
    }
    read.map_err(|why| match why {
        Unread::Refused(refusal) => Outcome::skipped(refusal.message),
        Unread::Crashed(_) => Outcome::Crashed,
        Unread::Busy => Outcome::Later {
            reason: "it could not be read".into(),
            after: None,
        },
    })
}

fn taken(
    crawl: &Crawl,
    page: &CrawlPage,
    response: &Response,
    content: Content,
    links: Vec<String>,
    found: Vec<Found>,
) -> Outcome {
    if page.is_removed {
        return Outcome::skipped("its document was deleted");
    }
    let kept = |name: &str| response.header(name).filter(|it| it.len() <= 500).map(str::to_owned);
    let is_wanted = Url::parse(&page.url).is_ok_and(|it| scope::is_wanted(&crawl.source, &it));
    if !is_wanted {
        return Outcome::skipped("the patterns leave it out");
    }
    Outcome::Taken(Box::new(Taken {
        content,
        etag: kept("etag"),
        last_modified: kept("last-modified"),
        links,
        found,
    }))
}

/// Leaves a page to the one that it names as canonical, if that one can be had.
async fn canonical(app: &App, crawl: &Crawl, page: &CrawlPage, named: Option<&str>) -> Result<Option<Outcome>> {
    let target = named.and_then(|it| Url::parse(it).ok()).map(address::spelled);
    let is_single = crawl.source.kind == SourceKind::Page || page.is_canonical;
    let Some(target) = target.filter(|it| it.as_str() != page.url && !is_single) else {
        return Ok(None);
    };
    // A canonical link to the front page is ignored: it is a common mistake of templates.
    let is_front = target.path() == "/" && target.query().is_none();
    let Some(to) = found(app, crawl, &target, page.depth).filter(|it| it.skipped.is_none() && !is_front) else {
        return Ok(None);
    };
    let known = crawl.tenant.crawl_page(&crawl.source, &to.url).await?;
    let is_of_use = known.is_none_or(|it| it.run < page.run || it.state.is_hopeful());
    Ok(is_of_use.then(|| Outcome::Leads {
        reason: CANONICAL.into(),
        to,
    }))
}

/// Makes places in the frontier for what a page links to.
fn links(app: &App, crawl: &Crawl, page: &CrawlPage, targets: &[String]) -> Vec<Found> {
    let urls = targets.iter().filter_map(|it| Url::parse(it).ok());
    urls.filter_map(|it| found(app, crawl, &it, page.depth + 1)).collect()
}
