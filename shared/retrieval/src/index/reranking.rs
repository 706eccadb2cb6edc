//! Re-ranking: reads the headings of the candidates, and all sentences of the most promising ones.

use super::Index;
use super::candidates::{Candidate, Layered};
use super::question::Question;
use super::vectors::Vectors;
use crate::embed::{Embedder, Products};
use crate::segment::{Segment, Varints};
use crate::text::{AnswerType, is_negation};
use crate::tuning::{EXPECTED_SENTENCE_OF_HEADING, EXPECTED_SENTENCE_OF_PASSAGE, EXPECTED_SENTENCE_OF_TERMS};

/// The features of a passage in the second pass.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PassageFeatures {
    /// Number among the passages of the index.
    pub(crate) number: usize,
    pub(crate) cosine: f32,
    pub(crate) bm25: f32,
    /// Which searched terms the passage holds, a bit each.
    pub(crate) terms: u32,
    /// Cosine of the sentence, read under its heading, that is nearest to the question.
    pub(crate) sentence_cosine: f32,
    /// Cosine of the heading path; the passage's when it has none.
    pub(crate) heading_cosine: f32,
    /// Cosine without the component along the corpus mean, plus the mean cosine of all passages.
    pub(super) centered_cosine: f32,
    pub(super) has_heading: bool,
    /// Whether it is more than a bare sentence.
    pub(super) has_parts: bool,
    /// Which terms the headings hold.
    pub(crate) heading_terms: u32,
    /// Which share of the question's words the sentence holds that has the most of them.
    pub(crate) sentence_coverage: f32,
    /// Half the cosine and half the share of the words, of the sentence with the most of both.
    pub(crate) sentence_match: f32,
    /// The number of that sentence.
    matching: usize,
    /// Whether that sentence has a negation.
    pub(crate) sentence_negates: bool,
    /// Whether it has an antonym in place of a word of the question.
    pub(crate) sentence_has_antonym: bool,
    /// Whether it holds a word of the kind that the question asks for.
    pub(crate) sentence_may_answer: bool,
    /// Which terms that sentence and the headings hold.
    pub(crate) match_terms: u32,
    /// Which pairs of neighboring words of the question the passage holds.
    pub(crate) pairs: u32,
    pub(super) layered: Option<Layered>,
}

/// Reads the features of passages for one question.
pub(super) struct FeatureReader<'a> {
    index: &'a Index,
    products: Products<'a>,
    question: &'a Question,
    /// Of every segment, once a passage of it is read.
    units: Vec<Option<Units<'a>>>,
}

/// The units of a segment as far as a search has met them.
struct Units<'a> {
    segment: &'a Segment,
    /// Numbers of the question's terms in the segment: of each form, its place in the question's sequence.
    forms: Vec<(u32, usize)>,
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
    is_word: bool,
}

#[derive(Default)]
struct Sum {
    product: f32,
    terms: u32,
    places: u32,
    pairs: u32,
}

impl<'a> FeatureReader<'a> {
    pub(super) fn new(index: &'a Index, embedder: &'a Embedder, question: &'a Question) -> Self {
        Self {
            index,
            products: embedder.products(&question.query),
            question,
            units: index.segments.iter().map(|_| None).collect(),
        }
    }

    /// Estimates the features of a candidate from its headings and scores.
    pub(super) fn estimate(&mut self, candidate: &Candidate) -> PassageFeatures {
        let Candidate {
            number,
            cosine,
            bm25,
            terms,
            layered,
        } = *candidate;
        let mut passage = PassageFeatures {
            number,
            cosine,
            bm25,
            terms,
            layered,
            heading_cosine: cosine,
            ..PassageFeatures::default()
        };
        if let Some(mut place) = self.locate(number) {
            passage.centered_cosine = place.centered_cosine();
            let (heading, norm) = place.heading();
            if norm > 0.0 {
                passage.heading_cosine = heading.product / norm;
                passage.has_heading = true;
            }
            passage.has_parts = passage.has_heading || place.segment.sentences(place.passage).nth(1).is_some();
            passage.pairs = heading.pairs;
            passage.heading_terms = heading.terms;
        }
        passage.sentence_cosine =
            EXPECTED_SENTENCE_OF_PASSAGE * cosine + EXPECTED_SENTENCE_OF_HEADING * passage.heading_cosine;
        passage.sentence_coverage = EXPECTED_SENTENCE_OF_TERMS * self.question.background_share(terms);
        passage
    }

    /// Replaces the estimates of a passage by what its sentences give.
    pub(super) fn read(&mut self, passage: &mut PassageFeatures) {
        let question = self.question;
        let Some(mut place) = self.locate(passage.number) else {
            return;
        };
        let (heading, _) = place.heading();
        let mut most = -1.0;
        let mut nearest = f32::NEG_INFINITY;
        passage.sentence_coverage = 0.0;
        for (number, (codes, norm)) in place.segment.sentences(place.passage).enumerate() {
            let sentence = place.sum(codes);
            passage.pairs |= sentence.pairs;
            let cosine = if norm > 0.0 {
                (heading.product + sentence.product) / norm
            } else {
                0.0
            };
            nearest = nearest.max(cosine);
            let share = question.background_share(sentence.terms | heading.terms);
            if 0.5 * (cosine + share) > passage.sentence_match {
                passage.sentence_match = 0.5 * (cosine + share);
                passage.matching = number;
                passage.match_terms = sentence.terms | heading.terms;
            }
            let weight = question.weight_of(sentence.terms);
            if weight > most {
                most = weight;
                passage.sentence_coverage = question.background_share(sentence.terms);
            }
        }
        passage.sentence_cosine = if nearest == f32::NEG_INFINITY {
            passage.cosine
        } else {
            nearest
        };
    }

