//! Questions that ask the same in other words, brought together by their embeddings.
use edge_model::Timestamp;
use edge_model::analytics::Asked;
use retrieval::{Embedder, Vector};

/// How alike two questions must be to count as one, as a cosine. Other wordings of a question mostly lie above,
/// questions that differ in one word ("ship to Norway", "ship to Spain") below.
const ALIKE: f32 = 0.74;

/// Questions that ask the same; the most asked first, which stands for all.
#[derive(Clone, Debug)]
pub struct Cluster {
    pub questions: Vec<Asked>,
}

impl Cluster {
    /// Returns the question that stands for all.
    pub fn question(&self) -> &str {
        self.questions.first().map_or("", |it| &it.text)
    }

    /// Returns how often it was asked in the period.
    pub fn count(&self) -> u64 {
        self.questions.iter().map(|it| it.count).sum()
    }

    /// Returns how often it was asked in the time before.
    pub fn count_before(&self) -> u64 {
        self.questions.iter().map(|it| it.count_before).sum()
    }

    /// Returns how much more often it was asked than before.
    pub fn growth(&self) -> i64 {
        self.count()
            .cast_signed()
            .saturating_sub(self.count_before().cast_signed())
    }

    /// Returns the mean confidence of the answers in the period, 0 to 1.
    pub fn confidence(&self) -> f64 {
        let sum: f64 = self.questions.iter().map(|it| it.confidence).sum();
        // Counts are far below 2^52.
        let count = self.count().max(1) as f64;
        sum / count
    }

    /// Returns when it was asked first.
    pub fn first_at(&self) -> Timestamp {
        let moments = self.questions.iter().map(|it| it.first_at);
        moments.min().unwrap_or(Timestamp(0))
    }

    /// Returns when it was asked last.
    pub fn last_at(&self) -> Timestamp {
        let moments = self.questions.iter().map(|it| it.last_at);
        moments.max().unwrap_or(Timestamp(0))
    }
}

/// Brings questions together, each with the first that is enough like it; so the order, most asked first, decides what
/// stands for a cluster.
pub(super) fn of(embedder: &Embedder, asked: Vec<Asked>) -> Vec<Cluster> {
    let mut clusters: Vec<(Vector, Cluster)> = Vec::new();
    for question in asked {
        let vector = embedder.embed(&question.normal);
        let alike = clusters
            .iter_mut()
            .map(|it| (it.0.cosine(&vector), &mut it.1))
            .filter(|it| it.0 >= ALIKE)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        match alike {
            Some((_, cluster)) => cluster.questions.push(question),
            None => clusters.push((
                vector,
                Cluster {
                    questions: vec![question],
                },
            )),
        }
    }
    clusters.into_iter().map(|it| it.1).collect()
}
