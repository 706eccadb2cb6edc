//! An index over several segments: finds the passages that answer a question, and says how sure it is that any does.

mod candidates;
mod fusion;
mod passage;
mod question;
mod scores;
mod shared;
#[cfg(feature = "eval")]
pub mod stages;
mod top;
pub mod vectors;

use std::sync::Arc;

pub(crate) use candidates::Candidates;
pub(crate) use fusion::Ranked;
pub(crate) use question::Question;
pub(crate) use top::Top;

use crate::confidence;
use crate::embed::Embedder;
use crate::followup::MOST_WEIGHT;
use crate::layer::{Asked, Layer};
use crate::segment::Segment;

use passage::Reader;
use shared::Shared;
use vectors::{Policy, VectorIndex, Vectors};

/// How many more passages are read than hits are returned. On the development sets, nDCG@10 is then within 0.3 of what it
/// is when all 64 candidates are read: lower for help pages and articles, higher for short intents and later turns.
const READ_BESIDES: usize = 8;

/// Segments searched as one, without the documents that were deleted since they were made.
pub struct Index {
    segments: Vec<Part>,
    /// Languages of the documents; each has its stems.
    languages: Vec<String>,
    live_chunks: usize,
    shared: Shared,
}

struct Part {
    segment: Arc<Segment>,
    vectors: Vectors,
    /// How much the length of each chunk weighs against the frequencies of its terms.
    dampings: Vec<f32>,
    /// Number of the segment's first chunk among all.
    first_chunk: usize,
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
    /// What was said before, for a question that leans on it; see [`crate::followup`].
    pub context: &'a [Context<'a>],
    /// The question as the embedders of the layers understand it; what none is given for is ranked by the table alone.
    pub asked: &'a [Asked],
}

/// An earlier turn of the conversation, and how much its words count beside those of the question.
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
            asked: &[],
        }
    }
}

/// What a search found.
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
    pub chunk_index: u32,
    pub text: String,
    /// Relevance, 0 to 1: the confidence for the best hit, and proportionally less for the others.
    pub score: f32,
    pub language: Option<String>,
}

impl Index {
    /// Puts segments together; `deleted` is asked with every document's id and the number of its segment, so that an old
    /// version can be hidden in one segment and shown in another.
    pub fn new(segments: Vec<Arc<Segment>>, deleted: impl Fn(&str, usize) -> bool) -> Self {
        Self::with_policy(segments, deleted, Policy::default())
    }

    /// The same, searched as `policy` says.
    pub fn with_policy(segments: Vec<Arc<Segment>>, deleted: impl Fn(&str, usize) -> bool, policy: Policy) -> Self {
        let mut parts = Vec::with_capacity(segments.len());
        let mut languages: Vec<String> = Vec::new();
        let chunk_count = segments.iter().map(|segment| segment.len()).sum();
        let (mut first_chunk, mut live_chunks) = (0, 0);
        for (number, segment) in segments.into_iter().enumerate() {
            let live: Vec<bool> = segment.document_ids().map(|id| !deleted(id, number)).collect();
            for document in 0..segment.document_count() {
                let language = segment.document_text(document, 4);
                if live.get(document) == Some(&true) && !languages.iter().any(|known| known == language) {
                    languages.push(language.to_owned());
                }
            }
            let is_live = |chunk: &usize| live.get(segment.chunk(*chunk).document as usize) == Some(&true);
            live_chunks += (0..segment.len()).filter(is_live).count();
            let chunks = segment.len();
            parts.push(Part {
                vectors: policy.prepare(&segment, chunk_count),
                dampings: Vec::new(),
                segment,
                first_chunk,
                all_live: live.iter().all(|live| *live),
                live,
                layer: None,
            });
            first_chunk += chunks;
        }
        let mut index = Self {
            shared: Shared::of(&parts),
            segments: parts,
            languages,
            live_chunks,
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

    /// Returns the number of chunks that are searched.
    pub fn len(&self) -> usize {
        self.live_chunks
    }

    /// Returns whether there is nothing to search.
    pub fn is_empty(&self) -> bool {
        self.live_chunks == 0
    }

    /// Returns how much memory the segments take.
    pub fn memory_bytes(&self) -> usize {
        self.segments
            .iter()
            .map(|part| {
                let layer = part.layer.as_ref().map_or(0, |(_, layer)| layer.memory_bytes());
                let own = part.live.len() + size_of_val(part.dampings.as_slice());
                part.segment.memory_bytes() + part.vectors.memory_bytes() + own + layer
            })
            .sum()
    }

    /// Returns the passages that answer the question best.
    pub fn search(&self, embedder: &Embedder, question: &str, options: &SearchOptions<'_>) -> Retrieval {
        let mut found = self.search_with(embedder, question, options);
        let leaning = options.context.iter().fold(0.0, |most, turn| turn.weight.max(most));
        if leaning > 0.0 {
            // A new subject is as far from the documents as it is by itself, however near the conversation was to them.
            let alone = SearchOptions {
                limit: 0,
                context: &[],
                asked: &[],
                ..*options
            };
            let alone = self.search_with(embedder, question, &alone).confidence;
            let confidence = confidence::between(alone, found.confidence, leaning / MOST_WEIGHT);
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
        let mut reader = Reader::new(self, embedder, &question);
        let passages = candidates.found.iter().map(|it| reader.estimate(it)).collect();
        let mut passages = fusion::rank(&question, &candidates, passages);
        let most = options.limit.saturating_add(READ_BESIDES);
        passages
            .iter_mut()
            .take(most)
            .for_each(|it| reader.read(&mut it.passage));
        let passages = passages.into_iter().map(|it| it.passage).collect();
        let mut ranked = fusion::rank(&question, &candidates, passages);
        let best = ranked.iter_mut().take(confidence::BEST);
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
        let Some((part, chunk)) = self.locate(ranked.passage.chunk) else {
            return Hit::default();
        };
        let segment = &part.segment;
        let record = segment.chunk(chunk);
        let text = |field| segment.document_text(record.document as usize, field).to_owned();
        Hit {
            document_id: text(0),
            title: text(2),
            url: Some(text(3)).filter(|url| !url.is_empty()),
            heading_path: segment.heading_path(record.heading),
            chunk_index: record.index,
            text: segment.chunk_text(chunk),
            score: confidence * ranked.relative,
            language: Some(text(4)).filter(|language| !language.is_empty()),
        }
    }

    // The segment of a chunk and its number there.
    fn locate(&self, chunk: usize) -> Option<(&Part, usize)> {
        let after = self.segments.partition_point(|part| part.first_chunk <= chunk);
        let part = self.segments.get(after.checked_sub(1)?)?;
        Some((part, chunk - part.first_chunk))
    }

    fn chunk_count(&self) -> usize {
        self.segments
            .last()
            .map_or(0, |part| part.first_chunk + part.segment.len())
    }
}

#[cfg(test)]
mod tests;
