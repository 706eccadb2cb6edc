//! Builds a segment from documents.

use std::collections::HashMap;
use std::rc::Rc;

use super::draft::{Draft, DraftHeading, DraftPassage, NO_TERM};
use super::packed::{PackedSentences, PackedTerms};
use super::{DocumentInput, FormatError};
use crate::embed::{Embedder, half_from_f32};
use crate::lexical::{Stemmer, Term, terms};
use crate::passage::Passage;
use crate::text::{self, Unit, fold, is_cjk, is_stop_word, units};
use crate::tuning::{HEADING_TERM_WEIGHT, TITLE_TERM_WEIGHT};

/// Collects documents and writes them as one segment.
pub struct SegmentBuilder<'a> {
    embedder: &'a Embedder,
    draft: Draft,
    /// For each language its units by their texts.
    languages: Vec<(String, Stemmer, HashMap<Rc<str>, u32>)>,
}

impl<'a> SegmentBuilder<'a> {
    pub fn new(embedder: &'a Embedder) -> Self {
        let draft = Draft::new(embedder.fingerprint());
        Self {
            embedder,
            draft,
            languages: Vec::new(),
        }
    }

    /// Adds a document with all its passages.
    pub fn add(&mut self, document: &DocumentInput<'_>) {
        let guessed = document
            .language
            .is_none()
            .then(|| guess_language(document.passages))
            .flatten();
        let language = document.language.or(guessed).unwrap_or_default();
        let number = u32::try_from(self.draft.documents.len()).unwrap_or(u32::MAX);
        let DocumentInput {
            document_id,
            collection_id,
            title,
            url,
            ..
        } = *document;
        self.draft
            .documents
            .push([document_id, collection_id, title, url.unwrap_or_default(), language].map(str::to_owned));
        let language = self.language(language);
        let title_tokens = self.embedder.tokenize(title);
        for passage in document.passages {
            self.add_passage(number, language, title, &title_tokens, passage);
        }
    }

    /// Returns how many passages have been added.
    pub fn len(&self) -> usize {
        self.draft.passages.len()
    }

    /// Returns whether nothing has been added.
    pub fn is_empty(&self) -> bool {
        self.draft.passages.is_empty()
    }

    /// Writes the segment. Fails only when it would exceed 4 GB.
    pub fn finish(self) -> Result<Vec<u8>, FormatError> {
        self.draft.encode()
    }

    fn add_passage(&mut self, document: u32, language: usize, title: &str, title_tokens: &[u16], passage: &Passage) {
        // Headings that repeat the title are not counted again, unless there is no other.
        let repeats = passage
            .heading_path
            .iter()
            .take_while(|part| fold(part) == fold(title))
            .count();
        let skipped = repeats.min(passage.heading_path.len().saturating_sub(1));
        let scored = passage.heading_path.get(skipped..).unwrap_or_default();
        let parts: Vec<_> = passage
            .heading_path
            .iter()
            .map(|part| self.units(language, part))
            .collect();
        let heading_tokens = self.tokens(parts.iter().skip(skipped).flatten());
        let norm = half_from_f32(self.embedder.norm(heading_tokens.iter().copied()));
        let skipped = u32::try_from(skipped).unwrap_or(u32::MAX);
        let heading = self.draft.heading(DraftHeading { norm, skipped, parts });

        let mut bag = title_tokens.to_vec();
        bag.extend_from_slice(&heading_tokens);
        let mut sentences = Vec::new();
        for range in split(&passage.text) {
            let units = self.units(language, range);
            let tokens = self.tokens(&units);
            let norm = self.embedder.norm(heading_tokens.iter().chain(&tokens).copied());
            bag.extend_from_slice(&tokens);
            sentences.push((units, half_from_f32(norm)));
        }
        let vector = self.embedder.embed_bag(&mut bag).quantized();

        let mut frequencies: HashMap<u32, u32> = HashMap::new();
        let mut length = 0;
        let fields = [(title, TITLE_TERM_WEIGHT), (passage.text.as_str(), 1)];
        for (text, weight) in fields
            .into_iter()
            .chain(scored.iter().map(|part| (part.as_str(), HEADING_TERM_WEIGHT)))
        {
            for term in self.terms(language, text).into_iter().filter(|term| !term.is_stop) {
                *frequencies.entry(self.draft.term(&term.text)).or_default() += weight;
                length += weight;
            }
        }
        let terms = frequencies
            .into_iter()
            .map(|(term, count)| (term, count.min(255) as u8))
            .collect();
        self.draft.passages.push(DraftPassage {
            document,
            index: passage.index,
            heading,
            tokens: passage.tokens,
            length,
            sentences: PackedSentences::pack(sentences),
            terms: PackedTerms::pack(terms),
            vector: vector
                .components
                .iter()
                .map(|component| component.cast_unsigned())
                .collect(),
            scale: vector.scale,
        });
    }

