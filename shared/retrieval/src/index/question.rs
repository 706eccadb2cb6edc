//! A question made ready to be searched: its vector, and its terms with their weights.

use super::{Context, Index};
use crate::embed::{Embedder, Query, Vector};
use crate::lexical::{Stemmer, inverse_document_frequency, opposites, terms, within_one_edit};
use crate::text::{self, Asked, fold};

/// More terms than this are no question; the rest is searched by meaning only.
const MOST_TERMS: usize = 32;
/// A word is corrected only when it is long enough to be recognised.
const SHORTEST_CORRECTED: usize = 4;
/// What a corrected word counts, compared with one that is spelt as in the documents.
const CORRECTED_WEIGHT: f32 = 0.8;
/// What a stop word counts in a pair.
const STOP_WORD_WEIGHT: f32 = 0.5;

pub(crate) struct Question {
    pub(super) query: Query,
    /// The same without what all passages share.
    pub(super) own: Query,
    /// Its cosine with the passages on average.
    pub(super) usual: f32,
    /// All terms in order, stop words and repetitions included: numbers of `searched`, or `None` for stop words.
    pub(super) sequence: Vec<QueryTerm>,
    /// The distinct terms that are searched for, at most 32.
    pub(crate) searched: Vec<SearchedTerm>,
    /// Whether it denies something: "What is not …?"
    pub(crate) negates: bool,
    /// How much the heaviest turn of the conversation counts beside it, from 0 to 0.5.
    pub(crate) leans: f32,
    /// Terms that say the opposite of a word of the question, with the word's place; none that the question holds too.
    pub(super) opposites: Vec<(&'static str, usize)>,
    /// What it asks for.
    pub(crate) asked: Asked,
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
    pub(crate) holders: usize,
    /// Whether the question writes it as a name, or it has a digit.
    pub(crate) is_name: bool,
}

impl Question {
    pub(super) fn new(index: &Index, embedder: &Embedder, question: &str, context: &[Context<'_>]) -> Self {
        let vector = vector(embedder, question, context);
        let (own, usual) = index.shared.without(&vector);
        let mut sequence = Vec::new();
        let mut searched: Vec<SearchedTerm> = Vec::new();
        let names = names(question);
        for (forms, word, is_stop) in forms(index, question) {
            let known = searched.iter().position(|term| term.forms == forms);
            let number = match known {
                Some(number) => Some(number),
                None if is_stop || searched.len() == MOST_TERMS => None,
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
                let holders = index.holders(&forms);
                let is_known = searched.iter().any(|term| term.forms == forms);
                if is_stop || is_known || holders == 0 || searched.len() == MOST_TERMS {
                    continue;
                }
                searched.push(SearchedTerm {
                    weight: turn.weight * inverse_document_frequency(index.chunk_count(), holders),
                    background: turn.weight * embedder.norm(embedder.tokenize(&word)),
                    forms,
                    holders,
                    is_name: false,
                });
            }
        }
        Self {
            leans: context.iter().map(|turn| turn.weight).fold(0.0, f32::max),
            opposites: opposites_of(&sequence),
            query: vector.query(),
            own: own.query(),
            usual,
            sequence,
            searched,
            negates: text::denies(question),
            asked: Asked::of(question),
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

    /// Returns how much the pairs of neighbouring words say whose bits are set: each as much as its words, a stop word a
    /// little.
    pub(super) fn weight_of_pairs(&self, pairs: u32) -> f32 {
        if pairs == 0 {
            return 0.0;
        }
        let weight = |place: usize| {
            let term = self
                .sequence
                .get(place)
                .and_then(|term| self.searched.get(term.searched?));
            term.map_or(STOP_WORD_WEIGHT, |term| term.weight)
        };
        (0..32)
            .filter(|place| pairs >> place & 1 == 1)
            .map(|place| weight(place) + weight(place + 1))
            .sum()
    }
}

fn opposites_of(sequence: &[QueryTerm]) -> Vec<(&'static str, usize)> {
    let holds = |opposite: &String| sequence.iter().any(|term| term.forms.contains(opposite));
    let mut found = Vec::new();
    for (place, term) in sequence.iter().enumerate() {
        let opposites = term.forms.iter().flat_map(|form| opposites(form));
        found.extend(opposites.filter(|it| !holds(it)).map(|it| (it.as_str(), place)));
    }
    found
}

// The question's vector, drawn to what was said before.
fn vector(embedder: &Embedder, question: &str, context: &[Context<'_>]) -> Vector {
    let mut sum = embedder.embed(question);
    for turn in context {
        let earlier = embedder.embed(turn.text);
        for (to, from) in sum.0.iter_mut().zip(earlier.0) {
            *to += turn.weight * from;
        }
    }
    sum.normalised()
}

// Of every term: its stems in the languages of the index, the folded word, and whether it is too common to search for.
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

// The folded words that have a digit or, after the first word, a capital.
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
    let mut holders = index.holders(&forms);
    let mut factor = 1.0;
    if holders == 0 {
        let corrected = index.corrections(word);
        if !corrected.is_empty() {
            holders = index.holders(&corrected);
            forms = corrected;
            factor = CORRECTED_WEIGHT;
        }
    }
    let background = embedder.norm(embedder.tokenize(word));
    let weight = factor * inverse_document_frequency(index.chunk_count(), holders);
    SearchedTerm {
        forms,
        weight,
        background,
        holders,
        is_name: false,
    }
}

impl Index {
    fn holders(&self, forms: &[String]) -> usize {
        let mut holders = 0;
        for part in &self.segments {
            let terms = forms.iter().filter_map(|form| part.segment.find_term(form));
            holders += terms
                .map(|term| part.segment.postings(term).holders as usize)
                .sum::<usize>();
        }
        holders
    }

    // The terms of the words one typing error away, searched by all of them.
    fn corrections(&self, word: &str) -> Vec<String> {
        let letters: Vec<char> = word.chars().collect();
        let mut found = Vec::new();
        if letters.len() < SHORTEST_CORRECTED || letters.iter().any(|c| !c.is_alphabetic()) {
            return found;
        }
        let first = word.as_bytes().first().copied().unwrap_or_default();
        for part in &self.segments {
            let segment = &part.segment;
            for (unit, text) in segment.unit_bytes() {
                // The first letter is rarely wrong; it and the length rule nearly all words out at no cost.
                // A letter takes one to four bytes, and folding changes only letters beyond ASCII.
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
