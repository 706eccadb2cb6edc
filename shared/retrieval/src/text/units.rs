//! Cuts text into words and the gaps between them; put together again, the units are the text.

/// A word, or the characters between two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit<'a> {
    pub text: &'a str,
    /// Byte offset of the unit in the text.
    pub start: usize,
    pub is_word: bool,
}

/// Returns the units of a text in order, words and gaps in turn.
pub fn units(text: &str) -> impl Iterator<Item = Unit<'_>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..)?;
        let is_word = is_word_char(rest.chars().next()?);
        let length = rest.find(|c| is_word_char(c) != is_word).unwrap_or(rest.len());
        let unit = Unit {
            text: rest.get(..length)?,
            start,
            is_word,
        };
        start += length;
        Some(unit)
    })
}

/// Returns whether the character is an ideograph, kana or Hangul: scripts whose words are not set apart by spaces
/// (or, in Korean, carry their particles), so that pairs of characters are indexed.
pub fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FF9D}' | '\u{20000}'..='\u{3FFFF}')
}

/// Combining marks belong to the letter before them.
fn is_word_char(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric()
    } else {
        c.is_alphanumeric() || ('\u{300}'..='\u{36F}').contains(&c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_put_together_are_the_text() {
        let text = " Don't — pay 10€ at café №5, 東京へ!\n";
        assert_eq!(units(text).map(|unit| unit.text).collect::<String>(), text);
    }

    #[test]
    fn words_and_gaps_take_turns() {
        let words: Vec<_> = units("e-mail us: now")
            .filter(|unit| unit.is_word)
            .map(|unit| unit.text)
            .collect();
        assert_eq!(words, ["e", "mail", "us", "now"]);
        let kinds: Vec<_> = units("a, b").map(|unit| unit.is_word).collect();
        assert_eq!(kinds, [true, false, true]);
    }

    #[test]
    fn a_combining_mark_stays_with_its_letter() {
        assert_eq!(units("cafe\u{301}").count(), 1);
    }
}
