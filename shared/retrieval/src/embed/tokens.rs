//! WordPiece tokens, lower-cased and freed of accents, by the `tokenizers` crate.

use serde::Deserialize;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{
    Model, NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer,
};

use super::ModelError;

/// A vocabulary, and how texts are cut into its pieces.
pub struct Tokens {
    model: WordPiece,
    normalizer: BertNormalizer,
}

/// Only what WordPiece needs of a `tokenizer.json`.
#[derive(Deserialize)]
struct File {
    normalizer: BertNormalizer,
    model: WordPiece,
}

impl Tokens {
    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    /// When it is none of a WordPiece vocabulary.
    pub fn read(json: &[u8]) -> Result<Self, ModelError> {
        let File { normalizer, model } =
            serde_json::from_slice(json).map_err(|error| ModelError::Tokenizer(error.to_string()))?;
        // An unknown word would otherwise be an error each time.
        if model.token_to_id(&model.unk_token).is_none() {
            return Err(ModelError::Tokenizer(
                "the unknown token is not in the vocabulary".to_owned(),
            ));
        }
        Ok(Self { model, normalizer })
    }

    pub(super) fn len(&self) -> usize {
        self.model.get_vocab_size()
    }

    /// Returns the tokens of a text, without special ones.
    pub fn encode(&self, text: &str) -> Vec<u16> {
        let mut tokens = Vec::with_capacity(text.len() / 4);
        // Most text is ASCII, where the normalizer's bookkeeping of offsets would cost more than all the rest.
        if self.normalizer.lowercase && text.is_ascii() {
            self.encode_ascii(text, &mut tokens);
        } else {
            self.encode_any(text, &mut tokens);
        }
        tokens
    }

    fn encode_ascii(&self, text: &str, tokens: &mut Vec<u16>) {
        let mut word = String::with_capacity(24);
        for c in text.chars() {
            if c.is_ascii_alphanumeric() {
                word.push(c.to_ascii_lowercase());
            } else if c.is_ascii_punctuation() {
                self.push_word(&word, tokens);
                word.clear();
                self.push_word(c.encode_utf8(&mut [0; 4]), tokens);
            } else if matches!(c, ' ' | '\t' | '\n' | '\r') {
                self.push_word(&word, tokens);
                word.clear();
            }
            // All other ASCII characters are control characters, which the normalizer drops.
        }
        self.push_word(&word, tokens);
    }

    fn encode_any(&self, text: &str, tokens: &mut Vec<u16>) {
        let mut normalized = NormalizedString::from(text);
        if self.normalizer.normalize(&mut normalized).is_err() {
            return;
        }
        let mut words = PreTokenizedString::from(normalized);
        if BertPreTokenizer.pre_tokenize(&mut words).is_err() {
            return;
        }
        for (word, _, _) in words.get_splits(OffsetReferential::Original, OffsetType::None) {
            self.push_word(word, tokens);
        }
    }

    fn push_word(&self, word: &str, tokens: &mut Vec<u16>) {
        if word.is_empty() {
            return;
        }
        // An id beyond the table would add nothing anyway.
        for token in self.model.tokenize(word).unwrap_or_default() {
            tokens.extend(u16::try_from(token.id));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn tokens() -> Tokens {
        Tokens::read(include_bytes!("../../model/tokenizer.json")).unwrap()
    }

    #[test]
    fn known_texts_have_the_ids_of_the_reference() {
        let tokens = tokens();
        assert_eq!(
            tokens.encode("How do I reset my password?"),
            [2129, 2079, 1045, 25141, 2026, 20786, 1029]
        );
        assert_eq!(
            tokens.encode("unaffable Café 東京"),
            [14477, 20961, 3468, 7668, 1879, 1755]
        );
        assert_eq!(tokens.encode(""), [0_u16; 0]);
    }

    #[test]
    fn the_short_way_for_ascii_gives_the_same_tokens() {
        let tokens = tokens();
        proptest!(|(text in "[ -~\\t\\n\\r\\x00\\x07]{0,80}")| {
            let (mut short, mut long) = (Vec::new(), Vec::new());
            tokens.encode_ascii(&text, &mut short);
            tokens.encode_any(&text, &mut long);
            prop_assert_eq!(short, long);
        });
    }

    #[test]
    fn any_text_is_taken() {
        let tokens = tokens();
        proptest!(|(text in ".{0,60}")| { tokens.encode(&text); });
    }

    #[test]
    fn a_broken_file_is_an_error() {
        assert!(Tokens::read(b"{}").is_err());
        assert!(Tokens::read(b"not json").is_err());
    }
}
