//! Sources: sites to be crawled, given, changed, ended early, deleted.
use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::crawl::{self, address, scope};
use crate::permission::Action;
use crate::ssrf::PublicUrl;
use crate::{Error, Kind, Result, collection, deletion, index};
use edge_model::crawl::CrawlPage;
use edge_model::limits::{CRAWL_PAGES, DEFAULT_CRAWL_PAGES};
use edge_model::source::{Refresh, Source, SourceKind, SourceStatus};
use edge_model::{CollectionId, SourceId};
use edge_store::crawls::PageList;
use edge_store::{Constraint, TenantStore, crawls, sources};
use url::Url;

/// A source as it is given.
#[derive(Clone, Debug)]
pub struct NewSource {
    pub url: String,
    pub collection_id: CollectionId,
    /// None is told by the address and the number of pages.
    pub kind: Option<SourceKind>,
    /// None is called by its address.
    pub name: Option<String>,
    pub options: Options,
}

/// How a source is crawled; what is absent stays, or is as usual.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub max_pages: Option<u32>,
    pub include_patterns: Option<Vec<String>>,
    pub exclude_patterns: Option<Vec<String>>,
    pub allowed_hosts: Option<Vec<String>>,
    pub refresh: Option<Refresh>,
}

impl Options {
    /// Checks the options.
    fn check(self) -> Result<sources::Changes> {
        let Self {
            max_pages,
            include_patterns,
            exclude_patterns,
            allowed_hosts,
            refresh,
        } = self;
        let (least, most) = CRAWL_PAGES.into_inner();
        if max_pages.is_some_and(|it| !(least..=most).contains(&it)) {
            return Err(Error::field("max_pages", format!("must be {least} to {most}")));
        }
        if let Some(patterns) = &include_patterns {
            scope::check_patterns("include_patterns", patterns)?;
        }
        if let Some(patterns) = &exclude_patterns {
            scope::check_patterns("exclude_patterns", patterns)?;
        }
        let hosts = allowed_hosts.map(|it| scope::check_hosts("allowed_hosts", &it));
        Ok(sources::Changes {
            max_pages,
            include_patterns,
            exclude_patterns,
            allowed_hosts: hosts.transpose()?,
            refresh,
        })
    }
}

/// Takes a source in and has it crawled. When this returns, both survive a crash. Returns the source and whether the
/// address was one of the collection already, so that nothing was added.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`] when there is no such collection;
/// [`Kind::Invalid`] naming what will not do.
pub async fn create(app: &App, caller: &Caller, new: NewSource) -> Result<(Source, bool)> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let workspace = tenant.workspace_id();
    let NewSource {
        url,
        collection_id,
        kind,
        name,
        options,
    } = new;
    let url = start(app, &url)?;
    collection::find(tenant, &collection_id).await?;
    let max_pages = options.max_pages;
    let sources::Changes {
        include_patterns,
        exclude_patterns,
        allowed_hosts,
        refresh,
        ..
    } = options.check()?;
    let now = app.now();
    let mut source = Source {
        id: SourceId::new(app.id(SourceId::PREFIX)?),
        workspace_id: workspace.clone(),
        collection_id,
        kind: kind.unwrap_or_else(|| guess(&url, max_pages)),
        name: name.unwrap_or_else(|| url.to_string()),
        url: url.into(),
        max_pages: max_pages.unwrap_or(DEFAULT_CRAWL_PAGES),
        include_patterns: include_patterns.unwrap_or_default(),
        exclude_patterns: exclude_patterns.unwrap_or_default(),
        allowed_hosts: allowed_hosts.unwrap_or_default(),
        refresh: refresh.unwrap_or_default(),
        status: SourceStatus::Queued,
        error: None,
        run: 1,
        started_at: now,
        ended_at: None,
        next_step_at: Some(now),
        created_at: now,
        updated_at: now,
    };
    if source.kind == SourceKind::Page {
        source.max_pages = 1;
    }
    let known = |source: &Source| {
        let (collection, url) = (source.collection_id.clone(), source.url.clone());
        async move { tenant.source_by_url(&collection, &url).await }
    };
    if let Some(known) = known(&source).await? {
        return Ok((known, true));
    }
    let mut changes = Changes::of(app, tenant, sources::insert(&source));
    changes.push(crawls::enqueue(&source, &[&crawl::first(&source)?], u32::MAX, ""));
    match changes.commit().await {
        Ok(_) => Ok((source, false)),
        // The same address was given twice at the same time.
        Err(error) if error.constraint() == Some(Constraint::SourceUrl) => {
            let first = known(&source).await?;
            Ok((first.ok_or_else(|| Error::internal(error))?, true))
        }
        Err(error) => Err(error),
    }
}

