//! Conversations as the dashboard shows and deletes them: extensions.
use super::agents_wire::source;
use super::caller::Member;
use super::error::{ApiError, ApiResult, Path, Query};
use super::page::Paging;
use crate::dialect::route::{Access, Route, delete, get};
use axum::Json;
use axum::extract::State;
use edge_core::cursor::List;
use edge_core::{App, transcript};
use edge_model::time::TimeDelta;
use edge_model::transcript::{ConversationSummary, Entry};
use edge_model::{AgentId, ConversationId, Timestamp};
use edge_store::transcripts::{Filter, Rated};
use serde::Deserialize;
use shared as wire;
use wire::conversation::{Conversation, ConversationList, DeletedVisitor, MessageFeedback};
use wire::error::Message;

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const ALL: &str = "/api/v1/workspaces/{workspace_id}/conversations";
    const ONE: &str = "/api/v1/workspaces/{workspace_id}/conversations/{conversation_id}";
    const VISITOR: &str = "/api/v1/workspaces/{workspace_id}/visitors/{session_id}";
    const FILTERS: [(&str, &str); 9] = [
        ("agent_id", "An agent"),
        (
            "answered",
            "true: every question was answered; false: at least one was not",
        ),
        ("rating", "up, down or none"),
        ("session_id", "A visitor's session"),
        ("from", "The first day of activity, UTC, as 2026-01-26"),
        ("to", "The last day of activity, UTC"),
        ("search", "Part of a message"),
        super::TEXTS_PAGE[0],
        super::TEXTS_PAGE[1],
    ];
    let of_member = Access::Member;
    [
        get(ALL, list, of_member, "List conversations, the latest first")
            .query(&FILTERS)
            .gives::<ConversationList>(200),
        get(ONE, show, of_member, "Get a conversation with its messages")
            .query(&super::TEXTS_PAGE)
            .gives::<Conversation>(200),
        delete(ONE, remove, of_member, "Delete a conversation")
            .control()
            .gives::<Message>(200),
        delete(
            VISITOR,
            remove_visitor,
            of_member,
            "Delete all conversations of a visitor",
        )
        .control()
        .gives::<DeletedVisitor>(200),
    ]
    .map(Route::extension)
    .into()
}

/// The query of the list.
#[derive(Deserialize)]
pub struct Filters {
    agent_id: Option<String>,
    answered: Option<String>,
    rating: Option<String>,
    session_id: Option<String>,
    from: Option<String>,
    to: Option<String>,
    search: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

fn day(field: &str, text: &str) -> ApiResult<Timestamp> {
    Timestamp::of_date(text).ok_or_else(|| ApiError::field(field, "must be a day such as `2026-01-26`"))
}

fn filter(given: Filters) -> ApiResult<(Filter, Paging)> {
    let is_answered = match given.answered.as_deref() {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => return Err(ApiError::field("answered", "must be true or false")),
    };
    let rating = match given.rating.as_deref() {
        None => None,
        Some("up") => Some(Rated::Up),
        Some("down") => Some(Rated::Down),
        Some("none") => Some(Rated::None),
        Some(_) => return Err(ApiError::field("rating", "must be up, down or none")),
    };
    let filter = Filter {
        agent: given.agent_id.map(AgentId::new),
        is_answered,
        rating,
        session: given.session_id,
        from: given.from.as_deref().map(|it| day("from", it)).transpose()?,
        until: given
            .to
            .as_deref()
            .map(|it| day("to", it).map(|it| it.plus(TimeDelta::days(1))))
            .transpose()?,
        search: given.search.filter(|it| !it.is_empty()),
    };
    Ok((filter, Paging::new(given.limit, given.cursor)))
}

fn summary(conversation: ConversationSummary) -> wire::conversation::ConversationSummary {
    let ConversationSummary {
        id,
        agent_id,
        agent_name,
        session_key,
        page_url,
        user_agent,
        created_at,
        last_message_at,
        message_count,
        unanswered_count,
        first_question,
        rating,
    } = conversation;
    wire::conversation::ConversationSummary {
        id: id.to_string(),
        agent_id: agent_id.to_string(),
        agent_name,
        session_id: session_key,
        page_url,
        user_agent,
        first_question,
        message_count,
        answered: unanswered_count == 0,
        rating,
        created_at: created_at.rfc3339(),
        last_message_at: last_message_at.rfc3339(),
    }
}

fn message(entry: Entry) -> wire::conversation::Message {
    let Entry {
        id,
        author,
        status,
        text,
        citations,
        confidence,
        is_answered,
        latency_ms,
        created_at,
        rating,
        comment,
    } = entry;
    let feedback = rating.map(|rating| MessageFeedback {
        feedback_type: if rating >= 3 { "THUMBS_UP" } else { "THUMBS_DOWN" }.into(),
        comment: comment.unwrap_or_default(),
    });
    wire::conversation::Message {
        id: id.to_string(),
        author: author.as_str().into(),
        status: status.as_str().into(),
        content: text,
        sources: citations.into_iter().map(source).collect(),
        confidence,
        answered: is_answered,
        response_time_ms: latency_ms,
        feedback,
        created_at: created_at.rfc3339(),
    }
}

pub async fn list(
    State(app): State<App>,
    Member(member): Member,
    Query(given): Query<Filters>,
) -> ApiResult<Json<ConversationList>> {
    let (filter, paging) = filter(given)?;
    let list = List::of("conversations", &[member.workspace().id.as_str()]);
    let asked = paging.with_texts(&app, list)?;
    let (found, total) = transcript::list(&app, &member, &filter, &asked.page).await?;
    let (conversations, next_cursor) = asked.rows(found, |it| (it.last_message_at, it.id.as_str()), summary)?;
    Ok(Json(ConversationList {
        conversations,
        total,
        next_cursor,
    }))
}

pub async fn show(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Query(paging): Query<Paging>,
) -> ApiResult<Json<Conversation>> {
    let id = ConversationId::new(id);
    let list = List::of("messages", &[member.workspace().id.as_str(), id.as_str()]);
    let asked = paging.with_texts(&app, list)?;
    let (conversation, entries, left) = transcript::get(&app, &member, &id, &asked.page).await?;
    let (messages, next_cursor) = asked.rows_of(entries, left, |it| (it.created_at, it.id.as_str()), message)?;
    Ok(Json(Conversation {
        summary: summary(conversation),
        messages,
        next_cursor,
    }))
}

pub async fn remove(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Json<Message>> {
    transcript::delete(&app, &member, &ConversationId::new(id)).await?;
    Ok(Json(Message {
        message: "Conversation deleted".into(),
    }))
}

pub async fn remove_visitor(
    State(app): State<App>,
    Member(member): Member,
    Path((_, session)): Path<(String, String)>,
) -> ApiResult<Json<DeletedVisitor>> {
    let conversations_deleted = transcript::delete_visitor(&app, &member, &session).await?;
    Ok(Json(DeletedVisitor {
        message: "Visitor deleted".into(),
        conversations_deleted,
    }))
}