    /// Checks the best matching sentence of a passage for a negation, an antonym of a word of the question, and a word
    /// of the expected answer type.
    pub(super) fn examine(&mut self, passage: &mut PassageFeatures) {
        let question = self.question;
        let asks = question.negates || question.answer_type != AnswerType::Anything || !question.antonyms.is_empty();
        let is_told = asks && passage.sentence_match > 0.0;
        let Some(mut place) = self.locate(passage.number).filter(|_| is_told) else {
            return;
        };
        let segment = place.segment;
        let Some((codes, _)) = segment.sentences(place.passage).nth(passage.matching) else {
            return;
        };
        let said = place.heading().0.places | place.sum(codes.clone()).places;
        let words = codes.filter_map(|code| Some((code, segment.unit_term(code)?)));
        for (number, (code, term)) in words.enumerate() {
            let word = segment.unit_text(code);
            passage.sentence_negates |= question.negates && is_negation(word);
            // The first word of a sentence always has a capital, and words of the question are not the answer.
            let counts = number > 0 || question.answer_type == AnswerType::Number;
            let is_asked = place.units.of(code, place.products, question).places != 0;
            passage.sentence_may_answer |= counts && !is_asked && question.answer_type.may_be(word);
            let mut unsaid = question
                .antonyms
                .iter()
                .filter(|(_, at)| *at < 32 && said >> at & 1 == 0);
            passage.sentence_has_antonym |= unsaid.any(|(antonym, _)| *antonym == segment.term_text(term));
        }
    }

    fn locate(&mut self, number: usize) -> Option<Place<'_, 'a>> {
        let after = self.index.segments.partition_point(|part| part.first_passage <= number);
        let place = after.checked_sub(1)?;
        let part = self.index.segments.get(place)?;
        let units = self.units.get_mut(place)?;
        Some(Place {
            segment: &part.segment,
            vectors: &part.vectors,
            passage: number - part.first_passage,
            units: units.get_or_insert_with(|| Units::new(&part.segment, self.question)),
            products: &mut self.products,
            question: self.question,
        })
    }
}

/// A passage that is read, with the state it needs.
struct Place<'r, 'a> {
    segment: &'a Segment,
    vectors: &'a Vectors,
    passage: usize,
    units: &'r mut Units<'a>,
    products: &'r mut Products<'a>,
    question: &'a Question,
}

impl Place<'_, '_> {
    fn centered_cosine(&self) -> f32 {
        self.vectors.cosine(&self.question.centered, self.passage) + self.question.mean_cosine
    }

    /// Returns the sums over the headings that do not repeat the title, and the length of their vector.
    fn heading(&mut self) -> (Sum, f32) {
        let record = self.segment.heading(self.segment.passage(self.passage).heading);
        let mut heading = Sum::default();
        for codes in record.parts().skip(record.skipped as usize) {
            let part = self.sum(codes);
            heading.product += part.product;
            heading.terms |= part.terms;
            heading.places |= part.places;
            heading.pairs |= part.pairs;
        }
        (heading, record.norm)
    }

    fn sum(&mut self, codes: Varints<'_>) -> Sum {
        let mut sum = Sum::default();
        let mut before = 0_u32;
        for code in codes {
            let unit = self.units.of(code, self.products, self.question);
            sum.product += unit.product;
            sum.terms |= unit.terms;
            sum.places |= unit.places;
            if unit.is_word {
                // A pair is identified by the place of its first word.
                sum.pairs |= before & (unit.places >> 1);
                before = unit.places;
            }
        }
        sum
    }
}

impl<'a> Units<'a> {
    fn new(segment: &'a Segment, question: &Question) -> Self {
        let mut forms = Vec::new();
        for (place, term) in question.sequence.iter().enumerate().take(32) {
            let found = term.forms.iter().filter_map(|form| segment.find_term(form));
            forms.extend(found.map(|form| (form, place)));
        }
        Self {
            places: vec![0; segment.unit_count()],
            known: Vec::with_capacity(2_000),
            segment,
            forms,
        }
    }

    #[inline]
    fn of(&mut self, code: u32, products: &mut Products<'_>, question: &Question) -> Unit {
        let place = self.places.get(code as usize).copied().unwrap_or(0);
        match self.known.get(usize::from(place).wrapping_sub(1)) {
            Some(unit) => *unit,
            None => self.meet(code, products, question),
        }
    }

    #[cold]
    fn meet(&mut self, code: u32, products: &mut Products<'_>, question: &Question) -> Unit {
        let product = self.segment.unit_tokens(code).map(|token| products.of(token)).sum();
        let mut unit = Unit {
            product,
            terms: 0,
            places: 0,
            is_word: false,
        };
        if let Some(term) = self.segment.unit_term(code) {
            unit.is_word = true;
            for (form, place) in &self.forms {
                if *form == term {
                    unit.places |= 1 << place;
                    let searched = question.sequence.get(*place).and_then(|term| term.searched);
                    unit.terms |= searched.map_or(0, |number| 1 << number);
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
