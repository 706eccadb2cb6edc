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
use crate::{Error, Result, erasure, retention};
use edge_model::collection::Collection;
use edge_model::limits::RETENTION_DAYS;
use edge_model::plan::Plan;
use edge_model::text::Name;
use edge_model::workspace::{Embedder, Role, Workspace, WorkspaceStats, WorkspaceSummary};
use edge_model::{CollectionId, Timestamp, WorkspaceId};
use edge_store::{Page, collections, workspaces};
use serde_json::{Map, Value};

/// How long the settings of a workspace may be, in bytes of JSON.
pub const MOST_SETTINGS: u32 = 16_384;
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
    };
    let mut changes = Changes::of(app, workspaces::insert(&workspace));
    changes.push(workspaces::insert_member(&id, &owner_id, Role::Owner, now));
    changes.push(collections::insert(&default_collection(app, &id, now)?));
    changes.commit().await?;
    Ok(workspace)
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
    Ok(app.store.workspaces(&caller.account.id, page).await?)
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
    detail(app, caller.workspace().clone(), caller.role()?).await
}

async fn detail(app: &App, workspace: Workspace, role: Role) -> Result<Detail> {
    let stats = app.store.workspace_stats(&workspace.id).await?;
    let question = Take {
        counter: MESSAGES.into(),
        window: Window::Month,
        limit: u64::MAX,
        amount: 0,
    };
    let outcome = app.limiter.take(workspace.id.as_str(), &[question]).await?;
    let messages_used = outcome.standings.first().map_or(0, |it| u64::MAX - it.remaining);
    let embedding = index::embed::progress(app, &workspace.id, workspace.embedder).await?;
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
    let id = &caller.workspace().id;
    let (is_kept_otherwise, is_embedded_otherwise) = (retention_days.is_some(), embedder.is_some());
    let row = workspaces::Changes {
        name: name.map(|it| it.to_string()),
        logo_url: logo_url.map(|it| it.map(|url| url.as_str().to_owned())),
        timezone,
        settings,
        retention_days: retention_days.map(|it| it.map(|days| days.0)),
        embedder,
    };
    let mut changes = Changes::new(app);
    let updated = changes.push(workspaces::update(id, &row, MOST_SETTINGS));
    if is_kept_otherwise {
        retention::order(&mut changes, id)?;
    }
    if is_embedded_otherwise {
        index::embed::order(&mut changes, id)?;
    }
    if !changes.commit().await?.has(updated) {
        let message = format!("must be at most {MOST_SETTINGS} bytes of JSON, with what is there");
        return Err(Error::field("settings", message));
    }
    let workspace = app.store.workspace(id).await?;
    let workspace = workspace.ok_or_else(|| Error::not_found("workspace"))?;
    detail(app, workspace, caller.role()?).await
}

/// Deletes a workspace: its rows at once, its blobs and counters by jobs of the same batch.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller does not own it.
pub async fn delete(app: &App, caller: &Caller) -> Result<()> {
    caller.require(Action::DeleteWorkspace)?;
    let id = &caller.workspace().id;
    let mut changes = Changes::new(app);
    erasure::workspace(&mut changes, id)?;
    changes.commit().await.map(drop)
}

/// Changes a workspace's plan, as the operator of the installation.
///
/// # Errors
/// [`crate::Kind::NotFound`] when there is no such workspace.
pub async fn set_plan(app: &App, id: &WorkspaceId, plan: Plan) -> Result<()> {
    let mut changes = Changes::new(app);
    let set = changes.push(workspaces::set_plan(id, plan));
    if !changes.commit().await?.has(set) {
        return Err(Error::not_found("workspace"));
    }
    Ok(())
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
