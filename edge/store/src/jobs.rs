//! Jobs: the outbox.
use crate::port::sql;
use crate::{Database, DatabaseStatement, DirectoryStatement, SqlError, TenantStatement, TenantStore, Wake, json};
use edge_model::job::{Job, Task};
use edge_model::time::TimeDelta;
use edge_model::workspace::Embedder;
use edge_model::{JobId, Timestamp, WorkspaceId};
use serde::Deserialize;

/// A job that is due later than this needs no haste: its worker looks again within a minute.
const SOON: TimeDelta = TimeDelta::seconds(30);

/// Jobs of a workspace are worked off one after the other within a lane, and the lanes in parallel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// What a person may be waiting for.
    Prompt,
    /// What waits for others: embedding.
    Patient,
}

impl TenantStore {
    /// Tells which of some keys another order erases as well: one that was written after this one, by a request that is
    /// about to name them.
    pub async fn ordered_by_others(&self, own: &JobId, keys: &[String]) -> Result<Vec<String>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            key: String,
        }
        let statement = sql!(
            "SELECT DISTINCT ordered.value AS key FROM jobs, json_each(jobs.task, '$.keys') AS ordered
             WHERE jobs.workspace_id = ?1 AND jobs.id <> ?2 AND jobs.parked_at IS NULL
                AND json_extract(jobs.task, '$.task') = 'erase_blobs'
                AND ordered.value IN (SELECT value FROM json_each(?3))",
            self.workspace.as_str(),
            own.as_str(),
            json(&keys)
        );
        Ok(self
            .rows::<Row>(statement)
            .await?
            .into_iter()
            .map(|it| it.key)
            .collect())
    }

    /// Leases the next due job of a workspace's lane until `until` and counts the attempt. While another job of the
    /// lane is leased there is none: what leased it may have crashed, and the next one might, too.
    pub async fn lease_job(&self, lane: Lane, now: Timestamp, until: Timestamp) -> Result<Option<Job>, SqlError> {
        let statement = sql!(
            "UPDATE jobs SET leased_until = ?3, attempts = attempts + 1 WHERE id = (
                SELECT id FROM jobs
                WHERE workspace_id = ?1 AND parked_at IS NULL AND run_at <= ?2
                    AND (json_extract(task, '$.task') = ?4) = ?5
                    AND NOT EXISTS (SELECT 1 FROM jobs AS leased WHERE leased.workspace_id = ?1
                        AND leased.parked_at IS NULL AND leased.leased_until > ?2
                        AND (json_extract(leased.task, '$.task') = ?4) = ?5)
                ORDER BY run_at, id LIMIT 1)
             RETURNING id, workspace_id, task, attempts, run_at",
            self.workspace.as_str(),
            now.0,
            until.0,
            Task::EMBED_INDEX,
            i64::from(lane == Lane::Patient)
        );
        self.row(statement).await
    }

    /// Finds the job that embeds a workspace's passages, if one waits or is under way.
    pub async fn embedding_job(&self) -> Result<Option<Job>, SqlError> {
        let statement = sql!(
            "SELECT id, workspace_id, task, attempts, run_at FROM jobs
             WHERE workspace_id = ?1 AND parked_at IS NULL AND json_extract(task, '$.task') = ?2
             ORDER BY run_at, id LIMIT 1",
            self.workspace.as_str(),
            Task::EMBED_INDEX
        );
        self.row(statement).await
    }

    /// Tells when a workspace's next job is due, leases considered; none when there is nothing to do.
    pub async fn next_job_at(&self) -> Result<Option<Timestamp>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            at: Option<Timestamp>,
        }
        let statement = sql!(
            "SELECT max(min(run_at), max(leased_until)) AS at FROM jobs WHERE workspace_id = ?1 AND parked_at IS NULL",
            self.workspace.as_str()
        );
        Ok(self.row::<Row>(statement).await?.and_then(|it| it.at))
    }
}

