//! The widget's public API (`public/docs/api-insydr.md#how-do-i-ask-a-question-through-the-api`).
use super::caller::Visitor;
use super::error::{ApiError, ApiResult, Body, Path};
use super::events;
use crate::dialect::route::{self, Access, Route};
use crate::headers::header_of;
use crate::idempotency::Reference;
use axum::Json;
use axum::extract::{Extension, State};
use axum::response::Response;
use edge_core::auth::visitor;
use edge_core::conversation::{self, Ask};
use edge_core::ports::RequestContext;
use edge_core::{App, feedback, resume, widget};
use edge_model::agent::WidgetConfig;
use edge_model::conversation::Rating;
use edge_model::text::{Comment, Question, SessionKey};
use edge_model::{AgentId, FeedbackId, MessageId};
use http::{HeaderMap, StatusCode};
use shared as wire;
use wire::widget::{Appearance, Behavior, Branding, Chat, Config, Feedback, FeedbackReceived};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    use wire::widget::Frame;
    vec![
        route::get(
            "/api/v1/widget/config/{agent_id}",
            config,
            Access::Widget,
            "What the widget shows",
        )
        .gives::<Config>(200),
        route::post(
            "/api/v1/widget/chat",
            chat,
            Access::Widget,
            "Ask a question; the answer is streamed",
        )
        .takes::<Chat>()
        .streams::<Frame>()
        .rebuilt_by(chat_again),
        route::get(
            "/api/v1/widget/chat/{message_id}/events",
            resume,
            Access::Widget,
            "Go on with a stream that was cut off, after `Last-Event-ID`",
        )
        .streams::<Frame>()
        .extension(),
        route::post(
            "/api/v1/widget/feedback",
            feedback,
            Access::Widget,
            "Say what one thinks of an answer",
        )
        .takes::<Feedback>()
        .gives::<FeedbackReceived>(201)
        .rebuilt_by(feedback_again),
    ]
}

pub async fn config(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    Path(id): Path<String>,
) -> ApiResult<Json<Config>> {
    let id = AgentId::new(id);
    Ok(Json(shown(&id, widget::config(&app, &visitor, &id).await?)))
}

fn shown(id: &AgentId, config: widget::Config) -> Config {
    let widget::Config {
        config,
        token,
        token_expires_at,
    } = config;
    let WidgetConfig {
        theme,
        primary_color,
        border_radius,
        position,
        greeting_enabled,
        greeting_delay,
        suggested_questions,
        show_powered_by,
        avatar_url,
    } = config.widget;
    Config {
        agent_id: id.to_string(),
        agent_name: config.name,
        appearance: Appearance {
            theme,
            primary_color,
            border_radius,
            position,
        },
        behavior: Behavior {
            greeting_enabled,
            greeting_delay,
            greeting_message: config.greeting_message,
            suggested_questions,
        },
        branding: Branding {
            show_powered_by,
            avatar_url,
        },
        visitor_token: token,
        visitor_token_expires_at: token_expires_at.rfc3339(),
    }
}

pub async fn chat(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    Extension(request): Extension<RequestContext>,
    chat: ApiResult<Body<Chat>>,
) -> ApiResult<Response> {
    let ask = match chat.and_then(|it| question(it.0)) {
        Ok(ask) => ask,
        Err(error) => return Err(refusal(&app, &visitor, error).await),
    };
    let answer = conversation::ask(&app, &request, &visitor, ask).await?;
    let mut response = events::stream(app.clock.clone(), answer.events, events::State::default());
    response.extensions_mut().insert(Reference::to(answer.message_id));
    Ok(response)
}

pub async fn chat_again(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    Extension(request): Extension<RequestContext>,
    Extension(Reference(id)): Extension<Reference>,
) -> ApiResult<Response> {
    let id = MessageId::new(id.unwrap_or_default());
    let answer = resume::answered(&app, &request, &visitor, id).await?;
    Ok(events::stream(app.clock.clone(), answer, events::State::default()))
}

pub async fn resume(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    Extension(request): Extension<RequestContext>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let position = events::position(&id, header_of(&headers, "last-event-id"));
    let state = events::State::after(&id, position);
    let answer = resume::resume(&app, &request, &visitor, MessageId::new(id), position).await?;
    Ok(events::stream(app.clock.clone(), answer, state))
}

fn question(chat: Chat) -> ApiResult<Ask> {
    let metadata = chat.metadata.unwrap_or_default();
    // The user agent is kept for people to read; one that is too long is cut, not refused.
    let cut = |it: String| it.chars().take(1_000).collect();
    Ok(Ask {
        agent: AgentId::new(chat.agent_id),
        session: SessionKey::new(&chat.session_id).map_err(|why| ApiError::field("session_id", why))?,
        question: Question::new(&chat.message).map_err(|why| ApiError::field("message", why))?,
        page_url: metadata.page_url.map(cut),
        user_agent: metadata.user_agent.map(cut),
    })
}

/// Refuses a request for its body, but first for its credential.
pub(super) async fn refusal(app: &App, visitor: &visitor::Visitor, error: ApiError) -> ApiError {
    visitor::count_malformed(app, visitor)
        .await
        .map_or_else(ApiError::from, |()| error)
}

pub async fn feedback(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    given: ApiResult<Body<Feedback>>,
) -> ApiResult<(StatusCode, Extension<Reference>, Json<FeedbackReceived>)> {
    let (message, rating, comment) = match given.and_then(|it| word(it.0)) {
        Ok(word) => word,
        Err(error) => return Err(refusal(&app, &visitor, error).await),
    };
    let id = feedback::give(&app, &visitor, &message, rating, &comment).await?;
    Ok((StatusCode::CREATED, Extension(Reference::to(&id)), Json(thanks(&id))))
}

pub async fn feedback_again(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    Extension(Reference(id)): Extension<Reference>,
) -> ApiResult<(StatusCode, Json<FeedbackReceived>)> {
    let id = FeedbackId::new(id.unwrap_or_default());
    feedback::given(&app, &visitor, &id).await?;
    Ok((StatusCode::CREATED, Json(thanks(&id))))
}

fn thanks(id: &FeedbackId) -> FeedbackReceived {
    FeedbackReceived {
        id: id.to_string(),
        message: "Thank you for your feedback".into(),
    }
}

fn word(given: Feedback) -> ApiResult<(MessageId, Rating, Comment)> {
    let rating = match given.feedback_type.as_str() {
        "THUMBS_UP" => Rating::UP,
        "THUMBS_DOWN" => Rating::DOWN,
        _ => return Err(ApiError::field("feedback_type", "must be THUMBS_UP or THUMBS_DOWN")),
    };
    let comment = Comment::new(given.comment.as_deref().unwrap_or_default());
    let comment = comment.map_err(|why| ApiError::field("comment", why))?;
    Ok((MessageId::new(given.message_id), rating, comment))
}
