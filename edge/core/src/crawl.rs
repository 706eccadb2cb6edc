//! Crawling: a source's pages, asked for one after the other and taken in as documents.
//!
//! The frontier is rows, so that a crawl goes on after a crash where it was. Each step asks for one address at most and
//! writes all that comes of it in one batch; done twice, the second finds it done. Redirects, canonical links and links
//! go into the frontier like any address: so each is checked again, asked for once, and never in a circle.
pub(crate) mod address;
mod ending;
mod fetch;
mod intake;
mod outcome;
mod politeness;
pub mod robots;
pub(crate) mod scope;
mod sitemap;

use crate::app::App;
use crate::attempt::{self, Attempt, Begin, Work};
use crate::changes::Changes;
use crate::ports::Company;
use crate::ssrf::PublicUrl;
use crate::{Error, Result, secret};
use edge_model::Timestamp;
use edge_model::crawl::{CrawlPage, Found, PageKind, PageState};
use edge_model::source::{Source, SourceStatus};
use edge_model::time::TimeDelta;
use edge_store::crawls::{self, CrawlSize, CrawlView, NextPage};
use edge_store::sources::{self, SourceRef};
use edge_store::{Constraint, TenantStatement, TenantStore, Wake};
use outcome::Outcome;
use url::Url;

/// How many clicks from the start a page may be.
const MAX_CLICKS: u32 = 25;
/// How many redirects are followed to a page.
const HOPS: u32 = 5;
/// How long one address may take: the answer, and reading it. A crash costs that much.
const PAGE_LEASE: TimeDelta = TimeDelta::seconds(50);
/// How long an address that crashed us is not asked for again.
const SET_ASIDE: TimeDelta = TimeDelta::days(1);
/// When an address over which the parser crashed is asked for again.
const RETRY_AFTER_CRASH: TimeDelta = TimeDelta::seconds(10);
/// When an address that could not be had is asked for again; after the last time it has failed.
const RETRY_SCHEDULE: [TimeDelta; 3] = [TimeDelta::seconds(10), TimeDelta::minutes(1), TimeDelta::minutes(5)];
/// How many addresses one step puts into the frontier.
const MAX_FOUND_PER_STEP: usize = 5_000;
/// How many of them, and how many bytes of them, one statement does, and how many statements a step writes: the
/// database takes parameters of up to 2 MB.
const A_STATEMENT: usize = 1_000;
const BYTES: usize = 500_000;
const STATEMENTS: usize = 10;
/// How long the rules of a host are kept after the last request to it.
const HOST_LIFETIME: TimeDelta = TimeDelta::days(30);
/// Why an address of a shape that there are many of is left out.
const TRAP: &str = "too many addresses of this kind";
/// Why a page is left out in favour of another.
const CANONICAL: &str = "the page names another one as canonical";

/// Works on a source until nothing is due or the time is over, and returns when to come back; none when there is
/// nothing left to do.
///
/// # Errors
/// When the database does not answer; what a site does wrong is written down, not reported.
pub async fn drain(app: &App, source: &SourceRef, budget: TimeDelta) -> Result<Option<Timestamp>> {
    let app = &app.working_for(Wake::Crawl(source.clone()));
    let stop = app.now().plus(budget);
    let tenant = &app.locate(&source.workspace_id).await?;
    loop {
        let now = app.now();
        let Some(view) = tenant.crawl(source, now).await? else {
            return Ok(None);
        };
        match view.source.next_step_at {
            Some(at) if at <= now && now < stop => {}
            next => return Ok(next),
        }
        match step(app, tenant, view).await {
            // Deleted meanwhile: nothing may come back.
            Err(error) if error.constraint() == Some(Constraint::ForeignKey) => return Ok(None),
            done => done?,
        }
    }
}

/// Wakes the crawlers of sources that have work to do, since a crash may have lost their wake-up; and
/// forgets hosts that no crawl asks any more.
///
/// # Errors
/// When the database does not answer, or a crawler was not woken, once all others were.
pub(crate) async fn sweep(app: &App) -> Result<()> {
    let now = app.now();
    let mut end = Ok(());
    for database in app.databases() {
        for source in database.due_sources(now).await? {
            end = end.and(app.crawls.wake(&source).await);
        }
        Changes::of(app, database, crawls::purge_hosts(now.plus(-HOST_LIFETIME)))
            .commit()
            .await?;
    }
    end
}