    fn language(&mut self, language: &str) -> usize {
        if let Some(known) = self.languages.iter().position(|(name, ..)| name == language) {
            return known;
        }
        let stemmer = Stemmer::new(Some(language).filter(|language| !language.is_empty()));
        self.languages.push((language.to_owned(), stemmer, HashMap::new()));
        self.languages.len() - 1
    }

    fn terms(&self, language: usize, text: &str) -> Vec<Term> {
        let Some((name, stemmer, _)) = self.languages.get(language) else {
            return Vec::new();
        };
        terms(text, Some(name.as_str()).filter(|name| !name.is_empty()), stemmer)
    }

    fn tokens<'u>(&self, units: impl IntoIterator<Item = &'u u32>) -> Vec<u16> {
        units
            .into_iter()
            .flat_map(|unit| self.draft.unit_tokens(*unit))
            .copied()
            .collect()
    }

    /// The numbers of the units of a text; a single space between words is left out, and put back when it is read.
    fn units(&mut self, language: usize, text: &str) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(text.len() / 6);
        let mut after_word = false;
        let mut units = units(text).peekable();
        while let Some(unit) = units.next() {
            let between = after_word && units.peek().is_some();
            after_word = unit.is_word;
            if unit.text == " " && between {
                continue;
            }
            numbers.push(self.unit(language, &unit));
        }
        numbers
    }

    fn unit(&mut self, language: usize, unit: &Unit<'_>) -> u32 {
        let embedder = self.embedder;
        let Some((name, stemmer, known)) = self.languages.get_mut(language) else {
            return 0;
        };
        if let Some(number) = known.get(unit.text) {
            return *number;
        }
        let term = if !unit.is_word || unit.text.chars().any(is_cjk) {
            NO_TERM
        } else {
            let folded = fold(unit.text);
            let is_stop = is_stop_word(&folded, Some(name.as_str()).filter(|name| !name.is_empty()));
            let stem = if is_stop {
                folded.into_owned()
            } else {
                stemmer.stem(unit.text)
            };
            self.draft.term(&stem)
        };
        let text: Rc<str> = unit.text.into();
        let number = self
            .draft
            .unit(&text, term, unit.is_word, || embedder.tokenize(unit.text));
        known.insert(text, number);
        number
    }
}

fn guess_language(passages: &[Passage]) -> Option<&'static str> {
    // The start of a document is enough.
    let mut sample = String::new();
    for passage in passages {
        sample.push_str(&passage.text);
        sample.push('\n');
        if sample.len() > 2000 {
            break;
        }
    }
    text::language(sample.get(..sample.floor_char_boundary(4000)).unwrap_or(&sample))
}

/// Cuts a text into its sentences without losing a byte: each takes the white space after it along.
fn split(text: &str) -> Vec<&str> {
    let ranges = text::sentences(text);
    let mut starts: Vec<usize> = ranges.iter().skip(1).map(|range| range.start).collect();
    starts.push(text.len());
    let mut from = 0;
    let pieces = starts.into_iter().map(|to| {
        let piece = text.get(from..to).unwrap_or_default();
        from = to;
        piece
    });
    pieces.filter(|piece| !piece.is_empty()).collect()
}
