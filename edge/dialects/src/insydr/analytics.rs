//! Analytics (`public/docs/api-insydr.md#how-do-i-get-figures-through-the-api`), as JSON or, an extension, as CSV.
use super::analytics_wire::{conversations_csv, day_figures, overview_csv, overview_figures, question, questions_csv};
use super::analytics_wire::{unanswered_csv, unanswered_question};
use super::caller::Member;
use super::csv::{self, Csv};
use super::error::{ApiError, ApiResult, Body, Path, Query};
use crate::dialect::route::{Access, Route, get, patch};
use crate::page::{self, limit_hint};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use edge_core::analytics::Listed;
use edge_core::{App, analytics};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use shared as wire;
use shared::limits::{FIGURE_DAYS, QUESTION_ROWS};
use wire::analytics::{Category, Conversations, Overview, Questions, Unanswered, UnansweredList, UpdateUnanswered};

/// How many days there are figures of, unless the query names another number.
const DAYS: u32 = 30;
/// Within how many days an unanswered question was asked, unless the query names another number.
const UNANSWERED_DAYS: u32 = 90;

/// Describes the `days` of a figure in the OpenAPI document.
macro_rules! days_hint {
    ($what:literal, $usual:expr) => {
        const_format::formatcp!(
            "{}{} to {}; {} when absent",
            $what,
            *FIGURE_DAYS.start(),
            *FIGURE_DAYS.end(),
            $usual
        )
    };
}

/// Returns the routes, in the order of the document.
pub fn routes() -> Vec<Route> {
    const OVERVIEW: &str = "/api/v1/workspaces/{workspace_id}/analytics/overview";
    const CONVERSATIONS: &str = "/api/v1/workspaces/{workspace_id}/analytics/conversations";
    const QUESTIONS: &str = "/api/v1/workspaces/{workspace_id}/analytics/questions";
    const UNANSWERED: &str = "/api/v1/workspaces/{workspace_id}/analytics/unanswered";
    const ONE: &str = "/api/v1/workspaces/{workspace_id}/analytics/unanswered/{question_id}";
    const FORMAT: (&str, &str) = ("format", "csv for a file; json otherwise");
    const DAYS: (&str, &str) = ("days", days_hint!("", self::DAYS));
    const LIMIT: (&str, &str) = ("limit", limit_hint!(QUESTION_ROWS));
    vec![
        get(OVERVIEW, overview, Access::Member, "Get the dashboard's overview")
            .query(&[DAYS, FORMAT])
            .gives::<Overview>(200),
        get(
            CONVERSATIONS,
            conversations,
            Access::Member,
            "Get figures of conversations",
        )
        .query(&[DAYS, FORMAT])
        .gives::<Conversations>(200),
        get(QUESTIONS, questions, Access::Member, "Get what is asked most")
            .query(&[DAYS, LIMIT, FORMAT])
            .gives::<Questions>(200),
        get(
            UNANSWERED,
            unanswered,
            Access::Member,
            "Get the questions that were not answered",
        )
        .query(&[
            ("days", days_hint!("Asked within so many days: ", UNANSWERED_DAYS)),
            ("status", "OPEN (when absent), RESOLVED or ALL"),
            FORMAT,
        ])
        .gives::<UnansweredList>(200),
        patch(
            ONE,
            resolve,
            Access::Member,
            "Say that an unanswered question is dealt with",
        )
        .takes::<UpdateUnanswered>()
        .gives::<Unanswered>(200)
        .extension(),
    ]
}

/// The query of every figure.
#[derive(Deserialize)]
pub struct Wish {
    days: Option<String>,
    limit: Option<String>,
    status: Option<String>,
    format: Option<String>,
}

