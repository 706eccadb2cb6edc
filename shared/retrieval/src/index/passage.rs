//! Second pass: the best candidates are read word by word, for their best sentence, heading, and pairs of words.

use std::sync::Arc;

use super::candidates::{Candidate, Candidates, Layered};
use super::question::Question;
use super::{Index, Part};
use crate::embed::{Embedder, Products};
use crate::segment::{Segment, Varints};
use crate::text::{Asked, is_negation};

/// What reading a passage tells.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Passage {
    pub(crate) chunk: usize,
    pub(crate) cosine: f32,
    pub(crate) bm25: f32,
    /// Which searched terms the passage holds, a bit each.
    pub(crate) terms: u32,
    /// Cosine of the sentence, read under its heading, that is nearest to the question.
    pub(crate) sentence_cosine: f32,
    /// Cosine of the heading path; the passage's when it has none.
    pub(crate) heading_cosine: f32,
    /// What the cosine would be if the passage were as like all the others as they are on average.
    pub(super) own_cosine: f32,
    pub(super) has_heading: bool,
    /// Whether it is more than a bare sentence.
    pub(super) has_parts: bool,
    /// Which terms the headings hold.
    pub(crate) heading_terms: u32,
    /// Which terms the sentence with the most of them holds.
    pub(crate) sentence_terms: u32,
    /// Half the cosine and half the share of the words, of the sentence with the most of both.
    pub(crate) sentence_match: f32,
    /// Whether that sentence denies something.
    pub(crate) sentence_negates: bool,
    /// Whether it says, in place of a word of the question, the opposite.
    pub(crate) sentence_opposes: bool,
    /// Whether it holds a word of the kind that the question asks for.
    pub(crate) sentence_may_answer: bool,
    /// Which terms it and the headings hold.
    pub(crate) match_terms: u32,
    /// Which pairs of neighbouring words of the question the passage holds.
    pub(crate) pairs: u32,
    pub(super) layered: Option<Layered>,
}

pub(super) struct Reader<'a> {
    index: &'a Index,
    products: Products<'a>,
    question: &'a Question,
    segments: Vec<SegmentReader>,
}

// What a search knows of a segment's units and headings, found out when they are first met.
struct SegmentReader {
    segment: Arc<Segment>,
    /// Numbers of the question's terms in the segment: of each form, its place in the question's sequence.
    forms: Vec<(u32, usize)>,
    /// The same of the terms that say the opposite of one.
    opposites: Vec<(u32, usize)>,
    /// For every unit its place in `known`, counted from 1; 0 until it is met. A search meets few of all units, and
    /// small numbers are cleared faster.
    places: Vec<u16>,
    known: Vec<Unit>,
}

#[derive(Clone, Copy)]
struct Unit {
    /// Product of the question with the unit's tokens.
    product: f32,
    /// Which searched terms it stands for.
    terms: u32,
    /// Which words of the question it stands for, and whether it is a word at all.
    places: u32,
    /// Of which words it is the opposite.
    opposes: u32,
    is_word: bool,
    negates: bool,
    may_answer: bool,
}

#[derive(Default)]
struct Sum {
    product: f32,
    terms: u32,
    pairs: u32,
    places: u32,
    opposes: u32,
    negates: bool,
    may_answer: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(index: &'a Index, embedder: &'a Embedder, question: &'a Question) -> Self {
        let segments = index
            .segments
            .iter()
            .map(|part| SegmentReader::new(part, question))
            .collect();
        Self {
            index,
            products: embedder.products(&question.query),
            question,
            segments,
        }
    }

    pub(super) fn read(mut self, candidates: &Candidates) -> Vec<Passage> {
        candidates
            .found
            .iter()
            .map(|candidate| self.read_candidate(candidate))
            .collect()
    }

