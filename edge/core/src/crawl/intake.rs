//! A page taken in: a document of its own, or another version of it.
use super::{CANONICAL, Crawl, end_step, enqueue, write};
use crate::app::App;
use crate::changes::Changes;
use crate::document::{Contents, is_duplicate};
use crate::file::{self, Upload};
use crate::{Error, Kind, Result, document, secret};
use edge_extract::Page;
use edge_model::crawl::{CrawlPage, Found, PageState};
use edge_model::document::{Document, SourceType};
use edge_model::source::Source;
use edge_store::{TenantStatement, crawls, document_versions, documents};
use url::Url;

/// The longest title, in characters.
const TITLE: usize = 200;

/// How much of the links of a page is kept, in bytes.
const LINKS_BYTES: usize = 32 * 1024;

/// What is to be taken in.
pub(super) struct Taken {
    pub(super) content: Content,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    /// The addresses it links to.
    pub(super) links: Vec<String>,
    pub(super) found: Vec<Found>,
}

/// The bytes of a document, and what to call it.
pub(super) struct Content {
    upload: Upload,
    title: String,
    url: String,
}

impl Content {
    /// The text of a page, without what surrounds it: so what changes around it is no change.
    pub(super) fn page(url: &str, read: Page) -> Self {
        let title = read.title.filter(|it| !it.trim().is_empty());
        Self {
            title: cut(&title.unwrap_or_else(|| url.to_owned())),
            upload: Upload {
                name: "page.md".into(),
                media_type: "text/markdown".into(),
                bytes: read.text.into_bytes(),
            },
            url: url.into(),
        }
    }

    /// A file that a site links to.
    pub(super) fn file(url: &str, media_type: &str, bytes: Vec<u8>) -> Self {
        let name = Url::parse(url)
            .ok()
            .and_then(|it| Some(it.path_segments()?.next_back()?.to_owned()));
        let name = name.filter(|it| !it.is_empty()).unwrap_or_else(|| "document".into());
        Self {
            title: cut(&name),
            upload: Upload {
                name: cut(&name),
                media_type: media_type.into(),
                bytes,
            },
            url: url.into(),
        }
    }
}

fn cut(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.chars().filter(|it| !it.is_control()).take(TITLE).collect()
}

/// Takes a page in, all at once with what it links to. The same content twice in a collection is one document.
pub(super) async fn take(app: &App, crawl: &Crawl, mut page: CrawlPage, taken: Taken) -> Result<()> {
    let Taken {
        content,
        etag,
        last_modified,
        links,
        found,
    } = taken;
    let more = enqueue(crawl, &found);
    if let Err(error) = file::kind(&content.upload) {
        page.state = PageState::Skipped;
        page.reason = Some(error.message);
        return finish(app, crawl, page, more).await;
    }
    (page.etag, page.last_modified, page.links) = (etag, last_modified, links);
    if page.links.iter().map(String::len).sum::<usize>() > LINKS_BYTES {
        // Links that are not kept are found again by reading the whole page, also when it is as it was.
        (page.etag, page.last_modified, page.links) = (None, None, vec![]);
    }
    let tenant = &crawl.tenant;
    let before = match &page.document_id {
        Some(id) => tenant.document(id).await?,
        None => None,
    };
    page.state = PageState::Done;
    page.reason = None;
    let hash = secret::sha256(&content.upload.bytes);
    let after = match &before {
        Some(before) => next_version(before, &page, &content, &hash),
        None => first_version(app, &crawl.source, &content, &hash)?,
    };
    let title_before = page.title.replace(content.title);
    let is_same = before
        .as_ref()
        .is_some_and(|it| (&it.content_hash, &it.title) == (&after.content_hash, &after.title));
    if is_same {
        page.reason = Some("unchanged".into());
        return finish(app, crawl, page, more).await;
    }
    let kept = match document::keep_bytes(app, tenant, &hash, &content.upload.bytes, after.version).await {
        Err(error) if error.kind == Kind::PlanLimit => {
            page.title = title_before;
            return without_room(app, crawl, page, more, before, error).await;
        }
        kept => kept?,
    };
    let now = app.now();
    page.document_id = Some(after.id.clone());
    let mut changes = Changes::new(app, tenant);
    match &before {
        Some(_) => document::next_version(app, &mut changes, &after).await?,
        None => {
            changes.push(documents::insert(&after));
            changes.push(document_versions::insert(&after, now));
            document::process(&mut changes, &after)?;
        }
    }
    changes.push(kept);
    changes.push(crawls::settle(&page));
    changes.extend(more.clone());
    end_step(&mut changes, crawl, now);
    match changes.commit().await {
        Ok(_) => Ok(()),
        Err(error) if is_duplicate(&error) => {
            let same = tenant.document_by_content(&after.collection_id, &hash).await?;
            let whose = same.and_then(|it| it.source_url.or(Some(it.title)));
            page.state = PageState::Skipped;
            page.reason = Some(format!("the same content as {}", whose.unwrap_or_default()));
            // A document that it had before is retired at the end.
            page.document_id = before.map(|it| it.id);
            finish(app, crawl, page, more).await
        }
        Err(error) if error.kind == Kind::PlanLimit => {
            // As it was: a title that is not the document's looks as if a member had renamed it.
            page.title = title_before;
            without_room(app, crawl, page, more, before, error).await
        }
        Err(error) => Err(error),
    }
}

