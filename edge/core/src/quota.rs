//! Quotas: what a plan allows a workspace to store. The database counts, and refuses in the batch that writes.
use crate::app::App;
use crate::auth::Caller;
use crate::limit::lane::MESSAGES;
use crate::limit::plan::messages_per_month;
use crate::permission::Action;
use crate::ports::{Take, Window};
use crate::{Error, Result};
use edge_model::Timestamp;
use edge_model::plan::Plan;
use edge_model::quota::{Resource, ResourceUsage};
use edge_store::TenantStore;

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
pub async fn usage(app: &App, caller: &Caller) -> Result<Usage> {
    caller.require(Action::Read)?;
    caller.person()?;
    let workspace = caller.workspace();
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
        resources: caller.tenant().usage().await?,
        messages_used: standing.map_or(0, |it| u64::MAX - it.remaining),
        messages_limit: messages_per_month(workspace.plan),
        messages_reset_at: standing.map_or_else(|| Window::Month.end(app.now()), |it| it.resets_at),
    })
}

/// Refuses early what the batch that writes would refuse, before bytes are kept for nothing.
///
/// # Errors
/// [`Kind::PlanLimit`] when the plan allows no more documents or bytes.
pub(crate) async fn require_room(tenant: &TenantStore, documents: u64, bytes: u64) -> Result<()> {
    for usage in tenant.usage().await? {
        let more = match usage.resource {
            Resource::Documents => documents,
            Resource::StoredBytes => bytes,
            _ => 0,
        };
        if more > 0 && usage.used.saturating_add(more) > usage.amount {
            return Err(Error::of_plan(usage.resource));
        }
    }
    Ok(())
}
