//! An index over several segments: finds the passages that answer a question, and says how sure it is that any does.

mod candidates;
mod corpus_mean;
mod fusion;
mod question;
mod reranking;
mod scores;
#[cfg(feature = "eval")]
pub mod stages;
mod top_k;
pub mod vectors;

use std::sync::Arc;

pub(crate) use candidates::Candidates;
pub(crate) use fusion::{FusionWeights, Ranked};
pub(crate) use question::Question;
pub(crate) use top_k::TopK;

use crate::confidence;
use crate::embed::Embedder;
use crate::layer::{Layer, QueryEmbedding};
use crate::segment::Segment;
use crate::tuning::{CONFIDENCE_PASSAGES, MAX_HISTORY_WEIGHT, READ_BESIDES_HITS};

use corpus_mean::CorpusMean;
use reranking::FeatureReader;
use vectors::{Policy, VectorIndex, Vectors};

/// Segments searched as one, without the documents that were deleted since they were made.
pub struct Index {
    segments: Vec<Part>,
    /// Languages of the documents; each has its stems.
    languages: Vec<String>,
    live_passages: usize,
    corpus_mean: CorpusMean,
}

struct Part {
    segment: Arc<Segment>,
    vectors: Vectors,
    /// How much the length of each passage weighs against the frequencies of its terms.
    length_norms: Vec<f32>,
    /// Number of the segment's first passage among all.
    first_passage: usize,
    /// Whether each document is searched.
    live: Vec<bool>,
    /// Whether all of them are.
    all_live: bool,
    /// Vectors by another embedder, and its name.
    layer: Option<(String, Arc<Layer>)>,
}

/// What to search and how much to return.
#[derive(Debug, Clone, Copy)]
pub struct SearchOptions<'a> {
    /// The collections to search; all when it is `None`.
    pub collections: Option<&'a [String]>,
    /// The most hits to return.
    pub limit: usize,
    /// Earlier turns of the conversation, for a question that depends on them; see [`crate::contextualization`].
    pub context: &'a [Context<'a>],
    /// The question as the embedders of the layers understand it; what none is given for is ranked by the table alone.
    pub query_embeddings: &'a [QueryEmbedding],
}

/// An earlier turn of the conversation and its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Context<'a> {
    pub text: &'a str,
    /// 0 to 1; 1 is as much as the question's own words.
    pub weight: f32,
}

impl Default for SearchOptions<'_> {
    fn default() -> Self {
        Self {
            collections: None,
            limit: 8,
            context: &[],
            query_embeddings: &[],
        }
    }
}

/// The result of a search.
#[derive(Debug, Clone, Default)]
pub struct Retrieval {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Probability that the hits hold the answer, 0 to 1.
    pub confidence: f32,
    /// What the confidence was computed from.
    pub features: Vec<(&'static str, f32)>,
}

/// A passage that may answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hit {
    pub document_id: String,
    pub title: String,
    pub url: Option<String>,
    pub heading_path: Vec<String>,
    pub passage_index: u32,
    pub text: String,
    /// Relevance, 0 to 1: the confidence for the best hit, and proportionally less for the others.
    pub score: f32,
    pub language: Option<String>,
}

impl Index {
    /// Puts segments together; `deleted` is asked with every document's id and the number of its segment, so that an
    /// old version can be hidden in one segment and shown in another.
    pub fn new(segments: Vec<Arc<Segment>>, deleted: impl Fn(&str, usize) -> bool) -> Self {
        Self::with_policy(segments, deleted, Policy::default())
    }

    /// The same with a policy for vector search.
    pub fn with_policy(segments: Vec<Arc<Segment>>, deleted: impl Fn(&str, usize) -> bool, policy: Policy) -> Self {
        let mut parts = Vec::with_capacity(segments.len());
        let mut languages: Vec<String> = Vec::new();
        let passage_count = segments.iter().map(|segment| segment.len()).sum();
        let (mut first_passage, mut live_passages) = (0, 0);
        for (number, segment) in segments.into_iter().enumerate() {
            let live: Vec<bool> = segment.document_ids().map(|id| !deleted(id, number)).collect();
            for document in 0..segment.document_count() {
                let language = segment.document_text(document, 4);
                if live.get(document) == Some(&true) && !languages.iter().any(|known| known == language) {
                    languages.push(language.to_owned());
                }
            }
            let is_live = |passage: &usize| live.get(segment.passage(*passage).document as usize) == Some(&true);
            live_passages += (0..segment.len()).filter(is_live).count();
            let passages = segment.len();
            parts.push(Part {
                vectors: policy.prepare(&segment, passage_count),
                length_norms: Vec::new(),
                segment,
                first_passage,
                all_live: live.iter().all(|live| *live),
                live,
                layer: None,
            });
            first_passage += passages;
        }
        let mut index = Self {
            corpus_mean: CorpusMean::of(&parts),
            segments: parts,
            languages,
            live_passages,
        };
        index.measure_lengths();
        index
    }

