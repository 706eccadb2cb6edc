//! Websites, behind the port of the way out: each address answers as it was told to.
use super::acts::id;
use super::{Owner, TestApp};
use edge_core::ports::Answer;
use edge_model::time::TimeDelta;
use edge_model::{SourceId, Timestamp, WorkspaceId};
use edge_store::sources::SourceRef;
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Where the site of the tests is.
pub(crate) const SITE: &str = "https://example.com";

/// What an address answers.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Says {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// The connection is refused.
    Refused,
    /// The connection is taken and nothing comes.
    Silent,
    /// The head comes, and then a byte now and then.
    Drips,
    /// The head comes, and then more than the crawler takes.
    Endless,
}

impl Reply {
    pub(crate) fn new(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::Says {
            status,
            headers: vec![("content-type".into(), media_type.into())],
            body: body.into(),
        }
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::new(status, "text/html", "")
    }

    pub(crate) fn to(location: &str) -> Self {
        Self::status(301).with("location", location)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        if let Self::Says { headers, .. } = &mut self {
            headers.push((name.into(), value.into()));
        }
        self
    }
}

/// A page with a text of its own and links.
pub(crate) fn page(title: &str, links: &[&str]) -> Reply {
    page_with(title, "", links)
}

/// The same with something in its head.
pub(crate) fn page_with(title: &str, head: &str, links: &[&str]) -> Reply {
    let links: String = links.iter().map(|it| format!("<a href=\"{it}\">{it}</a> ")).collect();
    let text = format!("This page is about {title} and says all there is to say of {title}.");
    let body =
        format!("<html><head><title>{title}</title>{head}</head><body><nav>{links}</nav><main><p>{text}</p></main>");
    Reply::new(200, "text/html; charset=utf-8", body)
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) url: String,
    pub(crate) headers: BTreeMap<String, String>,
}

#[derive(Default)]
pub(crate) struct Site {
    replies: Mutex<BTreeMap<String, Reply>>,
    log: Mutex<Vec<Asked>>,
}

fn address(path: &str) -> String {
    if path.contains("://") {
        path.into()
    } else {
        format!("{SITE}{path}")
    }
}

impl Site {
    /// Says what an address, or a path of the site, answers. Everything else is not found.
    pub(crate) fn has(&self, path: &str, reply: Reply) {
        self.replies.lock().unwrap().insert(address(path), reply);
    }

    pub(crate) fn loses(&self, path: &str) {
        self.replies.lock().unwrap().remove(&address(path));
    }

    /// Returns what was asked for, and forgets it; addresses of the site as paths.
    pub(crate) fn take(&self) -> Vec<String> {
        let asked = std::mem::take(&mut *self.log.lock().unwrap());
        let path = |it: Asked| it.url.strip_prefix(SITE).map(str::to_owned).unwrap_or(it.url);
        asked.into_iter().map(path).collect()
    }

    /// Returns the requests so far.
    pub(crate) fn log(&self) -> Vec<Asked> {
        self.log.lock().unwrap().clone()
    }

