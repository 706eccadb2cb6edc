//! Validated text: the types whose values have something in them and are not too long.
use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;
use serde::{Deserialize, Serialize};
use shared::limits;
use std::fmt;
use std::ops::RangeInclusive;

macro_rules! bounded {
    ($($(#[$doc:meta])* $name:ident: $range:expr $(, $check:ident)?;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text without the white space around it.
            ///
            /// # Errors
            /// Says why the text will not do, as the end of a sentence that begins with the field's name.
            pub fn new(text: &str) -> Result<Self, String> {
                let text = bounded(text, &$range)?;
                $($check(&text)?;)?
                Ok(Self(text))
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

bounded! {
    /// The name of a thing or of a person: one line that can be seen.
    Name: limits::NAME_CHARS, line;
    /// A description.
    Description: limits::DESCRIPTION_CHARS;
    /// A line that an agent says by itself, such as its greeting.
    Phrase: limits::PHRASE_CHARS;
    /// A question to an agent.
    Question: limits::QUESTION_CHARS;
    /// Context that a caller sends with a question: up to 10,000 characters.
    Context: 0..=10_000;
    /// A person's reply to a question.
    Reply: limits::REPLY_CHARS;
    /// A client's name for a conversation.
    SessionKey: limits::SESSION_KEY_CHARS;
    /// A visitor's comment.
    Comment: limits::COMMENT_CHARS;
}

/// Characters are Unicode scalar values; control characters other than line breaks and tabs are refused.
fn bounded(text: &str, range: &RangeInclusive<usize>) -> Result<String, String> {
    let text = text.trim();
    let length = text.chars().count();
    if length < *range.start() {
        return Err("must not be empty".into());
    }
    let max = *range.end();
    if length > max {
        return Err(format!("must be at most {max} characters, is {length}"));
    }
    if text
        .chars()
        .any(|it| it.is_control() && !matches!(it, '\n' | '\r' | '\t'))
    {
        return Err("must not contain control characters".into());
    }
    Ok(text.into())
}

/// Refuses what a name could hide behind: line breaks, characters that turn the direction of the text around them, and
/// nothing but characters without a shape.
fn line(text: &str) -> Result<(), String> {
    if text
        .chars()
        .any(|it| it.is_control() || matches!(it, '\u{2028}' | '\u{2029}'))
    {
        return Err("must be a single line".into());
    }
    if text.chars().any(turns_direction) {
        return Err("must not contain characters that change the direction of text".into());
    }
    if text.chars().all(is_invisible) {
        return Err("must contain a visible character".into());
    }
    Ok(())
}

/// Tells whether a character is one of Unicode's embeddings, overrides and isolates. Hebrew and Arabic need none of
/// them.
pub fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Tells whether a character by itself leaves nothing to see.
pub fn is_invisible(c: char) -> bool {
    // The blank of Braille is drawn like a space and is none to Unicode.
    c.is_whitespace() || c == '\u{2800}' || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// An e-mail address, lower-cased: the part that can be checked without sending a mail.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Takes an address of the form `local@domain.tld`, at most [`limits::MAX_EMAIL_BYTES`] long.
    pub fn new(text: &str) -> Result<Self, String> {
        let text = text.trim().to_lowercase();
        if text.is_empty() {
            return Err("must not be empty".into());
        }
        let wrong = || Err("must be an e-mail address".into());
        let Some((local, domain)) = text.rsplit_once('@') else {
            return wrong();
        };
        let plain = |part: &str| {
            part.chars()
                .all(|c| !c.is_whitespace() && !c.is_control() && !"<>()[]\\,;:\"@".contains(c))
        };
        let labels =
            domain.split('.').count() >= 2 && domain.split('.').all(|it| !it.is_empty() && !it.starts_with('-'));
        if local.is_empty()
            || local.len() > 64
            || text.len() > limits::MAX_EMAIL_BYTES
            || !plain(local)
            || !plain(domain)
            || !labels
        {
            return wrong();
        }
        Ok(Self(text))
    }

    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_bounded_in_characters() {
        assert_eq!(
            Name::new("  Ünïcode  ").map(|it| it.as_str().to_owned()),
            Ok("Ünïcode".to_owned())
        );
        assert_eq!(Name::new(" "), Err("must not be empty".into()));
        assert!(Name::new(&"ü".repeat(200)).is_ok());
        assert_eq!(
            Name::new(&"ü".repeat(201)),
            Err("must be at most 200 characters, is 201".into())
        );
        assert!(Name::new("a\u{0}b").is_err());
    }

    #[test]
    fn a_name_is_one_line_that_can_be_seen() {
        for right in [
            "Dr. Smith",
            "Booking.com team",
            "\u{5d3}\u{5d5}\u{5d3} \u{200f}!",
            "\u{1f468}\u{200d}\u{1f469}",
            "\u{645}\u{6cc}\u{200c}\u{62e}",
        ] {
            assert!(Name::new(right).is_ok(), "{right:?}");
        }
        for (wrong, why) in [
            ("Acme\nBcc: all", "single line"),
            ("Acme\r", ""),
            ("Acme\tLtd", "single line"),
            ("Acme\u{85}Ltd", "control characters"),
            ("Acme\u{2028}Ltd", "single line"),
            ("gpj\u{202e}exe", "direction"),
            ("a\u{2066}b\u{2069}", "direction"),
            ("\u{200b}\u{200d}", "visible"),
            ("\u{2060}\u{3164}\u{2800}", "visible"),
            ("\u{e0041}", "visible"),
        ] {
            match Name::new(wrong) {
                Ok(name) => assert!(why.is_empty(), "{name:?}"),
                Err(said) => assert!(!why.is_empty() && said.contains(why), "{wrong:?}: {said}"),
            }
        }
    }

    #[test]
    fn an_address_has_a_local_part_and_a_domain_with_a_dot() {
        assert_eq!(
            Email::new(" Ann@Example.COM ").map(|it| it.to_string()),
            Ok("ann@example.com".into())
        );
        for wrong in [
            "",
            "ann",
            "@example.com",
            "ann@",
            "ann@localhost",
            "a b@example.com",
            "ann@example..com",
            "a@b@c.de",
        ] {
            assert!(Email::new(wrong).is_err(), "{wrong}");
        }
    }
}
