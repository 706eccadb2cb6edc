//! The expected answer type of a question: a number or date, a person, a place.

/// The expected answer type, as far as the form of the question tells it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum AnswerType {
    Number,
    Person,
    Place,
    #[default]
    Anything,
}

impl AnswerType {
    /// Returns the expected answer type of a question.
    pub(crate) fn of(question: &str) -> Self {
        let lower = question.to_lowercase();
        let words: Vec<&str> = lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let has = |word: &str| words.contains(&word);
        let pair = |first: &[&str], second: &[&str]| {
            words
                .windows(2)
                .any(|pair| matches!(pair, [a, b] if first.contains(a) && second.contains(b)))
        };
        let amounts = [
            "long", "old", "many", "much", "often", "far", "tall", "large", "big", "high", "fast", "soon", "late",
        ];
        let measures = [
            "year",
            "date",
            "day",
            "month",
            "time",
            "percent",
            "percentage",
            "number",
            "age",
            "amount",
            "cost",
            "price",
            "fee",
            "population",
            "century",
            "limit",
            "size",
        ];
        if has("when") || pair(&["how"], &amounts) || pair(&["what", "which"], &measures) {
            Self::Number
        } else if has("who") || has("whom") || has("whose") {
            Self::Person
        } else if has("where") {
            Self::Place
        } else {
            Self::Anything
        }
    }

    /// Returns whether a text holds something of the kind.
    pub(crate) fn is_answered_by(self, text: &str) -> bool {
        match self {
            Self::Number => text.split(|c: char| !c.is_alphanumeric()).any(is_number),
            Self::Person => names(text) > 0,
            Self::Place => has_place(text),
            Self::Anything => false,
        }
    }

    /// Returns whether a word that does not start its sentence may be of the kind; every word is when it is all the
    /// same.
    pub(crate) fn may_be(self, word: &str) -> bool {
        match self {
            Self::Number => is_number(word),
            Self::Person | Self::Place => word.starts_with(char::is_uppercase),
            Self::Anything => true,
        }
    }
}

fn is_number(word: &str) -> bool {
    const NUMBERS: &[&str] = &[
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "dozen",
        "hundred",
        "thousand",
        "million",
        "billion",
        "century",
        "half",
        "third",
        "immediately",
        "instantly",
        "daily",
        "weekly",
        "monthly",
        "yearly",
    ];
    // The longest has eleven letters; most words are told by that or by their first letter.
    word.bytes().any(|b| b.is_ascii_digit())
        || word.len() <= 11 && NUMBERS.iter().any(|number| number.eq_ignore_ascii_case(word))
}

/// Words with a capital that do not start the sentence.
fn names(text: &str) -> usize {
    let capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    text.split_whitespace().skip(1).filter(capital).count()
}

fn has_place(text: &str) -> bool {
    const PREPOSITIONS: &[&str] = &["in", "at", "near", "from", "to", "of", "under", "on"];
    let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "the").collect();
    words.windows(2).any(|pair| match pair {
        [before, place] => {
            PREPOSITIONS.contains(before)
                && place
                    .chars()
                    .next()
                    .is_some_and(|c| c.is_uppercase() || c == '"' || c == '*')
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_a_question_tells_what_it_asks_for() {
        assert_eq!(AnswerType::of("How long does delivery take?"), AnswerType::Number);
        assert_eq!(AnswerType::of("In what year was it built?"), AnswerType::Number);
        assert_eq!(AnswerType::of("Who signs the contract?"), AnswerType::Person);
        assert_eq!(AnswerType::of("Where is the office?"), AnswerType::Place);
        assert_eq!(AnswerType::of("Can I pay by card?"), AnswerType::Anything);
        assert!(AnswerType::Number.is_answered_by("It takes three days."));
        assert!(AnswerType::Person.is_answered_by("It was signed by Ada Lovelace."));
        assert!(!AnswerType::Person.is_answered_by("It was signed yesterday."));
        assert!(AnswerType::Place.is_answered_by("The office is in the Hague."));
    }

    #[test]
    fn single_words_may_be_of_a_kind() {
        assert!(
            AnswerType::Number.may_be("2nd")
                && AnswerType::Number.may_be("Seven")
                && !AnswerType::Number.may_be("some")
        );
        assert!(AnswerType::Person.may_be("Ada") && !AnswerType::Person.may_be("anyone"));
        assert!(AnswerType::Anything.may_be("anyone"));
    }
}
