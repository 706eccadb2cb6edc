//! Escalations (`public/docs/api-twin.md#how-do-i-list-and-resolve-escalations`).
use super::caller::Caller;
use super::error::{ApiError, ApiResult, Body, Path, Query};
use super::limit::ROWS;
use super::{ACCESS, CURSOR, LIMIT};
use crate::dialect::route::{self, Route};
use crate::page;
use axum::Json;
use axum::extract::State;
use edge_core::cursor::List;
use edge_core::escalation::Change;
use edge_core::{App, Error, escalation};
use edge_model::escalation::EscalationStatus;
use edge_model::{DocumentId, EscalationId};
use serde::{Deserialize, Deserializer, Serialize};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const FILTERS: [(&str, &str); 3] = [("status", "open, resolved or all; open when absent"), LIMIT, CURSOR];
    vec![
        route::get("/v1/escalations", list, ACCESS, "List escalations")
            .query(&FILTERS)
            .gives::<EscalationList>(200),
        route::patch(
            "/v1/escalations/{escalation_id}",
            update,
            ACCESS,
            "Resolve an escalation",
        )
        .takes::<UpdateEscalation>()
        .gives::<OneEscalation>(200),
    ]
}

/// What a list is to be of.
#[derive(Deserialize)]
pub struct Filters {
    status: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// How much of a text the list shows, in characters: as long as a question may be in this dialect.
const SHOWN: u32 = 2_000;

/// What is to change about an escalation; what is absent stays.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twin::UpdateEscalation))]
#[serde(rename_all = "camelCase")]
pub struct UpdateEscalation {
    /// resolved or open.
    status: Option<String>,
    /// Extension: the document that answers the question from now on; null takes it away.
    #[serde(default, deserialize_with = "given")]
    document_id: Option<Option<String>>,
}

/// Tells a member that is absent from one that is null.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A question that the twin did not answer by itself.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twin::Escalation))]
#[serde(rename_all = "camelCase")]
pub struct Escalation {
    id: String,
    question: String,
    asked_by: String,
    confidence: f64,
    reason: String,
    /// open or resolved.
    status: &'static str,
    created_at: String,
    resolved_at: Option<String>,
    /// Extension: the reason in a word.
    reason_code: &'static str,
    /// Extension: where to reply to.
    email: Option<String>,
    /// Extension: the document that closed it.
    document_id: Option<String>,
}

/// One escalation.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twin::OneEscalation))]
pub struct OneEscalation {
    escalation: Escalation,
}

/// Escalations, newest first.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twin::EscalationList))]
pub struct EscalationList {
    escalations: Vec<Escalation>,
    /// How many there are of the status.
    total: u64,
    /// Extension: where the next page begins; absent at the end.
    #[serde(rename = "nextCursor", skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

fn status(name: &str) -> Option<EscalationStatus> {
    EscalationStatus::ALL.into_iter().find(|it| it.as_str() == name)
}

fn filter(name: Option<&str>) -> ApiResult<Option<EscalationStatus>> {
    match name {
        None => Ok(Some(EscalationStatus::Open)),
        Some("all") => Ok(None),
        Some(name) => status(name)
            .map(Some)
            .ok_or_else(|| Error::field("status", "must be open, resolved or all").into()),
    }
}

impl TryFrom<UpdateEscalation> for Change {
    type Error = ApiError;

    fn try_from(change: UpdateEscalation) -> ApiResult<Self> {
        let wrong = || Error::field("status", "must be resolved or open");
        if change.status.is_none() && change.document_id.is_none() {
            return Err(Error::field("status", "is required").into());
        }
        let status = change.status.map(|it| status(&it).ok_or_else(wrong)).transpose()?;
        Ok(Self {
            status,
            assignee: None,
            document: change.document_id.map(|it| it.map(DocumentId::new)),
        })
    }
}

impl From<edge_model::escalation::Escalation> for Escalation {
    fn from(escalation: edge_model::escalation::Escalation) -> Self {
        let edge_model::escalation::Escalation {
            id,
            workspace_id: _,
            session_key: _,
            agent_id: _,
            conversation_id: _,
            message_id: _,
            question,
            asked_by,
            email,
            confidence,
            reason,
            reason_text,
            status,
            assignee_id: _,
            reply: _,
            replied_at: _,
            reply_status: _,
            document_id,
            created_at,
            resolved_at,
        } = escalation;
        Self {
            id: id.to_string(),
            question,
            asked_by,
            // A visitor who asked for a person without asking the agent first.
            confidence: confidence.unwrap_or_default(),
            reason: reason_text,
            status: status.as_str(),
            created_at: created_at.rfc3339(),
            resolved_at: resolved_at.map(|it| it.rfc3339()),
            reason_code: reason.as_str(),
            email,
            document_id: document_id.map(|it| it.to_string()),
        }
    }
}

pub async fn list(
    State(app): State<App>,
    Caller(program): Caller,
    Query(filters): Query<Filters>,
) -> ApiResult<Json<EscalationList>> {
    let status = filter(filters.status.as_deref())?;
    let list = List::of("twin escalations", &[program.workspace().id.as_str()]);
    let limit = page::limit(ROWS, filters.limit.as_deref())?;
    let page = page::page(&app, &list, limit, filters.cursor.as_deref())?;
    let (found, total) = escalation::list(&app, &program, status, SHOWN, &page).await?;
    let (escalations, next_cursor) = page::rows(
        &app,
        &list,
        limit,
        found,
        |it| (it.created_at, it.id.as_str()),
        Escalation::from,
    )?;
    Ok(Json(EscalationList {
        escalations,
        total,
        next_cursor,
    }))
}

pub async fn update(
    State(app): State<App>,
    Caller(program): Caller,
    Path(id): Path<String>,
    Body(change): Body<UpdateEscalation>,
) -> ApiResult<Json<OneEscalation>> {
    let changed = escalation::change(&app, &program, &EscalationId::new(id), change.try_into()?).await?;
    Ok(Json(OneEscalation {
        escalation: changed.into(),
    }))
}
