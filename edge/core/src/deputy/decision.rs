//! Which questions only the owner may answer, and how that is said.
use crate::limit::plan::grouped;
use edge_model::escalation::EscalationReason;
use retrieval::decision::{Reason, decision};

/// Tells why the owner has to decide, when a question asks for a decision. `limit` is the amount above which they do.
pub(super) fn needed(question: &str, limit: Option<f64>) -> Option<EscalationReason> {
    decision(question, limit).map(|reason| match reason {
        Reason::Approve => EscalationReason::Approve,
        Reason::Sign => EscalationReason::Sign,
        Reason::Authorise => EscalationReason::Authorise,
        Reason::Staff => EscalationReason::Staff,
        Reason::Discount => EscalationReason::Discount,
        Reason::Exception => EscalationReason::Exception,
        Reason::Amount => EscalationReason::Amount,
    })
}

/// Says why, for people.
pub(super) fn explanation(reason: EscalationReason, confidence: f64, threshold: f64, limit: Option<f64>) -> String {
    match reason {
        EscalationReason::Visitor => "The visitor asked for a person".into(),
        EscalationReason::LowConfidence if confidence < threshold => {
            format!(
                "Not covered well enough by the knowledge base (confidence {confidence:.2}, threshold {threshold:.2})"
            )
        }
        EscalationReason::LowConfidence => "Not covered by the knowledge base".into(),
        EscalationReason::Approve => "Requires a personal approval".into(),
        EscalationReason::Sign => "Requires a personal signature".into(),
        EscalationReason::Authorise => "Requires a personal authorisation".into(),
        EscalationReason::Staff => "Requires a personal decision about staff".into(),
        EscalationReason::Discount => "Requires a personal decision about a discount".into(),
        EscalationReason::Exception => "Requires a personal decision about an exception".into(),
        EscalationReason::Amount => {
            // Whole units are enough for a limit.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a limit is checked when it is set"
            )]
            let limit = grouped(limit.unwrap_or_default() as u64);
            format!("Requires personal budget authority over {limit}")
        }
    }
}
