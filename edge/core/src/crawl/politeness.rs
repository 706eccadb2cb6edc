//! Whose turn it is: what a host forbids, and how long it is left alone between two requests.
use super::fetch::{self, Body, Response};
use super::robots::{MAX_ROBOTS_BYTES, Rules};
use super::{Crawl, HOPS, address, enqueue, found, write};
use crate::app::App;
use crate::attempt::{self, Begin};
use crate::changes::Changes;
use crate::ssrf::PublicUrl;
use crate::{Result, secret};
use edge_model::crawl::{CrawlHost, CrawlPage, Found, PageKind};
use edge_model::source::SourceKind;
use edge_model::time::TimeDelta;
use edge_store::crawls;
use url::Url;

/// When a robots.txt that could not be had is asked for again; after the last time its host is left alone.
const ROBOTS_RETRY_SCHEDULE: [TimeDelta; 3] = [TimeDelta::seconds(5), TimeDelta::seconds(30), TimeDelta::minutes(2)];
/// How long a robots.txt is believed; one that was read shortly before a crawl began is new enough.
const ROBOTS_LIFETIME: TimeDelta = TimeDelta::days(1);
const ROBOTS_NEW_ENOUGH: TimeDelta = TimeDelta::minutes(5);
/// How long a host whose robots.txt could not be had is left alone.
const HOST_REST: TimeDelta = TimeDelta::hours(1);
/// How many sitemaps are read for a site.
pub(super) const SITEMAPS: u32 = 50;

/// What is known of a host's robots.txt.
pub(super) enum Robots {
    Known(Rules),
    /// It was asked for just now, or has to be later; the step is over.
    Later,
    /// It could not be had.
    Refused,
}

/// Returns how long a host is left alone after a request.
pub(super) fn gap(app: &App, rules: &Rules) -> TimeDelta {
    app.settings.crawl_delay.max(rules.delay())
}

/// Returns what the host of a page forbids. When that is not known, the step goes into asking.
pub(super) async fn rules(app: &App, crawl: &mut Crawl, page: &CrawlPage) -> Result<Robots> {
    let known = crawl.tenant.crawl_host(&page.origin).await?;
    let host = known.unwrap_or_else(|| CrawlHost {
        origin: page.origin.clone(),
        rules: None,
        robots_at: edge_model::Timestamp(0),
        failures: 0,
        next_at: edge_model::Timestamp(0),
    });
    let now = app.now();
    let is_current = host.robots_at >= crawl.source.started_at.plus(-ROBOTS_NEW_ENOUGH)
        && host.robots_at > now.plus(-ROBOTS_LIFETIME);
    let has_given_up = usize::try_from(host.failures).is_ok_and(|it| it > ROBOTS_RETRY_SCHEDULE.len());
    let known = host.rules.as_deref().and_then(Rules::from_row);
    match (known, is_current) {
        (Some(rules), true) => {
            // It may have been read for an earlier crawl, or another source: this one has its sitemaps to read, too.
            let mut changes = Changes::new(app, &crawl.tenant);
            if page.url == crawl.source.url {
                changes.extend(enqueue(crawl, &sitemaps(app, crawl, &page.origin, &rules)));
            }
            if !changes.is_empty() {
                changes.commit().await?;
            }
            return Ok(Robots::Known(rules));
        }
        (_, _) if host.rules.is_none() && has_given_up && host.robots_at > now.plus(-HOST_REST) => {
            return Ok(Robots::Refused);
        }
        _ => {}
    }
    if !crawl
        .tenant
        .take_turn(&page.origin, now, now.plus(app.settings.crawl_delay))
        .await?
    {
        return Ok(Robots::Later);
    }
    let work = crawl.work(format!("robots/{}", secret::sha256(&page.origin)));
    match attempt::begin(app, work.clone(), |until| crawl.hold(until)).await? {
        Begin::Run(attempt) => crawl.attempt = Some(attempt),
        Begin::Later(at) => {
            super::wait(app, crawl, at).await?;
            return Ok(Robots::Later);
        }
        Begin::SetAside => {
            Changes::of(app, &crawl.tenant, work.set_aside(now)).commit().await?;
            return Ok(Robots::Refused);
        }
    }
    let asked = ask(app, crawl, page, host, has_given_up).await;
    let asked = match &crawl.attempt {
        Some(attempt) => attempt.finish(app, asked).await,
        None => asked,
    };
    asked.map(|()| Robots::Later)
}