/// A crawl as a step sees it.
struct Crawl {
    tenant: TenantStore,
    source: Source,
    start: Url,
    size: CrawlSize,
    /// How many pages it may take in: as many as it was given, and no more than the plan allows documents.
    most_pages: u32,
    /// What has been begun, and ends with the batch that is written next.
    attempt: Option<Attempt>,
}

impl Crawl {
    /// How many addresses it may come across, ask for, and take in.
    fn most_found(&self) -> u32 {
        self.most_pages.saturating_mul(5).saturating_add(500)
    }

    fn most_asked(&self) -> u32 {
        self.most_pages.saturating_mul(3).saturating_add(100)
    }

    /// Returns work of the crawl, as it is counted when it begins.
    fn work(&self, name: String) -> Work {
        Work {
            tenant: self.tenant.clone(),
            name,
            lease: PAGE_LEASE,
            set_aside: SET_ASIDE,
        }
    }

    /// Keeps the crawl from its next step while one is under way: what that crashes, the next one might crash, too.
    fn hold(&self, until: Timestamp) -> Option<TenantStatement> {
        Some(sources::hold(&self.source, until))
    }

    /// Says whether what has been begun may share with others what does it.
    fn company(&self) -> Company {
        self.attempt.as_ref().map_or(Company::Shared, Attempt::company)
    }

    fn is_full(&self) -> bool {
        self.size.done >= self.source.max_pages || self.size.asked >= self.most_asked()
    }
}

/// Does the next piece of work of a source, and writes down when the one after it is due.
async fn step(app: &App, tenant: &TenantStore, view: CrawlView) -> Result<()> {
    let CrawlView {
        mut source,
        next,
        size,
        most_documents,
    } = view;
    let now = app.now();
    if !source.status.is_running() {
        // Its time to be crawled again has come.
        let mut changes = Changes::new(app, tenant);
        restart(&mut changes, &source, now)?;
        return changes.commit().await.map(drop);
    }
    source.status = SourceStatus::Crawling;
    let crawl = Crawl {
        tenant: tenant.clone(),
        start: start(&source)?,
        most_pages: source.max_pages.min(most_documents.unwrap_or(u32::MAX)),
        source,
        size,
        attempt: None,
    };
    let is_last = crawl.is_full() && next.as_ref().is_none_or(|it| it.page.kind == PageKind::Page);
    match next {
        Some(NextPage { due_at, .. }) if !is_last && due_at > now => wait(app, &crawl, due_at).await,
        Some(NextPage { page, .. }) if !is_last => visit(app, crawl, page).await,
        _ => ending::end(app, crawl).await,
    }
}

/// Notes when the next address is due.
async fn wait(app: &App, crawl: &Crawl, until: Timestamp) -> Result<()> {
    let mut source = crawl.source.clone();
    source.next_step_at = Some(until);
    let progress = sources::set_progress(&source, app.now());
    Changes::of(app, &crawl.tenant, progress).commit().await.map(drop)
}

