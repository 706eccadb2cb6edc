//! Workspaces: the tenants, and who speaks for one.
use crate::app::App;
use crate::auth::Caller;
use crate::auth::session::SignedIn;
use crate::changes::Changes;
use crate::index::{self, Progress};
use crate::limit::lane::MESSAGES;
use crate::permission::Action;
use crate::ports::{Take, Window};
use crate::ssrf::PublicUrl;
use crate::{Error, Kind, Result, copies, erasure, retention};
use edge_model::collection::Collection;
use edge_model::job::Task;
use edge_model::limits::RETENTION_DAYS;
use edge_model::plan::Plan;
use edge_model::text::Name;
use edge_model::time::TimeDelta;
use edge_model::workspace::{Embedder, Role, Workspace, WorkspaceStats, WorkspaceSummary};
use edge_model::{CollectionId, Timestamp, WorkspaceId};
use edge_store::{Page, TenantStore, collections, directory, jobs, memberships, workspaces};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// How long the settings of a workspace may be, in bytes of JSON.
pub const MOST_SETTINGS: u32 = 16_384;
/// How long a new workspace may be unknown to the directory: longer than any request runs.
const UNOPENED_LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// How much of its id a slug ends with, in characters.
const SLUG_END: usize = 8;

/// What a new workspace is to be.
#[derive(Clone, Debug)]
pub struct NewWorkspace {
    pub name: Name,
    pub timezone: String,
    pub settings: Map<String, Value>,
    pub embedder: Embedder,
}

/// Makes a workspace with its default collection; the caller owns it.
pub async fn create(app: &App, caller: &SignedIn, new: NewWorkspace) -> Result<Workspace> {
    let id = WorkspaceId::new(app.id(WorkspaceId::PREFIX)?);
    let now = app.now();
    let owner_id = caller.account.id.clone();
    let workspace = Workspace {
        id: id.clone(),
        name: new.name.to_string(),
        slug: slug(new.name.as_str(), &id),
        logo_url: None,
        timezone: new.timezone,
        plan: app.settings.default_plan,
        settings: new.settings,
        owner_id: owner_id.clone(),
        retention_days: None,
        embedder: new.embedder,
        created_at: now,
        database: app.store.newest().clone(),
    };
    let tenant = app.tenant(&workspace)?;
    let mut changes = Changes::new(app, &tenant);
    let is_in_directory = tenant.is_in_directory();
    if !is_in_directory {
        let name = &caller.account.full_name;
        changes.push(memberships::insert_account(&id, &owner_id, name, now));
    }
    changes.push(workspaces::insert(&workspace));
    changes.push(memberships::put(&id, &owner_id, Role::Owner, now, now));
    changes.push(collections::insert(&default_collection(app, &id, now)?));
    if is_in_directory {
        changes.commit().await?;
        return Ok(workspace);
    }
    // The workspace is not found before the directory knows it, and after a crash it is erased.
    let erasure = changes.enqueue(Task::EraseUnopened, UNOPENED_LIFETIME)?;
    changes.commit().await?;
    // A request that is sent again much later finds it erased.
    if tenant.workspace().await?.is_none() {
        return Err(Error::new(
            Kind::Gone,
            "the workspace was not opened in time; make another one",
        ));
    }
    let mut changes = Changes::of(app, app.directory(), directory::workspaces::insert(&workspace));
    changes.push(directory::members::insert_owner(&id, &owner_id, now));
    if let Err(error) = changes.commit().await {
        if error.kind == Kind::PlanLimit {
            erase_unopened(app, &tenant).await?;
        }
        return Err(error);
    }
    // The job finds the workspace opened, if it is still there.
    Changes::of(app, &tenant, jobs::delete(&id, &erasure))
        .commit()
        .await
        .ok();
    Ok(workspace)
}

