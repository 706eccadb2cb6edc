//! Language models: the ways of speaking to one, and how one has been doing lately.
//!
//! A [`crate::ports::Model`] only speaks. Patience, second tries and giving up are decided by whoever asks
//! (`answer/generative.rs`), the same for every model.

pub mod breaker;
pub mod events;
pub mod openai;
pub(crate) mod server;

use crate::ports::{Fault, Model};
use breaker::Breaker;
use std::sync::Arc;
use std::time::Duration;

/// The model of this installation, and how it has been doing lately.
pub struct LanguageModel {
    pub port: Arc<dyn Model>,
    pub breaker: Breaker,
    /// How long it may take from a question to its first word.
    pub first_word_timeout: Duration,
    report: Box<dyn Fn(&Fault) + Send + Sync>,
}

impl LanguageModel {
    /// Takes a model, how long it may take to its first word, and somebody to report every fault to.
    pub fn new(
        port: Arc<dyn Model>,
        first_word_timeout: Duration,
        report: impl Fn(&Fault) + Send + Sync + 'static,
    ) -> Self {
        Self {
            port,
            breaker: Breaker::default(),
            first_word_timeout,
            report: Box::new(report),
        }
    }

    /// Reports a fault, for the log.
    pub fn report(&self, fault: &Fault) {
        (self.report)(fault);
    }
}
