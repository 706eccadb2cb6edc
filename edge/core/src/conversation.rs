//! Conversations: a question comes in, is kept, is answered, and the answer is kept.
use crate::agent::version_name;
use crate::answer::{self, AnswerEvent, Brief, Composed, Speech, context};
use crate::app::App;
use crate::changes::Changes;
use crate::memory::Reservation;
use crate::permission::Action;
use crate::ports::{Background, Departure};
use crate::widget::{self, Purpose, Visitor};
use crate::workspace::Member;
use crate::{Error, Result};
use edge_model::conversation::{Answer, Author, Citation, Conversation, Explained, MessageStatus};
use edge_model::event::{ConversationStarted, Happening, MessageAnswered, SourceRef};
use edge_model::text::{Question, SessionKey};
use edge_model::{AgentId, ConversationId, MessageId, Timestamp, WorkspaceId};
use edge_store::conversations::{ChatContext, Published};
use edge_store::{conversations, documents};
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};

/// As many turns back a follow-up may lean.
const TURNS: u32 = 8;

/// A question of a visitor's.
#[derive(Clone, Debug)]
pub struct Ask {
    pub agent: AgentId,
    pub session: SessionKey,
    pub question: Question,
    pub page_url: Option<String>,
    pub user_agent: Option<String>,
}

/// What hangs on the request that asks.
#[derive(Clone)]
pub struct Circumstances {
    pub background: Background,
    pub departure: Departure,
}

/// The events of an answer, as they come.
pub type AnswerStream = UnboundedReceiver<AnswerEvent>;

/// An answer under way.
#[derive(Debug)]
pub struct Answering {
    pub message_id: MessageId,
    pub events: AnswerStream,
}

/// Takes a visitor's question in and answers it in a stream.
///
/// Two round trips to the database come before the first event: one reads all that is needed, one writes the question
/// and its pending answer. The answer is worked out and kept whether or not the visitor stays to read it.
///
/// # Errors
/// Those of the credential; [`crate::Kind::NotFound`] for an agent that is not published here;
/// [`crate::Kind::RateLimited`], [`crate::Kind::QuotaExhausted`].
pub async fn ask(app: &App, around: &Circumstances, visitor: &Visitor, ask: Ask) -> Result<Answering> {
    let (began, credential) = (app.now(), &visitor.credential);
    let key = widget::key_ref(credential)?;
    let mut context = app
        .store
        .chat_context(&key, &ask.agent, ask.session.as_str(), TURNS)
        .await?;
    let agent = context.agent.take().filter(|_| credential.is_for(&ask.agent));
    let found = widget::admit_key(credential, Purpose::Other, context.owner.take()).and_then(|owner| match agent {
        Some(agent) => Ok((owner, agent)),
        None => Err(Error::not_found("agent")),
    });
    let (owner, agent) = match found {
        Ok(found) => found,
        Err(error) => return Err(widget::refuse(app, visitor, error).await),
    };
    let history: usize = context.history.iter().map(|it| it.text.len()).sum();
    let memory = answer::reserve(app, history + ask.question.as_str().len())?;
    widget::admit(app, visitor, &owner, Some(ask.session.as_str()), 1).await?;
    let mut started = None;
    let conversation = match context.conversation.take() {
        Some(conversation) => Conversation {
            last_message_at: began,
            ..conversation
        },
        None => {
            let conversation = Conversation {
                id: ConversationId::new(app.id(ConversationId::PREFIX)?),
                workspace_id: owner.workspace.id.clone(),
                agent_id: ask.agent.clone(),
                session_key: ask.session.as_str().into(),
                created_at: began,
                last_message_at: began,
            };
            started = Some(ConversationStarted {
                conversation_id: conversation.id.clone(),
                agent_id: ask.agent.clone(),
                session_key: conversation.session_key.clone(),
                page_url: ask.page_url.clone(),
            });
            conversation
        }
    };
    let question_id = MessageId::new(app.id(MessageId::PREFIX)?);
    let answer_id = MessageId::new(app.id(MessageId::PREFIX)?);
    let question = ask.question.as_str();
    let (page_url, user_agent) = (ask.page_url.as_deref(), ask.user_agent.as_deref());
    let complete = MessageStatus::Complete;
    let row = |id, author, status, text, at| conversations::insert_message(&conversation, id, author, status, text, at);
    let mut changes = Changes::of(app, conversations::insert(&conversation, page_url, user_agent));
    changes.push(row(&question_id, Author::Visitor, complete, question, began));
    // A millisecond later, so that the order of the two is never in doubt.
    changes.push(row(
        &answer_id,
        Author::Agent,
        MessageStatus::Pending,
        "",
        began.plus(1),
    ));
    changes.extend(widget::touch(&owner, None, began));
    if let Some(started) = started {
        changes.event(&owner.workspace.id, Happening::ConversationStarted(started))?;
    }
    // Webhooks are woken in the background, so that they do not delay the answer.
    changes.commit_in(&around.background).await?;
    let (sender, events) = unbounded();
    let message_id = answer_id.clone();
    let work = Work {
        app: app.clone(),
        context,
        agent,
        question_id,
        answer_id,
        keeps_nothing: owner.workspace.retention_days == Some(0),
        workspace: owner.workspace.id,
        ask,
        began,
        background: around.background.clone(),
        _memory: memory,
    };
    around.background.spawn(work.run(sender, around.departure.clone()));
    Ok(Answering { message_id, events })
}

