//! Analytics: figures, questions grouped by what they ask, and what was left unanswered.
mod categories;
mod clusters;

use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::permission::Action;
use crate::{Error, Result, index, secret};
pub use clusters::Cluster;
use edge_model::Timestamp;
use edge_model::analytics::{AgentShare, Asked, Daily, Hourly, Overview, Period};
use edge_model::limits::FIGURE_DAYS;
use edge_model::time::{DAY, TimeDelta};
use edge_store::TenantStore;
use edge_store::analytics::{QUESTIONS, reopen, resolve};
use std::collections::BTreeMap;

/// How far back questions that were not answered are remembered, in days. Always the same, so that a cluster has the
/// same name whichever days are asked for.
const MEMORY_DAYS: u32 = *FIGURE_DAYS.end();
/// How many questions are said to be trending.
const TRENDING: usize = 10;

/// Counts what happened in the last days.
pub async fn overview(app: &App, caller: &Caller, days: u32) -> Result<(Period, Overview)> {
    caller.require(Action::Read)?;
    let period = Period::last(days, app.now());
    let overview = caller.tenant().overview(&period).await?;
    Ok((period, overview))
}

/// Figures of conversations.
#[derive(Clone, Debug)]
pub struct Conversations {
    /// Every day of the period, the first one first.
    pub daily: Vec<Daily>,
    /// The busiest first.
    pub hourly: Vec<Hourly>,
    pub by_agent: Vec<AgentShare>,
}

/// Counts conversations by day, hour and agent.
pub async fn conversations(app: &App, caller: &Caller, days: u32) -> Result<Conversations> {
    caller.require(Action::Read)?;
    let period = Period::last(days, app.now());
    let (found, hourly, by_agent) = caller.tenant().conversation_figures(&period).await?;
    let mut by_day: BTreeMap<i64, Daily> = found.into_iter().map(|it| (it.day, it)).collect();
    let days = period.from.0.div_euclid(DAY)..=(period.until.0 - 1).div_euclid(DAY);
    let daily = days.map(|day| {
        let empty = Daily {
            day,
            ..Daily::default()
        };
        by_day.remove(&day).unwrap_or(empty)
    });
    Ok(Conversations {
        daily: daily.collect(),
        hourly,
        by_agent,
    })
}

/// What was asked.
#[derive(Clone, Debug)]
pub struct Questions {
    /// The most asked first.
    pub top: Vec<Cluster>,
    /// Those asked more often than before, the steepest first.
    pub trending: Vec<Cluster>,
    /// What they are about, and how many questions of the period are.
    pub categories: Vec<(String, u64)>,
    /// Whether there were more different questions than are told apart.
    pub is_cut: bool,
}

/// Groups the questions of the last days by what they ask.
///
/// # Errors
/// When the database does not answer or the model cannot be loaded.
pub async fn questions(app: &App, caller: &Caller, days: u32) -> Result<Questions> {
    caller.require(Action::Read)?;
    let period = Period::last(days, app.now());
    let asked = caller.tenant().asked(&period, false).await?;
    let is_cut = is_cut(&asked);
    let mut top = clusters::of(&*index::embedder(app).await?, asked);
    top.retain(|it| it.count() > 0);
    top.sort_by(|a, b| b.count().cmp(&a.count()).then_with(|| b.last_at().cmp(&a.last_at())));
    let mut trending: Vec<Cluster> = top.iter().filter(|it| it.growth() > 0).cloned().collect();
    trending.sort_by_key(|it| std::cmp::Reverse(it.growth()));
    trending.truncate(TRENDING);
    Ok(Questions {
        categories: categories::of(&top),
        top,
        trending,
        is_cut,
    })
}

/// A question that was not answered, and when it was marked as resolved, if it was.
#[derive(Clone, Debug)]
pub struct Unanswered {
    pub id: String,
    pub cluster: Cluster,
    /// None while it is open: a question that is asked again, and not answered again, is open again.
    pub resolved_at: Option<Timestamp>,
}

/// Which unanswered questions are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    Open,
    Resolved,
    All,
}

impl Listed {
    fn has(self, question: &Unanswered) -> bool {
        match self {
            Self::Open => question.resolved_at.is_none(),
            Self::Resolved => question.resolved_at.is_some(),
            Self::All => true,
        }
    }
}

