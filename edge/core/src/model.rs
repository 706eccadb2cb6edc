//! Language models: the ways of speaking to one, and how one has been doing lately.
//!
//! A [`crate::ports::Model`] only speaks. Timeouts, second tries and giving up are decided by the generator
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
    /// Takes a model, how long it may take to its first word, and a function that every fault is reported to.
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
