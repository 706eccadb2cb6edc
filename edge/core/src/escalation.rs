//! Escalations: raised by answers and by visitors, seen to by people.
mod replying;

pub(crate) use replying::{ask_to_confirm, send_reply};
pub use replying::{confirm_replies, reply};

use crate::app::App;
use crate::auth::Caller;
use crate::auth::visitor::{self, Visitor};
use crate::changes::Changes;
use crate::permission::Action;
use crate::{Error, Result, document, idempotency};
use edge_model::escalation::{Escalation, EscalationReason, EscalationStatus};
use edge_model::event::{EscalationChanged, EventPayload, LeadCaptured};
use edge_model::text::{Email, Question, SessionKey};
use edge_model::{AccountId, AgentId, DocumentId, EscalationId};
use edge_store::{Page, TenantStore, escalations};

/// Adds a new escalation, of a visitor or of a deputy: its row, and the event for the endpoints that ask for it.
pub(crate) fn opened(changes: &mut Changes<'_>, escalation: &Escalation) -> Result<()> {
    changes.push(escalations::insert(escalation));
    let payload = EventPayload::EscalationCreated(escalation_changed(escalation));
    changes.event(payload)
}

/// Adds a change of an escalation, and the event when it was resolved; `before` is how it was.
fn updated(app: &App, changes: &mut Changes<'_>, before: &Escalation, after: &Escalation) -> Result<()> {
    changes.push(escalations::update(before, after, app.now()));
    if before.status == EscalationStatus::Open && after.status == EscalationStatus::Resolved {
        changes.push(escalations::trim_resolved(&after.workspace_id));
        changes.event(EventPayload::EscalationResolved(escalation_changed(after)))?;
    }
    Ok(())
}

fn escalation_changed(escalation: &Escalation) -> EscalationChanged {
    EscalationChanged {
        escalation_id: escalation.id.to_string(),
        session_key: escalation.session_key.clone(),
        agent_id: escalation.agent_id.clone(),
        question: escalation.question.clone(),
        asked_by: escalation.asked_by.clone(),
        confidence: escalation.confidence,
        reason: escalation.reason_text.clone(),
        email: escalation.email.clone(),
        resolved_at: escalation.resolved_at,
    }
}

/// A visitor's wish to speak to a person.
#[derive(Clone, Debug)]
pub struct EscalationRequest {
    pub agent: AgentId,
    pub session: SessionKey,
    pub email: Option<Email>,
    pub message: Question,
}

/// Raises an escalation for a visitor.
///
/// # Errors
/// Those of the credential; [`crate::Kind::NotFound`] for an agent that is not published here;
/// [`crate::Kind::RateLimited`].
pub async fn raise(app: &App, visitor: &Visitor, request: EscalationRequest) -> Result<Escalation> {
    let owner = visitor::owner(app, visitor).await?;
    let session = request.session.as_str();
    let tenant = app.tenant(&owner.workspace)?;
    let found = tenant.visit(&request.agent, session).await?;
    let Some(visit) = found.filter(|_| visitor.credential.is_for(&request.agent)) else {
        return Err(visitor::refuse(app, visitor, Error::not_found("agent")).await);
    };
    visitor::admit(app, visitor, &owner, Some(session), 0).await?;
    let workspace = owner.workspace.id;
    let email = request.email.map(|it| it.to_string());
    let escalation = Escalation {
        id: EscalationId::new(app.id(EscalationId::PREFIX)?),
        workspace_id: workspace,
        agent_id: request.agent,
        conversation_id: visit.conversation_id,
        session_key: Some(request.session.to_string()),
        message_id: visit.message_id,
        question: request.message.to_string(),
        asked_by: email.clone().unwrap_or_else(|| "Visitor".into()),
        email,
        confidence: visit.confidence,
        reason: EscalationReason::Visitor,
        reason_text: "The visitor asked for a person".into(),
        status: EscalationStatus::Open,
        assignee_id: None,
        reply: None,
        replied_at: None,
        reply_status: None,
        document_id: None,
        created_at: app.now(),
        resolved_at: None,
    };
    let mut changes = Changes::new(app, &tenant);
    opened(&mut changes, &escalation)?;
    if let Some(email) = &escalation.email {
        let lead = LeadCaptured {
            agent_id: escalation.agent_id.clone(),
            session_key: request.session.to_string(),
            email: email.clone(),
            message: escalation.question.clone(),
        };
        changes.event(EventPayload::LeadCaptured(lead))?;
    }
    changes.commit().await?;
    Ok(escalation)
}

