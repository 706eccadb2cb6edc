//! Questions as the embedders of an index's layers understand them.
use crate::embedding::{EmbeddingModel, EmbeddingModels};
use crate::ports::{Clock, Fault};
use edge_model::snapshot::Manifest;
use futures_util::future::join_all;
use retrieval::contextualization::Standalone;
use retrieval::layer::QueryEmbedding;
use std::collections::BTreeSet;

/// How much of a text a question's vector is made of, in bytes.
const MAX_TEXT_BYTES: usize = 2_000;

/// What the embedders said.
#[derive(Default)]
pub(crate) struct Understood {
    /// Of every question, by each embedder that answered.
    pub(crate) questions: Vec<Vec<QueryEmbedding>>,
    /// Their names.
    pub(crate) embedders: Vec<String>,
    /// Why one of them is missing.
    pub(crate) fault: Option<String>,
}

/// Asks each embedder once that an index has layers of, for all questions together. Whatever goes wrong, there is an
/// answer in a bounded time: without an embedder its layers are not looked at.
pub(crate) async fn understand(
    models: &EmbeddingModels,
    clock: &dyn Clock,
    manifest: &Manifest,
    questions: &[Standalone<'_>],
) -> Understood {
    let mut understood = Understood {
        questions: questions.iter().map(|_| Vec::new()).collect(),
        ..Understood::default()
    };
    let layers = manifest.segments.iter().filter_map(|it| it.layer.as_ref());
    let names: BTreeSet<&str> = layers.map(|it| it.embedder.as_str()).collect();
    let texts: Vec<String> = questions.iter().flat_map(texts).collect();
    let texts = texts.as_slice();
    let asked = join_all(names.into_iter().map(|name| async move {
        let vectors = match models.named(name) {
            Some(model) => ask(clock, model, texts).await,
            None => Err("it is not set up any more".to_owned()),
        };
        (name, vectors)
    }));
    for (name, vectors) in asked.await {
        match vectors.map(|vectors| each(name, questions, &vectors)) {
            Ok(Some(each)) => {
                understood.embedders.push(name.to_owned());
                for (question, asked) in understood.questions.iter_mut().zip(each) {
                    question.push(asked);
                }
            }
            Ok(None) => understood.fault = Some(format!("{name}: unreadable answer")),
            Err(why) => understood.fault = Some(format!("{name}: {why}")),
        }
    }
    understood
}

async fn ask(clock: &dyn Clock, model: &EmbeddingModel, texts: &[String]) -> Result<Vec<Vec<f32>>, String> {
    let reason = |fault: Fault| fault.reason();
    model.questions(clock, texts).await.map_err(reason)
}

/// A question and what it leans on.
fn texts(question: &Standalone<'_>) -> Vec<String> {
    let context = question.context.iter().map(|it| it.text);
    let texts = [question.question.as_ref()].into_iter().chain(context);
    texts.map(|it| cut(it, MAX_TEXT_BYTES).to_owned()).collect()
}

fn each(name: &str, questions: &[Standalone<'_>], vectors: &[Vec<f32>]) -> Option<Vec<QueryEmbedding>> {
    let mut rest = vectors;
    let each = questions.iter().map(|question| {
        let (own, after) = rest.split_at_checked(1 + question.context.len())?;
        rest = after;
        let (first, context) = own.split_first()?;
        let weights = question.context.iter().map(|it| it.weight);
        let context: Vec<(f32, &[f32])> = weights.zip(context.iter().map(Vec::as_slice)).collect();
        QueryEmbedding::new(name, first, &context)
    });
    each.collect()
}

/// Returns the beginning of a text, at most as many bytes.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}
