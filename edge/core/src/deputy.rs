//! The deputy: the agent that answers in a workspace owner's place, and knows when to ask the owner.
mod answering;
mod decision;

pub use answering::{Ask, Reply, answered, ask};

use crate::agent_patch::{Patch, Threshold};
use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::permission::Action;
use crate::ssrf::PublicUrl;
use crate::webhook::signature::SigningSecret;
use crate::{Error, Result, agent, webhook};
use edge_model::AgentId;
use edge_model::actor::Actor;
use edge_model::agent::{Agent, AgentStatus, Tone};
use edge_model::deputy::{Deputy, DeputyStats};
use edge_model::event::EventKind;
use edge_model::text::Name;
use edge_model::webhook::WebhookForm;
use edge_store::agents::Edit;
use edge_store::deputies::Ready;
use edge_store::{Constraint, TenantStore, agents, deputies};

/// What the deputy is called until its owner names it.
const NAME: &str = "Deputy";
/// What an answer saves, in minutes: in the documented example, 284 answers save 852.
const MINUTES_SAVED: u32 = 3;
/// The amount above which the owner decides; the documented example is "budget authority over $10k".
const APPROVAL_LIMIT: f64 = 10_000.0;

/// How a deputy answers, as its owner sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct DeputySettings {
    /// 0 to 1; below it the owner is asked.
    pub confidence_threshold: f64,
    pub owner_name: String,
    pub approval_limit: Option<f64>,
    /// What an answer saves.
    pub minutes_saved: u32,
    /// Where escalations are announced.
    pub webhook_url: Option<String>,
}

impl DeputySettings {
    async fn of(app: &App, tenant: &TenantStore, ready: &Ready, form: WebhookForm) -> Result<Self> {
        let webhook = webhook::single_webhook(app, tenant, form).await?;
        Ok(Self {
            confidence_threshold: ready.agent.config.confidence_threshold,
            owner_name: ready.owner_name.clone(),
            approval_limit: ready.deputy.approval_limit,
            minutes_saved: ready.deputy.minutes_saved,
            webhook_url: webhook.map(|it| it.url),
        })
    }
}

/// The endpoint that a deputy's escalations are announced to.
#[derive(Clone, Debug)]
pub struct Announce {
    /// None: not announced.
    pub url: Option<PublicUrl>,
    /// The caller's own; one is made otherwise.
    pub secret: Option<SigningSecret>,
    /// What it is told of.
    pub events: Vec<EventKind>,
}

/// An amount of money, in whatever currency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amount(f64);

impl Amount {
    /// Takes 0 to a million million.
    pub fn new(number: f64) -> Result<Self, String> {
        if (0.0..=1e12).contains(&number) {
            Ok(Self(number))
        } else {
            Err("must be a number from 0 to 1000000000000".into())
        }
    }
}

/// A time that an answer may save, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minutes(u32);

impl Minutes {
    /// Takes up to a day.
    pub fn new(number: u32) -> Result<Self, String> {
        if number <= 1_440 {
            Ok(Self(number))
        } else {
            Err("must be at most 1440".into())
        }
    }
}

/// What is to change about a deputy; none keeps.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub confidence_threshold: Option<Threshold>,
    pub owner_name: Option<Name>,
    /// None in it: amounts are not looked at.
    pub approval_limit: Option<Option<Amount>>,
    pub minutes_saved: Option<Minutes>,
    pub announce: Option<Announce>,
}

/// Finds a workspace's deputy; makes it on first use.
async fn ready(app: &App, tenant: &TenantStore) -> Result<Ready> {
    if let Some(ready) = tenant.deputy().await? {
        return Ok(ready);
    }
    let workspace = tenant.workspace_id();
    let now = app.now();
    let mut config = agent::defaults(NAME);
    // No lead-in in a tone of its own: the owner is quoted.
    config.tone = Tone::Professional;
    config.collection_ids = tenant.default_collection().await?.into_iter().collect();
    let agent = Agent {
        id: AgentId::new(app.id(AgentId::PREFIX)?),
        workspace_id: workspace.clone(),
        name: config.name.clone(),
        agent_type: "DEPUTY".into(),
        status: AgentStatus::Draft,
        draft: config,
        version: 0,
        published_at: None,
        is_changed: false,
        revision: 1,
        updated_by: Actor::default(),
        created_at: now,
        updated_at: now,
    };
    let deputy = Deputy {
        workspace_id: workspace.clone(),
        agent_id: agent.id.clone(),
        owner_name: String::new(),
        approval_limit: Some(APPROVAL_LIMIT),
        minutes_saved: MINUTES_SAVED,
    };
    let mut changes = Changes::new(app, tenant);
    agent::created(&mut changes, &agent);
    let edit = Edit {
        by: &agent.updated_by,
        at: now,
        expected: None,
    };
    changes.extend(agents::publish(workspace, &agent.id, edit));
    changes.push(deputies::insert(&deputy));
    match changes.commit().await {
        Ok(_) => {}
        // Another request was the first to make it; that one is the deputy.
        Err(error) if error.constraint() == Some(Constraint::Deputy) => {}
        Err(error) => return Err(error),
    }
    let made = tenant.deputy().await?;
    made.ok_or_else(|| Error::internal("the deputy could not be made"))
}

