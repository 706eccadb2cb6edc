//! Events as webhooks see them: each dialect has its own words.
use crate::{builder, insydr, twig, twin};
use edge_core::ports::{Envelope, Envelopes};
use edge_model::event::{Event, EventKind};
use edge_model::webhook::WebhookForm;

/// The four dialects.
pub struct Dialects;

impl Envelopes for Dialects {
    fn envelope(&self, form: WebhookForm, event: &Event) -> Option<Envelope> {
        match form {
            WebhookForm::Twig => twig::envelope::envelope(event),
            WebhookForm::Twin => twin::envelope::envelope(event),
            WebhookForm::Builder => builder::envelope::envelope(event),
            WebhookForm::Insydr => insydr::envelope::envelope(event),
        }
    }
}

/// Returns what the dialect of a webhook calls a kind.
pub(crate) fn name(form: WebhookForm, kind: EventKind) -> Option<&'static str> {
    match form {
        WebhookForm::Twig => twig::envelope::name(kind),
        WebhookForm::Twin => twin::envelope::name(kind),
        WebhookForm::Builder => builder::envelope::name(kind),
        WebhookForm::Insydr => insydr::envelope::name(kind),
    }
}

/// Finds a kind by a dialect's name for it. What only we send cannot be asked for.
pub(crate) fn kind(text: &str, name: fn(EventKind) -> Option<&'static str>) -> Option<EventKind> {
    let kinds = EventKind::ALL.iter().copied();
    kinds
        .filter(|it| *it != EventKind::Test)
        .find(|it| name(*it) == Some(text))
}

/// Returns a dialect's names of all kinds that can be asked for.
pub(crate) fn names(name: fn(EventKind) -> Option<&'static str>) -> String {
    let kinds = EventKind::ALL.iter().filter(|it| **it != EventKind::Test);
    kinds.filter_map(|it| name(*it)).collect::<Vec<_>>().join(", ")
}