impl Wish {
    fn days(&self, otherwise: u32) -> ApiResult<u32> {
        let days = self.days.as_deref().map(str::parse::<u32>);
        match days {
            None => Ok(otherwise),
            Some(Ok(days)) if FIGURE_DAYS.contains(&days) => Ok(days),
            Some(_) => {
                let (least, most) = FIGURE_DAYS.into_inner();
                Err(ApiError::field(
                    "days",
                    format!("must be a number from {least} to {most}"),
                ))
            }
        }
    }

    fn is_csv(&self, headers: &HeaderMap) -> ApiResult<bool> {
        csv::is_wanted(self.format.as_deref(), headers).map_err(|why| ApiError::field("format", why))
    }
}

/// Answers with figures: as a file of rows when that is wanted, as JSON otherwise.
fn shown<T: Serialize>(is_csv: bool, name: &'static str, rows: impl FnOnce() -> Csv, figures: &T) -> Response {
    if is_csv {
        rows().file(name)
    } else {
        Json(figures).into_response()
    }
}

pub async fn overview(
    State(app): State<App>,
    Member(member): Member,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let (days, is_csv) = (wish.days(DAYS)?, wish.is_csv(&headers)?);
    let (period, figures) = analytics::overview(&app, &member, days).await?;
    let figures = overview_figures(&period, figures);
    Ok(shown(is_csv, "overview", || overview_csv(&figures), &figures))
}

pub async fn conversations(
    State(app): State<App>,
    Member(member): Member,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let (days, is_csv) = (wish.days(DAYS)?, wish.is_csv(&headers)?);
    let figures = day_figures(analytics::conversations(&app, &member, days).await?);
    Ok(shown(is_csv, "conversations", || conversations_csv(&figures), &figures))
}

pub async fn questions(
    State(app): State<App>,
    Member(member): Member,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let (days, limit, is_csv) = (
        wish.days(DAYS)?,
        page::limit(QUESTION_ROWS, wish.limit.as_deref())?,
        wish.is_csv(&headers)?,
    );
    let found = analytics::questions(&app, &member, days).await?;
    let category = |(category, count)| Category { category, count };
    let figures = Questions {
        top_questions: found
            .top
            .iter()
            .take(usize::try_from(limit).unwrap_or(usize::MAX))
            .map(question)
            .collect(),
        trending: found.trending.iter().map(question).collect(),
        categories: found.categories.into_iter().map(category).collect(),
        truncated: found.is_cut,
    };
    Ok(shown(
        is_csv,
        "questions",
        || questions_csv(&figures.top_questions),
        &figures,
    ))
}

pub async fn unanswered(
    State(app): State<App>,
    Member(member): Member,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let (days, is_csv) = (wish.days(UNANSWERED_DAYS)?, wish.is_csv(&headers)?);
    let listed = match wish.status.as_deref() {
        None | Some("OPEN") => Listed::Open,
        Some("RESOLVED") => Listed::Resolved,
        Some("ALL") => Listed::All,
        Some(_) => return Err(ApiError::field("status", "must be OPEN, RESOLVED or ALL")),
    };
    let found = analytics::unanswered(&app, &member, days, listed).await?;
    let unanswered: Vec<Unanswered> = found.questions.iter().map(unanswered_question).collect();
    let list = UnansweredList {
        total: u64::try_from(unanswered.len()).unwrap_or_default(),
        unanswered,
        resolved_this_week: u64::try_from(found.resolved_this_week).unwrap_or_default(),
        truncated: found.is_cut,
    };
    Ok(shown(is_csv, "unanswered", || unanswered_csv(&list.unanswered), &list))
}

pub async fn resolve(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Body(change): Body<UpdateUnanswered>,
) -> ApiResult<Json<Unanswered>> {
    let is_resolved = match change.status.as_str() {
        "RESOLVED" => true,
        "OPEN" => false,
        _ => return Err(ApiError::field("status", "must be OPEN or RESOLVED")),
    };
    let found = analytics::set_resolved(&app, &member, &id, is_resolved).await?;
    Ok(Json(unanswered_question(&found)))
}
