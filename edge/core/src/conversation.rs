//! Conversations: a question comes in, is kept, is answered, and the answer is kept.
use crate::agent::version_name;
use crate::answer::{self, AnswerDraft, AnswerEvent, AnswerRequest, AnswerWriter};
use crate::app::App;
use crate::auth::visitor::{self, Purpose, Visitor};
use crate::auth::{Caller, api_key};
use crate::changes::Changes;
use crate::exchange::{self, Exchange, Origin};
use crate::memory::Reservation;
use crate::permission::Action;
use crate::ports::{Background, ClientDisconnect, RequestContext};
use crate::{Error, Result};
use edge_model::conversation::{Channel, Conversation, Explained};
use edge_model::event::{ConversationStarted, EventPayload};
use edge_model::text::{Question, SessionKey};
use edge_model::{AgentId, ConversationId, MessageId, Timestamp, WorkspaceId};
use edge_store::conversations::{ChatContext, Published};
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
/// and its pending answer. Where there is more than one database, another one finds that of the key before. The answer
/// is worked out and kept whether or not the visitor stays to read it.
///
/// # Errors
/// Those of the credential; [`crate::Kind::NotFound`] for an agent that is not published here;
/// [`crate::Kind::RateLimited`], [`crate::Kind::QuotaExhausted`].
pub async fn ask(app: &App, request: &RequestContext, visitor: &Visitor, ask: Ask) -> Result<Answering> {
    let (began, credential) = (app.now(), &visitor.credential);
    let key = visitor::key_ref(credential)?;
    let mut context = match api_key::database(app, &key).await? {
        Some(database) => {
            let session = ask.session.as_str();
            database.chat_context(&key, &ask.agent, session, TURNS).await?
        }
        None => ChatContext::default(),
    };
    let agent = context.agent.take().filter(|_| credential.is_for(&ask.agent));
    let found = visitor::checked_key(credential, Purpose::Other, context.owner.take()).and_then(|owner| match agent {
        Some(agent) => Ok((owner, agent)),
        None => Err(Error::not_found("agent")),
    });
    let (owner, agent) = match found {
        Ok(found) => found,
        Err(error) => return Err(visitor::refuse(app, visitor, error).await),
    };
    let history: usize = context.history.iter().map(|it| it.text.len()).sum();
    let memory = answer::reserve(app, history + ask.question.as_str().len())?;
    visitor::admit(app, visitor, &owner, Some(ask.session.as_str()), 1).await?;
    let origin = Origin {
        page_url: ask.page_url.as_deref(),
        user_agent: ask.user_agent.as_deref(),
    };
    let mut changes = Changes::new(app, &app.tenant(&owner.workspace)?);
    let (conversation, is_new) = match context.conversation.take() {
        Some(conversation) => (conversation, false),
        None => (new_conversation(app, &owner.workspace.id, &ask, began)?, true),
    };
    let started = is_new.then(|| {
        EventPayload::ConversationStarted(ConversationStarted {
            conversation_id: conversation.id.clone(),
            agent_id: ask.agent.clone(),
            session_key: conversation.session_key.clone(),
            page_url: ask.page_url.clone(),
        })
    });
    let workspace = &owner.workspace;
    let exchange = Exchange::begin(
        app,
        &mut changes,
        workspace,
        conversation,
        origin,
        ask.question.clone(),
        began,
    )?;
    changes.extend(api_key::record_use(&owner, None, began));
    if let Some(started) = started {
        changes.event(started)?;
    }
    // Webhooks are woken in the background, so that they do not delay the answer.
    changes.commit_in(&request.background).await?;
    let (sender, events) = unbounded();
    let message_id = exchange.answer_id.clone();
    let task = AnswerTask {
        exchange,
        context,
        agent,
        background: request.background.clone(),
        _memory: memory,
    };
    request.background.spawn(task.run(sender, request.disconnect.clone()));
    Ok(Answering { message_id, events })
}

/// Returns the conversation that a session begins.
fn new_conversation(app: &App, workspace: &WorkspaceId, ask: &Ask, began: Timestamp) -> Result<Conversation> {
    Ok(Conversation {
        id: ConversationId::new(app.id(ConversationId::PREFIX)?),
        workspace_id: workspace.clone(),
        agent_id: ask.agent.clone(),
        channel: Channel::Widget,
        scope: String::new(),
        session_key: ask.session.as_str().into(),
        created_at: began,
        last_message_at: began,
    })
}

/// An answer to be worked out, kept and streamed.
struct AnswerTask {
    exchange: Exchange,
    context: ChatContext,
    agent: Published,
    background: Background,
    _memory: Reservation,
}

impl AnswerTask {
    async fn run(self, events: UnboundedSender<AnswerEvent>, disconnect: ClientDisconnect) {
        let exchange = &self.exchange;
        // A closed channel means that the visitor has left; the answer is kept all the same.
        let tell = |event| {
            let _ = events.unbounded_send(event);
        };
        tell(AnswerEvent::Started {
            message_id: exchange.answer_id.clone(),
        });
        let on_event = |event| {
            if !disconnect.is_disconnected() {
                tell(event);
            }
        };
        let mut writer = AnswerWriter::new(&exchange.app, exchange.began, &on_event, &disconnect);
        let written = exchange::answer(&exchange.app, &self.request(), &mut writer).await;
        let end = match self.end(written, &writer.draft, &on_event).await {
            Ok(end) => end,
            Err(error) => {
                exchange.fail(&writer.draft).await;
                AnswerEvent::Failed(error)
            }
        };
        tell(end);
    }

    fn request(&self) -> AnswerRequest<'_> {
        AnswerRequest {
            config: &self.agent.config,
            agent_version: version_name(self.agent.version),
            snapshot: self.context.snapshot.as_ref(),
            history: &self.context.history,
            question: self.exchange.question.as_str(),
            began: self.exchange.began,
            context: None,
            needs_person: false,
        }
    }

    async fn end(&self, written: Result<()>, draft: &AnswerDraft, tell: &impl Fn(AnswerEvent)) -> Result<AnswerEvent> {
        written?;
        tell(AnswerEvent::Citations(draft.citations.clone()));
        // Kept before the end is sent, so that a client that has read the end can rely on it.
        let mut changes = Changes::new(&self.exchange.app, &self.exchange.tenant);
        self.exchange.complete(&mut changes, draft)?;
        changes.commit_in(&self.background).await?;
        Ok(AnswerEvent::Finished {
            confidence: draft.confidence,
            is_answered: draft.is_answered,
        })
    }
}

/// Explains an answer: its question, the grounds it stands on, and how it came about.
///
/// # Errors
/// [`crate::Kind::NotFound`] when there is no such answer in the workspace.
pub async fn explain(_: &App, caller: &Caller, id: &MessageId) -> Result<Explained> {
    caller.require(Action::Read)?;
    let found = caller.tenant().explained_answer(id).await?;
    found.ok_or_else(|| Error::not_found("message"))
}
