//! Merges segments: compaction without the documents' files and without embedding anything anew.

use std::collections::HashMap;

use super::draft::{Draft, DraftHeading, DraftPassage, NO_TERM};
use super::packed::{PackedSentences, PackedTerms};
use super::{FormatError, Segment, Varints};
use crate::embed::half_from_f32;
use crate::text::units;

/// Returns one segment with the documents of several, in their order; `keep` is asked with the document's id and the
/// number of its segment. Merging gives the same bytes as building from the kept documents.
pub fn merge(segments: &[&Segment], keep: impl Fn(&str, usize) -> bool) -> Result<Vec<u8>, FormatError> {
    let model = segments.first().map_or(0, |segment| segment.model());
    if segments.iter().any(|segment| segment.model() != model) {
        return Err(FormatError::OtherModel);
    }
    let mut draft = Draft::new(model);
    for (number, segment) in segments.iter().enumerate() {
        let mut source = Source::new(segment);
        source.copy_documents(&mut draft, |id| keep(id, number));
        source.copy_passages(&mut draft);
    }
    draft.encode()
}

struct Source<'a> {
    segment: &'a Segment,
    /// New numbers by old ones.
    documents: Vec<Option<u32>>,
    units: HashMap<u32, u32>,
    terms: HashMap<u32, u32>,
    headings: HashMap<u32, u32>,
}

impl<'a> Source<'a> {
    fn new(segment: &'a Segment) -> Self {
        let documents = Vec::with_capacity(segment.document_count());
        Self {
            segment,
            documents,
            units: HashMap::new(),
            terms: HashMap::new(),
            headings: HashMap::new(),
        }
    }

    fn copy_documents(&mut self, draft: &mut Draft, keep: impl Fn(&str) -> bool) {
        for document in 0..self.segment.document_count() {
            let text = |field| self.segment.document_text(document, field).to_owned();
            let kept = keep(self.segment.document_text(document, 0)).then(|| {
                draft.documents.push([text(0), text(1), text(2), text(3), text(4)]);
                u32::try_from(draft.documents.len() - 1).unwrap_or(u32::MAX)
            });
            self.documents.push(kept);
        }
    }

    fn copy_passages(&mut self, draft: &mut Draft) {
        let terms = self.terms_by_passage(draft);
        for number in 0..self.segment.len() {
            let record = self.segment.passage(number);
            let Some(document) = self.documents.get(record.document as usize).copied().flatten() else {
                continue;
            };
            let heading = self.heading(draft, record.heading);
            let sentences = self.segment.sentences(number);
            let sentences = sentences.map(|(codes, norm)| (self.codes(draft, codes), half_from_f32(norm)));
            let sentences = PackedSentences::pack(sentences);
            let scale = self.segment.scales().get(number).copied().unwrap_or_default();
            draft.passages.push(DraftPassage {
                document,
                index: record.index,
                heading,
                tokens: record.tokens,
                length: record.length,
                sentences,
                terms: PackedTerms::pack(terms.of(number)),
                vector: self
                    .segment
                    .vectors()
                    .get(number)
                    .map(|vector| Box::from(vector.as_slice()))
                    .unwrap_or_default(),
                scale: f32::from_le_bytes(scale),
            });
        }
    }

    /// Counts first, so that all terms lie in one vector of the right size.
    fn terms_by_passage(&mut self, draft: &mut Draft) -> TermsByPassage {
        let segment = self.segment;
        let is_kept = |documents: &[Option<u32>], passage: u32| {
            let document = segment.passage(passage as usize).document;
            documents.get(document as usize).copied().flatten().is_some()
        };
        let mut ends = vec![0_u32; segment.len() + 1];
        let terms = 0..u32::try_from(segment.term_count()).unwrap_or(u32::MAX);
        for term in terms.clone() {
            for (passage, _) in segment.postings(term) {
                if let Some(count) = ends.get_mut(passage as usize + 1)
                    && is_kept(&self.documents, passage)
                {
                    *count += 1;
                }
            }
        }
        let mut total = 0;
        for end in &mut ends {
            total += *end;
            *end = total;
        }
        let mut by_passage = TermsByPassage {
            terms: vec![0; total as usize],
            frequencies: vec![0; total as usize],
            ends,
        };
        for term in terms {
            for (passage, frequency) in segment.postings(term) {
                if is_kept(&self.documents, passage) {
                    by_passage.add(passage as usize, self.term(draft, term), frequency);
                }
            }
        }
        by_passage
    }

    fn heading(&mut self, draft: &mut Draft, number: u32) -> u32 {
        if let Some(known) = self.headings.get(&number) {
            return *known;
        }
        let record = self.segment.heading(number);
        let parts = record.parts().map(|codes| self.codes(draft, codes)).collect();
        let heading = DraftHeading {
            norm: half_from_f32(record.norm),
            skipped: record.skipped,
            parts,
        };
        let heading = draft.heading(heading);
        self.headings.insert(number, heading);
        heading
    }

    fn codes(&mut self, draft: &mut Draft, codes: Varints<'_>) -> Vec<u32> {
        codes.map(|code| self.unit(draft, code)).collect()
    }

    fn unit(&mut self, draft: &mut Draft, code: u32) -> u32 {
        if let Some(known) = self.units.get(&code) {
            return *known;
        }
        let segment = self.segment;
        let term = segment.unit_term(code).map_or(NO_TERM, |term| self.term(draft, term));
        let text = segment.unit_text(code);
        let is_word = units(text).next().is_some_and(|unit| unit.is_word);
        let unit = draft.unit(&text.into(), term, is_word, || segment.unit_tokens(code).collect());
        self.units.insert(code, unit);
        unit
    }

    fn term(&mut self, draft: &mut Draft, term: u32) -> u32 {
        *self
            .terms
            .entry(term)
            .or_insert_with(|| draft.term(self.segment.term_text(term)))
    }
}

struct TermsByPassage {
    terms: Vec<u32>,
    frequencies: Vec<u8>,
    /// Where the terms of a passage start, and after they were added, where they end.
    ends: Vec<u32>,
}

impl TermsByPassage {
    fn add(&mut self, passage: usize, term: u32, frequency: u8) {
        let Some(end) = self.ends.get_mut(passage) else { return };
        let at = *end as usize;
        if let (Some(to), Some(count)) = (self.terms.get_mut(at), self.frequencies.get_mut(at)) {
            (*to, *count) = (term, frequency);
            *end += 1;
        }
    }

    fn of(&self, passage: usize) -> Vec<(u32, u8)> {
        let end = |passage: usize| self.ends.get(passage).map_or(0, |end| *end as usize);
        let range = passage.checked_sub(1).map_or(0, end)..end(passage);
        let terms = self.terms.get(range.clone()).unwrap_or_default().iter().copied();
        terms
            .zip(self.frequencies.get(range).unwrap_or_default().iter().copied())
            .collect()
    }
}
