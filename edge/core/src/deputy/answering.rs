//! A question to a deputy: kept, answered or handed to the owner, and the answer kept.
use super::{decision, ready};
use crate::agent::version_name;
use crate::answer::{self, AnswerDraft, AnswerRequest, AnswerWriter, context, plain::plain};
use crate::app::App;
use crate::auth::Caller;
use crate::changes::Changes;
use crate::exchange::{self, Exchange, Origin};
use crate::limit::lane;
use crate::permission::Action;
use crate::ports::{ClientDisconnect, RequestContext};
use crate::{Error, Kind, Result, escalation, idempotency};
use edge_model::conversation::{Channel, Citation, Conversation, MessageStatus};
use edge_model::escalation::{Escalation, EscalationReason, EscalationStatus};
use edge_model::text::{Context, Name, Question};
use edge_model::{ConversationId, EscalationId, MessageId};
use edge_store::answers::Kept;
use edge_store::deputies::Ready;
use futures_channel::oneshot;

/// A question to a deputy.
#[derive(Clone, Debug)]
pub struct Ask {
    pub question: Question,
    /// What the caller tells with it, such as the thread that it stands in.
    pub context: Context,
    /// Who asks, as the caller names them.
    pub asked_by: Name,
}

/// What a deputy says.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Without Markdown.
    pub text: String,
    /// 0 to 1.
    pub confidence: f64,
    /// The documents that it stands on, in the order they are cited in, each once.
    pub titles: Vec<String>,
    /// What was handed to the owner instead of an answer.
    pub escalation: Option<Escalation>,
    /// The answer, as it is kept.
    pub message_id: MessageId,
}

/// Makes a reply once more out of what is kept of it.
///
/// # Errors
/// [`crate::Kind::Gone`] when it is not kept any more.
pub async fn answered(_: &App, caller: &Caller, message: &MessageId) -> Result<Reply> {
    caller.require(Action::Read)?;
    let tenant = caller.tenant();
    let kept = tenant.kept_answer(message).await?;
    let is_complete = |it: &Kept| it.status == MessageStatus::Complete;
    let kept = kept.filter(is_complete).ok_or_else(idempotency::nothing_kept)?;
    let escalation = match kept.is_answered {
        true => None,
        false => {
            let found = tenant.escalation_of_message(message).await?;
            Some(found.ok_or_else(idempotency::nothing_kept)?)
        }
    };
    Ok(Reply {
        text: plain(&kept.text, kept.citations.len()),
        confidence: kept.confidence.unwrap_or_default(),
        titles: titles(&kept.citations),
        escalation,
        message_id: message.clone(),
    })
}

/// Asks a workspace's deputy, by the API that the channel names. The answer is worked out and kept whether or not the
/// caller stays to read it.
///
/// # Errors
/// [`crate::Kind::QuotaExhausted`].
pub async fn ask(app: &App, request: &RequestContext, caller: &Caller, channel: Channel, ask: Ask) -> Result<Reply> {
    let tenant = caller.tenant();
    caller.require(Action::Read)?;
    let began = app.now();
    let workspace = caller.workspace();
    let ready = ready(app, tenant).await?;
    lane::admit_answer(&*app.limiter, &workspace.id, workspace.plan, began).await?;
    let id = ConversationId::new(app.id(ConversationId::PREFIX)?);
    let conversation = Conversation {
        session_key: id.to_string(),
        id,
        workspace_id: workspace.id.clone(),
        agent_id: ready.deputy.agent_id.clone(),
        channel,
        scope: String::new(),
        created_at: began,
        last_message_at: began,
    };
    let Ask {
        question,
        context,
        asked_by,
    } = ask;
    let mut changes = Changes::new(app, tenant);
    let exchange = Exchange::begin(
        app,
        &mut changes,
        workspace,
        conversation,
        Origin::default(),
        question,
        began,
    )?;
    changes.commit().await?;
    let (sender, receiver) = oneshot::channel();
    let task = AnswerTask {
        exchange,
        ready,
        context,
        asked_by,
        disconnect: request.disconnect.clone(),
    };
    request.background.spawn(async move {
        // The caller may have left; the answer is kept all the same.
        let _ = sender.send(task.run().await);
    });
    receiver.await.map_err(Error::internal)?
}