    /// Lays vectors of better embedders, each with its embedder's name, over the segments, in their order. A layer that
    /// is not of its segment is left out.
    #[must_use]
    pub fn with_layers(mut self, layers: impl IntoIterator<Item = Option<(String, Arc<Layer>)>>) -> Self {
        for (part, layer) in self.segments.iter_mut().zip(layers) {
            part.layer = layer.filter(|(_, layer)| layer.len() == part.segment.len());
        }
        self
    }

    /// Returns the number of passages that are searched.
    pub fn len(&self) -> usize {
        self.live_passages
    }

    /// Returns whether there is nothing to search.
    pub fn is_empty(&self) -> bool {
        self.live_passages == 0
    }

    /// Returns how much memory the segments take.
    pub fn memory_bytes(&self) -> usize {
        self.segments
            .iter()
            .map(|part| {
                let layer = part.layer.as_ref().map_or(0, |(_, layer)| layer.memory_bytes());
                let own = part.live.len() + size_of_val(part.length_norms.as_slice());
                part.segment.memory_bytes() + part.vectors.memory_bytes() + own + layer
            })
            .sum()
    }

    /// Returns the passages that answer the question best.
    pub fn search(&self, embedder: &Embedder, question: &str, options: &SearchOptions<'_>) -> Retrieval {
        let mut found = self.search_with(embedder, question, options);
        let history_weight = options.context.iter().fold(0.0, |most, turn| turn.weight.max(most));
        if history_weight > 0.0 {
            // A question on a new subject must not gain confidence from a conversation that was close to the documents.
            let alone = SearchOptions {
                limit: 0,
                context: &[],
                query_embeddings: &[],
                ..*options
            };
            let alone = self.search_with(embedder, question, &alone).confidence;
            let confidence = confidence::between(alone, found.confidence, history_weight / MAX_HISTORY_WEIGHT);
            for hit in &mut found.hits {
                hit.score *= confidence / found.confidence.max(f32::MIN_POSITIVE);
            }
            found.confidence = confidence;
        }
        found
    }

    fn search_with(&self, embedder: &Embedder, question: &str, options: &SearchOptions<'_>) -> Retrieval {
        let question = Question::new(self, embedder, question, options.context);
        let candidates = Candidates::find(self, &question, options);
        let mut reader = FeatureReader::new(self, embedder, &question);
        let passages = candidates.found.iter().map(|it| reader.estimate(it)).collect();
        let mut passages = fusion::rank(&question, &candidates, passages);
        let most = options.limit.saturating_add(READ_BESIDES_HITS);
        passages
            .iter_mut()
            .take(most)
            .for_each(|it| reader.read(&mut it.passage));
        let passages = passages.into_iter().map(|it| it.passage).collect();
        let mut ranked = fusion::rank(&question, &candidates, passages);
        let best = ranked.iter_mut().take(CONFIDENCE_PASSAGES);
        best.for_each(|it| reader.examine(&mut it.passage));
        let features = confidence::features(&question, &candidates, &ranked);
        let confidence = confidence::probability(&features);
        let hits = ranked
            .iter()
            .take(options.limit)
            .map(|ranked| self.hit(ranked, confidence))
            .collect();
        Retrieval {
            hits,
            confidence,
            features,
        }
    }

    fn hit(&self, ranked: &fusion::Ranked, confidence: f32) -> Hit {
        let Some((part, passage)) = self.locate(ranked.passage.number) else {
            return Hit::default();
        };
        let segment = &part.segment;
        let record = segment.passage(passage);
        let text = |field| segment.document_text(record.document as usize, field).to_owned();
        Hit {
            document_id: text(0),
            title: text(2),
            url: Some(text(3)).filter(|url| !url.is_empty()),
            heading_path: segment.heading_path(record.heading),
            passage_index: record.index,
            text: segment.passage_text(passage),
            score: confidence * ranked.relative,
            language: Some(text(4)).filter(|language| !language.is_empty()),
        }
    }

    /// The segment of a passage and its number there.
    fn locate(&self, passage: usize) -> Option<(&Part, usize)> {
        let after = self.segments.partition_point(|part| part.first_passage <= passage);
        let part = self.segments.get(after.checked_sub(1)?)?;
        Some((part, passage - part.first_passage))
    }

    fn passage_count(&self) -> usize {
        self.segments
            .last()
            .map_or(0, |part| part.first_passage + part.segment.len())
    }
}

#[cfg(test)]
mod tests;