impl Database {
    /// Lists some workspaces whose embedder is not the table, that have no job to embed with it, and that have passages
    /// without vectors of its present model: `models` are the names of those, by embedder.
    pub async fn workspaces_to_embed(&self, models: &[(Embedder, String)]) -> Result<Vec<WorkspaceId>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            id: WorkspaceId,
        }
        let models: Vec<_> = models.iter().map(|it| (it.0.as_str(), &it.1)).collect();
        let statement = sql!(
            "SELECT workspaces.id FROM workspaces
             JOIN json_each(?1) AS models ON json_extract(models.value, '$[0]') = workspaces.embedder
             WHERE workspaces.embedder <> 'static'
                AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.workspace_id = workspaces.id
                    AND parked_at IS NULL AND json_extract(task, '$.task') = ?2)
                AND EXISTS (SELECT 1 FROM index_snapshots, json_each(manifest, '$.segments') AS segments
                    WHERE index_snapshots.workspace_id = workspaces.id AND (
                        json_extract(segments.value, '$.layer.embedder') IS NOT json_extract(models.value, '$[1]')
                        OR json_extract(segments.value, '$.layer.covered') < json_extract(segments.value, '$.chunks')))
             LIMIT 20",
            json(&models),
            Task::EMBED_INDEX
        );
        Ok(self.rows::<Row>(statement).await?.into_iter().map(|it| it.id).collect())
    }

    /// Lists workspaces that delete old conversations and have no living job of the kind that does it.
    pub async fn workspaces_without_job(&self, task: &str) -> Result<Vec<WorkspaceId>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            id: WorkspaceId,
        }
        let statement = sql!(
            "SELECT id FROM workspaces WHERE retention_days IS NOT NULL AND NOT EXISTS (SELECT 1 FROM jobs
                WHERE jobs.workspace_id = workspaces.id AND parked_at IS NULL
                    AND json_extract(task, '$.task') = ?1)
             LIMIT 100",
            task
        );
        Ok(self.rows::<Row>(statement).await?.into_iter().map(|it| it.id).collect())
    }

    /// Lists workspaces that have work to do, the longest waiting first, and of each owner one before the next: for the
    /// sweep after a crash. Those that are gone count as one owner's.
    pub async fn workspaces_with_jobs(&self, now: Timestamp) -> Result<Vec<WorkspaceId>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            workspace_id: WorkspaceId,
        }
        let statement = sql!(
            "SELECT workspace_id FROM (
                SELECT due.workspace_id, due.run_at,
                    row_number() OVER (PARTITION BY workspaces.owner_id ORDER BY due.run_at) AS place
                FROM (SELECT workspace_id, min(run_at) AS run_at FROM jobs
                    WHERE parked_at IS NULL AND run_at <= ?1 GROUP BY workspace_id) AS due
                LEFT JOIN workspaces ON workspaces.id = due.workspace_id)
             ORDER BY place, run_at LIMIT 100",
            now.0
        );
        Ok(self
            .rows::<Row>(statement)
            .await?
            .into_iter()
            .map(|it| it.workspace_id)
            .collect())
    }

    /// Lists workspaces that are gone and not erased to the end, those that were deleted last first.
    pub async fn workspaces_being_erased(&self) -> Result<Vec<WorkspaceId>, SqlError> {
        #[derive(Deserialize)]
        struct Row {
            workspace_id: WorkspaceId,
        }
        let statement = sql!(
            "SELECT workspace_id FROM jobs WHERE parked_at IS NULL AND json_extract(task, '$.task') = ?1
             GROUP BY workspace_id ORDER BY max(run_at) DESC LIMIT 100",
            Task::ERASE_WORKSPACE
        );
        let rows = self.rows::<Row>(statement).await?;
        Ok(rows.into_iter().map(|it| it.workspace_id).collect())
    }
}