/// Returns how a deputy answers. Its escalations are announced to the webhook of the form, that of the caller's API.
pub async fn settings(app: &App, caller: &Caller, form: WebhookForm) -> Result<DeputySettings> {
    caller.require(Action::Read)?;
    DeputySettings::of(app, caller.tenant(), &ready(app, caller.tenant()).await?, form).await
}

/// Changes how a deputy answers, at once. What else of its agent's draft was changed stays unpublished.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller may not edit content.
///
/// Returns also the secret of the endpoint when it was set: it is not shown again.
pub async fn change(
    app: &App,
    caller: &Caller,
    form: WebhookForm,
    change: Change,
) -> Result<(DeputySettings, Option<SigningSecret>)> {
    let tenant = caller.tenant();
    caller.require(Action::EditContent)?;
    let workspace = caller.workspace();
    let deputy = ready(app, tenant).await?.deputy;
    let Change {
        confidence_threshold,
        owner_name,
        approval_limit,
        minutes_saved,
        announce,
    } = change;
    let row = deputies::Changes {
        owner_name: owner_name.map(|it| it.to_string()),
        approval_limit: approval_limit.map(|it| it.map(|amount| amount.0)),
        minutes_saved: minutes_saved.map(|it| it.0),
    };
    let mut changes = Changes::of(app, tenant, deputies::update(&workspace.id, &row));
    if let Some(threshold) = confidence_threshold {
        let (id, actor) = (&deputy.agent_id, caller.actor());
        let found = tenant.agent(id).await?;
        let agent = found.ok_or_else(|| Error::not_found("agent"))?;
        let patch = Patch {
            confidence_threshold: Some(threshold),
            ..Patch::default()
        };
        let change = patch.changes()?;
        let edit = Edit {
            by: &actor,
            at: app.now(),
            expected: None,
        };
        changes.push(agents::update(&workspace.id, id, &change, edit));
        changes.extend(agents::republish(&workspace.id, id, &change.draft, edit));
        agent::updated(&mut changes, &agent)?;
    }
    // First, since it is a transaction of its own and the only write that can be refused.
    let secret = match announce {
        Some(Announce { url, secret, events }) => {
            webhook::set_single_webhook(app, caller, form, url, events, secret).await?
        }
        None => None,
    };
    changes.commit().await?;
    Ok((
        DeputySettings::of(app, tenant, &ready(app, tenant).await?, form).await?,
        secret,
    ))
}

/// What a deputy has done so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    pub stats: DeputyStats,
    /// In minutes.
    pub saved: u64,
}

impl Figures {
    /// Returns the share of answers that needed no person, 0 to 1; 0 before the first answer.
    ///
    /// Escalated ones are answers, too: in the documented example, 284 answered and 34 escalated make 0.88.
    pub fn handle_rate(&self) -> f64 {
        let DeputyStats {
            answered, escalated, ..
        } = self.stats;
        if answered == 0 {
            return 0.0;
        }
        // Counts are far below 2^52.
        let share = escalated.min(answered) as f64 / answered as f64;
        1.0 - share
    }
}

/// Counts what a deputy has done so far.
pub async fn figures(app: &App, caller: &Caller) -> Result<Figures> {
    caller.require(Action::Read)?;
    let deputy = ready(app, caller.tenant()).await?.deputy;
    let stats = caller.tenant().deputy_stats(&deputy).await?;
    let saved = stats.answered.saturating_mul(u64::from(deputy.minutes_saved));
    Ok(Figures { stats, saved })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_that_needed_no_person_is_the_documented_one() {
        let figures = |answered, escalated| Figures {
            stats: DeputyStats {
                answered,
                escalated,
                ..DeputyStats::default()
            },
            saved: 0,
        };
        assert!((figures(284, 34).handle_rate() - 0.880).abs() < 0.001);
        assert_eq!(figures(0, 0).handle_rate(), 0.0);
        assert_eq!(figures(2, 2).handle_rate(), 0.0);
        assert_eq!(figures(2, 0).handle_rate(), 1.0);
    }
}