/// Asks for an address, unless something is against it, and writes down what came of it.
async fn visit(app: &App, mut crawl: Crawl, mut page: CrawlPage) -> Result<()> {
    let url = match PublicUrl::new(&page.url, &app.settings.allow_private_hosts) {
        Ok(url) => url,
        Err(why) => {
            page.state = PageState::Skipped;
            page.reason = Some(format!("the address {why}"));
            return write(app, &crawl, vec![crawls::settle(&page)]).await;
        }
    };
    let rules = match politeness::rules(app, &mut crawl, &page).await? {
        politeness::Robots::Known(rules) => rules,
        politeness::Robots::Later => return Ok(()),
        politeness::Robots::Refused => {
            page.state = PageState::Failed;
            page.reason = Some("the site's robots.txt could not be read, so nothing was asked for".into());
            return write(app, &crawl, vec![crawls::settle(&page)]).await;
        }
    };
    if !rules.allow(&page.url) {
        page.state = PageState::Skipped;
        page.reason = Some("the site's robots.txt forbids it".into());
        let mut writes = vec![crawls::settle(&page)];
        writes.push(crawls::release(&page, CANONICAL));
        return write(app, &crawl, writes).await;
    }
    let now = app.now();
    if !crawl
        .tenant
        .take_turn(&page.origin, now, now.plus(politeness::gap(app, &rules)))
        .await?
    {
        return Ok(());
    }
    let work = crawl.work(format!("page/{}/{}", page.source_id, secret::sha256(&page.url)));
    match attempt::begin(app, work.clone(), |until| crawl.hold(until)).await? {
        Begin::Run(attempt) => crawl.attempt = Some(attempt),
        Begin::Later(at) => {
            page.next_at = at;
            return write(app, &crawl, vec![crawls::settle(&page)]).await;
        }
        Begin::SetAside => return give_up(app, &crawl, page, &work).await,
    }
    let done = read(app, &crawl, page, url).await;
    match &crawl.attempt {
        Some(attempt) => attempt.finish(app, done).await,
        None => done,
    }
}

/// Asks for an address whose turn it is.
async fn read(app: &App, crawl: &Crawl, page: CrawlPage, url: PublicUrl) -> Result<()> {
    let outcome = match page.kind {
        PageKind::Page => outcome::of_page(app, crawl, &page, url).await?,
        PageKind::Sitemap => sitemap::read(app, crawl, &page, url).await?,
    };
    match &crawl.attempt {
        Some(attempt) if attempt.is_used_up() => give_up(app, crawl, page, attempt.work()).await,
        _ => settle(app, crawl, page, outcome).await,
    }
}

/// Sets an address aside that crashed whatever read it each time nothing else ran.
async fn give_up(app: &App, crawl: &Crawl, mut page: CrawlPage, work: &Work) -> Result<()> {
    page.state = PageState::Failed;
    page.reason = Some("reading it crashed our reader each time, so it was given up".into());
    let mut source = crawl.source.clone();
    let now = app.now();
    source.next_step_at = Some(now);
    let mut changes = Changes::of(app, &crawl.tenant, crawls::settle(&page));
    changes.push(crawls::release(&page, CANONICAL));
    changes.push(sources::set_progress(&source, now));
    changes.push(work.set_aside(now));
    changes.commit().await.map(drop)
}

/// Writes down what came of an address that was asked for.
async fn settle(app: &App, crawl: &Crawl, mut page: CrawlPage, outcome: Outcome) -> Result<()> {
    let now = app.now();
    page.fetched_at = Some(now);
    let mut writes = vec![];
    match outcome {
        Outcome::Crashed => {
            page.reason = Some("our reader crashed while it was read".into());
            page.next_at = now.plus(RETRY_AFTER_CRASH);
        }
        Outcome::Later { reason, after } => {
            let tries = usize::try_from(page.tries).unwrap_or(usize::MAX);
            page.tries += 1;
            page.reason = Some(reason);
            match RETRY_SCHEDULE.get(tries) {
                Some(wait) => {
                    let until = now.plus(after.map_or(*wait, |it| it.clamp(*wait, TimeDelta::minutes(10))));
                    page.next_at = until;
                    // `Retry-After` applies to the host, not to this URL alone.
                    writes.extend(after.map(|_| crawls::pause_host(&page.workspace_id, &page.origin, until)));
                }
                None => {
                    page.state = PageState::Failed;
                    writes.push(crawls::release(&page, CANONICAL));
                }
            }
        }
        Outcome::Skipped { reason, found } => {
            page.state = PageState::Skipped;
            page.reason = Some(reason);
            writes.extend(enqueue(crawl, &found));
            writes.push(crawls::release(&page, CANONICAL));
        }
        Outcome::Leads { reason, to } => {
            page.state = PageState::Skipped;
            page.reason = Some(reason);
            page.leads_to = Some(to.url.clone());
            writes.extend(enqueue(crawl, &[to]));
        }
        Outcome::Sitemap { found } => {
            page.kind = PageKind::Sitemap;
            page.state = PageState::Done;
            page.reason = None;
            writes.extend(enqueue(crawl, &found));
        }
        Outcome::Unchanged { found } => {
            page.state = PageState::Done;
            page.reason = Some("unchanged".into());
            writes.extend(enqueue(crawl, &found));
        }
        Outcome::Taken(taken) => return intake::take(app, crawl, page, *taken).await,
    }
    writes.insert(0, crawls::settle(&page));
    write(app, crawl, writes).await
}

