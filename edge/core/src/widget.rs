//! The widget: what it shows, and where it may be shown.
use crate::app::App;
use crate::auth::api_key;
use crate::auth::visitor::{self, Purpose, Visitor};
use crate::changes::Changes;
use crate::{Error, Result, origin};
use edge_model::agent::AgentConfig;
use edge_model::{AgentId, Timestamp};
use edge_store::conversations::ChatContext;

/// What the widget shows, and its token.
#[derive(Clone, Debug)]
pub struct Config {
    pub config: AgentConfig,
    pub token: String,
    pub token_expires_at: Timestamp,
}

/// Returns what the widget of an agent shows.
///
/// # Errors
/// Those of the credential; [`Kind::NotFound`] for an agent that is not published here.
pub async fn config(app: &App, visitor: &Visitor, agent: &AgentId) -> Result<Config> {
    let (now, credential) = (app.now(), &visitor.credential);
    let key = visitor::key_ref(credential)?;
    let context = match api_key::database(app, &key).await? {
        Some(database) => database.widget_context(&key, agent).await?,
        None => ChatContext::default(),
    };
    let published = context.agent.filter(|_| credential.is_for(agent));
    let found =
        visitor::checked_key(credential, Purpose::Configuration, context.owner).and_then(|owner| match published {
            Some(published) => Ok((owner, published)),
            None => Err(Error::not_found("agent")),
        });
    let (owner, published) = match found {
        Ok(found) => found,
        Err(error) => return Err(visitor::refuse(app, visitor, error).await),
    };
    visitor::admit(app, visitor, &owner, None, 0).await?;
    if let Some(write) = api_key::record_use(&owner, None, now) {
        Changes::of(app, &app.tenant(&owner.workspace)?, write).commit().await?;
    }
    let (token, token_expires_at) = visitor::new_token(app, owner.key.id, agent.clone(), now)?;
    Ok(Config {
        config: published.config,
        token,
        token_expires_at,
    })
}

/// Returns who may embed an agent's widget, as the value of `frame-ancestors`: the pages that its workspace's living
/// keys name.
///
/// # Errors
/// [`Kind::NotFound`] for an agent that is not published.
pub async fn frame_ancestors(app: &App, agent: &AgentId) -> Result<String> {
    let mut found = None;
    for database in app.databases() {
        // The agent's id does not say where it is.
        found = database.embedding_domains(agent).await?;
        if found.is_some() {
            break;
        }
    }
    let mut domains: Vec<String> = found
        .ok_or_else(|| Error::not_found("agent"))?
        .into_iter()
        .flatten()
        .collect();
    domains.sort();
    domains.dedup();
    Ok(origin::frame_ancestors(&domains))
}
