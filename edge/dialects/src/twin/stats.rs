//! Statistics (`public/docs/api-twin.md#which-statistics-does-the-twin-have`).
use super::ACCESS;
use super::caller::Caller;
use super::error::ApiResult;
use crate::dialect::route::{self, Route};
use axum::Json;
use axum::extract::State;
use edge_core::deputy::Figures;
use edge_core::{App, deputy};
use edge_model::deputy::DeputyStats;
use serde::Serialize;

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    vec![route::get("/v1/stats", show, ACCESS, "Usage statistics").gives::<Stats>(200)]
}

/// What the twin has done so far.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twin::Stats))]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// Escalated ones among them.
    total_answered: u64,
    total_escalated: u64,
    /// 0 to 1.
    avg_confidence: f64,
    /// The share of answers that were not escalated, 0 to 1.
    handle_rate: f64,
    total_saved_minutes: u64,
    kb_doc_count: u64,
}

/// Two digits, as the document shows them.
fn rounded(share: f64) -> f64 {
    (share * 100.0).round() / 100.0
}

pub async fn show(State(app): State<App>, Caller(program): Caller) -> ApiResult<Json<Stats>> {
    let figures = deputy::figures(&app, &program).await?;
    let handle_rate = rounded(figures.handle_rate());
    let Figures { stats, saved } = figures;
    let DeputyStats {
        answered,
        escalated,
        confidence,
        documents,
    } = stats;
    Ok(Json(Stats {
        total_answered: answered,
        total_escalated: escalated,
        avg_confidence: rounded(confidence.unwrap_or_default()),
        handle_rate,
        total_saved_minutes: saved,
        kb_doc_count: documents,
    }))
}
