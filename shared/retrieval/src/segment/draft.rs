//! A segment while it is put together: interned units, terms and headings, and the chunks that name them by number.

use std::collections::HashMap;

use super::FormatError;
use super::bytes::{ListsWriter, push_varint};
use super::layout::{Section, write};

/// No term: a gap, or a run of ideographs (whose pairs are terms of their own).
pub(super) const NO_TERM: u32 = u32::MAX;

#[derive(Default)]
pub(super) struct Draft {
    model: u32,
    /// id, collection, title, address, language.
    pub(super) documents: Vec<[String; 5]>,
    units: Vec<DraftUnit>,
    unit_numbers: HashMap<(String, u32), u32>,
    terms: Vec<String>,
    term_numbers: HashMap<String, u32>,
    headings: Vec<DraftHeading>,
    heading_numbers: HashMap<DraftHeading, u32>,
    pub(super) chunks: Vec<DraftChunk>,
}

struct DraftUnit {
    text: String,
    term: u32,
    tokens: Vec<u16>,
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

pub(super) struct DraftChunk {
    pub(super) document: u32,
    pub(super) index: u32,
    pub(super) heading: u32,
    pub(super) tokens: u32,
    pub(super) length: u32,
    /// Units of each sentence, and the length of its vector as f16.
    pub(super) sentences: Vec<(Vec<u32>, u16)>,
    /// Terms with their weighted frequencies, each once.
    pub(super) terms: Vec<(u32, u8)>,
    pub(super) vector: Vec<u8>,
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
        self.terms.push(text.to_owned());
        self.term_numbers.insert(text.to_owned(), number);
        number
    }

    /// Returns the number of a unit; `tokens` is asked once for each.
    pub(super) fn unit(&mut self, text: &str, term: u32, is_word: bool, tokens: impl FnOnce() -> Vec<u16>) -> u32 {
        let key = (text.to_owned(), term);
        if let Some(number) = self.unit_numbers.get(&key) {
            return *number;
        }
        let number = next_number(self.units.len());
        self.units.push(DraftUnit {
            text: text.to_owned(),
            term,
            tokens: tokens(),
            is_word,
        });
        self.unit_numbers.insert(key, number);
        number
    }

