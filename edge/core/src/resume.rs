//! A stream that was cut off goes on where it ended.
use crate::answer::AnswerEvent;
use crate::app::App;
use crate::auth::visitor::{self, Visitor};
use crate::conversation::AnswerStream;
use crate::ports::RequestContext;
use crate::{Error, Result, idempotency};
use edge_model::MessageId;
use edge_model::conversation::MessageStatus;
use edge_model::time::TimeDelta;
use edge_store::TenantStore;
use edge_store::answers::Kept;
use futures_channel::mpsc::unbounded;
use std::time::Duration;

/// An answer that is not there so long after its question never will be.
const PENDING_LIFETIME: TimeDelta = TimeDelta::minutes(3);
/// How often an answer under way is looked for at first and at last.
const LOOK_INTERVALS: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(1)];

/// What of an answer a reader has read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Position {
    /// Nothing.
    #[default]
    Beginning,
    /// So many bytes of the text.
    Text(usize),
    /// The text and its sources.
    Citations,
    /// All of it.
    End,
}

/// Tells an answer once more, from where the reader was. Waits for one that is still being worked out.
///
/// # Errors
/// Those of the credential; [`crate::Kind::NotFound`] for a message that is no answer that the caller may have seen.
pub async fn resume(
    app: &App,
    request: &RequestContext,
    visitor: &Visitor,
    message: MessageId,
    position: Position,
) -> Result<AnswerStream> {
    let owner = visitor::owner(app, visitor).await?;
    let tenant = app.tenant(&owner.workspace)?;
    let found = tenant.kept_answer(&message).await?;
    let Some(kept) = found.filter(|it| visitor.credential.is_for(&it.agent_id)) else {
        return Err(visitor::refuse(app, visitor, Error::not_found("message")).await);
    };
    visitor::admit(app, visitor, &owner, None, 0).await?;
    let (sender, receiver) = unbounded();
    let (app, disconnect) = (app.clone(), request.disconnect.clone());
    request.background.spawn(async move {
        let tell = |event| {
            let _ = sender.unbounded_send(event);
        };
        if position == Position::Beginning {
            tell(AnswerEvent::Started {
                message_id: message.clone(),
            });
        }
        match settled(&app, &tenant, &message, kept, || disconnect.is_disconnected()).await {
            Ok(kept) => rest(kept, position).into_iter().for_each(tell),
            Err(error) => tell(AnswerEvent::Failed(error)),
        }
    });
    Ok(receiver)
}

/// Tells an answer once more to the request that asked for it.
///
/// # Errors
/// Those of the credential; [`crate::Kind::Gone`] when the answer is not kept any more.
pub async fn answered(
    app: &App,
    request: &RequestContext,
    visitor: &Visitor,
    message: MessageId,
) -> Result<AnswerStream> {
    let resumed = resume(app, request, visitor, message, Position::Beginning).await;
    resumed.map_err(idempotency::gone)
}

/// Waits until an answer is worked out, or the client has disconnected.
async fn settled(
    app: &App,
    tenant: &TenantStore,
    message: &MessageId,
    mut kept: Kept,
    is_alone: impl Fn() -> bool,
) -> Result<Kept> {
    let end = kept.created_at.plus(PENDING_LIFETIME);
    let [mut pause, longest] = LOOK_INTERVALS;
    while kept.status == MessageStatus::Pending {
        if app.now() > end {
            let cause = format!("pending for {} s", PENDING_LIFETIME.num_seconds());
            return Err(Error::unavailable("the answer was interrupted; ask again", cause));
        }
        if is_alone() {
            break;
        }
        app.clock.sleep(pause).await;
        pause = (pause * 2).min(longest);
        let found = tenant.kept_answer(message).await?;
        kept = found.ok_or_else(|| Error::not_found("message"))?;
    }
    Ok(kept)
}

/// Returns what of an answer comes after a position.
fn rest(kept: Kept, position: Position) -> Vec<AnswerEvent> {
    match kept.status {
        MessageStatus::Complete => {}
        MessageStatus::Failed => return vec![AnswerEvent::Failed(Error::internal("the answer failed"))],
        // The client has disconnected.
        MessageStatus::Pending => return vec![],
    }
    let read = match position {
        Position::Beginning => 0,
        Position::Text(read) => kept.text.floor_char_boundary(read),
        Position::Citations | Position::End => kept.text.len(),
    };
    let text = kept.text.get(read..).filter(|it| !it.is_empty());
    let mut events: Vec<AnswerEvent> = text.map(|it| AnswerEvent::Text(it.to_owned())).into_iter().collect();
    if matches!(position, Position::Beginning | Position::Text(_)) {
        events.push(AnswerEvent::Citations(kept.citations));
    }
    if position != Position::End {
        events.push(AnswerEvent::Finished {
            confidence: kept.confidence.unwrap_or_default(),
            is_answered: kept.is_answered,
        });
    }
    events
}
