//! Workspaces and memberships.
use crate::accounts::account_of_session;
use crate::port::sql;
use crate::{Page, SqlError, Statement, Store, json};
use edge_model::account::Account;
use edge_model::plan::Plan;
use edge_model::workspace::{Embedder, Role, Workspace, WorkspaceStats, WorkspaceSummary};
use edge_model::{AccountId, SessionId, Timestamp, WorkspaceId};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct MemberRow {
    role: Role,
    #[serde(flatten)]
    workspace: Workspace,
}

impl Store {
    /// Finds who a session speaks for, and, apart from that, the workspace and their role in it.
    pub async fn member(
        &self,
        workspace: &WorkspaceId,
        session: &SessionId,
        now: Timestamp,
    ) -> Result<(Option<Account>, Option<(Workspace, Role)>), SqlError> {
        let membership = sql!(
            "SELECT workspaces.*, memberships.role FROM sessions
             JOIN memberships ON memberships.account_id = sessions.account_id
             JOIN workspaces ON workspaces.id = memberships.workspace_id
             WHERE workspaces.id = ?1 AND sessions.id = ?2",
            workspace.as_str(),
            session.as_str()
        );
        let mut answers = self.read(vec![account_of_session(session, now), membership]).await?;
        let account = answers.row()?;
        let member = answers.row::<MemberRow>()?;
        Ok((account, member.map(|it| (it.workspace, it.role))))
    }

    /// Finds a workspace.
    pub async fn workspace(&self, id: &WorkspaceId) -> Result<Option<Workspace>, SqlError> {
        self.row(sql!("SELECT * FROM workspaces WHERE id = ?1", id.as_str()))
            .await
    }

    /// Lists a person's workspaces, newest first, and counts them all.
    pub async fn workspaces(
        &self,
        account: &AccountId,
        page: &Page,
    ) -> Result<(Vec<(WorkspaceSummary, Timestamp)>, u64), SqlError> {
        #[derive(Deserialize)]
        struct Row {
            created_at: Timestamp,
            #[serde(flatten)]
            summary: WorkspaceSummary,
        }
        let [at, id, limit] = page.params();
        let list = sql!(
            "SELECT workspaces.id, workspaces.name, workspaces.slug, memberships.role, workspaces.created_at,
                (SELECT count(*) FROM agents WHERE agents.workspace_id = workspaces.id) AS agent_count,
                (SELECT count(*) FROM documents WHERE documents.workspace_id = workspaces.id) AS document_count
             FROM memberships JOIN workspaces ON workspaces.id = memberships.workspace_id
             WHERE memberships.account_id = ?1 AND (workspaces.created_at, workspaces.id) < (?2, ?3)
             ORDER BY workspaces.created_at DESC, workspaces.id DESC LIMIT ?4",
            account.as_str(),
            at,
            id,
            limit
        );
        let total = sql!(
            "SELECT count(*) AS n FROM memberships WHERE account_id = ?1",
            account.as_str()
        );
        let mut answers = self.read(vec![list, total]).await?;
        let rows: Vec<Row> = answers.rows()?;
        Ok((
            rows.into_iter().map(|it| (it.summary, it.created_at)).collect(),
            answers.count()?,
        ))
    }

    /// Counts what there is in a workspace.
    pub async fn workspace_stats(&self, id: &WorkspaceId) -> Result<WorkspaceStats, SqlError> {
        let statement = sql!(
            "SELECT (SELECT count(*) FROM agents WHERE workspace_id = ?1) AS agents,
                (SELECT count(*) FROM documents WHERE workspace_id = ?1) AS documents,
                (SELECT count(*) FROM conversations WHERE workspace_id = ?1) AS conversations,
                (SELECT count(*) FROM messages WHERE workspace_id = ?1) AS messages",
            id.as_str()
        );
        Ok(self.row(statement).await?.unwrap_or_default())
    }
}

/// Adds a workspace.
pub fn insert(workspace: &Workspace) -> Statement {
    let Workspace {
        id,
        name,
        slug,
        logo_url,
        timezone,
        plan,
        settings,
        owner_id,
        retention_days,
        embedder,
        created_at,
    } = workspace;
    sql!(
        "INSERT INTO workspaces (id, name, slug, logo_url, timezone, plan, settings, owner_id, retention_days,
            created_at, embedder)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        id.as_str(),
        name.as_str(),
        slug.as_str(),
        logo_url.as_deref(),
        timezone.as_str(),
        plan.as_str(),
        json(settings),
        owner_id.as_str(),
        *retention_days,
        created_at.0,
        embedder.as_str()
    )
}

/// Makes a person a member.
pub fn insert_member(workspace: &WorkspaceId, account: &AccountId, role: Role, now: Timestamp) -> Statement {
    sql!(
        "INSERT INTO memberships (workspace_id, account_id, role, created_at) VALUES (?1, ?2, ?3, ?4)",
        workspace.as_str(),
        account.as_str(),
        role.as_str(),
        now.0
    )
}

/// What is to change of a workspace; none keeps.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub name: Option<String>,
    pub logo_url: Option<Option<String>>,
    pub timezone: Option<String>,
    /// A JSON merge patch (RFC 7396): a member that is null is removed.
    pub settings: Option<Map<String, Value>>,
    pub retention_days: Option<Option<u32>>,
    pub embedder: Option<Embedder>,
}

/// Changes what is named of a workspace, and nothing else: returns a row unless its settings would be longer than
/// `most_settings` bytes.
pub fn update(id: &WorkspaceId, changes: &Changes, most_settings: u32) -> Statement {
    let it = changes;
    sql!(
        "UPDATE workspaces SET name = coalesce(?2, name), logo_url = iif(?3, ?4, logo_url),
            timezone = coalesce(?5, timezone), settings = iif(?6 IS NULL, settings, json_patch(settings, ?6)),
            retention_days = iif(?7, ?8, retention_days), embedder = coalesce(?9, embedder)
         WHERE id = ?1 AND (?6 IS NULL OR length(CAST(json_patch(settings, ?6) AS BLOB)) <= ?10) RETURNING id",
        id.as_str(),
        it.name.as_deref(),
        i64::from(it.logo_url.is_some()),
        it.logo_url.clone().flatten(),
        it.timezone.as_deref(),
        it.settings.as_ref().map_or(Value::Null, json),
        i64::from(it.retention_days.is_some()),
        it.retention_days.flatten(),
        it.embedder.map(Embedder::as_str),
        most_settings
    )
}

/// Changes a workspace's plan: returns a row when there is such a workspace.
pub fn set_plan(id: &WorkspaceId, plan: Plan) -> Statement {
    sql!(
        "UPDATE workspaces SET plan = ?2 WHERE id = ?1 RETURNING id",
        id.as_str(),
        plan.as_str()
    )
}

/// Stops a workspace's outgoing mail from `at` on, or lets it flow again: returns a row when there is such a workspace.
pub fn set_mail_stopped(id: &WorkspaceId, at: Option<Timestamp>) -> Statement {
    sql!(
        "UPDATE workspaces SET mail_stopped_at = ?2 WHERE id = ?1 RETURNING id",
        id.as_str(),
        at.map(|it| it.0)
    )
}

/// Deletes a workspace and, by reference, every row of its own.
pub fn delete(id: &WorkspaceId) -> Statement {
    sql!("DELETE FROM workspaces WHERE id = ?1", id.as_str())
}
