//! A question prepared for searching: its vector, and its terms with their weights.

use super::{Context, Index};
use crate::embed::{Embedder, Query, Vector};
use crate::lexical::{Stemmer, antonyms, inverse_document_frequency, terms, within_one_edit};
use crate::text::{self, AnswerType, fold};
use crate::tuning::{CORRECTED_TERM_WEIGHT, MIN_CORRECTED_LETTERS, PAIR_STOP_WORD_WEIGHT};

/// Terms are marked by the bits of a `u32`; further ones are searched by meaning only.
const MAX_TERMS: usize = 32;
/// A question, prepared for searching.
pub(crate) struct Question {
    pub(super) query: Query,
    /// The same without its component along the corpus mean.
    pub(super) centered: Query,
    /// Its mean cosine with the passages.
    pub(super) mean_cosine: f32,
    /// All terms in order, stop words and repetitions included: numbers of `searched`, or `None` for stop words.
    pub(super) sequence: Vec<QueryTerm>,
    /// The distinct terms that are searched for, at most 32.
    pub(crate) searched: Vec<SearchedTerm>,
    /// Whether it is negated: "What is not ...?"
    pub(crate) negates: bool,
    /// Weight of the heaviest earlier turn, from 0 to 0.5.
    pub(crate) history_weight: f32,
    /// Antonyms of words of the question, with the place of the word; none that the question holds too.
    pub(super) antonyms: Vec<(&'static str, usize)>,
    /// The expected answer type.
    pub(crate) answer_type: AnswerType,
}

/// A term as it stands in the question, for pairs of words.
pub(super) struct QueryTerm {
    pub(super) forms: Vec<String>,
    /// Number of the searched term.
    pub(super) searched: Option<usize>,
}

/// A term that is searched for.
pub(crate) struct SearchedTerm {
    /// The stems by language, or what the word was corrected to.
    pub(super) forms: Vec<String>,
    /// Rarity among the passages, less when the word had to be corrected.
    pub(crate) weight: f32,
    /// Rarity in the language at large, as the embedding has it.
    pub(crate) background: f32,
    /// How many passages hold it; 0 when it is unknown.
    pub(crate) document_frequency: usize,
    /// Whether the question writes it as a name, or it has a digit.
    pub(crate) is_name: bool,
}

impl Question {
    pub(super) fn new(index: &Index, embedder: &Embedder, question: &str, context: &[Context<'_>]) -> Self {
        let vector = vector(embedder, question, context);
        let (centered, mean_cosine) = index.corpus_mean.center(&vector);
        let mut sequence = Vec::new();
        let mut searched: Vec<SearchedTerm> = Vec::new();
        let names = names(question);
        for (forms, word, is_stop) in forms(index, question) {
            let known = searched.iter().position(|term| term.forms == forms);
            let number = match known {
                Some(number) => Some(number),
                None if is_stop || searched.len() == MAX_TERMS => None,
                None => {
                    let is_name = names.contains(&word);
                    searched.push(SearchedTerm {
                        is_name,
                        ..searched_term(index, embedder, forms.clone(), &word)
                    });
                    Some(searched.len() - 1)
                }
            };
            let forms = number
                .and_then(|number| searched.get(number))
                .map_or(forms, |term| term.forms.clone());
            sequence.push(QueryTerm {
                forms,
                searched: number,
            });
        }
        for turn in context {
            for (forms, word, is_stop) in forms(index, turn.text) {
                let document_frequency = index.document_frequency(&forms);
                let is_known = searched.iter().any(|term| term.forms == forms);
                if is_stop || is_known || document_frequency == 0 || searched.len() == MAX_TERMS {
                    continue;
                }
                searched.push(SearchedTerm {
                    weight: turn.weight * inverse_document_frequency(index.passage_count(), document_frequency),
                    background: turn.weight * embedder.norm(embedder.tokenize(&word)),
                    forms,
                    document_frequency,
                    is_name: false,
                });
            }
        }
        Self {
            history_weight: context.iter().map(|turn| turn.weight).fold(0.0, f32::max),
            antonyms: antonyms_of(&sequence),
            query: vector.query(),
            centered: centered.query(),
            mean_cosine,
            sequence,
            searched,
            negates: text::denies(question),
            answer_type: AnswerType::of(question),
        }
    }

    /// Returns the sum of the weights of the searched terms whose bits are set.
    pub(crate) fn weight_of(&self, terms: u32) -> f32 {
        // Most sentences hold none.
        if terms == 0 {
            return 0.0;
        }
        self.set(terms).map(|term| term.weight).sum()
    }

    /// Returns the share of the background weights that the searched terms have whose bits are set.
    pub(crate) fn background_share(&self, terms: u32) -> f32 {
        if terms == 0 {
            return 0.0;
        }
        let total: f32 = self.searched.iter().map(|term| term.background).sum();
        if total > 0.0 {
            self.set(terms).map(|term| term.background).sum::<f32>() / total
        } else {
            0.0
        }
    }

    fn set(&self, terms: u32) -> impl Iterator<Item = &SearchedTerm> {
        self.searched
            .iter()
            .enumerate()
            .filter(move |(number, _)| terms >> number & 1 == 1)
            .map(|(_, term)| term)
    }

    /// Returns the weight of the pairs of neighboring words whose bits are set: each as much as its words, a stop word
    /// a little.
    pub(super) fn weight_of_pairs(&self, pairs: u32) -> f32 {
        if pairs == 0 {
            return 0.0;
        }
        let weight = |place: usize| {
            let term = self
                .sequence
                .get(place)
                .and_then(|term| self.searched.get(term.searched?));
            term.map_or(PAIR_STOP_WORD_WEIGHT, |term| term.weight)
        };
        (0..32)
            .filter(|place| pairs >> place & 1 == 1)
            .map(|place| weight(place) + weight(place + 1))
            .sum()
    }
}

fn antonyms_of(sequence: &[QueryTerm]) -> Vec<(&'static str, usize)> {
    let holds = |antonym: &String| sequence.iter().any(|term| term.forms.contains(antonym));
    let mut found = Vec::new();
    for (place, term) in sequence.iter().enumerate() {
        let antonyms = term.forms.iter().flat_map(|form| antonyms(form));
        found.extend(antonyms.filter(|it| !holds(it)).map(|it| (it.as_str(), place)));
    }
    found
}

/// The question's vector plus those of earlier turns, by their weights.
fn vector(embedder: &Embedder, question: &str, context: &[Context<'_>]) -> Vector {
    let mut sum = embedder.embed(question);
    for turn in context {
        let earlier = embedder.embed(turn.text);
        for (to, from) in sum.0.iter_mut().zip(earlier.0) {
            *to += turn.weight * from;
        }
    }
    sum.normalized()
}

/// Of every term: its stems in the languages of the index, the folded word, and whether it is too common to search for.
fn forms(index: &Index, question: &str) -> Vec<(Vec<String>, String, bool)> {
    // With one language there is nothing to decide, and telling languages takes time.
    let asked = if index.languages.len() > 1 {
        text::language(question)
    } else {
        None
    };
    let mut found: Vec<(Vec<String>, String, bool)> = Vec::new();
    for language in &index.languages {
        let language = Some(language.as_str()).filter(|language| !language.is_empty());
        for (place, term) in terms(question, language, &Stemmer::new(language))
            .into_iter()
            .enumerate()
        {
            match found.get_mut(place) {
                Some((forms, _, is_stop)) => {
                    // Too common in the language it is asked in, or in every language there is.
                    let decides = asked.is_some() && asked == language;
                    *is_stop = if decides {
                        term.is_stop
                    } else {
                        *is_stop && term.is_stop
                    };
                    if !forms.contains(&term.text) {
                        forms.push(term.text);
                    }
                }
                None => found.push((vec![term.text], term.word, term.is_stop)),
            }
        }
    }
    found
}

/// The folded words that have a digit or, after the first word, a capital.
fn names(question: &str) -> Vec<String> {
    let words = text::units(question).filter(|unit| unit.is_word).enumerate();
    words
        .filter(|(place, unit)| {
            let is_capital = *place > 0 && unit.text.starts_with(char::is_uppercase);
            is_capital || unit.text.bytes().any(|b| b.is_ascii_digit())
        })
        .map(|(_, unit)| fold(unit.text).into_owned())
        .collect()
}

fn searched_term(index: &Index, embedder: &Embedder, mut forms: Vec<String>, word: &str) -> SearchedTerm {
    let mut document_frequency = index.document_frequency(&forms);
    let mut factor = 1.0;
    if document_frequency == 0 {
        let corrected = index.corrections(word);
        if !corrected.is_empty() {
            document_frequency = index.document_frequency(&corrected);
            forms = corrected;
            factor = CORRECTED_TERM_WEIGHT;
        }
    }
    let background = embedder.norm(embedder.tokenize(word));
    let weight = factor * inverse_document_frequency(index.passage_count(), document_frequency);
    SearchedTerm {
        forms,
        weight,
        background,
        document_frequency,
        is_name: false,
    }
}

impl Index {
    fn document_frequency(&self, forms: &[String]) -> usize {
        let mut document_frequency = 0;
        for part in &self.segments {
            let terms = forms.iter().filter_map(|form| part.segment.find_term(form));
            document_frequency += terms
                .map(|term| part.segment.postings(term).document_frequency as usize)
                .sum::<usize>();
        }
        document_frequency
    }

    /// The terms of the words one typing error away, searched by all of them.
    fn corrections(&self, word: &str) -> Vec<String> {
        let letters: Vec<char> = word.chars().collect();
        let mut found = Vec::new();
        if letters.len() < MIN_CORRECTED_LETTERS || letters.iter().any(|c| !c.is_alphabetic()) {
            return found;
        }
        let first = word.as_bytes().first().copied().unwrap_or_default();
        for part in &self.segments {
            let segment = &part.segment;
            for (unit, text) in segment.unit_bytes() {
                // The first letter is rarely wrong, so it and the length exclude nearly all words at no cost.
                let starts = text
                    .first()
                    .is_some_and(|b| !b.is_ascii() || b.to_ascii_lowercase() == first);
                if !starts || text.len() + 1 < letters.len() || text.len() > 4 * (letters.len() + 1) {
                    continue;
                }
                if text.is_ascii() && text.len().abs_diff(letters.len()) > 1 {
                    continue;
                }
                let candidate: Vec<char> = fold(segment.unit_text(unit)).chars().collect();
                if candidate.first() != letters.first() || !within_one_edit(&letters, &candidate) {
                    continue;
                }
                if let Some(term) = segment.unit_term(unit) {
                    let term = segment.term_text(term).to_owned();
                    if !found.contains(&term) {
                        found.push(term);
                    }
                }
            }
        }
        found
    }
}