/// Erases a new workspace that the directory never came to know: a crash, or a plan that allows no more, was in
/// between.
///
/// # Errors
/// When a database does not answer.
pub(crate) async fn erase_unopened(app: &App, tenant: &TenantStore) -> Result<()> {
    let opened_in = app.directory().database_of(tenant.workspace_id()).await?;
    let is_opened = opened_in.is_some_and(|it| it == *tenant.database().name());
    let Some(own) = tenant.workspace().await?.filter(|_| !is_opened) else {
        return Ok(());
    };
    erasure::workspace(app, tenant).await?;
    copies::forget_unknown(app, tenant.database(), &own.owner_id).await
}

fn default_collection(app: &App, workspace: &WorkspaceId, now: Timestamp) -> Result<Collection> {
    Ok(Collection {
        id: CollectionId::new(app.id(CollectionId::PREFIX)?),
        workspace_id: workspace.clone(),
        name: "Default".into(),
        description: "What agents answer from unless they are told otherwise".into(),
        is_default: true,
        document_count: 0,
        created_at: now,
    })
}

/// Lists the caller's workspaces, newest first, with the moment each was made, and counts them all.
pub async fn list(app: &App, caller: &SignedIn, page: &Page) -> Result<(Vec<(WorkspaceSummary, Timestamp)>, u64)> {
    let (listed, total) = app.directory().workspaces(&caller.account.id, page).await?;
    let mut counts = BTreeMap::new();
    for database in app.databases() {
        let there = listed.iter().filter(|it| it.database == *database.name());
        let ids: Vec<_> = there.map(|it| &it.id).collect();
        if !ids.is_empty() {
            counts.extend(database.counts(&ids).await?);
        }
    }
    let counted = listed.into_iter().map(|row| {
        let counts = counts.get(&row.id).copied().unwrap_or_default();
        row.counted(counts)
    });
    Ok((counted.collect(), total))
}

/// A workspace with its figures.
#[derive(Clone, Debug)]
pub struct Detail {
    pub workspace: Workspace,
    pub role: Role,
    pub stats: WorkspaceStats,
    /// Messages used this month.
    pub messages_used: u64,
    /// How far the passages are embedded.
    pub embedding: Progress,
}

/// Returns a workspace with its figures.
pub async fn get(app: &App, caller: &Caller) -> Result<Detail> {
    caller.require(Action::Read)?;
    detail(app, caller, caller.workspace().clone()).await
}

async fn detail(app: &App, caller: &Caller, workspace: Workspace) -> Result<Detail> {
    let (tenant, role) = (caller.tenant(), caller.role()?);
    let stats = tenant.workspace_stats().await?;
    let question = Take {
        counter: MESSAGES.into(),
        window: Window::Month,
        limit: u64::MAX,
        amount: 0,
    };
    let outcome = app.limiter.take(workspace.id.as_str(), &[question]).await?;
    let messages_used = outcome.standings.first().map_or(0, |it| u64::MAX - it.remaining);
    let embedding = index::embed::progress(app, tenant, workspace.embedder).await?;
    Ok(Detail {
        workspace,
        role,
        stats,
        messages_used,
        embedding,
    })
}

/// What of a workspace is to change; none keeps.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub name: Option<Name>,
    pub logo_url: Option<Option<PublicUrl>>,
    pub timezone: Option<String>,
    /// Members to set, and with null to remove; the others stay.
    pub settings: Option<Map<String, Value>>,
    pub retention_days: Option<Option<RetentionDays>>,
    /// One that the installation has, see [`crate::embedding::EmbeddingModels::available`].
    pub embedder: Option<Embedder>,
}

/// For how many days conversations are kept after their last message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionDays(u32);

impl RetentionDays {
    /// Takes a number of days; 0 keeps nothing after the answer.
    ///
    /// # Errors
    /// Names the range.
    pub fn new(days: u32) -> Result<Self, String> {
        if !RETENTION_DAYS.contains(&days) {
            let (least, most) = RETENTION_DAYS.into_inner();
            return Err(format!(
                "must be between {least} and {most}, or null to keep conversations"
            ));
        }
        Ok(Self(days))
    }
}

