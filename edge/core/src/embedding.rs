//! Embedding models other than the table: who they are, how long they may take, and what they may say.
//!
//! An [`crate::ports::Embeddings`] only speaks. Patience, second tries and giving up are decided here, the same for
//! every model.

pub mod openai;
pub(crate) mod question;

use crate::model::breaker::Breaker;
use crate::ports::{Clock, Embeddings, Fault};
use edge_model::workspace::Embedder;
use futures_util::future::{Either, select};
use std::sync::Arc;
use std::time::Duration;

/// How long a question may wait for its vectors, second tries included.
const QUESTION_TIMEOUT: Duration = Duration::from_millis(1_500);
/// How long some passages may.
const PASSAGES_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait before the second try of each.
const QUESTION_RETRY_DELAY: Duration = Duration::from_millis(100);
const PASSAGES_RETRY_DELAY: Duration = Duration::from_secs(1);
/// How often a model is asked the same at most.
const ATTEMPTS: u32 = 2;

/// A model of this installation, and how it has been doing lately.
pub struct EmbeddingModel {
    port: Arc<dyn Embeddings>,
    breaker: Breaker,
    report: Box<dyn Fn(&Fault) + Send + Sync>,
}

impl EmbeddingModel {
    /// Takes a model and a function that every fault is reported to.
    pub fn new(port: Arc<dyn Embeddings>, report: impl Fn(&Fault) + Send + Sync + 'static) -> Self {
        Self {
            port,
            breaker: Breaker::default(),
            report: Box::new(report),
        }
    }

    /// Returns what traces and indexes call it, such as `openai:text-embedding-3-small`.
    pub fn name(&self) -> &str {
        self.port.name()
    }

    /// Returns how many texts it takes at once.
    pub(crate) fn batch(&self) -> usize {
        self.port.batch().max(1)
    }

    /// Returns the vectors of questions, in order, or none when they would delay the answer.
    ///
    /// # Errors
    /// When there are none in time, or what comes is no use.
    pub(crate) async fn questions(&self, clock: &dyn Clock, texts: &[String]) -> Result<Vec<Vec<f32>>, Fault> {
        self.ask(clock, texts, QUESTION_TIMEOUT, QUESTION_RETRY_DELAY).await
    }

    /// Returns the vectors of passages, in order.
    ///
    /// # Errors
    /// When there are none in time, or what comes is no use.
    pub(crate) async fn passages(&self, clock: &dyn Clock, texts: &[String]) -> Result<Vec<Vec<f32>>, Fault> {
        self.ask(clock, texts, PASSAGES_TIMEOUT, PASSAGES_RETRY_DELAY).await
    }

    async fn ask(
        &self,
        clock: &dyn Clock,
        texts: &[String],
        timeout: Duration,
        retry_delay: Duration,
    ) -> Result<Vec<Vec<f32>>, Fault> {
        if !self.breaker.admits(clock.now()) {
            return Err(Fault::Resting);
        }
        let tries = async {
            let mut attempt = 1;
            loop {
                let answer = self.port.embed(texts).await.and_then(|it| checked(it, texts.len()));
                match answer {
                    Err(fault) if fault.is_passing() && attempt < ATTEMPTS => {
                        (self.report)(&fault);
                        clock.sleep(retry_delay * attempt).await;
                        attempt += 1;
                    }
                    end => return end,
                }
            }
        };
        let answer = match select(Box::pin(tries), clock.sleep(timeout)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(Fault::Slow("vectors")),
        };
        match &answer {
            Ok(_) => self.breaker.succeeded(),
            Err(fault) => {
                (self.report)(fault);
                self.breaker.failed(clock.now());
            }
        }
        answer
    }
}

/// Refuses vectors that cannot be those of the texts.
fn checked(vectors: Vec<Vec<f32>>, texts: usize) -> Result<Vec<Vec<f32>>, Fault> {
    let dimensions = vectors.first().map_or(0, Vec::len);
    let is_right = |it: &Vec<f32>| it.len() == dimensions && retrieval::layer::normalized(it).is_some();
    if vectors.len() != texts {
        return Err(Fault::Garbled("as many vectors as texts are needed".into()));
    }
    if !vectors.iter().all(is_right) {
        return Err(Fault::Garbled("a vector has another length, or no direction".into()));
    }
    Ok(vectors)
}

/// The models of this installation in addition to the built-in table.
#[derive(Clone, Default)]
pub struct EmbeddingModels(Vec<(Embedder, Arc<EmbeddingModel>)>);

impl EmbeddingModels {
    /// Takes the models, each once.
    pub fn new(models: Vec<(Embedder, Arc<EmbeddingModel>)>) -> Self {
        Self(models)
    }

    /// Returns the model that stands for an embedder; none for the table, and for one that is not set up.
    pub(crate) fn get(&self, embedder: Embedder) -> Option<&Arc<EmbeddingModel>> {
        self.0.iter().find(|it| it.0 == embedder).map(|it| &it.1)
    }

    /// Returns the model of a name.
    pub(crate) fn named(&self, name: &str) -> Option<&Arc<EmbeddingModel>> {
        self.0.iter().find(|it| it.1.name() == name).map(|it| &it.1)
    }

    /// Returns the names of the models by embedder.
    pub(crate) fn names(&self) -> Vec<(Embedder, String)> {
        self.0.iter().map(|it| (it.0, it.1.name().to_owned())).collect()
    }

    /// Returns the embedders that a workspace may name.
    pub fn available(&self) -> Vec<Embedder> {
        let is_there = |it: &Embedder| *it == Embedder::Static || self.get(*it).is_some();
        Embedder::ALL.into_iter().filter(is_there).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_that_cannot_be_those_of_the_texts_are_refused() {
        assert!(checked(vec![vec![1.0, 0.0], vec![0.0, 2.0]], 2).is_ok());
        let wrong = [
            vec![],
            vec![vec![1.0]],
            vec![vec![1.0], vec![1.0], vec![1.0]],
            vec![vec![1.0], vec![1.0, 0.0]],
            vec![vec![1.0], vec![0.0]],
            vec![vec![1.0], vec![f32::NAN]],
            vec![vec![], vec![]],
        ];
        for vectors in wrong {
            assert!(
                matches!(checked(vectors.clone(), 2), Err(Fault::Garbled(_))),
                "{vectors:?}"
            );
        }
    }
}
