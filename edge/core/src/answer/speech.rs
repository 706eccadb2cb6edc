//! An answer while it is being said: what listeners are told of, and what is kept.
use super::AnswerEvent;
use crate::app::App;
use crate::ports::Departure;
use edge_model::Timestamp;
use edge_model::conversation::{Citation, Trace};

/// An answer, put together.
#[derive(Clone, Debug, Default)]
pub struct Composed {
    /// Markdown; `[1]` cites the first citation.
    pub text: String,
    pub citations: Vec<Citation>,
    /// A calibrated probability, 0 to 1.
    pub confidence: f64,
    /// False when the text is the agent's fallback.
    pub is_answered: bool,
    pub trace: Trace,
}

/// An answer that is being said.
pub struct Speech<'a> {
    pub composed: Composed,
    app: &'a App,
    began: Timestamp,
    tell: &'a (dyn Fn(AnswerEvent) + Send + Sync),
    departure: &'a Departure,
}

impl<'a> Speech<'a> {
    /// Begins one for whoever listens, until they depart.
    pub fn new(
        app: &'a App,
        began: Timestamp,
        tell: &'a (dyn Fn(AnswerEvent) + Send + Sync),
        departure: &'a Departure,
    ) -> Self {
        Self {
            composed: Composed::default(),
            app,
            began,
            tell,
            departure,
        }
    }

    /// Says the next piece.
    pub(super) fn say(&mut self, piece: String) {
        if piece.is_empty() {
            return;
        }
        if self.composed.text.is_empty() {
            self.composed.trace.timings.first_text_ms = Some(self.spent());
        }
        self.composed.text.push_str(&piece);
        (self.tell)(AnswerEvent::Text(piece));
    }

    /// Tells whether anything was said.
    pub(super) fn has_begun(&self) -> bool {
        !self.composed.text.is_empty()
    }

    /// Tells whether nobody listens any more.
    pub(super) fn is_unheard(&self) -> bool {
        self.departure.is_announced()
    }

    /// Returns how long ago the question came in, in milliseconds.
    pub(super) fn spent(&self) -> u64 {
        u64::try_from(self.app.now().0 - self.began.0).unwrap_or_default()
    }
}
