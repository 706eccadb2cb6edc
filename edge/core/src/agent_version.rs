//! Agents put aside, brought back, copied, and restored to an earlier version.
use crate::agent::{self, Detail};
use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::permission::Action;
use crate::{Error, Result};
use edge_model::AgentId;
use edge_model::actor::Actor;
use edge_model::agent::{Agent, AgentStatus, AgentVersion, AgentVersionSummary};
use edge_model::limits::NAME_CHARS;
use edge_model::text::Name;
use edge_store::agent_versions;
use edge_store::agents::Edit;

/// What the name of a copy ends with.
const COPY: &str = " (copy)";

/// Archives an agent: it stops answering, and its conversations and versions are kept.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller may not edit content; [`crate::Kind::NotFound`].
pub async fn archive(app: &App, caller: &Caller, id: &AgentId) -> Result<Detail> {
    caller.require(Action::EditContent)?;
    let agent = agent::find(caller.tenant(), id).await?;
    set_status(app, caller, agent, AgentStatus::Archived).await
}

/// Brings an archived agent back, as a draft: it answers visitors when it is published again.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller may not edit content; [`crate::Kind::NotFound`].
pub async fn unarchive(app: &App, caller: &Caller, id: &AgentId) -> Result<Detail> {
    caller.require(Action::EditContent)?;
    let agent = agent::find(caller.tenant(), id).await?;
    if agent.status == AgentStatus::Archived {
        return set_status(app, caller, agent, AgentStatus::Draft).await;
    }
    agent::detail(caller.tenant(), agent).await
}

async fn set_status(app: &App, caller: &Caller, agent: Agent, status: AgentStatus) -> Result<Detail> {
    let tenant = caller.tenant();
    if agent.status == status {
        return agent::detail(caller.tenant(), agent).await;
    }
    let actor = caller.actor();
    let edit = edit(app, &actor);
    let mut changes = Changes::new(app, tenant);
    agent::updated(&mut changes, &agent)?;
    changes.push(agent_versions::set_status(&agent.workspace_id, &agent.id, status, edit));
    commit(&agent, changes).await
}

/// Names who changes an agent now, whatever revision it is at.
fn edit<'a>(app: &App, by: &'a Actor) -> Edit<'a> {
    Edit {
        by,
        at: app.now(),
        expected: None,
    }
}

/// Commits a change of an agent, and returns the agent as it is then.
async fn commit(agent: &Agent, changes: Changes<'_>) -> Result<Detail> {
    let tenant = changes.half().clone();
    changes.commit().await?;
    agent::detail(&tenant, agent::find(&tenant, &agent.id).await?).await
}

/// Makes a new agent, a draft, with the settings of another one's draft.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller may not edit content; [`crate::Kind::NotFound`].
pub async fn duplicate(app: &App, caller: &Caller, id: &AgentId, name: Option<Name>) -> Result<Agent> {
    let tenant = caller.tenant();
    caller.require(Action::EditContent)?;
    let original = agent::find(caller.tenant(), id).await?;
    let name = name.map_or_else(
        || {
            let stem: String = original.name.chars().take(NAME_CHARS.end() - COPY.len()).collect();
            stem + COPY
        },
        |it| it.to_string(),
    );
    let now = app.now();
    let mut copy = Agent {
        id: AgentId::new(app.id(AgentId::PREFIX)?),
        name: name.clone(),
        status: AgentStatus::Draft,
        version: 0,
        published_at: None,
        is_changed: true,
        revision: 1,
        updated_by: Actor::default(),
        created_at: now,
        updated_at: now,
        ..original
    };
    copy.draft.name = name;
    let mut changes = Changes::new(app, tenant);
    agent::created(&mut changes, &copy);
    changes.commit().await?;
    Ok(copy)
}

/// Lists an agent's published versions, newest first.
///
/// # Errors
/// [`crate::Kind::NotFound`].
pub async fn list(_: &App, caller: &Caller, id: &AgentId) -> Result<Vec<AgentVersionSummary>> {
    caller.require(Action::Read)?;
    agent::find(caller.tenant(), id).await?;
    Ok(caller.tenant().agent_versions(id).await?)
}

/// Returns a published version of an agent.
///
/// # Errors
/// [`crate::Kind::NotFound`].
pub async fn get(_: &App, caller: &Caller, id: &AgentId, version: u32) -> Result<AgentVersion> {
    caller.require(Action::Read)?;
    let found = caller.tenant().agent_version(id, version).await?;
    found.ok_or_else(|| Error::not_found("version"))
}

/// Makes the settings of an earlier version the draft; collections that are gone are left out. What is published stays
/// as it is until the draft is published.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller may not edit content; [`crate::Kind::NotFound`].
pub async fn restore(app: &App, caller: &Caller, id: &AgentId, version: u32) -> Result<Detail> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let AgentVersion { mut config, summary } = get(app, caller, id, version).await?;
    let mut agent = agent::find(tenant, id).await?;
    let found = tenant.collections_by_id(&config.collection_ids).await?;
    let before = config.collection_ids.len();
    config.collection_ids.retain(|id| found.iter().any(|it| it.id == *id));
    agent.is_changed = !summary.is_published || config.collection_ids.len() != before;
    agent.name = config.name.clone();
    agent.draft = config;
    let actor = caller.actor();
    let mut changes = Changes::new(app, tenant);
    agent::updated(&mut changes, &agent)?;
    changes.push(agent_versions::restore(&agent, edit(app, &actor)));
    commit(&agent, changes).await
}

/// Reads a version as people write it.
pub fn number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix("1.")?;
    let is_plain = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    digits.parse().ok().filter(|_| is_plain)
}
