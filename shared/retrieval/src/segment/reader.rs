//! Reads a segment in place: nothing is unpacked on loading, and only the text of hits is copied.

use std::sync::Arc;

use super::FormatError;
use super::bytes::{Lists, Varints, u32_at};
use super::draft::NO_TERM;
use super::graph;
use super::layout::{Layout, Section};
use crate::embed::{DIMENSIONS, half_to_f32};

const COUNTS: usize = 7;
const PASSAGE_NUMBERS: usize = 5;
const DOCUMENT_TEXTS: usize = 5;

/// Documents ready to be searched. Takes as much memory as its bytes.
pub struct Segment {
    file: Arc<[u8]>,
    document_count: usize,
    passage_count: usize,
    unit_count: usize,
    term_count: usize,
    total_length: u32,
    model: u32,
    documents: Lists,
    units: Lists,
    unit_terms: (usize, usize),
    unit_tokens: Lists,
    terms: Lists,
    postings: Lists,
    headings: Lists,
    passages: (usize, usize),
    texts: Lists,
    sentences: Lists,
    vectors: (usize, usize),
    scales: (usize, usize),
    graph: (usize, usize),
    /// How many passages the graphs link, from the first on.
    linked: usize,
}

/// The record of a passage, besides its text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PassageRecord {
    pub(crate) document: u32,
    pub(crate) index: u32,
    pub(crate) heading: u32,
    pub(crate) tokens: u32,
    pub(crate) length: u32,
}

/// The headings above a passage.
#[derive(Debug, Clone)]
pub(crate) struct HeadingRecord<'a> {
    pub(crate) norm: f32,
    pub(crate) skipped: u32,
    codes: Varints<'a>,
}

impl<'a> HeadingRecord<'a> {
    /// Returns the codes of every part, outermost first.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Varints<'a>> + use<'a> {
        let mut codes = self.codes.clone();
        std::iter::from_fn(move || {
            let length = codes.next()?;
            codes.within(length as usize)
        })
    }
}

/// The passages that hold a term, with weighted frequencies.
pub(crate) struct Postings<'a> {
    pub(crate) document_frequency: u32,
    bytes: Varints<'a>,
    passage: u32,
}

impl Iterator for Postings<'_> {
    type Item = (u32, u8);

    #[inline]
    fn next(&mut self) -> Option<(u32, u8)> {
        self.passage = self.passage.checked_add(self.bytes.next()?)?;
        let [frequency] = self.bytes.raw()?;
        Some((self.passage, frequency))
    }
}

/// The sentences of a passage: codes, and the length of the sentence's vector with its heading.
pub(crate) struct Sentences<'a> {
    records: Varints<'a>,
    codes: Varints<'a>,
}

impl<'a> Iterator for Sentences<'a> {
    type Item = (Varints<'a>, f32);

    #[inline]
    fn next(&mut self) -> Option<(Varints<'a>, f32)> {
        let length = self.records.next()?;
        let norm = self.records.raw()?;
        Some((
            self.codes.within(length as usize)?,
            half_to_f32(u16::from_le_bytes(norm)),
        ))
    }
}

impl Segment {
    /// Reads and checks a segment. Every section is checked against its checksum and its counts.
    pub fn decode(file: impl Into<Arc<[u8]>>) -> Result<Self, FormatError> {
        let file = file.into();
        let layout = Layout::read(&file)?;
        let (start, end) = layout.place(Section::Counts);
        let counts = file.get(start..end).unwrap_or_default();
        if counts.len() != COUNTS * 4 {
            return Err(FormatError::Malformed("counts"));
        }
        let count = |index| u32_at(counts, index).unwrap_or_default() as usize;
        let (document_count, passage_count, heading_count, unit_count, term_count) =
            (count(0), count(1), count(2), count(3), count(4));
        let lists = |section, count| {
            let (start, end) = layout.place(section);
            Lists::read(&file, start, end, count)
        };
        let flat = |section, count: usize, width: usize| {
            let (start, end) = layout.place(section);
            if count.checked_mul(width) == Some(end - start) {
                Ok((start, end))
            } else {
                Err(FormatError::Malformed("a section does not fit its count"))
            }
        };
        let document_texts = document_count
            .checked_mul(DOCUMENT_TEXTS)
            .ok_or(FormatError::Malformed("counts"))?;
        let segment = Self {
            document_count,
            passage_count,
            unit_count,
            term_count,
            total_length: u32_at(counts, 5).unwrap_or_default(),
            model: u32_at(counts, 6).unwrap_or_default(),
            documents: lists(Section::Documents, document_texts)?,
            units: lists(Section::Units, unit_count)?,
            unit_terms: flat(Section::UnitTerms, unit_count, 4)?,
            unit_tokens: lists(Section::UnitTokens, unit_count)?,
            terms: lists(Section::Terms, term_count)?,
            postings: lists(Section::Postings, term_count)?,
            headings: lists(Section::Headings, heading_count)?,
            passages: flat(Section::Passages, passage_count, PASSAGE_NUMBERS * 4)?,
            texts: lists(Section::Texts, passage_count)?,
            sentences: lists(Section::Sentences, passage_count)?,
            vectors: flat(Section::Vectors, passage_count, DIMENSIONS)?,
            scales: flat(Section::Scales, passage_count, 4)?,
            graph: layout.place(Section::Graph),
            linked: {
                let (start, end) = layout.place(Section::Graph);
                graph::check(file.get(start..end).unwrap_or_default(), passage_count)?
            },
            file,
        };
        segment.check_references(heading_count)?;
        Ok(segment)
    }

