//! Sitemaps (sitemaps.org): lists of pages, and lists of such lists.
use super::fetch::{self, Body};
use super::outcome::{self, Outcome};
use super::{Crawl, address, found, politeness};
use crate::Result;
use crate::app::App;
use crate::ssrf::PublicUrl;
use edge_model::crawl::{CrawlPage, Found};
use edge_model::source::SourceKind;
use url::Url;

/// The largest sitemap that is read, in bytes, packed or not.
pub(super) const MAX_SITEMAP_BYTES: usize = 10 * 1024 * 1024;
/// How deep lists of lists may be.
const MAX_LIST_DEPTH: u32 = 3;
/// How far a page of a sitemap counts as from the start of a site: behind what the start links to.
const DISTANCE: u32 = 3;

/// Tells by its beginning whether a file is a sitemap, packed or not.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let beginning = bytes.get(..1_024).unwrap_or(bytes);
    let text = String::from_utf8_lossy(beginning);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let is_xml = text.starts_with("<?xml") || text.starts_with("<urlset") || text.starts_with("<sitemapindex");
    bytes.starts_with(&[0x1f, 0x8b]) || (is_xml && (text.contains("<urlset") || text.contains("<sitemapindex")))
}

/// Asks for a sitemap and works out what it lists.
pub(super) async fn read(app: &App, crawl: &Crawl, page: &CrawlPage, url: PublicUrl) -> Result<Outcome> {
    let wanted = |status: u16, _: &str| {
        if (200..300).contains(&status) {
            MAX_SITEMAP_BYTES
        } else {
            0
        }
    };
    let response = match fetch::get(app, url, vec![], wanted).await {
        Ok(response) => response,
        Err(reason) => return Ok(Outcome::Later { reason, after: None }),
    };
    match (response.status, &response.body) {
        (200..300, Body::Whole(bytes)) => of_bytes(app, crawl, page, bytes).await,
        (200..300, _) => Ok(Outcome::skipped(format!(
            "larger than {} MB",
            MAX_SITEMAP_BYTES / 1024 / 1024
        ))),
        (300..400, _) => Ok(redirect(app, crawl, page, response.header("location"))),
        (408 | 425 | 429 | 500.., _) => Ok(Outcome::Later {
            reason: format!("the site answered with status {}", response.status),
            after: response.retry_after(app.now()),
        }),
        (status, _) => Ok(Outcome::skipped(format!("there is no sitemap (status {status})"))),
    }
}

fn redirect(app: &App, crawl: &Crawl, page: &CrawlPage, location: Option<&str>) -> Outcome {
    let base = Url::parse(&page.url).ok();
    let target = base.zip(location).and_then(|(base, to)| address::resolve(&base, to));
    let target = target.filter(|it| it.as_str() != page.url && page.hops < super::HOPS);
    match target.and_then(|it| politeness::sitemap(app, crawl, &it, page.hops + 1)) {
        Some(to) => Outcome::Leads {
            reason: "redirects to another address".into(),
            to,
        },
        None => Outcome::skipped("redirects to where no sitemap is read"),
    }
}

/// Works out what a sitemap lists, as far as it belongs to the source.
pub(super) async fn of_bytes(app: &App, crawl: &Crawl, page: &CrawlPage, bytes: &[u8]) -> Result<Outcome> {
    let read = match outcome::read_of(app, crawl, app.parser.sitemap(bytes, crawl.company())).await {
        Ok(read) => read,
        Err(outcome) => return Ok(outcome),
    };
    let Ok(base) = Url::parse(&page.url) else {
        return Ok(Outcome::skipped("no sitemap"));
    };
    let depth = match crawl.source.kind {
        SourceKind::Website => DISTANCE,
        _ => 1,
    };
    let most = usize::try_from(crawl.most_found()).unwrap_or(usize::MAX);
    let pages = read.pages.iter().filter_map(|it| address::resolve(&base, it));
    let mut all: Vec<Found> = pages
        .filter_map(|it| found(app, crawl, &it, depth))
        .take(most)
        .collect();
    if page.hops < MAX_LIST_DEPTH {
        let maps = read.sitemaps.iter().filter_map(|it| address::resolve(&base, it));
        all.extend(maps.filter_map(|it| politeness::sitemap(app, crawl, &it, page.hops + 1)));
    }
    Ok(Outcome::Sitemap { found: all })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sitemap_is_told_by_its_beginning() {
        assert!(is_one(b"<?xml version='1.0'?>\n<!-- made by us --><urlset xmlns='x'>"));
        assert!(is_one("\u{feff}<sitemapindex>".as_bytes()));
        assert!(is_one(b"\x1f\x8b\x08"));
        assert!(!is_one(b"<!doctype html><p>A sitemap begins with &lt;urlset"));
        assert!(!is_one(b"<?xml version='1.0'?><rss/>"));
    }
}