/// Changes what is named of a workspace, and nothing else.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller does not administer it; [`crate::Kind::Invalid`] when the settings would
/// become too long.
pub async fn update(app: &App, caller: &Caller, patch: Patch) -> Result<Detail> {
    caller.require(Action::Administer)?;
    let Patch {
        name,
        logo_url,
        timezone,
        settings,
        retention_days,
        embedder,
    } = patch;
    let (tenant, id) = (caller.tenant(), &caller.workspace().id);
    let (is_kept_otherwise, is_embedded_otherwise) = (retention_days.is_some(), embedder.is_some());
    let is_renamed = name.is_some();
    let row = workspaces::Changes {
        name: name.map(|it| it.to_string()),
        logo_url: logo_url.map(|it| it.map(|url| url.as_str().to_owned())),
        timezone,
        settings,
        retention_days: retention_days.map(|it| it.map(|days| days.0)),
        embedder,
    };
    let mut changes = Changes::new(app, tenant);
    let updated = changes.push(workspaces::update(id, &row, MOST_SETTINGS));
    if is_kept_otherwise {
        retention::order(&mut changes)?;
    }
    if is_embedded_otherwise {
        index::embed::order(&mut changes)?;
    }
    if is_renamed {
        copies::order_workspace(&mut changes)?;
    }
    if !changes.commit().await?.has(updated) {
        let message = format!("must be at most {MOST_SETTINGS} bytes of JSON, with what is there");
        return Err(Error::field("settings", message));
    }
    if is_renamed {
        copies::workspace(app, tenant).await?;
    }
    let workspace = tenant.workspace().await?;
    let workspace = workspace.ok_or_else(|| Error::not_found("workspace"))?;
    detail(app, caller, workspace).await
}

/// Deletes a workspace: its rows at once, its blobs and counters by jobs of the same batch.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller does not own it.
pub async fn delete(app: &App, caller: &Caller) -> Result<()> {
    caller.require(Action::DeleteWorkspace)?;
    erasure::workspace(app, caller.tenant()).await
}

/// Changes a workspace's plan, as the operator of the installation.
///
/// # Errors
/// [`crate::Kind::NotFound`] when there is no such workspace.
pub async fn set_plan(app: &App, id: &WorkspaceId, plan: Plan) -> Result<()> {
    let mut changes = Changes::new(app, app.directory());
    let set = changes.push(directory::workspaces::set_plan(id, plan));
    copies::order_workspace_of_directory(&mut changes, id)?;
    if !changes.commit().await?.has(set) {
        return Err(Error::not_found("workspace"));
    }
    copies::workspace(app, &app.locate(id).await?).await
}

/// Makes a slug of a name and the end of the id, which is random: lower-case letters and digits, joined by hyphens.
/// The end is always there, so that no slug tells whether another tenant uses the same name.
fn slug(name: &str, id: &WorkspaceId) -> String {
    let id = id.as_str();
    let end = id.get(id.len().saturating_sub(SLUG_END)..).unwrap_or_default();
    format!("{}-{}", stem(name), end.to_lowercase())
}

/// Returns the part of a slug that people read, of at most 48 characters.
fn stem(name: &str) -> String {
    let mut stem = String::new();
    for c in name.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            stem.push(c);
        } else if !stem.is_empty() && !stem.ends_with('-') {
            stem.push('-');
        }
        if stem.len() >= 48 {
            break;
        }
    }
    let stem = stem.trim_matches('-');
    if stem.is_empty() {
        "workspace".into()
    } else {
        stem.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_letters_digits_and_single_hyphens() {
        let id = WorkspaceId::new("ws_01ABCDEFGHJKMNPQ");
        assert_eq!(slug("My Company", &id), "my-company-ghjkmnpq");
        assert_eq!(stem("  A & B, Ltd. "), "a-b-ltd");
        assert_eq!(stem("日本"), "workspace");
        assert_eq!(stem(&"x".repeat(90)).len(), 48);
    }
}
