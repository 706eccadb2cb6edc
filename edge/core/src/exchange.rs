//! An exchange: a question and its answer, the same for every caller and every channel.
//!
//! The question is kept with the place of its answer before anything is worked out, so that nothing is lost when the
//! isolate crashes. Then the answer is worked out, and kept with what reports it, or deleted with its question where
//! the workspace keeps nothing. Visitors ask by [`crate::conversation`], programs by [`crate::deputy`], and the test
//! chat by [`crate::agent::test`], which keeps nothing at all.
use crate::Result;
use crate::answer::{self, AnswerDraft, AnswerRequest, AnswerWriter, context};
use crate::app::App;
use crate::changes::Changes;
use edge_model::conversation::{Answer, Author, Citation, Conversation, MessageStatus};
use edge_model::event::{EventPayload, MessageAnswered, SourceRef};
use edge_model::text::Question;
use edge_model::time::TimeDelta;
use edge_model::workspace::Workspace;
use edge_model::{MessageId, Timestamp, WorkspaceId};
use edge_store::{TenantStore, conversations, documents};

/// Where a question is asked.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Origin<'a> {
    pub(crate) page_url: Option<&'a str>,
    pub(crate) user_agent: Option<&'a str>,
}

/// A question that is kept, and the place of its answer.
pub(crate) struct Exchange {
    pub(crate) app: App,
    pub(crate) tenant: TenantStore,
    pub(crate) conversation: Conversation,
    pub(crate) question: Question,
    pub(crate) question_id: MessageId,
    pub(crate) answer_id: MessageId,
    pub(crate) began: Timestamp,
    /// Whether the workspace keeps nothing once the question is answered.
    pub(crate) keeps_nothing: bool,
}

/// Answers a question. The one place where it is decided who answers: so far always the assistant.
///
/// # Errors
/// Those of [`answer::compose`].
pub(crate) async fn answer(app: &App, request: &AnswerRequest<'_>, writer: &mut AnswerWriter<'_>) -> Result<()> {
    answer::compose(app, request, writer).await
}

impl Exchange {
    /// Adds a question, its conversation and the place of its answer to what is about to be written.
    pub(crate) fn begin(
        app: &App,
        changes: &mut Changes<'_>,
        workspace: &Workspace,
        conversation: Conversation,
        origin: Origin<'_>,
        question: Question,
        began: Timestamp,
    ) -> Result<Self> {
        let exchange = Self {
            app: app.clone(),
            tenant: changes.half().clone(),
            question,
            question_id: MessageId::new(app.id(MessageId::PREFIX)?),
            answer_id: MessageId::new(app.id(MessageId::PREFIX)?),
            began,
            keeps_nothing: workspace.retention_days == Some(0),
            conversation: Conversation {
                last_message_at: began,
                ..conversation
            },
        };
        let message = |id, author, status, text, at| {
            conversations::insert_message(&exchange.conversation, id, author, status, text, at)
        };
        let (complete, pending) = (MessageStatus::Complete, MessageStatus::Pending);
        let question = exchange.question.as_str();
        changes.push(conversations::insert(
            &exchange.conversation,
            origin.page_url,
            origin.user_agent,
        ));
        changes.push(message(
            &exchange.question_id,
            Author::Visitor,
            complete,
            question,
            began,
        ));
        // A millisecond later, so that the order of the two is never in doubt.
        changes.push(message(
            &exchange.answer_id,
            Author::Agent,
            pending,
            "",
            began.plus(TimeDelta::milliseconds(1)),
        ));
        Ok(exchange)
    }

    /// Returns the workspace.
    pub(crate) fn workspace(&self) -> &WorkspaceId {
        &self.conversation.workspace_id
    }

    /// Keeps the answer, counts its documents, and reports it to the endpoints that ask for answers. Where nothing is
    /// kept it is deleted with its question and not reported, since receivers would keep it.
    pub(crate) fn complete(&self, changes: &mut Changes<'_>, draft: &AnswerDraft) -> Result<()> {
        let answer = self.answer_row(MessageStatus::Complete, draft);
        self.keep(changes, &answer);
        if self.keeps_nothing {
            return Ok(());
        }
        changes.event(self.answered_event(answer))
    }

    /// Notes that the answer failed, with what was said until then, as far as the database answers.
    pub(crate) async fn fail(&self, draft: &AnswerDraft) {
        let mut changes = Changes::new(&self.app, &self.tenant);
        self.keep(&mut changes, &self.answer_row(MessageStatus::Failed, draft));
        // The failure that the caller is told of is the first one, not this.
        let _ = changes.commit().await;
    }

    fn keep(&self, changes: &mut Changes<'_>, answer: &Answer) {
        let workspace = self.workspace();
        if self.keeps_nothing {
            changes.extend(conversations::delete_exchange(
                workspace,
                &self.question_id,
                &self.answer_id,
            ));
        } else {
            changes.push(conversations::complete_answer(workspace, answer));
        }
        changes.push(documents::count_hits(workspace, &answer.citations));
    }

    /// Returns the row of the answer.
    fn answer_row(&self, status: MessageStatus, draft: &AnswerDraft) -> Answer {
        let AnswerDraft {
            text,
            citations,
            confidence,
            is_answered,
            trace,
        } = draft.clone();
        Answer {
            message_id: self.answer_id.clone(),
            status,
            text,
            citations,
            confidence,
            is_answered: is_answered && status == MessageStatus::Complete,
            latency_ms: self.latency(),
            trace,
        }
    }

    /// Returns the event that reports the answer.
    fn answered_event(&self, answer: Answer) -> EventPayload {
        let documents = answer
            .citations
            .iter()
            .filter(|it| it.document_id.as_str() != context::DOCUMENT);
        let source = |it: &Citation| SourceRef {
            document_id: it.document_id.clone(),
            title: it.title.clone(),
        };
        EventPayload::MessageAnswered(MessageAnswered {
            message_id: answer.message_id.clone(),
            agent_id: self.conversation.agent_id.clone(),
            session_key: self.conversation.session_key.clone(),
            question: self.question.to_string(),
            confidence: answer.confidence,
            is_answered: answer.is_answered,
            latency_ms: answer.latency_ms,
            sources: documents.map(source).collect(),
            answer: answer.text,
        })
    }

    /// Returns how long the question has been waiting, in milliseconds.
    fn latency(&self) -> u64 {
        self.app.now().millis_since(self.began)
    }
}