    /// Returns the ids of the documents in the order in which they were added.
    pub fn document_ids(&self) -> impl Iterator<Item = &str> {
        (0..self.document_count).map(|document| self.document_text(document, 0))
    }

    /// Returns the id of the document that a passage is of.
    pub fn document_of(&self, passage: usize) -> &str {
        self.document_text(self.passage(passage).document as usize, 0)
    }

    /// Returns the number of passages.
    pub fn len(&self) -> usize {
        self.passage_count
    }

    /// Returns whether the segment has no passages.
    pub fn is_empty(&self) -> bool {
        self.passage_count == 0
    }

    /// Returns how much memory the segment takes.
    pub fn memory_bytes(&self) -> usize {
        self.file.len() + size_of::<Self>()
    }

    /// Returns how many passages the graphs link that the segment carries; 0 when it has none.
    pub fn linked(&self) -> usize {
        self.linked
    }

    pub(crate) fn graph_parts(&self) -> impl Iterator<Item = &[u8]> {
        graph::parts(self.file.get(self.graph.0..self.graph.1).unwrap_or_default())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.file
    }

    /// Returns the fingerprint of the embedding model the segment was made with.
    pub fn model(&self) -> u32 {
        self.model
    }

    /// A checksum does not show that references are valid, so they are checked here.
    fn check_references(&self, heading_count: usize) -> Result<(), FormatError> {
        for passage in 0..self.passage_count {
            let record = self.passage(passage);
            if record.document as usize >= self.document_count || record.heading as usize >= heading_count {
                return Err(FormatError::Malformed("a passage names what is not there"));
            }
        }
        let (start, end) = self.unit_terms;
        for term in self.file.get(start..end).unwrap_or_default().as_chunks::<4>().0 {
            let term = u32::from_le_bytes(*term);
            if term != NO_TERM && term as usize >= self.term_count {
                return Err(FormatError::Malformed("a unit names a term that is not there"));
            }
        }
        Ok(())
    }

    pub(crate) fn document_count(&self) -> usize {
        self.document_count
    }

    pub(crate) fn document_text(&self, document: usize, field: usize) -> &str {
        self.documents.text(&self.file, document * DOCUMENT_TEXTS + field)
    }

    pub(crate) fn total_length(&self) -> u32 {
        self.total_length
    }

    pub(crate) fn unit_count(&self) -> usize {
        self.unit_count
    }

    pub(crate) fn term_count(&self) -> usize {
        self.term_count
    }

    pub(crate) fn passage(&self, passage: usize) -> PassageRecord {
        let bytes = self.file.get(self.passages.0..self.passages.1).unwrap_or_default();
        let number = |at| u32_at(bytes, passage * PASSAGE_NUMBERS + at).unwrap_or_default();
        PassageRecord {
            document: number(0),
            index: number(1),
            heading: number(2),
            tokens: number(3),
            length: number(4),
        }
    }