    pub(super) async fn answer(&self, url: &str, headers: &[(Cow<'static, str>, String)]) -> Result<Answer, String> {
        let headers: BTreeMap<String, String> = headers.iter().map(|it| (it.0.to_string(), it.1.clone())).collect();
        self.log.lock().unwrap().push(Asked {
            url: url.into(),
            headers: headers.clone(),
        });
        tokio::task::yield_now().await;
        let reply = self
            .replies
            .lock()
            .unwrap()
            .get(url)
            .cloned()
            .unwrap_or(Reply::status(404));
        let html = vec![("content-type".to_owned(), "text/html".to_owned())];
        Ok(match reply {
            Reply::Refused => return Err("connection refused".into()),
            Reply::Silent => std::future::pending().await,
            Reply::Drips => Answer {
                status: 200,
                headers: html,
                body: stream::unfold((), |()| async {
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                    Some((Ok(b"x".to_vec()), ()))
                })
                .boxed(),
            },
            Reply::Endless => Answer {
                status: 200,
                headers: html,
                body: stream::repeat_with(|| Ok(vec![b'x'; 65_536])).boxed(),
            },
            Reply::Says {
                status,
                headers: own,
                body,
            } => {
                let tag = own.iter().find(|it| it.0 == "etag").map(|it| it.1.as_str());
                let is_known = tag.is_some() && headers.get("if-none-match").map(String::as_str) == tag;
                Answer {
                    status: if is_known { 304 } else { status },
                    headers: own.clone(),
                    body: stream::once(async move { Ok(if is_known { vec![] } else { body }) }).boxed(),
                }
            }
        })
    }
}

impl Owner {
    /// Has a site crawled, with `settings` over the address of its front page, and returns the source's id.
    pub(crate) async fn crawl(&self, app: &TestApp, settings: Value) -> String {
        let collection = app.default_collection(self).await;
        let mut body = json!({ "url": format!("{SITE}/"), "collection_id": collection });
        body.as_object_mut()
            .unwrap()
            .extend(settings.as_object().unwrap().clone());
        id(&self.post(app, "/documents/url", body).await.expect(202))
    }

    /// Takes the next steps of a crawl, and returns when to come back.
    pub(crate) async fn steps(&self, app: &TestApp, source: &str) -> edge_core::Result<Option<Timestamp>> {
        let source = SourceRef {
            workspace_id: WorkspaceId::new(self.workspace.as_str()),
            source_id: SourceId::new(source),
        };
        edge_core::crawl::drain(&app.inner, &source, TimeDelta::seconds(1)).await
    }

    /// Takes all steps of a crawl that is under way, as time goes by, and works on what was taken in. Returns the
    /// source.
    pub(crate) async fn finish(&self, app: &TestApp, source: &str) -> Value {
        self.take_all_steps(app, source).await;
        self.again(app, "ann@example.com").await.document(app, source).await
    }

    /// Takes all steps of a crawl that is under way, as time goes by, and works on what was taken in.
    pub(crate) async fn take_all_steps(&self, app: &TestApp, source: &str) {
        let (mut last, mut failures) = (None, 0);
        for _ in 0..20_000 {
            let shown = app
                .sql
                .column(&format!("SELECT status FROM sources WHERE id = '{source}'"));
            if last.is_some() && !matches!(shown[0].as_str(), "QUEUED" | "CRAWLING") {
                break;
            }
            last = match self.steps(app, source).await {
                Ok(next) => next,
                // As its alarm does.
                Err(_) => {
                    failures += 1;
                    assert!(failures < 3, "it fails again and again");
                    Some(edge_core::ports::Clock::now(&*app.clock).plus(TimeDelta::seconds(10)))
                }
            };
            let now = edge_core::ports::Clock::now(&*app.clock);
            if let Some(next) = last
                && matches!(shown[0].as_str(), "QUEUED" | "CRAWLING")
            {
                app.clock.advance((next.0 - now.0).clamp(0, 3_600_000));
            } else {
                break;
            }
        }
        app.drain(self).await;
    }

    /// Returns what became of each address, by its path: `done`, or the reason why not.
    pub(crate) async fn outcome(&self, app: &TestApp, source: &str) -> BTreeMap<String, String> {
        let owner = self.again(app, "ann@example.com").await;
        let list = owner.get(app, &format!("/documents/{source}/pages")).await.expect(200);
        let pages = list["pages"].as_array().unwrap().clone();
        let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
        let one = |page: &Value| {
            let url = text(&page["url"]);
            let path = url.strip_prefix(SITE).map(str::to_owned).unwrap_or(url);
            let reason = text(&page["reason"]);
            let said = match (page["status"].as_str().unwrap(), reason.as_str()) {
                ("DONE", "") => "done".to_owned(),
                ("DONE", reason) => reason.to_owned(),
                (status, reason) => format!("{}: {reason}", status.to_lowercase()),
            };
            (path, said)
        };
        pages.iter().map(one).collect()
    }

    /// Returns the addresses of the documents there are, as paths.
    pub(crate) async fn known_pages(&self, app: &TestApp) -> Vec<String> {
        let sql = "SELECT source_url FROM documents WHERE source_url IS NOT NULL ORDER BY source_url";
        let urls = app.sql.column(sql);
        urls.iter()
            .map(|it| it.strip_prefix(SITE).unwrap_or(it).to_owned())
            .collect()
    }
}
