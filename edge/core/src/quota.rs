//! Quotas: what a plan allows a workspace to store. The database counts, and refuses in the batch that writes.
use crate::app::App;
use crate::limit::lane::MESSAGES;
use crate::limit::plan::messages_per_month;
use crate::limit::{Take, Window};
use crate::permission::Action;
use crate::workspace::Member;
use crate::{Error, Kind, Result};
use edge_model::plan::Plan;
use edge_model::quota::{Resource, ResourceUsage};
use edge_model::{Timestamp, WorkspaceId};

/// What a workspace uses of what its plan allows.
#[derive(Clone, Debug)]
pub struct Usage {
    pub plan: Plan,
    pub resources: Vec<ResourceUsage>,
    /// Messages of this month.
    pub messages_used: u64,
    /// None when the plan has no limit.
    pub messages_limit: Option<u64>,
    pub messages_reset_at: Timestamp,
}

/// Returns what a workspace uses of what its plan allows.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not read.
pub async fn usage(app: &App, member: &Member) -> Result<Usage> {
    member.require(Action::Read)?;
    let workspace = &member.workspace;
    let messages = Take {
        counter: MESSAGES.into(),
        window: Window::Month,
        limit: u64::MAX,
        amount: 0,
    };
    let outcome = app.limiter.take(workspace.id.as_str(), &[messages]).await?;
    let standing = outcome.standings.first();
    Ok(Usage {
        plan: workspace.plan,
        resources: app.store.usage(&workspace.id).await?,
        messages_used: standing.map_or(0, |it| u64::MAX - it.remaining),
        messages_limit: messages_per_month(workspace.plan),
        messages_reset_at: standing.map_or_else(|| Window::Month.end(app.now()), |it| it.resets_at),
    })
}

/// Refuses early what the batch that writes would refuse, before bytes are kept for nothing.
///
/// # Errors
/// [`Kind::PlanLimit`] when the plan allows no more documents or bytes.
pub(crate) async fn require_room(app: &App, workspace: &WorkspaceId, documents: u64, bytes: u64) -> Result<()> {
    for usage in app.store.usage(workspace).await? {
        let more = match usage.resource {
            Resource::Documents => documents,
            Resource::StoredBytes => bytes,
            _ => 0,
        };
        if more > 0 && usage.used.saturating_add(more) > usage.amount {
            return Err(refusal(usage.resource));
        }
    }
    Ok(())
}

/// Says that the plan allows no more of a resource.
#[track_caller]
pub(crate) fn refusal(resource: Resource) -> Error {
    let of_workspace = |what: &str, remedy: &str| {
        format!("the workspace's plan allows no more {what}; {remedy} or choose a larger plan")
    };
    let message = match resource {
        Resource::Documents => of_workspace("documents", "delete some"),
        Resource::Sources => of_workspace("websites", "delete some"),
        Resource::StoredBytes => of_workspace("stored bytes", "delete some"),
        Resource::Agents => of_workspace("agents", "change one that is there"),
        Resource::Collections => of_workspace("collections", "delete some"),
        Resource::ApiKeys => of_workspace("API keys", "revoke some"),
        Resource::OpenEscalations => of_workspace("open escalations", "resolve some"),
        Resource::Workspaces => {
            "an account with these plans may own no more workspaces; delete one or choose a larger plan".into()
        }
    };
    Error::new(Kind::PlanLimit, message)
}