    pub(super) fn unit_tokens(&self, unit: u32) -> &[u16] {
        self.units.get(unit as usize).map_or(&[], |unit| &unit.tokens)
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
    pub(super) fn encode(self) -> Result<Vec<u8>, FormatError> {
        let codes = self.codes();
        let (term_order, term_codes) = order(self.terms.len(), |a, b| {
            self.terms.get(a as usize).cmp(&self.terms.get(b as usize))
        });
        let mut postings = self.postings(&term_codes);
        let length: u64 = self.chunks.iter().map(|chunk| u64::from(chunk.length)).sum();
        let code = |unit: &u32| codes.numbers.get(*unit as usize).copied().unwrap_or(0);
        write(|section| {
            let mut lists = ListsWriter::default();
            let mut flat = Vec::new();
            match section {
                Section::Counts => {
                    let counts = [
                        self.documents.len(),
                        self.chunks.len(),
                        self.headings.len(),
                        self.units.len(),
                    ];
                    for count in counts.into_iter().chain([self.terms.len()]) {
                        push_u32(&mut flat, u32::try_from(count).map_err(|_| FormatError::TooLarge)?);
                    }
                    push_u32(&mut flat, u32::try_from(length).map_err(|_| FormatError::TooLarge)?);
                    push_u32(&mut flat, self.model);
                    return Ok(flat);
                }
                Section::Documents => {
                    for text in self.documents.iter().flatten() {
                        lists.push(|bytes| bytes.extend_from_slice(text.as_bytes()))?;
                    }
                }
                Section::Units => {
                    for unit in codes.units(&self.units) {
                        lists.push(|bytes| bytes.extend_from_slice(unit.text.as_bytes()))?;
                    }
                }
                Section::UnitTerms => {
                    for unit in codes.units(&self.units) {
                        push_u32(
                            &mut flat,
                            term_codes.get(unit.term as usize).copied().unwrap_or(NO_TERM),
                        );
                    }
                    return Ok(flat);
                }
                Section::UnitTokens => {
                    for unit in codes.units(&self.units) {
                        lists.push(|bytes| bytes.extend(unit.tokens.iter().flat_map(|token| token.to_le_bytes())))?;
                    }
                }
                Section::Terms => {
                    for text in term_order.iter().filter_map(|term| self.terms.get(*term as usize)) {
                        lists.push(|bytes| bytes.extend_from_slice(text.as_bytes()))?;
                    }
                }
                Section::Postings => {
                    for list in std::mem::take(&mut postings) {
                        lists.push(|bytes| write_postings(bytes, &list))?;
                    }
                }
                Section::Headings => {
                    for heading in &self.headings {
                        lists.push(|bytes| {
                            bytes.extend_from_slice(&heading.norm.to_le_bytes());
                            push_varint(bytes, heading.skipped);
                            for part in &heading.parts {
                                push_codes(bytes, part.iter().map(code));
                            }
                        })?;
                    }
                }
                Section::Chunks => {
                    for chunk in &self.chunks {
                        for number in [chunk.document, chunk.index, chunk.heading, chunk.tokens, chunk.length] {
                            push_u32(&mut flat, number);
                        }
                    }
                    return Ok(flat);
                }
                Section::Texts => {
                    for chunk in &self.chunks {
                        lists.push(|bytes| {
                            for unit in chunk.sentences.iter().flat_map(|(units, _)| units) {
                                push_varint(bytes, code(unit));
                            }
                        })?;
                    }
                }
                Section::Sentences => {
                    for chunk in &self.chunks {
                        lists.push(|bytes| {
                            for (units, norm) in &chunk.sentences {
                                let mut sentence = Vec::new();
                                units.iter().for_each(|unit| push_varint(&mut sentence, code(unit)));
                                push_varint(bytes, u32::try_from(sentence.len()).unwrap_or(u32::MAX));
                                bytes.extend_from_slice(&norm.to_le_bytes());
                            }
                        })?;
                    }
                }
                Section::Vectors => {
                    return Ok(self
                        .chunks
                        .iter()
                        .flat_map(|chunk| chunk.vector.iter().copied())
                        .collect());
                }
                Section::Scales => {
                    return Ok(self.chunks.iter().flat_map(|chunk| chunk.scale.to_le_bytes()).collect());
                }
            }
            Ok(lists.finish())
        })
    }

    // Frequent units get small codes, which take one byte.
    fn codes(&self) -> Codes {
        let mut uses = vec![0_u32; self.units.len()];
        let in_headings = self.headings.iter().flat_map(|heading| heading.parts.iter().flatten());
        let in_texts = self
            .chunks
            .iter()
            .flat_map(|chunk| chunk.sentences.iter().flat_map(|(units, _)| units));
        for unit in in_headings.chain(in_texts) {
            if let Some(uses) = uses.get_mut(*unit as usize) {
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

    fn postings(&self, term_codes: &[u32]) -> Vec<Vec<(u32, u8)>> {
        let mut postings = vec![Vec::new(); self.terms.len()];
        for (number, chunk) in self.chunks.iter().enumerate() {
            for (term, frequency) in &chunk.terms {
                let code = term_codes.get(*term as usize).copied().unwrap_or(NO_TERM);
                if let Some(list) = postings.get_mut(code as usize) {
                    list.push((next_number(number), *frequency));
                }
            }
        }
        postings
    }
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

// Returns the numbers in the order of `compare`, and the place of each number in it.
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

// Sections are limited to 4 GB when they are written, long after which numbers would end.
fn next_number(count: usize) -> u32 {
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

fn write_postings(bytes: &mut Vec<u8>, list: &[(u32, u8)]) {
    push_varint(bytes, next_number(list.len()));
    let mut before = 0;
    for (chunk, frequency) in list {
        push_varint(bytes, chunk - before);
        bytes.push(*frequency);
        before = *chunk;
    }
}
