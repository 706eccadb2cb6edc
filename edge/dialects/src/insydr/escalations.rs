//! Escalations (`public/docs/api-insydr.md#how-do-i-see-to-escalations-through-the-api`): extensions, but for the
//! widget's `POST /widget/escalate`.
use super::TEXTS_PAGE;
use super::caller::{Member, Visitor};
use super::error::{ApiError, ApiResult, Body, Path, Query};
use super::page::Paging;
use super::widget::refusal;
use crate::dialect::route::{self, Access, Route};
use crate::idempotency::Reference;
use axum::Json;
use axum::extract::{Extension, State};
use edge_core::cursor::List;
use edge_core::escalation::{Change, EscalationRequest};
use edge_core::{App, escalation};
use edge_model::escalation::{Escalation, EscalationStatus};
use edge_model::text::{Email, Question, Reply, SessionKey};
use edge_model::{AccountId, AgentId, DocumentId, EscalationId};
use http::StatusCode;
use serde::Deserialize;
use shared as wire;
use wire::escalation::{Escalate, Escalated, EscalationList, ReplyToEscalation, UpdateEscalation};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const ALL: &str = "/api/v1/workspaces/{workspace_id}/escalations";
    const ONE: &str = "/api/v1/workspaces/{workspace_id}/escalations/{escalation_id}";
    const FILTERS: [(&str, &str); 3] = [("status", "OPEN or RESOLVED"), TEXTS_PAGE[0], TEXTS_PAGE[1]];
    vec![
        route::get(ALL, list, Access::Member, "List questions for a person")
            .query(&FILTERS)
            .gives::<EscalationList>(200)
            .extension(),
        route::get(ONE, show, Access::Member, "Get a question for a person")
            .gives::<wire::escalation::Escalation>(200)
            .extension(),
        route::patch(
            ONE,
            update,
            Access::Member,
            "Resolve, assign or reopen a question for a person",
        )
        .takes::<UpdateEscalation>()
        .gives::<wire::escalation::Escalation>(200)
        .extension(),
        route::post(
            "/api/v1/workspaces/{workspace_id}/escalations/{escalation_id}/reply",
            reply,
            Access::Member,
            "Reply by mail to who asked",
        )
        .takes::<ReplyToEscalation>()
        .gives::<wire::escalation::Escalation>(200)
        .rebuilt_by(reply_again)
        .extension(),
        route::post("/api/v1/widget/escalate", escalate, Access::Widget, "Ask for a person")
            .takes::<Escalate>()
            .gives::<Escalated>(201)
            .rebuilt_by(escalate_again),
    ]
}

/// How much of a text the list shows, in characters.
const SHOWN: u32 = 300;

