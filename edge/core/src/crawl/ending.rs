//! The end of a crawl: what vanished is retired, and the next crawl has its time.
use super::Crawl;
use crate::app::App;
use crate::attempt::{self, Begin};
use crate::changes::Changes;
use crate::{Result, deletion, index};
use edge_model::crawl::PageState;
use edge_model::source::{Source, SourceStatus};
use edge_store::{TenantStatement, TenantStore, crawls, sources};

/// Why an address was not come to.
const LIMIT: &str = "the limit of pages was reached";

/// Ends a crawl: in several steps when many pages vanished, each safe to run twice.
pub(super) async fn end(app: &App, crawl: Crawl) -> Result<()> {
    let work = crawl.work(format!("end/{}", crawl.source.id));
    match attempt::begin(app, work.clone(), |until| crawl.hold(until)).await? {
        Begin::Run(attempt) => {
            let done = retire(app, crawl, attempt.end(app.now())).await;
            attempt.finish(app, done).await
        }
        Begin::Later(at) => super::wait(app, &crawl, at).await,
        Begin::SetAside => {
            let (tenant, mut source, now) = (&crawl.tenant, crawl.source, app.now());
            source.status = SourceStatus::Failed;
            source.error = Some("ending the crawl crashed each time; crawl it again".into());
            source.ended_at = Some(now);
            source.next_step_at = source.refresh.interval().map(|it| now.plus(it));
            let mut changes = Changes::of(app, tenant, sources::set_progress(&source, now));
            changes.push(work.set_aside(now));
            changes.commit().await.map(drop)
        }
    }
}

/// Retires what vanished, and says how the crawl ended.
async fn retire(app: &App, crawl: Crawl, end: TenantStatement) -> Result<()> {
    // A crawl that was cut short, or saw nothing, tells nothing of what it did not come across.
    let is_whole = crawl.size.done > 0 && !crawl.is_full();
    let Crawl {
        tenant,
        mut source,
        size,
        ..
    } = crawl;
    let tenant = &tenant;
    let left_out = crawls::leave_out_waiting(&source, LIMIT);
    Changes::of(app, tenant, left_out).commit().await?;
    while index::retry(app, || retire_some(app, tenant, &source, is_whole)).await? {}
    let now = app.now();
    source.error = reason(tenant, &source, size.done).await?;
    source.status = if source.error.is_some() {
        SourceStatus::Failed
    } else {
        SourceStatus::Completed
    };
    source.ended_at = Some(now);
    source.next_step_at = source.refresh.interval().map(|it| now.plus(it));
    // Also when it was cut short, or a site that never ends would leave more behind with each crawl.
    let mut changes = Changes::of(app, tenant, crawls::forget_old(&source));
    if is_whole {
        changes.push(crawls::count_missing(&source));
    }
    changes.push(sources::set_progress(&source, now));
    changes.push(end);
    changes.commit().await.map(drop)
}

/// Retires some of what vanished; returns whether there was any.
async fn retire_some(app: &App, tenant: &TenantStore, source: &Source, is_whole: bool) -> Result<bool> {
    let workspace = &source.workspace_id;
    let (documents, contents) = tenant.vanished(source, is_whole).await?;
    if documents.is_empty() {
        return Ok(false);
    }
    let mut changes = Changes::new(app, tenant);
    changes.extend(documents.iter().flat_map(|it| crawls::retire(workspace, it)));
    deletion::write(app, changes, (documents, contents)).await?;
    Ok(true)
}

/// Returns why a crawl took nothing in; none when it did.
async fn reason(tenant: &TenantStore, source: &Source, done: u32) -> Result<Option<String>> {
    if done > 0 {
        return Ok(None);
    }
    let mut url = source.url.clone();
    // If the start URL was redirected, the outcome of the redirect's target counts.
    for _ in 0..=super::HOPS {
        let Some(page) = tenant.crawl_page(source, &url).await? else {
            break;
        };
        match (page.leads_to, page.reason, page.state) {
            (Some(to), ..) if to != url => url = to,
            (_, Some(reason), PageState::Skipped | PageState::Failed) => return Ok(Some(format!("{url}: {reason}"))),
            _ => break,
        }
    }
    Ok(Some("no page could be taken in; the list of pages says why".into()))
}
