//! Websites that are made to do harm, whole: with hostile rules, with hostile sitemaps, with hostile pages.
use super::{robots, sitemaps};

/// A website to crawl.
pub struct HostileSite {
    pub name: &'static str,
    /// Where the crawl begins.
    pub path: &'static str,
    /// WEBSITE, SITEMAP or PAGE.
    pub mode: &'static str,
    answer: Box<Answer>,
}

/// What lies at a path.
type Answer = dyn Fn(&str) -> Option<Content> + Send + Sync;

/// What a site answers with.
#[derive(Clone)]
pub struct Content {
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

impl HostileSite {
    fn new(
        name: &'static str,
        (path, mode): (&'static str, &'static str),
        answer: impl Fn(&str) -> Option<Content> + Send + Sync + 'static,
    ) -> Self {
        let answer = Box::new(answer);
        Self {
            name,
            path,
            mode,
            answer,
        }
    }

    /// What lies at a path; nothing is 404.
    pub fn answer(&self, path: &str) -> Option<Content> {
        (self.answer)(path)
    }
}

/// Returns them all.
pub fn websites() -> Vec<HostileSite> {
    let rules = robots().into_iter().map(|(name, bytes, _)| {
        let rules = Content {
            media_type: "text/plain",
            bytes,
        };
        HostileSite::new(name, ("/x", "PAGE"), move |path| match path {
            "/robots.txt" => Some(rules.clone()),
            _ => Some(html("<p>A page behind many rules.</p>")),
        })
    });
    let lists = sitemaps().into_iter().map(|(name, bytes)| {
        let list = Content {
            media_type: "application/xml",
            bytes,
        };
        HostileSite::new(name, ("/sitemap.xml", "SITEMAP"), move |path| {
            (path == "/sitemap.xml").then(|| list.clone())
        })
    });
    rules.chain(lists).chain(pages()).collect()
}

fn pages() -> [HostileSite; 4] {
    let single = |name, mode, make: fn() -> String| {
        HostileSite::new(name, ("/", mode), move |path| (path == "/").then(|| html(&make())))
    };
    [
        single("a page of 200,000 links", "WEBSITE", || {
            (0..200_000).map(|it| format!("<a href=\"/p{it}\">{it}</a>")).collect()
        }),
        single("a page of 100,000 nested elements", "PAGE", || {
            "<div>".repeat(100_000) + "deep" + &"</div>".repeat(100_000)
        }),
        single("a page of one word of 9 MB", "PAGE", || "a".repeat(9_000_000)),
        HostileSite::new("pages without end", ("/0", "WEBSITE"), |path| {
            let number: u64 = path.trim_start_matches('/').parse().ok()?;
            let links = (1..=50).map(|it| format!("<a href=\"/{}\">on</a>", number * 50 + it));
            Some(html(&format!("<p>Page {number}.</p>{}", links.collect::<String>())))
        }),
    ]
}

fn html(body: &str) -> Content {
    let head = "<!doctype html><html lang=en><head><title>Page</title></head>";
    Content {
        media_type: "text/html; charset=utf-8",
        bytes: format!("{head}<body><main>{body}</main></body></html>").into_bytes(),
    }
}