    /// Returns the vectors of all passages.
    pub(crate) fn vectors(&self) -> &[[u8; DIMENSIONS]] {
        self.file
            .get(self.vectors.0..self.vectors.1)
            .unwrap_or_default()
            .as_chunks()
            .0
    }

    /// Returns the factors of all vectors, as little-endian f32.
    pub(crate) fn scales(&self) -> &[[u8; 4]] {
        self.file
            .get(self.scales.0..self.scales.1)
            .unwrap_or_default()
            .as_chunks()
            .0
    }

    pub(crate) fn unit_text(&self, code: u32) -> &str {
        self.units.text(&self.file, code as usize)
    }

    /// Returns the numbers and texts of all units.
    pub(crate) fn unit_bytes(&self) -> impl Iterator<Item = (u32, &[u8])> {
        (0..).zip(self.units.iter(&self.file))
    }

    pub(crate) fn unit_term(&self, code: u32) -> Option<u32> {
        let bytes = self.file.get(self.unit_terms.0..self.unit_terms.1).unwrap_or_default();
        u32_at(bytes, code as usize).filter(|term| *term != NO_TERM)
    }

    pub(crate) fn unit_tokens(&self, code: u32) -> impl Iterator<Item = u16> {
        let tokens = self.unit_tokens.get(&self.file, code as usize).as_chunks::<2>().0;
        tokens.iter().map(|token| u16::from_le_bytes(*token))
    }

    pub(crate) fn term_text(&self, term: u32) -> &str {
        self.terms.text(&self.file, term as usize)
    }

    /// Returns the number of a term by binary search.
    pub(crate) fn find_term(&self, text: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.term_count);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.terms.get(&self.file, middle).cmp(text.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return u32::try_from(middle).ok(),
            }
        }
        None
    }

    pub(crate) fn postings(&self, term: u32) -> Postings<'_> {
        let mut bytes = Varints(self.postings.get(&self.file, term as usize));
        let document_frequency = bytes.next().unwrap_or_default();
        Postings {
            document_frequency,
            bytes,
            passage: 0,
        }
    }

    pub(crate) fn heading(&self, heading: u32) -> HeadingRecord<'_> {
        let mut codes = Varints(self.headings.get(&self.file, heading as usize));
        let norm = half_to_f32(u16::from_le_bytes(codes.raw().unwrap_or_default()));
        let skipped = codes.next().unwrap_or_default();
        HeadingRecord { norm, skipped, codes }
    }

    pub(crate) fn sentences(&self, passage: usize) -> Sentences<'_> {
        Sentences {
            records: Varints(self.sentences.get(&self.file, passage)),
            codes: Varints(self.texts.get(&self.file, passage)),
        }
    }

    pub(crate) fn passage_text(&self, passage: usize) -> String {
        let mut text = Vec::new();
        for (codes, _) in self.sentences(passage) {
            self.read_text(codes, &mut text);
        }
        String::from_utf8(text).unwrap_or_default()
    }

    pub(crate) fn heading_path(&self, heading: u32) -> Vec<String> {
        let parts = self.heading(heading).parts();
        parts
            .map(|codes| {
                let mut text = Vec::new();
                self.read_text(codes, &mut text);
                String::from_utf8(text).unwrap_or_default()
            })
            .collect()
    }

    /// Two words in a row had a space between them. Bytes are put together and checked once, which is faster by half.
    fn read_text(&self, codes: Varints<'_>, text: &mut Vec<u8>) {
        let mut after_word = false;
        for code in codes {
            let unit = self.units.get(&self.file, code as usize);
            let is_word = match unit.first() {
                Some(first) if first.is_ascii() => first.is_ascii_alphanumeric(),
                _ => is_word(self.unit_text(code)),
            };
            if after_word && is_word {
                text.push(b' ');
            }
            text.extend_from_slice(unit);
            after_word = is_word;
        }
    }
}

fn is_word(unit: &str) -> bool {
    crate::text::units(unit).next().is_some_and(|unit| unit.is_word)
}
