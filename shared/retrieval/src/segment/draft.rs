//! A segment while it is put together: interned units, terms and headings, and the passages that name them by number.

use std::collections::HashMap;
use std::rc::Rc;

use super::FormatError;
use super::bytes::{ListsWriter, push_varint, varint_length};
use super::layout::{SECTIONS, Section, write};
use super::packed::{PackedSentences, PackedTerms};
use super::postings;
use crate::embed::DIMENSIONS;

/// No term: a gap, or a run of ideographs (whose pairs are terms of their own).
pub(super) const NO_TERM: u32 = u32::MAX;

#[derive(Default)]
pub(super) struct Draft {
    model: u32,
    /// id, collection, title, address, language.
    pub(super) documents: Vec<[String; 5]>,
    units: Vec<DraftUnit>,
    unit_numbers: HashMap<(Rc<str>, u32), u32>,
    unit_tokens: Vec<u16>,
    terms: Vec<Rc<str>>,
    term_numbers: HashMap<Rc<str>, u32>,
    headings: Vec<DraftHeading>,
    heading_numbers: HashMap<DraftHeading, u32>,
    pub(super) passages: Vec<DraftPassage>,
}

struct DraftUnit {
    text: Rc<str>,
    term: u32,
    /// Where its tokens start and end among those of all units.
    tokens: (u32, u32),
    is_word: bool,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct DraftHeading {
    /// Length of the vector as f16.
    pub(super) norm: u16,
    /// How many parts at the start repeat the title.
    pub(super) skipped: u32,
    pub(super) parts: Vec<Vec<u32>>,
}

/// A passage, packed nearly as tightly as in the file, since thousands are kept until the last is added.
pub(super) struct DraftPassage {
    pub(super) document: u32,
    pub(super) index: u32,
    pub(super) heading: u32,
    pub(super) tokens: u32,
    pub(super) length: u32,
    pub(super) sentences: PackedSentences,
    pub(super) terms: PackedTerms,
    pub(super) vector: Box<[u8]>,
    pub(super) scale: f32,
}

impl Draft {
    /// Starts a segment of vectors of one model, known by its fingerprint.
    pub(super) fn new(model: u32) -> Self {
        Self {
            model,
            ..Self::default()
        }
    }

    pub(super) fn term(&mut self, text: &str) -> u32 {
        if let Some(number) = self.term_numbers.get(text) {
            return *number;
        }
        let number = next_number(self.terms.len());
        let text: Rc<str> = text.into();
        self.terms.push(Rc::clone(&text));
        self.term_numbers.insert(text, number);
        number
    }

    /// Returns the number of a unit; `tokens` is asked once for each.
    pub(super) fn unit(&mut self, text: &Rc<str>, term: u32, is_word: bool, tokens: impl FnOnce() -> Vec<u16>) -> u32 {
        let key = (Rc::clone(text), term);
        if let Some(number) = self.unit_numbers.get(&key) {
            return *number;
        }
        let number = next_number(self.units.len());
        let start = next_number(self.unit_tokens.len());
        self.unit_tokens.append(&mut tokens());
        self.units.push(DraftUnit {
            text: Rc::clone(text),
            term,
            tokens: (start, next_number(self.unit_tokens.len())),
            is_word,
        });
        self.unit_numbers.insert(key, number);
        number
    }

    pub(super) fn unit_tokens(&self, unit: u32) -> &[u16] {
        self.units.get(unit as usize).map_or(&[], |unit| self.tokens_of(unit))
    }

    fn tokens_of(&self, unit: &DraftUnit) -> &[u16] {
        let (start, end) = unit.tokens;
        self.unit_tokens.get(start as usize..end as usize).unwrap_or_default()
    }

    pub(super) fn heading(&mut self, heading: DraftHeading) -> u32 {
        let next = next_number(self.headings.len());
        let number = *self.heading_numbers.entry(heading.clone()).or_insert(next);
        if number == next {
            self.headings.push(heading);
        }
        number
    }

    /// Writes the file. The same documents in the same order give the same bytes, however they came here.
    pub(super) fn encode(mut self) -> Result<Vec<u8>, FormatError> {
        // Numbers are all that is needed from here on.
        self.unit_numbers = HashMap::new();
        self.term_numbers = HashMap::new();
        self.heading_numbers = HashMap::new();
        let codes = self.codes();
        let (term_order, term_codes) = order(self.terms.len(), |a, b| {
            self.terms.get(a as usize).cmp(&self.terms.get(b as usize))
        });
        let plan = Plan {
            codes,
            term_order,
            term_codes,
        };
        let mut sections = Vec::with_capacity(SECTIONS.len());
        for (section, _) in SECTIONS {
            sections.push(self.section(section, &plan)?);
        }
        drop(self);
        write(sections)
    }