/// Which escalations a list is of.
#[derive(Deserialize)]
pub struct Filters {
    status: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

fn status(name: &str) -> ApiResult<EscalationStatus> {
    let is_it = |it: &EscalationStatus| it.as_str().to_uppercase() == name;
    let found = EscalationStatus::ALL.into_iter().find(is_it);
    found.ok_or_else(|| ApiError::field("status", "must be OPEN or RESOLVED"))
}

fn full(escalation: Escalation) -> wire::escalation::Escalation {
    let Escalation {
        id,
        workspace_id: _,
        session_key: _,
        agent_id,
        conversation_id,
        message_id,
        question,
        asked_by,
        email,
        confidence,
        reason,
        reason_text,
        status,
        assignee_id,
        reply,
        replied_at,
        reply_status,
        document_id,
        created_at,
        resolved_at,
    } = escalation;
    wire::escalation::Escalation {
        id: id.to_string(),
        agent_id: agent_id.to_string(),
        conversation_id: conversation_id.map(|it| it.to_string()),
        message_id: message_id.map(|it| it.to_string()),
        question,
        asked_by,
        email,
        confidence,
        reason_code: reason.as_str().to_uppercase(),
        reason: reason_text,
        status: status.as_str().to_uppercase(),
        assignee_id: assignee_id.map(|it| it.to_string()),
        reply,
        replied_at: replied_at.map(|it| it.rfc3339()),
        reply_status: reply_status.map(|it| it.as_str().to_uppercase()),
        document_id: document_id.map(|it| it.to_string()),
        created_at: created_at.rfc3339(),
        resolved_at: resolved_at.map(|it| it.rfc3339()),
    }
}

pub async fn list(
    State(app): State<App>,
    Member(member): Member,
    Query(filters): Query<Filters>,
) -> ApiResult<Json<EscalationList>> {
    let status = filters.status.as_deref().map(status).transpose()?;
    let list = List::of("escalations", &[member.workspace().id.as_str()]);
    let asked = Paging::new(filters.limit, filters.cursor).with_texts(&app, list)?;
    let (found, total) = escalation::list(&app, &member, status, SHOWN, &asked.page).await?;
    let (escalations, next_cursor) = asked.rows(found, |it| (it.created_at, it.id.as_str()), full)?;
    Ok(Json(EscalationList {
        escalations,
        total,
        next_cursor,
    }))
}

pub async fn show(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Json<wire::escalation::Escalation>> {
    let found = escalation::get(&app, &member, &EscalationId::new(id)).await?;
    Ok(Json(full(found)))
}

pub async fn update(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Body(change): Body<UpdateEscalation>,
) -> ApiResult<Json<wire::escalation::Escalation>> {
    let change = Change {
        status: change.status.as_deref().map(status).transpose()?,
        assignee: change.assignee_id.map(|it| it.map(AccountId::new)),
        document: change.document_id.map(|it| it.map(DocumentId::new)),
    };
    let changed = escalation::change(&app, &member, &EscalationId::new(id), change).await?;
    Ok(Json(full(changed)))
}

pub async fn reply(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Body(reply): Body<ReplyToEscalation>,
) -> ApiResult<Json<wire::escalation::Escalation>> {
    let text = Reply::new(&reply.message).map_err(|why| ApiError::field("message", why))?;
    let replied = escalation::reply(&app, &member, &EscalationId::new(id), &text).await?;
    Ok(Json(full(replied)))
}

pub async fn reply_again(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Json<wire::escalation::Escalation>> {
    let replied = escalation::replied(&app, &member, &EscalationId::new(id)).await?;
    Ok(Json(full(replied)))
}

pub async fn escalate(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    given: ApiResult<Body<Escalate>>,
) -> ApiResult<(StatusCode, Extension<Reference>, Json<Escalated>)> {
    let request = match given.and_then(|it| request(it.0)) {
        Ok(request) => request,
        Err(error) => return Err(refusal(&app, &visitor, error).await),
    };
    let raised = escalation::raise(&app, &visitor, request).await?;
    let reference = Extension(Reference::to(&raised.id));
    Ok((StatusCode::CREATED, reference, Json(escalated(&raised))))
}

pub async fn escalate_again(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    Extension(Reference(id)): Extension<Reference>,
) -> ApiResult<(StatusCode, Json<Escalated>)> {
    let id = EscalationId::new(id.unwrap_or_default());
    let raised = escalation::pleaded(&app, &visitor, &id).await?;
    Ok((StatusCode::CREATED, Json(escalated(&raised))))
}

fn escalated(raised: &Escalation) -> Escalated {
    Escalated {
        escalation_id: raised.id.to_string(),
        message: "Somebody will look at your question".into(),
    }
}

fn request(given: Escalate) -> ApiResult<EscalationRequest> {
    let email = given.email.filter(|it| !it.trim().is_empty());
    Ok(EscalationRequest {
        agent: AgentId::new(given.agent_id),
        session: SessionKey::new(&given.session_id).map_err(|why| ApiError::field("session_id", why))?,
        email: email
            .map(|it| Email::new(&it).map_err(|why| ApiError::field("email", why)))
            .transpose()?,
        message: Question::new(&given.message).map_err(|why| ApiError::field("message", why))?,
    })
}