fn start(app: &App, url: &str) -> Result<Url> {
    let public = PublicUrl::new(url, &app.settings.allow_private_hosts).map_err(|why| Error::field("url", why))?;
    let url = Url::parse(public.as_str()).map_err(|why| Error::field("url", why))?;
    Ok(address::spelled(url))
}

/// Tells what an address most likely is.
fn guess(url: &Url, max_pages: Option<u32>) -> SourceKind {
    let path = url.path().to_ascii_lowercase();
    if path.ends_with(".xml") || path.ends_with(".xml.gz") {
        return SourceKind::Sitemap;
    }
    match max_pages {
        Some(1) => SourceKind::Page,
        _ => SourceKind::Website,
    }
}

/// Has a source crawled again; one that is being crawled goes on.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`].
pub async fn recrawl(app: &App, caller: &Caller, id: &SourceId) -> Result<Source> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let source = find(tenant, id).await?;
    if source.status.is_running() {
        return Ok(source);
    }
    let mut changes = Changes::new(app, tenant);
    crawl::restart(&mut changes, &source, app.now())?;
    changes.commit().await?;
    find(tenant, id).await
}

/// Ends a crawl early: what was taken in stays. One that is over stays as it is.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`].
pub async fn cancel(app: &App, caller: &Caller, id: &SourceId) -> Result<Source> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let workspace = tenant.workspace_id();
    let source = find(tenant, id).await?;
    let now = app.now();
    let refresh_at = source.refresh.interval().map(|it| now.plus(it));
    let cancel = sources::cancel(workspace, id, refresh_at, now);
    Changes::of(app, tenant, cancel).commit().await?;
    find(tenant, id).await
}

/// Changes how a source is crawled, from its next crawl on; its schedule at once.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`]; [`Kind::Invalid`] naming what will not
/// do.
pub async fn update(app: &App, caller: &Caller, id: &SourceId, options: Options) -> Result<Source> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let workspace = tenant.workspace_id();
    find(tenant, id).await?;
    let settings = sources::set_settings(workspace, id, &options.check()?, app.now());
    Changes::of(app, tenant, settings).commit().await?;
    find(tenant, id).await
}

/// Deletes a source with its pages, at once.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`].
pub async fn delete(app: &App, caller: &Caller, id: &SourceId) -> Result<()> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    find(tenant, id).await?;
    index::retry(app, || try_delete(app, tenant, id)).await
}

async fn try_delete(app: &App, tenant: &TenantStore, id: &SourceId) -> Result<()> {
    let workspace = tenant.workspace_id();
    let documents = tenant.source_contents(id).await?;
    let mut changes = Changes::new(app, tenant);
    changes.extend(sources::delete(workspace, id));
    deletion::write(app, changes, documents).await
}

/// Lists the addresses that the newest crawl came across, and counts all of the state.
///
/// # Errors
/// [`Kind::NotFound`].
pub async fn pages(_: &App, caller: &Caller, id: &SourceId, list: &PageList) -> Result<(Vec<CrawlPage>, u64)> {
    caller.require(Action::Read)?;
    let source = find(caller.tenant(), id).await?;
    Ok(caller.tenant().crawl_pages(&source, list).await?)
}

pub(crate) async fn find(tenant: &TenantStore, id: &SourceId) -> Result<Source> {
    let found = tenant.source(id).await?;
    // The API shows sources as documents, so the error says `document`.
    found.ok_or_else(|| Error::new(Kind::NotFound, "document not found"))
}
