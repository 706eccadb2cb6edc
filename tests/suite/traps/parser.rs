//! Files and pages that crash the parser: read alone, given up after three crashes; and a parser with too much to do.
use super::upload_and_index;
use crate::harness::TestApp;
use crate::harness::acts::id;
use crate::harness::ports::Reader;
use crate::harness::shape::has;
use crate::harness::site::page;
use async_trait::async_trait;
use edge_core::ports::{Company, Extracted, Hint, Page, Parser, Sitemap, Unread};
use edge_model::time::MINUTE;
use serde_json::json;
use std::sync::{Arc, Mutex};

/// A parser that crashes over everything, or over what it does not have to itself; and what it was asked for.
struct Crashing {
    is_fatal: bool,
    asked: Mutex<Vec<Company>>,
}

impl Crashing {
    fn new(is_fatal: bool) -> Arc<Self> {
        Arc::new(Self {
            is_fatal,
            asked: Mutex::default(),
        })
    }

    fn is_crash(&self, company: Company) -> Result<(), Unread> {
        self.asked.lock().unwrap().push(company);
        match self.is_fatal || company == Company::Shared {
            true => Err(Unread::Crashed("unreachable executed".into())),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl Parser for Crashing {
    async fn document(&self, bytes: Vec<u8>, hint: &Hint, company: Company) -> Result<Extracted, Unread> {
        self.is_crash(company)?;
        Reader.document(bytes, hint, company).await
    }

    async fn page(&self, bytes: &[u8], url: &str, media_type: &str, company: Company) -> Result<Page, Unread> {
        self.is_crash(company)?;
        Reader.page(bytes, url, media_type, company).await
    }

    async fn sitemap(&self, bytes: &[u8], company: Company) -> Result<Sitemap, Unread> {
        self.is_crash(company)?;
        Reader.sitemap(bytes, company).await
    }
}

/// A parser that has too much to do.
struct Busy;

#[async_trait]
impl Parser for Busy {
    async fn document(&self, _: Vec<u8>, _: &Hint, _: Company) -> Result<Extracted, Unread> {
        Err(Unread::Busy)
    }

    async fn page(&self, _: &[u8], _: &str, _: &str, _: Company) -> Result<Page, Unread> {
        Err(Unread::Busy)
    }

    async fn sitemap(&self, _: &[u8], _: Company) -> Result<Sitemap, Unread> {
        Err(Unread::Busy)
    }
}

#[tokio::test]
async fn a_file_that_crashes_the_parser_alone_three_times_fails() {
    let mut app = TestApp::new();
    let parser = Crashing::new(true);
    app.inner.parser = parser.clone();
    let owner = app.owner("ann@example.com").await;
    let document = upload_and_index(&app, &owner, "hours.md", b"# Hours\n\nWe are open.").await;
    has(&document, &json!({ "status": "PROCESSING" }));
    for _ in 0..3 {
        app.clock.advance(2 * MINUTE);
        app.drain(&owner).await;
    }
    let document = owner.document(&app, &id(&document)).await;
    has(&document, &json!({ "status": "FAILED" }));
    let why = document["progress"]["error"].as_str().unwrap();
    assert!(
        why.contains("crashed") && why.contains("save it in another form"),
        "{why}"
    );
    let asked = [Company::Shared, Company::Alone, Company::Alone, Company::Alone];
    assert_eq!(*parser.asked.lock().unwrap(), asked);
    app.clock.advance(60 * MINUTE);
    app.drain(&owner).await;
    assert_eq!(parser.asked.lock().unwrap().len(), 4, "it is not tried for ever");
}

#[tokio::test]
async fn a_file_beside_which_the_parser_crashes_is_read_alone() {
    let mut app = TestApp::new();
    let parser = Crashing::new(false);
    app.inner.parser = parser.clone();
    let owner = app.owner("ann@example.com").await;
    let document = upload_and_index(&app, &owner, "hours.md", b"# Hours\n\nWe are open.").await;
    app.clock.advance(MINUTE);
    app.drain(&owner).await;
    has(
        &owner.document(&app, &id(&document)).await,
        &json!({ "status": "COMPLETED" }),
    );
    assert_eq!(*parser.asked.lock().unwrap(), [Company::Shared, Company::Alone]);
    assert_eq!(
        app.sql.column("SELECT work FROM attempts").len(),
        0,
        "nothing is held against it"
    );
}

#[tokio::test]
async fn a_busy_parser_forgets_no_crash_and_counts_none() {
    let mut app = TestApp::new();
    let parser = Crashing::new(false);
    app.inner.parser = parser.clone();
    let owner = app.owner("ann@example.com").await;
    let document = upload_and_index(&app, &owner, "hours.md", b"# Hours\n\nWe are open.").await;
    app.inner.parser = Arc::new(Busy);
    for _ in 0..4 {
        app.clock.advance(2 * MINUTE);
        app.drain(&owner).await;
        assert_eq!(app.sql.column("SELECT traps FROM attempts"), ["0"]);
    }
    app.inner.parser = parser.clone();
    app.clock.advance(30 * MINUTE);
    app.drain(&owner).await;
    has(
        &owner.document(&app, &id(&document)).await,
        &json!({ "status": "COMPLETED" }),
    );
    assert_eq!(*parser.asked.lock().unwrap(), [Company::Shared, Company::Alone]);
}

#[tokio::test]
async fn pages_beside_which_the_parser_crashes_are_read_alone() {
    for (is_fatal, status) in [(false, "COMPLETED"), (true, "FAILED")] {
        let mut app = TestApp::new();
        let parser = Crashing::new(is_fatal);
        app.inner.parser = parser.clone();
        app.receiver.site.has("/", page("home", &[]));
        let owner = app.owner("ann@example.com").await;
        let source = owner.crawl(&app, json!({ "mode": "PAGE" })).await;
        let shown = owner.finish(&app, &source).await;
        assert_eq!(shown["status"], status, "{shown}");
        let pages = parser.asked.lock().unwrap().len();
        assert_eq!(pages >= 4, is_fatal, "{pages}");
        let asked = app.receiver.site.take().iter().filter(|it| *it == "/").count();
        assert_eq!(asked, if is_fatal { 4 } else { 2 });
        if is_fatal {
            let error = shown["progress"]["error"].as_str().unwrap();
            assert!(error.contains("crashed our reader"), "{error}");
        }
    }
}
