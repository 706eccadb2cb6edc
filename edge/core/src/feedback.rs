//! Feedback: what visitors think of answers.
use crate::app::App;
use crate::auth::visitor::{self, Visitor};
use crate::changes::Changes;
use crate::{Error, Result, idempotency};
use edge_model::conversation::Rating;
use edge_model::event::{EventPayload, FeedbackReceived};
use edge_model::text::Comment;
use edge_model::{FeedbackId, MessageId};
use edge_store::conversations;

/// Keeps a visitor's word on an answer; a second one replaces the first.
///
/// # Errors
/// Those of the credential; [`Kind::NotFound`] for a message that is no answer that the caller may have seen.
pub async fn give(
    app: &App,
    visitor: &Visitor,
    message: &MessageId,
    rating: Rating,
    comment: &Comment,
) -> Result<FeedbackId> {
    let owner = visitor::owner(app, visitor).await?;
    let workspace = &owner.workspace.id;
    let tenant = app.tenant(&owner.workspace)?;
    let agent = tenant.answering_agent(message).await?;
    let Some((agent, session_key)) = agent.filter(|it| visitor.credential.is_for(&it.0)) else {
        return Err(visitor::refuse(app, visitor, Error::not_found("message")).await);
    };
    visitor::admit(app, visitor, &owner, Some(&session_key), 0).await?;
    let id = FeedbackId::new(app.id(FeedbackId::PREFIX)?);
    let feedback = conversations::put_feedback(workspace, &agent, message, &id, rating, comment.as_str(), app.now());
    let payload = EventPayload::FeedbackReceived(FeedbackReceived {
        message_id: message.clone(),
        session_key: Some(session_key),
        agent_id: agent,
        rating: rating.value(),
        comment: comment.as_str().into(),
    });
    let mut changes = Changes::of(app, &tenant, feedback);
    changes.event(payload)?;
    changes.commit().await?;
    Ok(id)
}

/// Finds a visitor's word on an answer once more.
///
/// # Errors
/// Those of the credential; [`Kind::Gone`] when it is not kept any more.
pub async fn given(app: &App, visitor: &Visitor, id: &FeedbackId) -> Result<()> {
    let owner = visitor::owner(app, visitor).await?;
    visitor::admit(app, visitor, &owner, None, 0).await?;
    match app.tenant(&owner.workspace)?.has_feedback(id).await? {
        true => Ok(()),
        false => Err(idempotency::nothing_kept()),
    }
}
