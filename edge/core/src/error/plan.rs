//! What a plan does not allow.
use super::{Error, Kind};
use edge_model::quota::Resource;

impl Error {
    /// Says that the plan allows no more of a resource.
    #[track_caller]
    pub(crate) fn of_plan(resource: Resource) -> Self {
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
        Self::new(Kind::PlanLimit, message)
    }
}