/// An answer to be worked out, kept and told.
struct Work {
    app: App,
    context: ChatContext,
    agent: Published,
    question_id: MessageId,
    answer_id: MessageId,
    /// Whether the workspace keeps nothing once the question is answered.
    keeps_nothing: bool,
    workspace: WorkspaceId,
    ask: Ask,
    began: Timestamp,
    background: Background,
    _memory: Reservation,
}

impl Work {
    async fn run(self, events: UnboundedSender<AnswerEvent>, departure: Departure) {
        // A closed channel means that nobody listens; the answer is kept all the same.
        let tell = |event| {
            let _ = events.unbounded_send(event);
        };
        tell(AnswerEvent::Started {
            message_id: self.answer_id.clone(),
        });
        let heard = |event| {
            if !departure.is_announced() {
                tell(event);
            }
        };
        let mut speech = Speech::new(&self.app, self.began, &heard, &departure);
        let composed = answer::compose(&self.app, &self.brief(), &mut speech).await;
        let end = match self.end(composed, &speech.composed, &heard).await {
            Ok(end) => end,
            Err(error) => {
                let failed = self.kept(MessageStatus::Failed, &speech.composed);
                // The failure that is told is the first one.
                let _ = self.changes(&failed).commit().await;
                AnswerEvent::Failed(error)
            }
        };
        tell(end);
    }

    fn brief(&self) -> Brief<'_> {
        Brief {
            config: &self.agent.config,
            agent_version: version_name(self.agent.version),
            snapshot: self.context.snapshot.as_ref(),
            history: &self.context.history,
            question: self.ask.question.as_str(),
            began: self.began,
            context: None,
            needs_person: false,
        }
    }

    async fn end(&self, ended: Result<()>, composed: &Composed, tell: &impl Fn(AnswerEvent)) -> Result<AnswerEvent> {
        ended?;
        tell(AnswerEvent::Citations(composed.citations.clone()));
        // Kept before the end is told: who has read the end can rely on it.
        let answer = self.kept(MessageStatus::Complete, composed);
        let mut changes = self.changes(&answer);
        // With zero retention no event is recorded, since receivers would keep the content.
        if !self.keeps_nothing {
            changes.event(&self.workspace, answered_event(&self.asked(), &answer))?;
        }
        changes.commit_in(&self.background).await?;
        Ok(AnswerEvent::Finished {
            confidence: composed.confidence,
            is_answered: composed.is_answered,
        })
    }

    /// Completes the answer, or deletes it with its question where nothing is kept.
    fn changes(&self, answer: &Answer) -> Changes<'_> {
        let mut changes = Changes::new(&self.app);
        match self.keeps_nothing {
            true => changes.extend(conversations::delete_exchange(
                &self.workspace,
                &self.question_id,
                &self.answer_id,
            )),
            false => drop(changes.push(conversations::complete_answer(&self.workspace, answer))),
        }
        changes.push(documents::count_hits(&self.workspace, &answer.citations));
        changes
    }

    fn asked(&self) -> Asked<'_> {
        Asked {
            agent: &self.ask.agent,
            session_key: self.ask.session.as_str(),
            question: self.ask.question.as_str(),
        }
    }

    fn kept(&self, status: MessageStatus, composed: &Composed) -> Answer {
        let Composed {
            text,
            citations,
            confidence,
            is_answered,
            trace,
        } = composed.clone();
        Answer {
            message_id: self.answer_id.clone(),
            status,
            text,
            citations,
            confidence,
            is_answered: is_answered && status == MessageStatus::Complete,
            latency_ms: u64::try_from(self.app.now().0 - self.began.0).unwrap_or_default(),
            trace,
        }
    }
}

/// What was asked, and where.
pub(crate) struct Asked<'a> {
    pub(crate) agent: &'a AgentId,
    pub(crate) session_key: &'a str,
    pub(crate) question: &'a str,
}

/// Returns the event that reports an answer.
pub(crate) fn answered_event(asked: &Asked, answer: &Answer) -> Happening {
    let documents = answer
        .citations
        .iter()
        .filter(|it| it.document_id.as_str() != context::DOCUMENT);
    let source = |it: &Citation| SourceRef {
        document_id: it.document_id.clone(),
        title: it.title.clone(),
    };
    Happening::MessageAnswered(MessageAnswered {
        message_id: answer.message_id.clone(),
        agent_id: asked.agent.clone(),
        session_key: asked.session_key.into(),
        question: asked.question.into(),
        answer: answer.text.clone(),
        confidence: answer.confidence,
        is_answered: answer.is_answered,
        latency_ms: answer.latency_ms,
        sources: documents.map(source).collect(),
    })
}

/// Explains an answer: its question, the grounds it stands on, and how it came about.
///
/// # Errors
/// [`crate::Kind::NotFound`] when there is no such answer in the workspace.
pub async fn explain(app: &App, member: &Member, id: &MessageId) -> Result<Explained> {
    member.require(Action::Read)?;
    let found = app.store.explained_answer(&member.workspace.id, id).await?;
    found.ok_or_else(|| Error::not_found("message"))
}
