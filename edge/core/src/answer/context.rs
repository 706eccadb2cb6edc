//! Context that a caller sends with a question, searched like a document that is there for this question alone.
use crate::{Error, Result};
use edge_model::conversation::{Author, Turn};
use retrieval::{DocumentInput, Embedder, Hit, Index, Retrieval, SearchOptions, Segment, SegmentBuilder};
use std::sync::Arc;

/// What stands for the context where a passage names its document.
pub(crate) const DOCUMENT: &str = "context";

/// Looks a question up in what was told with it.
///
/// # Errors
/// When the segment that was just made does not read.
pub(super) fn search(embedder: &Embedder, context: &str, question: &str, limit: usize) -> Result<Retrieval> {
    let statements = statements(context);
    let passages = retrieval::passages(&retrieval::parse::plain(&statements));
    if passages.is_empty() {
        return Ok(Retrieval::default());
    }
    let mut builder = SegmentBuilder::new(embedder);
    builder.add(&DocumentInput {
        document_id: DOCUMENT,
        collection_id: DOCUMENT,
        title: "",
        url: None,
        language: retrieval::text::language(&statements),
        passages: &passages,
    });
    let segment = Segment::decode(builder.finish().map_err(Error::internal)?).map_err(Error::internal)?;
    let index = Index::new(vec![Arc::new(segment)], |_, _| false);
    Ok(index.search(
        embedder,
        question,
        &SearchOptions {
            limit,
            ..SearchOptions::default()
        },
    ))
}

/// Leaves the questions of a thread out: one that is asked again would be found as its own answer.
fn statements(context: &str) -> String {
    context
        .lines()
        .map(|line| {
            let sentences = retrieval::text::sentences(line).into_iter();
            let kept = sentences.filter_map(|it| line.get(it)).filter(|it| !is_question(it));
            kept.map(str::trim).collect::<Vec<_>>().join(" ")
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn is_question(sentence: &str) -> bool {
    sentence.trim_end().ends_with(['?', '？'])
}

/// Puts what was found in two places together, best first; it is as sure as the surer of the two.
pub(super) fn merge(documents: Retrieval, context: Retrieval, limit: usize) -> Retrieval {
    let best = |it: &Retrieval| it.hits.first().map_or(0.0, |it| it.score);
    let surer = if best(&context) > best(&documents) {
        &context
    } else {
        &documents
    };
    let (confidence, features) = (surer.confidence, surer.features.clone());
    let mut hits: Vec<Hit> = documents.hits.into_iter().chain(context.hits).collect();
    // Stable: a document comes before the context where both are as good.
    hits.sort_by(|a, b| b.score.total_cmp(&a.score));
    hits.truncate(limit);
    Retrieval {
        hits,
        confidence,
        features,
    }
}

/// Returns what a follow-up may lean on: the last question of the context, or its last line.
pub(super) fn last_turn(context: &str) -> Option<Turn> {
    let lines = || context.lines().map(str::trim).filter(|it| !it.is_empty());
    let line = lines()
        .rev()
        .find(|it| is_question(it))
        .or_else(|| lines().next_back())?;
    Some(Turn {
        author: Author::Visitor,
        text: line.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_in_the_context_is_no_answer() {
        let thread = "Ann: Where is the office? It moved in May.\nBob: The office is in Lisbon.";
        assert_eq!(statements(thread), "It moved in May.\nBob: The office is in Lisbon.");
    }

    #[test]
    fn a_follow_up_leans_on_the_last_question_of_the_thread() {
        let text = |context: &str| last_turn(context).map(|it| it.text);
        assert_eq!(
            text("Ann: Is Pro cheap?\nBob: Yes.\n").as_deref(),
            Some("Ann: Is Pro cheap?")
        );
        assert_eq!(text("We speak of Pro.\n\n").as_deref(), Some("We speak of Pro."));
        assert_eq!(text(" \n"), None);
    }
}
