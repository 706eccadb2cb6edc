//! Agents: made, changed, published, tried out.
use crate::agent_patch::Patch;
use crate::answer::{self, AnswerDraft, AnswerRequest, AnswerWriter};
use crate::app::App;
use crate::auth::Caller;
use crate::changes::{Changes, Committed};
use crate::limit::lane;
use crate::permission::Action;
use crate::ports::ClientDisconnect;
use crate::{Error, Kind, Result, exchange};
use edge_model::actor::Actor;
use edge_model::agent::{
    Agent, AgentConfig, AgentStats, AgentStatus, AgentSummary, GeneratorChoice, ResponseStyle, Strategy, Tone,
    WidgetConfig,
};
use edge_model::collection::Collection;
use edge_model::event::{AgentChanged, EventPayload};
use edge_model::text::{Name, Question};
use edge_model::{AgentId, CollectionId, Timestamp};
use edge_store::agents::Edit;
use edge_store::{Constraint, Page, TenantStore, agents};
use serde::Deserialize;
use serde_json::Map;

/// The greeting of an agent that has none of its own.
const GREETING: &str = "Hi! How can I help you today?";
/// The fallback message of an agent that has none of its own.
const FALLBACK: &str = "I could not find an answer to that in the documents I have.";

/// An agent with what hangs on it.
#[derive(Clone, Debug)]
pub struct Detail {
    pub agent: Agent,
    pub collections: Vec<Collection>,
    pub stats: AgentStats,
}

/// Makes an agent: a draft with the defaults, changed by `patch`. Without collections it gets the default one.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`] for a collection of another tenant.
pub async fn create(app: &App, caller: &Caller, name: Name, patch: Patch) -> Result<Agent> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let workspace = tenant.workspace_id();
    let now = app.now();
    let mut agent = Agent {
        id: AgentId::new(app.id(AgentId::PREFIX)?),
        workspace_id: workspace.clone(),
        name: name.to_string(),
        agent_type: "SUPPORT".into(),
        status: AgentStatus::Draft,
        draft: defaults(name.as_str()),
        version: 0,
        published_at: None,
        is_changed: true,
        revision: 1,
        updated_by: Actor::default(),
        created_at: now,
        updated_at: now,
    };
    match &patch.collection_ids {
        Some(ids) => check_collections(tenant, ids).await?,
        None => agent.draft.collection_ids = tenant.default_collection().await?.into_iter().collect(),
    }
    let mut changes = Changes::new(app, tenant);
    created(&mut changes, &agent);
    let actor = caller.actor();
    let edit = Edit {
        by: &actor,
        at: now,
        expected: None,
    };
    changes.push(agents::update(workspace, &agent.id, &patch.changes()?, edit));
    changes.commit().await?;
    find(tenant, &agent.id).await
}

/// Adds a new agent: its row, and the event for the endpoints that ask for it.
pub(crate) fn created(changes: &mut Changes<'_>, agent: &Agent) {
    changes.push(agents::insert(agent));
    let payload = EventPayload::AgentCreated(agent_changed(agent));
    changes.event_of(agent.id.as_str(), payload);
}

/// Adds the event that an agent was changed, for the endpoints that ask for it.
pub(crate) fn updated(changes: &mut Changes<'_>, agent: &Agent) -> Result<()> {
    changes.event(EventPayload::AgentUpdated(agent_changed(agent)))
}

fn agent_changed(agent: &Agent) -> AgentChanged {
    AgentChanged {
        agent_id: agent.id.clone(),
        name: agent.name.clone(),
    }
}

pub(crate) fn defaults(name: &str) -> AgentConfig {
    AgentConfig {
        name: name.into(),
        description: String::new(),
        tone: Tone::Friendly,
        style: ResponseStyle::Conversational,
        language_mode: "auto".into(),
        max_response_length: 600,
        confidence_threshold: 0.6,
        show_sources: true,
        strategy: Strategy::default(),
        generator: GeneratorChoice::Default,
        conversation_rules: Map::new(),
        greeting_message: GREETING.into(),
        fallback_message: FALLBACK.into(),
        collection_ids: vec![],
        widget: WidgetConfig {
            theme: "light".into(),
            primary_color: "#2f5bea".into(),
            border_radius: 12,
            position: "bottom-right".into(),
            greeting_enabled: true,
            greeting_delay: 3_000,
            suggested_questions: vec![],
            show_powered_by: true,
            avatar_url: None,
        },
    }
}

async fn check_collections(tenant: &TenantStore, ids: &[CollectionId]) -> Result<()> {
    let found = tenant.collections_by_id(ids).await?;
    match ids.iter().find(|id| found.iter().all(|it| it.id != **id)) {
        Some(_) => Err(Error::not_found("collection")),
        None => Ok(()),
    }
}

/// Lists agents, newest first, and counts all that the filters let through.
pub async fn list(
    _: &App,
    caller: &Caller,
    status: Option<AgentStatus>,
    agent_type: Option<&str>,
    page: &Page,
) -> Result<(Vec<AgentSummary>, u64)> {
    caller.require(Action::Read)?;
    Ok(caller.tenant().agents(status, agent_type, page).await?)
}

/// Returns an agent with what hangs on it.
///
/// # Errors
/// [`Kind::NotFound`].
pub async fn get(_: &App, caller: &Caller, id: &AgentId) -> Result<Detail> {
    caller.require(Action::Read)?;
    detail(caller.tenant(), find(caller.tenant(), id).await?).await
}

