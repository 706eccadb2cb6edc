//! How the twin answers: an extension. Partial changes; request and answer bare.
use super::ACCESS;
use super::caller::Caller;
use super::envelope::EVENTS;
use super::error::{ApiError, ApiResult, Body};
use super::limit::at_most;
use crate::dialect::route::{self, Route};
use axum::Json;
use axum::extract::State;
use edge_core::agent_patch::Threshold;
use edge_core::deputy::{Amount, Announce, Change, DeputySettings, Minutes};
use edge_core::ssrf::PublicUrl;
use edge_core::webhook::signature::SigningSecret;
use edge_core::{App, Error, deputy};
use edge_model::text::Name;
use edge_model::webhook::WebhookForm;
use serde::{Deserialize, Deserializer, Serialize};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    vec![
        route::get("/v1/settings", show, ACCESS, "How the twin answers")
            .gives::<Settings>(200)
            .extension(),
        route::put("/v1/settings", update, ACCESS, "Change how the twin answers")
            .takes::<UpdateSettings>()
            .gives::<Settings>(200)
            .extension(),
    ]
}

/// How the twin answers.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twin::Settings))]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// 0 to 1; below it the twin escalates.
    confidence_threshold: f64,
    /// Whom escalated answers name.
    owner_name: String,
    minutes_saved_per_answer: u32,
    /// An amount of money above it is for the owner to decide; null looks at no amounts.
    approval_limit: Option<f64>,
    /// Where escalations are announced; null while they are not.
    webhook_url: Option<String>,
    /// Signs what is sent there; shown when it is set, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_secret: Option<String>,
}

/// What is to change about how the twin answers; what is absent stays.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = twin::UpdateSettings))]
#[serde(rename_all = "camelCase")]
pub struct UpdateSettings {
    confidence_threshold: Option<f64>,
    owner_name: Option<String>,
    minutes_saved_per_answer: Option<u32>,
    #[serde(default, deserialize_with = "given")]
    approval_limit: Option<Option<f64>>,
    /// Null stops the announcements.
    #[serde(default, deserialize_with = "given")]
    webhook_url: Option<Option<String>>,
    /// Your own, of 8 to 256 characters, with `webhookUrl`; one is made otherwise.
    webhook_secret: Option<String>,
}

/// Tells a member that is absent from one that is null.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl UpdateSettings {
    fn read(self, app: &App) -> ApiResult<Change> {
        let Self {
            confidence_threshold,
            owner_name,
            minutes_saved_per_answer,
            approval_limit,
            webhook_url,
            webhook_secret,
        } = self;
        let named = |name: &'static str| move |why: String| ApiError::from(Error::field(name, why));
        let name = |name: String| {
            at_most(&name, "ownerName", 200)?;
            Name::new(&name).map_err(named("ownerName"))
        };
        if webhook_secret.is_some() && !matches!(webhook_url, Some(Some(_))) {
            return Err(Error::field("webhookSecret", "needs a webhookUrl beside it").into());
        }
        let url = |it: String| PublicUrl::new(&it, &app.settings.allow_private_hosts).map_err(named("webhookUrl"));
        let secret = webhook_secret.map(|it| SigningSecret::new(&it).map_err(named("webhookSecret")));
        let secret = secret.transpose()?;
        let announce = |given: Option<String>| {
            let url = given.filter(|it| !it.is_empty()).map(url).transpose()?;
            let events = EVENTS.to_vec();
            Ok::<_, ApiError>(Announce { url, secret, events })
        };
        let amount = |it: f64| Amount::new(it).map_err(named("approvalLimit"));
        Ok(Change {
            announce: webhook_url.map(announce).transpose()?,
            confidence_threshold: confidence_threshold
                .map(Threshold::new)
                .transpose()
                .map_err(named("confidenceThreshold"))?,
            owner_name: owner_name.map(name).transpose()?,
            approval_limit: approval_limit.map(|it| it.map(amount).transpose()).transpose()?,
            minutes_saved: minutes_saved_per_answer
                .map(Minutes::new)
                .transpose()
                .map_err(named("minutesSavedPerAnswer"))?,
        })
    }
}

impl From<DeputySettings> for Settings {
    fn from(settings: DeputySettings) -> Self {
        let DeputySettings {
            confidence_threshold,
            owner_name,
            approval_limit,
            minutes_saved,
            webhook_url,
        } = settings;
        Self {
            confidence_threshold,
            owner_name,
            minutes_saved_per_answer: minutes_saved,
            approval_limit,
            webhook_url,
            webhook_secret: None,
        }
    }
}

pub async fn show(State(app): State<App>, Caller(program): Caller) -> ApiResult<Json<Settings>> {
    Ok(Json(deputy::settings(&app, &program, WebhookForm::Twin).await?.into()))
}

pub async fn update(
    State(app): State<App>,
    Caller(program): Caller,
    Body(change): Body<UpdateSettings>,
) -> ApiResult<Json<Settings>> {
    let (settings, secret) = deputy::change(&app, &program, WebhookForm::Twin, change.read(&app)?).await?;
    Ok(Json(Settings {
        webhook_secret: secret.map(|it| it.as_str().to_owned()),
        ..settings.into()
    }))
}
