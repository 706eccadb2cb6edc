//! Agents: made, changed, published, tried out.
use crate::agent_patch::Patch;
use crate::answer::{self, Brief, Composed, Speech};
use crate::app::App;
use crate::permission::Action;
use crate::ports::Departure;
use crate::workspace::Member;
use crate::{Error, Kind, Result, event};
use edge_model::agent::{
    Agent, AgentConfig, AgentStats, AgentStatus, AgentSummary, GeneratorChoice, ResponseStyle, Strategy, Tone,
    WidgetConfig,
};
use edge_model::collection::Collection;
use edge_model::event::{AgentChanged, Happening};
use edge_model::text::{Name, Question};
use edge_model::{AgentId, CollectionId, Timestamp, WorkspaceId};
use edge_store::{Page, Statement, agents};
use serde_json::Map;

/// What an agent says first unless it is told otherwise.
const GREETING: &str = "Hi! How can I help you today?";
/// What an agent says when it does not know, unless it is told otherwise.
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
pub async fn create(app: &App, member: &Member, name: Name, patch: Patch) -> Result<Agent> {
    member.require(Action::EditContent)?;
    let workspace = &member.workspace.id;
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
        created_at: now,
        updated_at: now,
    };
    let names_collections = patch.collection_ids.is_some();
    patch.apply(&mut agent);
    if names_collections {
        check_collections(app, workspace, &agent.draft.collection_ids).await?;
    } else {
        let all = app.store.collections(workspace).await?;
        agent.draft.collection_ids = all.into_iter().filter(|it| it.is_default).map(|it| it.id).collect();
    }
    event::write(app, making(app, &agent)).await?;
    Ok(agent)
}

/// Returns what is written when an agent is made: the row, and the event for those who want to be told. To be written
/// with [`event::write`].
pub(crate) fn making(app: &App, agent: &Agent) -> Vec<Statement> {
    let mut writes = vec![agents::insert(agent)];
    let happening = Happening::AgentCreated(told(agent));
    let event = event::of(app, &agent.workspace_id, agent.id.as_str(), happening);
    writes.extend(event::statements(&event));
    writes
}

/// Returns the event for those who want to be told that an agent is not what it was. To be written with
/// [`event::write`], in the batch of the change.
pub(crate) fn changing(app: &App, agent: &Agent) -> Result<Vec<Statement>> {
    let event = event::make(app, &agent.workspace_id, Happening::AgentUpdated(told(agent)))?;
    Ok(event::statements(&event))
}

fn told(agent: &Agent) -> AgentChanged {
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

async fn check_collections(app: &App, workspace: &WorkspaceId, ids: &[CollectionId]) -> Result<()> {
    let found = app.store.collections_by_id(workspace, ids).await?;
    match ids.iter().find(|id| found.iter().all(|it| it.id != **id)) {
        Some(_) => Err(Error::not_found("collection")),
        None => Ok(()),
    }
}

/// Lists agents, newest first, and counts all that the filters let through.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    app: &App,
    member: &Member,
    status: Option<AgentStatus>,
    agent_type: Option<&str>,
    page: &Page,
) -> Result<(Vec<AgentSummary>, u64)> {
    Ok(app.store.agents(&member.workspace.id, status, agent_type, page).await?)
}

/// Returns an agent with what hangs on it.
///
/// # Errors
/// [`Kind::NotFound`].
pub async fn get(app: &App, member: &Member, id: &AgentId) -> Result<Detail> {
    detail(app, find(app, &member.workspace.id, id).await?).await
}

pub(crate) async fn detail(app: &App, agent: Agent) -> Result<Detail> {
    let collections = app
        .store
        .collections_by_id(&agent.workspace_id, &agent.draft.collection_ids)
        .await?;
    let stats = app.store.agent_stats(&agent.workspace_id, &agent.id).await?;
    Ok(Detail {
        agent,
        collections,
        stats,
    })
}

/// Changes an agent's draft; what is published stays as it is.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`] for the agent or a collection.
pub async fn update(app: &App, member: &Member, id: &AgentId, patch: Patch) -> Result<Detail> {
    member.require(Action::EditContent)?;
    let workspace = &member.workspace.id;
    let mut agent = find(app, workspace, id).await?;
    if let Some(ids) = &patch.collection_ids {
        check_collections(app, workspace, ids).await?;
    }
    let before = agent.draft.clone();
    patch.apply(&mut agent);
    agent.is_changed |= agent.draft != before;
    agent.updated_at = app.now();
    let mut writes = vec![agents::update_draft(&agent)];
    writes.extend(changing(app, &agent)?);
    event::write(app, writes).await?;
    detail(app, agent).await
}

/// Publishes an agent's draft: from now on it answers visitors. Returns the version.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`]; [`Kind::Conflict`] when archived.
pub async fn publish(app: &App, member: &Member, id: &AgentId) -> Result<(String, Timestamp)> {
    member.require(Action::EditContent)?;
    let workspace = &member.workspace.id;
    let agent = find(app, workspace, id).await?;
    if agent.status == AgentStatus::Archived {
        return Err(Error::new(Kind::Conflict, "an archived agent cannot be published"));
    }
    let now = app.now();
    let mut writes = Vec::from(agents::publish(workspace, id, &agent.draft, now));
    writes.extend(changing(app, &agent)?);
    let answers = event::write(app, writes).await?;
    let version = answers
        .get(1)
        .and_then(|it| it.first())
        .and_then(|it| it.get("version"))
        .and_then(|it| it.as_u64());
    let version = version.ok_or_else(|| Error::not_found("agent"))?;
    Ok((version_name(u32::try_from(version).unwrap_or_default()), now))
}

/// Returns a version as people read it: the draft before any publish is 1.0.
pub fn version_name(version: u32) -> String {
    format!("1.{version}")
}

/// Asks an agent's draft a question, outside of any conversation.
///
/// # Errors
/// [`Kind::Forbidden`] when the caller may not edit content; [`Kind::NotFound`].
pub async fn test(app: &App, member: &Member, id: &AgentId, question: &Question) -> Result<(Composed, u64)> {
    member.require(Action::EditContent)?;
    let began = app.now();
    let (agent, snapshot) = app.store.test_context(&member.workspace.id, id).await?;
    let agent = agent.ok_or_else(|| Error::not_found("agent"))?;
    let brief = Brief {
        config: &agent.draft,
        agent_version: "draft".into(),
        snapshot: snapshot.as_ref(),
        history: &[],
        question: question.as_str(),
        began,
        context: None,
        needs_person: false,
    };
    let departure = Departure::default();
    let mut speech = Speech::new(app, began, &drop, &departure);
    answer::compose(app, &brief, &mut speech).await?;
    let spent = u64::try_from(app.now().0 - began.0).unwrap_or_default();
    Ok((speech.composed, spent))
}

pub(crate) async fn find(app: &App, workspace: &WorkspaceId, id: &AgentId) -> Result<Agent> {
    app.store
        .agent(workspace, id)
        .await?
        .ok_or_else(|| Error::not_found("agent"))
}
