//! Judges an answer by rule: it is right if it holds what it must and nothing that it must not.
use super::asked::{Expect, Question, Verdict};

/// Judges an answer; `decision` is what the product says of it where that is no answer and no refusal.
pub(super) fn judge(question: &Question, text: &str, answered: bool, decision: Option<Expect>) -> Verdict {
    let text = normal(text);
    let holds = |it: &String| text.contains(&normal(it));
    let holds_all = |groups: &[Vec<String>]| groups.iter().all(|group| group.iter().any(holds));
    match question.expect {
        Expect::Answer if !answered && question.decline_or_answer => Verdict::DeclinedOr,
        Expect::Answer if !answered => Verdict::Declined,
        Expect::Answer if holds_all(&question.must) && !question.must_not.iter().any(holds) => Verdict::Right,
        Expect::Answer => Verdict::Wrong,
        Expect::Decline if !answered => Verdict::Right,
        Expect::Decline if question.decline_or_answer && holds_all(&question.must_if_answered) => Verdict::Right,
        Expect::Decline => Verdict::Wrong,
        Expect::SmallTalk | Expect::Handoff if answered => Verdict::Wrong,
        Expect::SmallTalk | Expect::Handoff if decision == Some(question.expect) => Verdict::Right,
        Expect::SmallTalk | Expect::Handoff => Verdict::Declined,
    }
}

/// Returns a text in one spelling: lower case, without citations, markup and quotation marks, hyphens as spaces,
/// figures without separators of thousands.
pub(super) fn normal(text: &str) -> String {
    let composed: String = text.chars().map(compatible).collect::<String>().to_lowercase();
    let unmarked = without_citations(&composed);
    let mut plain = String::with_capacity(unmarked.len());
    for c in unmarked.chars() {
        match c {
            '*' | '_' | '`' | '#' | '>' | '|' | '\\' | '~' => plain.push(' '),
            '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '"' | '\'' | '«' | '»' => {}
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '-' => plain.push(' '),
            c => plain.push(c),
        }
    }
    let figures = without_thousands(&plain);
    figures.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The compatible characters that documents have: spaces of other widths, signs in full width.
fn compatible(c: char) -> char {
    match c {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        // Full-width forms lie at a constant distance from ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    }
}

/// Without `[1]`, and one space before it.
fn without_citations(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, after) = rest.split_at(at);
        let inner = after.get(1..).unwrap_or_default();
        let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
        let end = inner.get(digits..).and_then(|it| it.strip_prefix(']'));
        match end.filter(|_| digits > 0) {
            Some(end) => {
                kept.push_str(before.strip_suffix(char::is_whitespace).unwrap_or(before));
                kept.push(' ');
                rest = end;
            }
            None => {
                kept.push_str(before);
                kept.push('[');
                rest = inner;
            }
        }
    }
    kept.push_str(rest);
    kept
}

/// "1,000" and "1 000" as "1000".
fn without_thousands(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_digit = |at: Option<usize>| at.and_then(|it| chars.get(it)).is_some_and(char::is_ascii_digit);
    let is_word = |at: usize| chars.get(at).is_some_and(|it| it.is_alphanumeric());
    let separates =
        |at: usize| is_digit(at.checked_sub(1)) && (1..=3).all(|it| is_digit(Some(at + it))) && !is_word(at + 4);
    let kept = chars
        .iter()
        .enumerate()
        .filter(|(at, c)| !(matches!(c, ',' | ' ') && separates(*at)));
    kept.map(|(_, c)| *c).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_say_the_same_are_the_same() {
        assert_eq!(normal("It’s **€1,200**\u{a0}a year [1]."), "its €1200 a year .");
        assert_eq!(normal("| 10 000 | x_y |\nwell-known"), "10000 x y well known");
        assert_eq!(
            normal("In 2019, 1234 of 12,3456 [a] [2"),
            "in 2019, 1234 of 12,3456 [a] [2"
        );
    }

    #[test]
    fn an_answer_is_right_when_it_holds_all_that_it_must() {
        let question = |expect| Question {
            id: "1".into(),
            kind: "direct".into(),
            question: "?".into(),
            history: vec![],
            expect,
            must: vec![vec!["two".into(), "2".into()], vec!["years".into()]],
            must_not: vec!["three".into()],
            decline_or_answer: false,
            must_if_answered: vec![],
            source: String::new(),
            note: String::new(),
        };
        let answer = question(Expect::Answer);
        assert_eq!(judge(&answer, "2 years", true, None), Verdict::Right);
        assert_eq!(judge(&answer, "two months", true, None), Verdict::Wrong);
        assert_eq!(judge(&answer, "two years, not three", true, None), Verdict::Wrong);
        assert_eq!(judge(&answer, "Sorry", false, None), Verdict::Declined);
        assert_eq!(judge(&question(Expect::Decline), "2 years", true, None), Verdict::Wrong);
        let talk = question(Expect::SmallTalk);
        assert_eq!(judge(&talk, "Hi!", false, Some(Expect::SmallTalk)), Verdict::Right);
        assert_eq!(judge(&talk, "Sorry", false, None), Verdict::Declined);
    }
}