    fn read_candidate(&mut self, candidate: &Candidate) -> Passage {
        let Candidate {
            chunk,
            cosine,
            bm25,
            terms,
            layered,
        } = *candidate;
        let mut passage = Passage {
            chunk,
            cosine,
            bm25,
            terms,
            layered,
            heading_cosine: cosine,
            ..Passage::default()
        };
        let after = self.index.segments.partition_point(|part| part.first_chunk <= chunk);
        let Some(number) = after.checked_sub(1) else {
            return passage;
        };
        let (Some(part), Some(reader)) = (self.index.segments.get(number), self.segments.get_mut(number)) else {
            return passage;
        };
        let chunk = chunk - part.first_chunk;
        let record = part.segment.chunk(chunk);
        passage.own_cosine = part.vectors.cosine(&self.question.own, chunk) + self.question.usual;
        let heading_record = part.segment.heading(record.heading);
        let mut heading = Sum::default();
        for part in heading_record.parts().skip(heading_record.skipped as usize) {
            let part = reader.sum(part, &mut self.products, self.question);
            heading.product += part.product;
            heading.terms |= part.terms;
            heading.pairs |= part.pairs;
            heading.places |= part.places;
        }
        if heading_record.norm > 0.0 {
            passage.heading_cosine = heading.product / heading_record.norm;
            passage.has_heading = true;
        }
        passage.pairs = heading.pairs;
        passage.heading_terms = heading.terms;
        passage.sentence_cosine = f32::NEG_INFINITY;
        let (mut most, mut sentences) = (-1.0, 0);
        let segment = Arc::clone(&part.segment);
        for (codes, norm) in segment.sentences(chunk) {
            let sentence = reader.sum(codes, &mut self.products, self.question);
            passage.pairs |= sentence.pairs;
            sentences += 1;
            let cosine = if norm > 0.0 {
                (heading.product + sentence.product) / norm
            } else {
                0.0
            };
            passage.sentence_cosine = passage.sentence_cosine.max(cosine);
            let share = self.question.background_share(sentence.terms | heading.terms);
            if 0.5 * (cosine + share) > passage.sentence_match {
                passage.sentence_match = 0.5 * (cosine + share);
                passage.sentence_negates = sentence.negates;
                passage.sentence_opposes = sentence.opposes & !(sentence.places | heading.places) != 0;
                passage.sentence_may_answer = sentence.may_answer;
                passage.match_terms = sentence.terms | heading.terms;
            }
            let weight = self.question.weight_of(sentence.terms);
            if weight > most {
                most = weight;
                passage.sentence_terms = sentence.terms;
            }
        }
        passage.has_parts = passage.has_heading || sentences > 1;
        if passage.sentence_cosine == f32::NEG_INFINITY {
            passage.sentence_cosine = passage.cosine;
        }
        passage
    }
}

impl SegmentReader {
    fn new(part: &Part, question: &Question) -> Self {
        let segment = Arc::clone(&part.segment);
        let mut forms = Vec::new();
        for (place, term) in question.sequence.iter().enumerate().take(32) {
            forms.extend(
                term.forms
                    .iter()
                    .filter_map(|form| Some((segment.find_term(form)?, place))),
            );
        }
        let opposites = question.opposites.iter();
        let opposites = opposites.filter_map(|(opposite, place)| Some((segment.find_term(opposite)?, *place)));
        Self {
            opposites: opposites.filter(|(_, place)| *place < 32).collect(),
            places: vec![0; segment.unit_count()],
            known: Vec::with_capacity(2_000),
            segment,
            forms,
        }
    }

    fn sum(&mut self, codes: Varints<'_>, products: &mut Products<'_>, question: &Question) -> Sum {
        let mut sum = Sum::default();
        let (mut before, mut is_first) = (0_u32, true);
        for code in codes {
            let unit = self.unit(code, products, question);
            sum.product += unit.product;
            sum.terms |= unit.terms;
            sum.places |= unit.places;
            sum.opposes |= unit.opposes;
            sum.negates |= unit.negates;
            if unit.is_word {
                // A pair is known by its first word's place.
                sum.pairs |= before & (unit.places >> 1);
                before = unit.places;
                // A sentence begins with a capital whatever it is about.
                sum.may_answer |= unit.may_answer && !(is_first && question.asked != Asked::Number);
                is_first = false;
            }
        }
        sum
    }

    #[inline]
    fn unit(&mut self, code: u32, products: &mut Products<'_>, question: &Question) -> Unit {
        let place = self.places.get(code as usize).copied().unwrap_or(0);
        match self.known.get(usize::from(place).wrapping_sub(1)) {
            Some(unit) => *unit,
            None => self.find_unit(code, products, question),
        }
    }

    #[cold]
    fn find_unit(&mut self, code: u32, products: &mut Products<'_>, question: &Question) -> Unit {
        let product = self.segment.unit_tokens(code).map(|token| products.of(token)).sum();
        let mut unit = Unit {
            product,
            terms: 0,
            places: 0,
            opposes: 0,
            is_word: false,
            negates: false,
            may_answer: false,
        };
        if let Some(term) = self.segment.unit_term(code) {
            unit.is_word = true;
            unit.may_answer = question.asked.may_be(self.segment.unit_text(code));
            unit.negates = question.negates && is_negation(self.segment.unit_text(code));
            for (form, place) in &self.forms {
                if *form == term {
                    unit.places |= 1 << place;
                    let searched = question.sequence.get(*place).and_then(|term| term.searched);
                    unit.terms |= searched.map_or(0, |number| 1 << number);
                }
            }
            // What the question says already is not what it asks for.
            unit.may_answer &= unit.places == 0 || question.asked == Asked::Anything;
            for (opposite, place) in &self.opposites {
                if *opposite == term {
                    unit.opposes |= 1 << place;
                }
            }
        }
        if let (Some(slot), Ok(place)) = (self.places.get_mut(code as usize), u16::try_from(self.known.len() + 1)) {
            *slot = place;
            self.known.push(unit);
        }
        unit
    }
}
