//! `POST /v1/twin` (`public/docs/api-twin.md#how-do-i-ask-the-twin`).
use super::ACCESS;
use super::caller::Caller;
use super::error::{ApiError, ApiResult, Body};
use super::limit::{at_most, required};
use crate::dialect::route::{self, Route};
use crate::idempotency::Reference;
use axum::Json;
use axum::extract::{Extension, State};
use edge_core::ports::RequestContext;
use edge_core::{App, Error, deputy};
use edge_model::MessageId;
use edge_model::conversation::Channel;
use edge_model::text::{Context, Name, Question};
use serde::{Deserialize, Serialize};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    vec![
        route::post("/v1/twin", ask, ACCESS, "Ask the twin")
            .takes::<Ask>()
            .gives::<Answer>(200)
            .rebuilt_by(ask_again),
    ]
}

/// A question to the twin.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twin::Ask))]
#[serde(rename_all = "camelCase")]
pub struct Ask {
    /// The question. At most 2,000 characters.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    message: Option<String>,
    /// What to include alongside the knowledge base, such as a thread. At most 4,000 characters.
    context: Option<String>,
    /// Who asks. Logged with escalations. `API` when absent.
    asked_by: Option<String>,
}

/// What the twin says.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twin::Answer))]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// Plain text.
    response: String,
    /// 0 to 1: how well the knowledge base supported the answer.
    confidence: f64,
    /// Whether the confidence is below the threshold or the question needs a personal decision.
    should_escalate: bool,
    /// Null if `shouldEscalate` is false.
    escalate_reason: Option<String>,
    /// Titles of the documents that contributed.
    sources: Vec<String>,
    /// Extension: what `GET /v1/escalations` lists it under.
    escalation_id: Option<String>,
}

pub async fn ask(
    State(app): State<App>,
    Caller(program): Caller,
    Extension(request): Extension<RequestContext>,
    Body(ask): Body<Ask>,
) -> ApiResult<(Extension<Reference>, Json<Answer>)> {
    let reply = deputy::ask(&app, &request, &program, Channel::Twin, ask.try_into()?).await?;
    Ok((Extension(Reference::to(&reply.message_id)), Json(reply.into())))
}

pub async fn ask_again(
    State(app): State<App>,
    Caller(program): Caller,
    Extension(Reference(id)): Extension<Reference>,
) -> ApiResult<Json<Answer>> {
    let id = MessageId::new(id.unwrap_or_default());
    Ok(Json(deputy::answered(&app, &program, &id).await?.into()))
}

impl TryFrom<Ask> for deputy::Ask {
    type Error = ApiError;

    fn try_from(ask: Ask) -> ApiResult<Self> {
        let message = required(ask.message, "message")?;
        at_most(&message, "message", 2_000)?;
        let context = ask.context.unwrap_or_default();
        at_most(&context, "context", 4_000)?;
        let asked_by = ask.asked_by.filter(|it| !it.trim().is_empty());
        let asked_by = asked_by.unwrap_or_else(|| "API".into());
        at_most(&asked_by, "askedBy", 200)?;
        Ok(Self {
            question: Question::new(&message).map_err(|why| Error::field("message", why))?,
            context: Context::new(&context).map_err(|why| Error::field("context", why))?,
            asked_by: Name::new(&asked_by).map_err(|why| Error::field("askedBy", why))?,
        })
    }
}

impl From<deputy::Reply> for Answer {
    fn from(reply: deputy::Reply) -> Self {
        let deputy::Reply {
            text,
            confidence,
            titles,
            escalation,
            message_id: _,
        } = reply;
        Self {
            response: text,
            confidence,
            should_escalate: escalation.is_some(),
            escalation_id: escalation.as_ref().map(|it| it.id.to_string()),
            escalate_reason: escalation.map(|it| it.reason_text),
            sources: titles,
        }
    }
}