/// Questions that were not answered.
#[derive(Clone, Debug)]
pub struct UnansweredList {
    /// Those to be listed, the most asked first.
    pub questions: Vec<Unanswered>,
    /// How many were resolved in the last seven days, listed or not.
    pub resolved_this_week: usize,
    /// Whether there were more than are told apart.
    pub is_cut: bool,
}

/// Lists the questions that were not answered and were asked in the last days.
///
/// # Errors
/// When the database does not answer or the model cannot be loaded.
pub async fn unanswered(app: &App, caller: &Caller, days: u32, listed: Listed) -> Result<UnansweredList> {
    caller.require(Action::Read)?;
    let (mut questions, is_cut) = all_unanswered(app, caller.tenant(), days).await?;
    let week = app.now().plus(-TimeDelta::days(7));
    let is_of_week = |it: &&Unanswered| it.resolved_at.is_some_and(|it| it > week);
    let resolved_this_week = questions.iter().filter(is_of_week).count();
    questions.retain(|it| listed.has(it));
    Ok(UnansweredList {
        questions,
        resolved_this_week,
        is_cut,
    })
}

/// Groups the questions that were not answered, the most asked first: those that were asked in the last days, with how
/// often they were within a year. Tells as well whether there were more than are told apart.
async fn all_unanswered(app: &App, tenant: &TenantStore, days: u32) -> Result<(Vec<Unanswered>, bool)> {
    let now = app.now();
    let memory = Period::last(MEMORY_DAYS, now);
    let asked = tenant.asked(&memory, true).await?;
    let asked: Vec<Asked> = asked.into_iter().filter(|it| it.count > 0).collect();
    let is_cut = is_cut(&asked);
    let mut clusters = clusters::of(&*index::embedder(app).await?, asked);
    let from = Period::last(days, now).from;
    clusters.retain(|it| it.last_at() >= from);
    clusters.sort_by(|a, b| b.count().cmp(&a.count()).then_with(|| b.last_at().cmp(&a.last_at())));
    let hashes: Vec<String> = clusters.iter().flat_map(hashes).collect();
    let resolutions: BTreeMap<String, Timestamp> = tenant.resolutions(&hashes).await?.into_iter().collect();
    let one = |cluster: Cluster| {
        let latest = hashes_of(&cluster).filter_map(|it| resolutions.get(&it).copied()).max();
        Unanswered {
            id: id(&cluster),
            resolved_at: latest.filter(|it| *it >= cluster.last_at()),
            cluster,
        }
    };
    Ok((clusters.into_iter().map(one).collect(), is_cut))
}

/// Says of an unanswered question that it is dealt with, or takes that back.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller may not edit content; [`crate::Kind::NotFound`].
pub async fn set_resolved(app: &App, caller: &Caller, id: &str, is_resolved: bool) -> Result<Unanswered> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let workspace = tenant.workspace_id();
    let (all, _) = all_unanswered(app, tenant, MEMORY_DAYS).await?;
    let mut found = all
        .into_iter()
        .find(|it| it.id == id)
        .ok_or_else(|| Error::not_found("question"))?;
    let hashes = hashes(&found.cluster);
    let now = app.now();
    let change = match is_resolved {
        true => resolve(workspace, &hashes, now),
        false => reopen(workspace, &hashes),
    };
    Changes::of(app, tenant, change).commit().await?;
    found.resolved_at = is_resolved.then_some(now);
    Ok(found)
}

fn is_cut(asked: &[Asked]) -> bool {
    u32::try_from(asked.len()).is_ok_and(|it| it >= QUESTIONS)
}

fn hashes_of(cluster: &Cluster) -> impl Iterator<Item = String> + '_ {
    cluster.questions.iter().map(|it| secret::sha256(&it.normal))
}

fn hashes(cluster: &Cluster) -> Vec<String> {
    hashes_of(cluster).collect()
}

/// Names a cluster by the one of its questions that was asked first, so that more questions do not rename it.
fn id(cluster: &Cluster) -> String {
    let first = cluster.questions.iter().min_by_key(|it| (it.first_at, &it.normal));
    let hash = first.map(|it| secret::sha256(&it.normal)).unwrap_or_default();
    format!("uq_{}", hash.get(..22).unwrap_or_default())
}