/// Asks a host for its robots.txt, and writes down what came of it.
async fn ask(app: &App, crawl: &Crawl, page: &CrawlPage, mut host: CrawlHost, has_given_up: bool) -> Result<()> {
    let now = app.now();
    let mut writes = vec![];
    host.robots_at = now;
    match read(app, &page.origin).await {
        Ok(rules) => {
            host.next_at = now.plus(gap(app, &rules));
            writes.extend(enqueue(crawl, &sitemaps(app, crawl, &page.origin, &rules)));
            host.rules = Some(rules.to_row());
            host.failures = 0;
        }
        Err(after) => {
            let tries = usize::try_from(host.failures).unwrap_or(usize::MAX);
            host.rules = None;
            // A new round of tries begins when the pause has ended.
            host.failures = if has_given_up { 1 } else { host.failures + 1 };
            let wait = ROBOTS_RETRY_SCHEDULE
                .get(tries)
                .copied()
                .unwrap_or(TimeDelta::seconds(1));
            host.next_at = now.plus(after.map_or(wait, |it| it.clamp(wait, TimeDelta::minutes(10))));
        }
    }
    writes.insert(0, crawls::set_host(crawl.tenant.workspace_id(), &host));
    write(app, crawl, writes).await
}

/// Asks for a host's robots.txt and follows its redirects.
///
/// # Errors
/// When it cannot be had just now: how long the host wants to be left alone, if it says so.
async fn read(app: &App, origin: &str) -> Result<Rules, Option<TimeDelta>> {
    let mut url = Url::parse(&format!("{origin}/robots.txt")).map_err(|_| None)?;
    for _ in 0..=HOPS {
        let public = PublicUrl::new(url.as_str(), &app.settings.allow_private_hosts).map_err(|_| None)?;
        let wanted = |status: u16, _: &str| {
            if (200..300).contains(&status) {
                MAX_ROBOTS_BYTES
            } else {
                0
            }
        };
        let response = fetch::get(app, public, vec![], wanted).await.map_err(|_| None)?;
        match (response.status, response.header("location")) {
            (300..400, Some(location)) => url = url.join(location).map_err(|_| None)?,
            _ => return meaning(app, response),
        }
    }
    // RFC 9309, section 2.3.1.2: after too many redirects there is none.
    Ok(Rules::read(&[], true))
}

fn meaning(app: &App, response: Response) -> Result<Rules, Option<TimeDelta>> {
    match (response.status, &response.body) {
        (200..300, Body::Whole(bytes)) => Ok(Rules::read(bytes, true)),
        (200..300, Body::Cut(bytes)) => Ok(Rules::read(bytes, false)),
        (429, _) => Err(response.retry_after(app.now())),
        // There is none, so nothing is forbidden.
        (200..500, _) => Ok(Rules::read(&[], true)),
        _ => Err(response.retry_after(app.now())),
    }
}

/// Returns the sitemaps that a site is read by: those it names, or the usual one.
fn sitemaps(app: &App, crawl: &Crawl, origin: &str, rules: &Rules) -> Vec<Found> {
    if crawl.source.kind != SourceKind::Website || origin != address::origin(&crawl.start) {
        return vec![];
    }
    let usual = [format!("{origin}/sitemap.xml")];
    let named = if rules.sitemaps().is_empty() {
        &usual
    } else {
        rules.sitemaps()
    };
    let urls = named.iter().filter_map(|it| address::resolve(&crawl.start, it));
    urls.filter_map(|it| sitemap(app, crawl, &it, 0)).collect()
}

/// Makes a place in the frontier for a sitemap, unless it is on a host of another site.
pub(super) fn sitemap(app: &App, crawl: &Crawl, url: &Url, hops: u32) -> Option<Found> {
    Some(Found {
        kind: PageKind::Sitemap,
        shape: Some("sitemaps".into()),
        most: Some(SITEMAPS),
        skipped: None,
        hops,
        ..found(app, crawl, url, 0)?
    })
}