/// An answer to be worked out and kept.
struct AnswerTask {
    exchange: Exchange,
    ready: Ready,
    context: Context,
    asked_by: Name,
    disconnect: ClientDisconnect,
}

impl AnswerTask {
    async fn run(&self) -> Result<Reply> {
        let done = self.answer().await;
        if done.is_err() {
            self.exchange.fail(&AnswerDraft::default()).await;
        }
        done
    }

    async fn answer(&self) -> Result<Reply> {
        let Ready {
            deputy,
            agent,
            snapshot,
            owner_name,
        } = &self.ready;
        let exchange = &self.exchange;
        let question = exchange.question.as_str();
        let needed = decision::needed(question, deputy.approval_limit);
        let mut config = agent.config.clone();
        config.fallback_message = format!("This requires a personal decision — escalating to {owner_name}.");
        // Sources are sent next to the text, not in it, and have to be known.
        config.show_sources = true;
        let context = self.context.as_str();
        let request = AnswerRequest {
            config: &config,
            agent_version: version_name(agent.version),
            snapshot: snapshot.as_ref(),
            history: &[],
            question,
            context: Some(context).filter(|it| !it.is_empty()),
            needs_person: needed.is_some(),
            began: exchange.began,
        };
        let _memory = answer::reserve(&exchange.app, question.len() + context.len())?;
        let mut writer = AnswerWriter::new(&exchange.app, exchange.began, &drop, &self.disconnect);
        exchange::answer(&exchange.app, &request, &mut writer).await?;
        let draft = writer.draft;
        let reason = needed.unwrap_or(EscalationReason::LowConfidence);
        let escalation = match draft.is_answered {
            true => None,
            false => Some(self.escalation(reason, draft.confidence)?),
        };
        let mut reply = Reply {
            text: plain(&draft.text, draft.citations.len()),
            confidence: draft.confidence,
            titles: titles(&draft.citations),
            escalation,
            message_id: exchange.answer_id.clone(),
        };
        let mut changes = Changes::new(&exchange.app, &exchange.tenant);
        exchange.complete(&mut changes, &draft)?;
        let Some(escalation) = &reply.escalation else {
            changes.commit().await?;
            return Ok(reply);
        };
        let mut with_escalation = changes.clone();
        escalation::opened(&mut with_escalation, escalation)?;
        match with_escalation.commit().await {
            // The workspace has no room for another escalation, and the caller is answered all the same.
            Err(error) if error.kind == Kind::PlanLimit => {
                reply.escalation = None;
                changes.commit().await?;
            }
            end => drop(end?),
        }
        Ok(reply)
    }

    fn escalation(&self, reason: EscalationReason, confidence: f64) -> Result<Escalation> {
        let exchange = &self.exchange;
        let Ready { deputy, agent, .. } = &self.ready;
        let threshold = agent.config.confidence_threshold;
        Ok(Escalation {
            id: EscalationId::new(exchange.app.id(EscalationId::PREFIX)?),
            workspace_id: exchange.conversation.workspace_id.clone(),
            agent_id: exchange.conversation.agent_id.clone(),
            conversation_id: Some(exchange.conversation.id.clone()).filter(|_| !exchange.keeps_nothing),
            session_key: Some(exchange.conversation.session_key.clone()),
            message_id: Some(exchange.answer_id.clone()).filter(|_| !exchange.keeps_nothing),
            question: exchange.question.to_string(),
            asked_by: self.asked_by.to_string(),
            email: None,
            confidence: Some(confidence),
            reason,
            reason_text: decision::explanation(reason, confidence, threshold, deputy.approval_limit),
            status: EscalationStatus::Open,
            assignee_id: None,
            reply: None,
            replied_at: None,
            reply_status: None,
            document_id: None,
            created_at: exchange.app.now(),
            resolved_at: None,
        })
    }
}

fn titles(citations: &[Citation]) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for citation in citations {
        // The context that came with the question is no document of the workspace.
        if citation.document_id.as_str() != context::DOCUMENT && !titles.contains(&citation.title) {
            titles.push(citation.title.clone());
        }
    }
    titles
}
