//! Snowball stems by language.

use rust_stemmers::Algorithm;

use crate::text::fold;

/// Reduces the words of one language to their stems; words of a language without an algorithm are only folded.
pub(crate) struct Stemmer {
    snowball: Option<rust_stemmers::Stemmer>,
}

impl Stemmer {
    /// Returns the stemmer of a language (ISO 639-1); without a language, English is assumed.
    pub(crate) fn new(language: Option<&str>) -> Self {
        let algorithm = match language.unwrap_or("en") {
            "ar" => Some(Algorithm::Arabic),
            "da" => Some(Algorithm::Danish),
            "de" => Some(Algorithm::German),
            "el" => Some(Algorithm::Greek),
            "en" => Some(Algorithm::English),
            "es" => Some(Algorithm::Spanish),
            "fi" => Some(Algorithm::Finnish),
            "fr" => Some(Algorithm::French),
            "hu" => Some(Algorithm::Hungarian),
            "it" => Some(Algorithm::Italian),
            "nl" => Some(Algorithm::Dutch),
            "no" => Some(Algorithm::Norwegian),
            "pt" => Some(Algorithm::Portuguese),
            "ro" => Some(Algorithm::Romanian),
            "ru" => Some(Algorithm::Russian),
            "sv" => Some(Algorithm::Swedish),
            "ta" => Some(Algorithm::Tamil),
            "tr" => Some(Algorithm::Turkish),
            _ => None,
        };
        Self {
            snowball: algorithm.map(rust_stemmers::Stemmer::create),
        }
    }

    /// Returns the folded stem of a word. Folding comes last: the algorithms know their language's accents.
    pub(crate) fn stem(&self, word: &str) -> String {
        // Words with digits are names of things, and very long ones are not words.
        if word.len() > 64 || word.bytes().any(|b| b.is_ascii_digit()) {
            return fold(word).into_owned();
        }
        let lower = word.to_lowercase();
        match &self.snowball {
            Some(snowball) => fold(&snowball.stem(&lower)).into_owned(),
            None => fold(&lower).into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_share_a_stem() {
        let english = Stemmer::new(Some("en"));
        assert_eq!(english.stem("Refunds"), english.stem("refunded"));
        let german = Stemmer::new(Some("de"));
        assert_eq!(german.stem("Häuser"), german.stem("hauses"));
        let french = Stemmer::new(Some("fr"));
        assert_eq!(french.stem("remboursés"), french.stem("rembourser"));
    }

    #[test]
    fn names_with_digits_and_unknown_languages_are_only_folded() {
        assert_eq!(Stemmer::new(None).stem("X200s"), "x200s");
        assert_eq!(Stemmer::new(Some("xx")).stem("Refunds"), "refunds");
    }
}
