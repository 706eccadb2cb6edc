//! A question to a deputy: kept, answered or handed to the owner, and the answer kept.
use super::{decision, ready};
use crate::agent::version_name;
use crate::answer::{self, Brief, Composed, Speech, context, plain::plain};
use crate::app::App;
use crate::changes::Changes;
use crate::conversation::{Asked, Circumstances, answered_event};
use crate::limit::lane;
use crate::permission::Action;
use crate::ports::Departure;
use crate::program::Caller;
use crate::{Error, Kind, Result, escalation, idempotency};
use edge_model::conversation::{Answer, Author, Citation, Conversation, MessageStatus};
use edge_model::escalation::{Escalation, EscalationReason, EscalationStatus};
use edge_model::text::{Context, Name, Question};
use edge_model::{ConversationId, EscalationId, MessageId, Timestamp};
use edge_store::answers::Kept;
use edge_store::deputies::Ready;
use edge_store::{conversations, documents};
use futures_channel::oneshot;

/// A question to a deputy.
#[derive(Clone, Debug)]
pub struct Ask {
    pub question: Question,
    /// What the caller tells beside it, such as the thread that it stands in.
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
pub async fn answered(app: &App, caller: &impl Caller, message: &MessageId) -> Result<Reply> {
    caller.require(Action::Read)?;
    let workspace = &caller.workspace().id;
    let kept = app.store.kept_answer(workspace, message).await?;
    let is_complete = |it: &Kept| it.status == MessageStatus::Complete;
    let kept = kept.filter(is_complete).ok_or_else(idempotency::nothing_kept)?;
    let escalation = match kept.is_answered {
        true => None,
        false => {
            let found = app.store.escalation_of_message(workspace, message).await?;
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

/// Asks a workspace's deputy. The answer is worked out and kept whether or not the caller stays to read it.
///
/// # Errors
/// [`crate::Kind::QuotaExhausted`].
pub async fn ask(app: &App, around: &Circumstances, caller: &impl Caller, ask: Ask) -> Result<Reply> {
    caller.require(Action::Read)?;
    let began = app.now();
    let workspace = caller.workspace();
    let ready = ready(app, workspace).await?;
    lane::admit_answer(&*app.limiter, &workspace.id, workspace.plan, began).await?;
    let id = ConversationId::new(app.id(ConversationId::PREFIX)?);
    let conversation = Conversation {
        session_key: id.to_string(),
        id,
        workspace_id: workspace.id.clone(),
        agent_id: ready.deputy.agent_id.clone(),
        created_at: began,
        last_message_at: began,
    };
    let question_id = MessageId::new(app.id(MessageId::PREFIX)?);
    let answer_id = MessageId::new(app.id(MessageId::PREFIX)?);
    let (asked, pending) = (MessageStatus::Complete, MessageStatus::Pending);
    let question = ask.question.as_str();
    let row = |id, author, status, text, at| conversations::insert_message(&conversation, id, author, status, text, at);
    let mut changes = Changes::of(app, conversations::insert(&conversation, None, None));
    changes.push(row(&question_id, Author::Visitor, asked, question, began));
    // A millisecond later, so that the order of the two is never in doubt.
    changes.push(row(&answer_id, Author::Agent, pending, "", began.plus(1)));
    changes.commit().await?;
    let (sender, receiver) = oneshot::channel();
    let work = Work {
        app: app.clone(),
        ready,
        conversation,
        question_id,
        answer_id,
        keeps_nothing: workspace.retention_days == Some(0),
        ask,
        began,
        departure: around.departure.clone(),
    };
    around.background.spawn(async move {
        // Who asked may have left; the answer is kept all the same.
        let _ = sender.send(work.run().await);
    });
    receiver.await.map_err(Error::internal)?
}

/// An answer to be worked out and kept.
struct Work {
    app: App,
    ready: Ready,
    conversation: Conversation,
    question_id: MessageId,
    answer_id: MessageId,
    /// Whether the workspace keeps nothing once the question is answered, but for what a person has to answer.
    keeps_nothing: bool,
    ask: Ask,
    began: Timestamp,
    departure: Departure,
}

impl Work {
    async fn run(&self) -> Result<Reply> {
        let done = self.answer().await;
        if done.is_err() {
            let failed = self.kept(MessageStatus::Failed, Composed::default());
            let write = conversations::complete_answer(&self.conversation.workspace_id, &failed);
            // The failure that is told is the first one.
            let _ = Changes::of(&self.app, write).commit().await;
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
        let question = self.ask.question.as_str();
        let needed = decision::needed(question, deputy.approval_limit);
        let mut config = agent.config.clone();
        config.fallback_message = format!("This requires a personal decision — escalating to {owner_name}.");
        // What the answer stands on is told beside it, not in it, and has to be known.
        config.show_sources = true;
        let context = self.ask.context.as_str();
        let brief = Brief {
            config: &config,
            agent_version: version_name(agent.version),
            snapshot: snapshot.as_ref(),
            history: &[],
            question,
            context: Some(context).filter(|it| !it.is_empty()),
            needs_person: needed.is_some(),
            began: self.began,
        };
        let _memory = answer::reserve(&self.app, question.len() + context.len())?;
        let mut speech = Speech::new(&self.app, self.began, &drop, &self.departure);
        answer::compose(&self.app, &brief, &mut speech).await?;
        let composed = speech.composed;
        let reason = needed.unwrap_or(EscalationReason::LowConfidence);
        let escalation = match composed.is_answered {
            true => None,
            false => Some(self.escalation(reason, composed.confidence)?),
        };
        let mut reply = Reply {
            text: plain(&composed.text, composed.citations.len()),
            confidence: composed.confidence,
            titles: titles(&composed.citations),
            escalation,
            message_id: self.answer_id.clone(),
        };
        let workspace = &self.conversation.workspace_id;
        let hits = documents::count_hits(workspace, &composed.citations);
        let answer = self.kept(MessageStatus::Complete, composed);
        let mut changes = Changes::new(&self.app);
        match self.keeps_nothing {
            true => changes.extend(conversations::delete_exchange(
                workspace,
                &self.question_id,
                &self.answer_id,
            )),
            false => self.keep(&mut changes, &answer)?,
        }
        changes.push(hits);
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

    /// Keeps an answer, and reports it to the endpoints that ask for answers.
    fn keep(&self, changes: &mut Changes<'_>, answer: &Answer) -> Result<()> {
        let workspace = &self.conversation.workspace_id;
        let asked = Asked {
            agent: &self.conversation.agent_id,
            session_key: &self.conversation.session_key,
            question: self.ask.question.as_str(),
        };
        changes.push(conversations::complete_answer(workspace, answer));
        changes.event(workspace, answered_event(&asked, answer))
    }

    fn escalation(&self, reason: EscalationReason, confidence: f64) -> Result<Escalation> {
        let Ready { deputy, agent, .. } = &self.ready;
        let threshold = agent.config.confidence_threshold;
        Ok(Escalation {
            id: EscalationId::new(self.app.id(EscalationId::PREFIX)?),
            workspace_id: self.conversation.workspace_id.clone(),
            agent_id: self.conversation.agent_id.clone(),
            conversation_id: Some(self.conversation.id.clone()).filter(|_| !self.keeps_nothing),
            session_key: Some(self.conversation.session_key.clone()),
            message_id: Some(self.answer_id.clone()).filter(|_| !self.keeps_nothing),
            question: self.ask.question.to_string(),
            asked_by: self.ask.asked_by.to_string(),
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
            created_at: self.app.now(),
            resolved_at: None,
        })
    }

    fn kept(&self, status: MessageStatus, composed: Composed) -> Answer {
        let Composed {
            text,
            citations,
            confidence,
            is_answered,
            trace,
        } = composed;
        Answer {
            message_id: self.answer_id.clone(),
            status,
            text,
            citations,
            confidence,
            is_answered,
            latency_ms: u64::try_from(self.app.now().0 - self.began.0).unwrap_or_default(),
            trace,
        }
    }
}

fn titles(citations: &[Citation]) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for citation in citations {
        // What the caller told is no document of theirs.
        if citation.document_id.as_str() != context::DOCUMENT && !titles.contains(&citation.title) {
            titles.push(citation.title.clone());
        }
    }
    titles
}
