//! A follow-up, made understandable by itself.
use edge_model::conversation::{Author, Turn};

/// Makes a follow-up understandable by itself: a question that leans on the one before is looked up together with it.
pub(super) fn standalone(question: &str, history: &[Turn]) -> String {
    const LEANING: [&str; 14] = [
        "it", "its", "they", "them", "their", "that", "this", "those", "these", "he", "she", "there", "one", "ones",
    ];
    const OPENING: [&str; 6] = ["and", "or", "but", "also", "then", "so"];
    let words: Vec<String> = question
        .split(|it: char| !it.is_alphanumeric() && it != '\'')
        .filter(|it| !it.is_empty())
        .map(str::to_lowercase)
        .collect();
    let begins = words.first().is_some_and(|it| OPENING.contains(&it.as_str()));
    let asks_about =
        words.starts_with(&["what".into(), "about".into()]) || words.starts_with(&["how".into(), "about".into()]);
    let leans = words.len() <= 12 && words.iter().any(|it| LEANING.contains(&it.as_str()));
    let before = history.iter().rev().find(|it| it.author == Author::Visitor);
    match before {
        Some(turn) if begins || asks_about || leans || words.len() <= 2 => format!("{} {question}", turn.text),
        _ => question.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_leans_on_the_one_before_takes_it_along() {
        let history = [Turn {
            author: Author::Visitor,
            text: "What does the Pro plan cost?".into(),
        }];
        assert_eq!(
            standalone("And for students?", &history),
            "What does the Pro plan cost? And for students?"
        );
        assert_eq!(
            standalone("Does it include support?", &history),
            "What does the Pro plan cost? Does it include support?"
        );
        assert_eq!(
            standalone("How do I reset my password?", &history),
            "How do I reset my password?"
        );
        assert_eq!(standalone("Does it include support?", &[]), "Does it include support?");
    }
}