pub(crate) async fn detail(tenant: &TenantStore, agent: Agent) -> Result<Detail> {
    let collections = tenant.collections_by_id(&agent.draft.collection_ids).await?;
    let stats = tenant.agent_stats(&agent.id).await?;
    Ok(Detail {
        agent,
        collections,
        stats,
    })
}

/// Changes the given fields of an agent's draft; the published version stays as it is.
///
/// `expected` are the revisions that the caller has seen; none takes any.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`] for the agent or a collection;
/// [`Kind::PreconditionFailed`] when the agent is at another revision than those expected.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: &AgentId,
    patch: Patch,
    expected: Option<&[u64]>,
) -> Result<Detail> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let workspace = tenant.workspace_id();
    let mut agent = find(tenant, id).await?;
    if let Some(ids) = &patch.collection_ids {
        check_collections(tenant, ids).await?;
    }
    if let Some(name) = &patch.name {
        agent.name = name.to_string();
    }
    let actor = caller.actor();
    let edit = Edit {
        by: &actor,
        at: app.now(),
        expected,
    };
    let mut changes = Changes::of(app, tenant, agents::update(workspace, id, &patch.changes()?, edit));
    updated(&mut changes, &agent)?;
    commit(tenant, id, changes).await?;
    detail(tenant, find(tenant, id).await?).await
}

/// Commits a change of an agent. It is refused when the agent is at another revision than the caller has read.
async fn commit(tenant: &TenantStore, id: &AgentId, changes: Changes<'_>) -> Result<Committed> {
    match changes.commit().await {
        Err(error) if error.constraint() == Some(Constraint::AgentRevision) => {
            Err(changed_meanwhile(&find(tenant, id).await?))
        }
        outcome => outcome,
    }
}

/// Says who changed an agent since the caller has seen it, and when.
fn changed_meanwhile(agent: &Agent) -> Error {
    let who = match (&agent.updated_by.actor_name, &agent.updated_by.key_id) {
        (Some(name), Some(_)) => format!("the API key \"{name}\""),
        (Some(name), None) => name.clone(),
        (None, _) => "somebody else".into(),
    };
    let when = agent.updated_at.rfc3339();
    let message = format!("{who} changed this agent at {when}; load it again, or change it without `If-Match`");
    Error::new(Kind::PreconditionFailed, message)
}

/// What came of a publish.
#[derive(Clone, Debug)]
pub struct Publication {
    /// As people read it.
    pub version: String,
    pub revision: u64,
    pub at: Timestamp,
}

/// Publishes an agent's draft: from now on it answers visitors.
///
/// `expected` are the revisions that the caller has seen; none takes any.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`]; [`Kind::Conflict`] when archived;
/// [`Kind::PreconditionFailed`] when the agent is at another revision than those expected.
pub async fn publish(app: &App, caller: &Caller, id: &AgentId, expected: Option<&[u64]>) -> Result<Publication> {
    #[derive(Deserialize)]
    struct Row {
        version: u32,
        revision: u64,
    }
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let workspace = tenant.workspace_id();
    let agent = find(tenant, id).await?;
    let archived = || Error::new(Kind::Conflict, "an archived agent cannot be published");
    if agent.status == AgentStatus::Archived {
        return Err(archived());
    }
    let (actor, at) = (caller.actor(), app.now());
    let edit = Edit {
        by: &actor,
        at,
        expected,
    };
    let mut changes = Changes::new(app, tenant);
    let [_, published, _] = agents::publish(workspace, id, edit).map(|it| changes.push(it));
    updated(&mut changes, &agent)?;
    let mut committed = commit(tenant, id, changes).await?;
    let row = committed.take(published).into_iter().next();
    let Row { version, revision } = serde_json::from_value(row.ok_or_else(archived)?).map_err(Error::internal)?;
    Ok(Publication {
        version: version_name(version),
        revision,
        at,
    })
}

/// Returns a version as people read it: the draft before any publish is 1.0.
pub fn version_name(version: u32) -> String {
    format!("1.{version}")
}

/// Asks an agent's draft a question, outside of any conversation.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`].
pub async fn test(app: &App, caller: &Caller, id: &AgentId, question: &Question) -> Result<(AnswerDraft, u64)> {
    caller.require(Action::EditContent)?;
    let began = app.now();
    lane::admit_test(&*app.limiter, &caller.workspace().id, caller.workspace().plan, began).await?;
    let (agent, snapshot) = caller.tenant().test_context(id).await?;
    let agent = agent.ok_or_else(|| Error::not_found("agent"))?;
    let request = AnswerRequest {
        config: &agent.draft,
        agent_version: "draft".into(),
        snapshot: snapshot.as_ref(),
        history: &[],
        question: question.as_str(),
        began,
        context: None,
        needs_person: false,
    };
    let _memory = answer::reserve(app, question.as_str().len())?;
    let disconnect = ClientDisconnect::default();
    let mut writer = AnswerWriter::new(app, began, &drop, &disconnect);
    exchange::answer(app, &request, &mut writer).await?;
    let spent = app.now().millis_since(began);
    Ok((writer.draft, spent))
}

pub(crate) async fn find(tenant: &TenantStore, id: &AgentId) -> Result<Agent> {
    tenant.agent(id).await?.ok_or_else(|| Error::not_found("agent"))
}
