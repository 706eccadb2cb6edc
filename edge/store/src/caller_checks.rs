//! Whether a caller still may do what a batch does, asked in the batch: a body may take a while to come in, and
//! meanwhile members are removed and keys revoked.
use crate::port::sql;
use crate::{TenantStatement, json};
use edge_model::actor::Actor;
use edge_model::{AccountId, KeyId, WorkspaceId};

/// Refuses the whole batch as [`crate::Constraint::CallerCheck`] unless the caller is a member in one of `roles`, or a
/// key that is not revoked.
pub fn require(workspace: &WorkspaceId, caller: &Actor, roles: &[&str]) -> TenantStatement {
    sql!(workspace => "INSERT INTO caller_checks (is_allowed) SELECT
            (?2 IS NULL OR EXISTS (SELECT 1 FROM memberships WHERE workspace_id = ?1 AND account_id = ?2
                AND role IN (SELECT value FROM json_each(?4))))
            AND (?3 IS NULL OR EXISTS (SELECT 1 FROM api_keys
                WHERE workspace_id = ?1 AND id = ?3 AND revoked_at IS NULL))",
        workspace.as_str(),
        caller.account_id.as_ref().map(AccountId::as_str),
        caller.key_id.as_ref().map(KeyId::as_str),
        json(&roles)
    )
}