/// Ends a page whose new content the plan has no room for. Trying again would not help: the owner has to make room
/// first, and crawls again then. A document that is there stays as it is.
async fn without_room(
    app: &App,
    crawl: &Crawl,
    mut page: CrawlPage,
    more: Vec<TenantStatement>,
    before: Option<Document>,
    refusal: Error,
) -> Result<()> {
    page.reason = Some(refusal.message);
    page.document_id = before.map(|it| it.id);
    page.state = match page.document_id {
        Some(_) => PageState::Done,
        // The document of a page that is skipped is retired at the end.
        None => PageState::Skipped,
    };
    // Without these the next crawl is sent the whole page.
    (page.etag, page.last_modified) = (None, None);
    finish(app, crawl, page, more).await
}

async fn finish(app: &App, crawl: &Crawl, page: CrawlPage, more: Vec<TenantStatement>) -> Result<()> {
    let mut writes = vec![crawls::settle(&page)];
    writes.extend(more);
    if page.state != PageState::Done {
        writes.push(crawls::release(&page, CANONICAL));
    }
    write(app, crawl, writes).await
}

fn first_version(app: &App, source: &Source, content: &Content, hash: &str) -> Result<Document> {
    let contents = Contents {
        media_type: content.upload.media_type.clone(),
        hash: hash.into(),
        size: content.upload.bytes.len(),
    };
    let (workspace, collection) = (&source.workspace_id, &source.collection_id);
    let title = content.title.clone();
    Ok(Document {
        source_url: Some(content.url.clone()),
        source_id: Some(source.id.clone()),
        file_name: Some(content.upload.name.clone()),
        ..document::first_version(app, workspace, collection, SourceType::Url, title, contents)?
    })
}

/// What a document becomes. A title that a member gave it stays.
fn next_version(before: &Document, page: &CrawlPage, content: &Content, hash: &str) -> Document {
    let is_ours = page.title.as_ref().is_some_and(|it| *it == before.title);
    Document {
        title: if is_ours {
            content.title.clone()
        } else {
            before.title.clone()
        },
        content_hash: hash.into(),
        file_name: Some(content.upload.name.clone()),
        media_type: content.upload.media_type.clone(),
        size: u64::try_from(content.upload.bytes.len()).unwrap_or(u64::MAX),
        version: before.version + 1,
        ..before.clone()
    }
}