/// Adds a job.
pub fn insert(job: &Job, now: Timestamp) -> TenantStatement {
    let Job {
        id,
        workspace_id,
        task,
        attempts,
        run_at,
    } = job;
    sql!(workspace_id => "INSERT INTO jobs (id, workspace_id, task, attempts, run_at, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        id.as_str(),
        workspace_id.as_str(),
        json(task),
        *attempts,
        run_at.0,
        now.0
    )
    .waking(match *run_at > now.plus(SOON) {
        true => Wake::LaterJobs(workspace_id.clone()),
        false => Wake::Jobs(workspace_id.clone()),
    })
}

/// Removes the mails of a workspace whose escalation is gone, also those that were set aside. To be written after these
/// went.
pub fn delete_mails_about_nothing(workspace: &WorkspaceId) -> TenantStatement {
    sql!(workspace =>
        "DELETE FROM jobs WHERE workspace_id = ?1 AND json_extract(task, '$.task') = 'send_mail'
            AND json_extract(task, '$.letter.escalation_id') IS NOT NULL
            AND json_extract(task, '$.letter.escalation_id') NOT IN
                (SELECT id FROM escalations WHERE workspace_id = ?1)",
        workspace.as_str()
    )
}

/// Adds a job to a queue of the directory.
pub fn insert_in_directory(job: &Job, now: Timestamp) -> DirectoryStatement {
    insert(job, now).in_directory()
}

/// Removes a job of a queue of the directory.
pub fn delete_in_directory(queue: &WorkspaceId, id: &JobId) -> DirectoryStatement {
    delete(queue, id).in_directory()
}

/// Removes the jobs of a queue of the directory.
pub fn delete_all_in_directory(queue: &WorkspaceId) -> DirectoryStatement {
    delete_all(queue, None).in_directory()
}

/// Removes a job that is done.
pub fn delete(workspace: &WorkspaceId, id: &JobId) -> TenantStatement {
    sql!(workspace => "DELETE FROM jobs WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str()
    )
}

/// Removes a workspace's jobs, but for one that is under way.
pub fn delete_all(workspace: &WorkspaceId, spared: Option<&JobId>) -> TenantStatement {
    sql!(workspace => "DELETE FROM jobs WHERE workspace_id = ?1 AND id IS NOT ?2",
        workspace.as_str(),
        spared.map(JobId::as_str)
    )
}

/// Removes a workspace's jobs of a kind, but for one that is under way.
pub fn delete_waiting(workspace: &WorkspaceId, task: &str, spared: &JobId) -> TenantStatement {
    sql!(workspace => "DELETE FROM jobs WHERE workspace_id = ?1 AND json_extract(task, '$.task') = ?2 AND id <> ?3",
        workspace.as_str(),
        task,
        spared.as_str()
    )
}

/// Puts a failed job off.
pub fn retry(workspace: &WorkspaceId, id: &JobId, run_at: Timestamp, error: &str) -> TenantStatement {
    sql!(workspace => "UPDATE jobs SET run_at = ?3, leased_until = 0, last_error = ?4 WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        run_at.0,
        error
    )
}

/// Sets a job that keeps failing aside, with its reason.
pub fn park(workspace: &WorkspaceId, id: &JobId, now: Timestamp, error: &str) -> TenantStatement {
    sql!(workspace => "UPDATE jobs SET parked_at = ?3, leased_until = 0, last_error = ?4 WHERE workspace_id = ?1 AND id = ?2",
        workspace.as_str(),
        id.as_str(),
        now.0,
        error
    )
}

/// Deletes some jobs that were set aside before a moment, and mails that were before another, later one. None that
/// erases or copies: nothing else tells what is left over. Of all tenants: a sweep does it.
pub fn purge_parked(before: Timestamp, mails_before: Timestamp) -> DatabaseStatement {
    sql!(Database => "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE parked_at < ?2
            AND (parked_at < ?1 OR json_extract(task, '$.task') = 'send_mail')
            AND json_extract(task, '$.task') NOT IN ('erase_blobs', 'erase_workspace', 'erase_unopened', 'delete_account',
                'settle_member', 'copy_account', 'copy_workspace') LIMIT 1000)",
        before.0,
        mails_before.0
    )
}
