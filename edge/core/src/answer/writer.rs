//! An answer while it is being written: what is streamed to the caller, and what is kept.
use super::AnswerEvent;
use crate::app::App;
use crate::ports::ClientDisconnect;
use edge_model::Timestamp;
use edge_model::conversation::{Citation, Trace};

/// An answer as it is put together.
#[derive(Clone, Debug, Default)]
pub struct AnswerDraft {
    /// Markdown; `[1]` cites the first citation.
    pub text: String,
    pub citations: Vec<Citation>,
    /// A calibrated probability, 0 to 1.
    pub confidence: f64,
    /// False when the text is the agent's fallback.
    pub is_answered: bool,
    pub trace: Trace,
}

/// Writes an answer: each piece goes to the caller as it comes, and into the draft.
pub struct AnswerWriter<'a> {
    pub draft: AnswerDraft,
    app: &'a App,
    began: Timestamp,
    tell: &'a (dyn Fn(AnswerEvent) + Send + Sync),
    disconnect: &'a ClientDisconnect,
}

impl<'a> AnswerWriter<'a> {
    /// Begins an answer for a caller, until they disconnect.
    pub fn new(
        app: &'a App,
        began: Timestamp,
        tell: &'a (dyn Fn(AnswerEvent) + Send + Sync),
        disconnect: &'a ClientDisconnect,
    ) -> Self {
        Self {
            draft: AnswerDraft::default(),
            app,
            began,
            tell,
            disconnect,
        }
    }

    /// Writes the next piece.
    pub(super) fn write(&mut self, piece: String) {
        if piece.is_empty() {
            return;
        }
        if self.draft.text.is_empty() {
            self.draft.trace.timings.first_text_ms = Some(self.spent());
        }
        self.draft.text.push_str(&piece);
        (self.tell)(AnswerEvent::Text(piece));
    }

    /// Tells whether anything was written.
    pub(super) fn has_begun(&self) -> bool {
        !self.draft.text.is_empty()
    }

    /// Tells whether the caller has left.
    pub(super) fn is_disconnected(&self) -> bool {
        self.disconnect.is_disconnected()
    }

    /// Returns how long ago the question came in, in milliseconds.
    pub(super) fn spent(&self) -> u64 {
        self.app.now().millis_since(self.began)
    }
}