/// Finds once more what a visitor raised.
///
/// # Errors
/// Those of the credential; [`crate::Kind::Gone`] when it is not kept any more.
pub async fn pleaded(app: &App, visitor: &Visitor, id: &EscalationId) -> Result<Escalation> {
    let owner = visitor::owner(app, visitor).await?;
    visitor::admit(app, visitor, &owner, None, 0).await?;
    find(&app.tenant(&owner.workspace)?, id)
        .await
        .map_err(idempotency::gone)
}

/// Lists escalations, newest first, with at most `shown` characters of each text, and counts all of the status.
pub async fn list(
    _: &App,
    caller: &Caller,
    status: Option<EscalationStatus>,
    shown: u32,
    page: &Page,
) -> Result<(Vec<Escalation>, u64)> {
    caller.require(Action::Read)?;
    let tenant = caller.tenant();
    Ok(tenant.escalations(status, shown, page).await?)
}

/// Returns an escalation.
///
/// # Errors
/// [`crate::Kind::NotFound`].
pub async fn get(_: &App, caller: &Caller, id: &EscalationId) -> Result<Escalation> {
    caller.require(Action::Read)?;
    find(caller.tenant(), id).await
}

async fn find(tenant: &TenantStore, id: &EscalationId) -> Result<Escalation> {
    let found = tenant.escalation(id).await?;
    found.ok_or_else(|| Error::not_found("escalation"))
}

/// What is to change about an escalation; none keeps, none in it clears.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub status: Option<EscalationStatus>,
    pub assignee: Option<Option<AccountId>>,
    /// The document that answers the question from now on.
    pub document: Option<Option<DocumentId>>,
}

/// Changes who sees to an escalation, whether it is done, and what closed it.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller may not edit content; [`crate::Kind::NotFound`] for the escalation, the
/// document, or a person who is no member.
pub async fn change(app: &App, caller: &Caller, id: &EscalationId, change: Change) -> Result<Escalation> {
    caller.require(Action::EditContent)?;
    let tenant = caller.tenant();
    let before = find(tenant, id).await?;
    let mut after = before.clone();
    if let Some(assignee) = change.assignee {
        if let Some(account) = &assignee
            && !tenant.has_member(account).await?
        {
            return Err(Error::not_found("member"));
        }
        after.assignee_id = assignee;
    }
    if let Some(closed_by) = change.document {
        if let Some(document) = &closed_by {
            document::find(tenant, document).await?;
        }
        after.document_id = closed_by;
    }
    if let Some(status) = change.status {
        set_status(app, &mut after, status);
    }
    let mut changes = Changes::new(app, tenant);
    updated(app, &mut changes, &before, &after)?;
    changes.commit().await?;
    Ok(after)
}

/// Resolving what is resolved keeps the moment; what is open again has none.
fn set_status(app: &App, escalation: &mut Escalation, status: EscalationStatus) {
    escalation.resolved_at = match status {
        EscalationStatus::Open => None,
        EscalationStatus::Resolved => escalation.resolved_at.or_else(|| Some(app.now())),
    };
    escalation.status = status;
}

/// Finds an escalation once more that was replied to.
///
/// # Errors
/// [`crate::Kind::Forbidden`] when the caller may not edit content; [`crate::Kind::Gone`] when it is not kept any more.
pub async fn replied(_: &App, caller: &Caller, id: &EscalationId) -> Result<Escalation> {
    caller.require(Action::EditContent)?;
    find(caller.tenant(), id).await.map_err(idempotency::gone)
}