    fn section(&mut self, section: Section, plan: &Plan) -> Result<Vec<u8>, FormatError> {
        let code = |unit: u32| plan.codes.numbers.get(unit as usize).copied().unwrap_or(0);
        let mut flat = Vec::new();
        let mut lists = ListsWriter::default();
        match section {
            Section::Counts => return self.counts(),
            Section::Documents => {
                for text in self.documents.iter().flatten() {
                    lists.push(|bytes| bytes.extend_from_slice(text.as_bytes()))?;
                }
            }
            Section::Units => {
                for unit in plan.codes.units(&self.units) {
                    lists.push(|bytes| bytes.extend_from_slice(unit.text.as_bytes()))?;
                }
            }
            Section::UnitTerms => {
                for unit in plan.codes.units(&self.units) {
                    let term = plan.term_codes.get(unit.term as usize).copied();
                    push_u32(&mut flat, term.unwrap_or(NO_TERM));
                }
                return Ok(flat);
            }
            Section::UnitTokens => {
                for unit in plan.codes.units(&self.units) {
                    let tokens = self.tokens_of(unit);
                    lists.push(|bytes| bytes.extend(tokens.iter().flat_map(|token| token.to_le_bytes())))?;
                }
            }
            Section::Terms => {
                for text in plan.term_order.iter().filter_map(|term| self.terms.get(*term as usize)) {
                    lists.push(|bytes| bytes.extend_from_slice(text.as_bytes()))?;
                }
            }
            Section::Postings => {
                let terms = self.passages.iter().map(|passage| &passage.terms);
                let section = postings::section(terms, &plan.term_codes);
                // Freed at once, since this is the largest part of a draft.
                self.passages
                    .iter_mut()
                    .for_each(|passage| passage.terms = PackedTerms::default());
                return section;
            }
            Section::Headings => {
                for heading in &self.headings {
                    lists.push(|bytes| {
                        bytes.extend_from_slice(&heading.norm.to_le_bytes());
                        push_varint(bytes, heading.skipped);
                        for part in &heading.parts {
                            push_codes(bytes, part.iter().copied().map(code));
                        }
                    })?;
                }
            }
            Section::Passages => {
                for passage in &self.passages {
                    for number in [
                        passage.document,
                        passage.index,
                        passage.heading,
                        passage.tokens,
                        passage.length,
                    ] {
                        push_u32(&mut flat, number);
                    }
                }
                return Ok(flat);
            }
            Section::Texts => {
                for passage in &self.passages {
                    lists.push(|bytes| {
                        for (units, _) in passage.sentences.iter() {
                            units.for_each(|unit| push_varint(bytes, code(unit)));
                        }
                    })?;
                }
            }
            Section::Sentences => {
                for passage in &mut self.passages {
                    lists.push(|bytes| {
                        for (units, norm) in passage.sentences.iter() {
                            let length: usize = units.map(|unit| varint_length(code(unit))).sum();
                            push_varint(bytes, next_number(length));
                            bytes.extend_from_slice(&norm.to_le_bytes());
                        }
                    })?;
                    passage.sentences = PackedSentences::default();
                }
            }
            Section::Vectors => {
                flat.reserve_exact(self.passages.len() * DIMENSIONS);
                for passage in &mut self.passages {
                    flat.extend_from_slice(&std::mem::take(&mut passage.vector));
                }
                return Ok(flat);
            }
            Section::Scales => {
                return Ok(self
                    .passages
                    .iter()
                    .flat_map(|passage| passage.scale.to_le_bytes())
                    .collect());
            }
            Section::Graph => {}
        }
        lists.finish()
    }

    fn counts(&self) -> Result<Vec<u8>, FormatError> {
        let mut flat = Vec::new();
        let length: u64 = self.passages.iter().map(|passage| u64::from(passage.length)).sum();
        let counts = [
            self.documents.len(),
            self.passages.len(),
            self.headings.len(),
            self.units.len(),
            self.terms.len(),
            usize::try_from(length).unwrap_or(usize::MAX),
        ];
        for count in counts {
            push_u32(&mut flat, u32::try_from(count).map_err(|_| FormatError::TooLarge)?);
        }
        push_u32(&mut flat, self.model);
        Ok(flat)
    }

    /// Frequent units get small codes, which take one byte.
    fn codes(&self) -> Codes {
        let mut uses = vec![0_u32; self.units.len()];
        let in_headings = self.headings.iter().flat_map(|heading| heading.parts.iter().flatten());
        let in_texts = self
            .passages
            .iter()
            .flat_map(|passage| passage.sentences.iter().flat_map(|(units, _)| units));
        for unit in in_headings.copied().chain(in_texts) {
            if let Some(uses) = uses.get_mut(unit as usize) {
                *uses += 1;
            }
        }
        let key = |unit: u32| {
            let at = unit as usize;
            let found = self.units.get(at)?;
            Some((
                std::cmp::Reverse(uses.get(at)?),
                !found.is_word,
                &found.text,
                self.terms.get(found.term as usize),
            ))
        };
        let (order, numbers) = order(self.units.len(), |a, b| key(a).cmp(&key(b)));
        Codes { order, numbers }
    }
}

/// Maps numbers in the order of arrival to numbers in the file.
struct Plan {
    codes: Codes,
    /// The terms in byte order, and the place of each in it.
    term_order: Vec<u32>,
    term_codes: Vec<u32>,
}

struct Codes {
    order: Vec<u32>,
    numbers: Vec<u32>,
}

impl Codes {
    fn units<'a>(&'a self, units: &'a [DraftUnit]) -> impl Iterator<Item = &'a DraftUnit> {
        self.order.iter().filter_map(|unit| units.get(*unit as usize))
    }
}

/// Returns the numbers in the order of `compare`, and the place of each number in it.
fn order(count: usize, mut compare: impl FnMut(u32, u32) -> std::cmp::Ordering) -> (Vec<u32>, Vec<u32>) {
    let mut order: Vec<u32> = (0..next_number(count)).collect();
    order.sort_by(|a, b| compare(*a, *b));
    let mut places = vec![0; count];
    for (place, number) in order.iter().enumerate() {
        if let Some(slot) = places.get_mut(*number as usize) {
            *slot = next_number(place);
        }
    }
    (order, places)
}

/// Sections are limited to 4 GB when they are written, long after which numbers would end.
pub(super) fn next_number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn push_u32(bytes: &mut Vec<u8>, value: u32) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

fn push_codes(bytes: &mut Vec<u8>, codes: impl Iterator<Item = u32>) {
    let mut part = Vec::new();
    codes.for_each(|code| push_varint(&mut part, code));
    push_varint(bytes, next_number(part.len()));
    bytes.append(&mut part);
}