/// Applies what came of a step, and that the source is to be looked at again.
async fn write(app: &App, crawl: &Crawl, statements: Vec<TenantStatement>) -> Result<()> {
    let mut changes = Changes::new(app, &crawl.tenant);
    changes.extend(statements);
    end_step(&mut changes, crawl, app.now());
    changes.commit().await.map(drop)
}

/// Says that a step is over and that the source is to be looked at again.
fn end_step(changes: &mut Changes<'_>, crawl: &Crawl, now: Timestamp) {
    let mut source = crawl.source.clone();
    source.next_step_at = Some(now);
    changes.push(sources::set_progress(&source, now));
    changes.extend(crawl.attempt.as_ref().map(|it| it.end(now)));
}

/// Returns the writes that put addresses into the frontier.
fn enqueue(crawl: &Crawl, found: &[Found]) -> Vec<TenantStatement> {
    let length = |it: &Found| it.url.len() + it.origin.len() + it.shape.as_ref().map_or(0, String::len);
    let mut parts: Vec<Vec<&Found>> = vec![];
    let mut bytes = 0;
    for one in found.iter().take(MAX_FOUND_PER_STEP) {
        bytes += length(one);
        match parts.last_mut() {
            Some(part) if part.len() < A_STATEMENT && bytes <= BYTES => part.push(one),
            _ => {
                bytes = length(one);
                parts.push(vec![one]);
            }
        }
    }
    let parts = parts.iter().take(STATEMENTS);
    parts
        .map(|it| crawls::enqueue(&crawl.source, it, crawl.most_found(), TRAP))
        .collect()
}

/// Makes a place in the frontier for an address; none for one that does not belong to the source, or is too long.
fn found(app: &App, crawl: &Crawl, url: &Url, depth: u32) -> Option<Found> {
    let is_ours = scope::belongs(&crawl.source, &crawl.start, url);
    let is_short = url.as_str().len() <= address::LONGEST_KEPT;
    if !is_ours || !is_short || PublicUrl::new(url.as_str(), &app.settings.allow_private_hosts).is_err() {
        return None;
    }
    let skipped = if !scope::is_wanted(&crawl.source, url) {
        Some("the patterns leave it out")
    } else if depth > MAX_CLICKS {
        Some("too many clicks from the start")
    } else {
        address::objection(url, app.now())
    };
    let shape = address::shape(url);
    Some(Found {
        url: url.to_string(),
        kind: PageKind::Page,
        origin: address::origin(url),
        most: shape.as_ref().map(|it| it.1),
        shape: shape.map(|it| it.0),
        skipped: skipped.map(str::to_owned),
        depth,
        hops: 0,
    })
}

/// Begins another crawl of a source that none is under way of.
pub(crate) fn restart(changes: &mut Changes<'_>, source: &Source, now: Timestamp) -> Result<()> {
    let mut next = source.clone();
    next.run += 1;
    changes.push(sources::begin(&source.workspace_id, &source.id, now));
    changes.push(crawls::enqueue(&next, &[&first(&next)?], u32::MAX, TRAP));
    Ok(())
}

/// Returns the place of the start in the frontier.
pub(crate) fn first(source: &Source) -> Result<Found> {
    let url = start(source)?;
    let kind = match source.kind {
        edge_model::source::SourceKind::Sitemap => PageKind::Sitemap,
        _ => PageKind::Page,
    };
    Ok(Found {
        origin: address::origin(&url),
        url: url.into(),
        kind,
        shape: None,
        most: None,
        skipped: None,
        depth: u32::from(kind == PageKind::Page),
        hops: 0,
    })
}

fn start(source: &Source) -> Result<Url> {
    Url::parse(&source.url).map_err(|why| Error::internal(format!("source {}: {why}", source.id)))
}
