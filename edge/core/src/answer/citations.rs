//! The marks of a language model's text while it streams: `[3]` becomes the number of a citation, an invented one is
//! left out, and the word for "not in the passages" is taken out.

/// What the model is told to say when the passages do not hold the answer.
pub(super) const DECLINED: &str = "NO_ANSWER";
/// The longest that a mark may be, in bytes; what is longer is text.
const MAX_MARKER_BYTES: usize = 32;
/// The most numbers that a range such as `[1-3]` may stand for.
const WIDEST: usize = 12;

/// Reads a text in pieces, wherever the model has cut them.
#[derive(Debug, Default)]
pub(super) struct CitationMarkers {
    /// How many passages the model was shown, numbered from 1.
    passages: usize,
    is_citing: bool,
    /// The passages in the order of their first marks: the first is citation `[1]`.
    order: Vec<usize>,
    /// What may be the beginning of a mark.
    held: String,
    code: Code,
    is_after_marker: bool,
    has_declined: bool,
}

enum Marker<'a> {
    /// The passages it names, and what comes after it.
    Whole(Vec<usize>, &'a str),
    /// More has to come before it can be told.
    Partial,
    None,
}

impl CitationMarkers {
    /// Begins a text whose author was shown so many passages. Without citing, every mark is left out.
    pub(super) fn new(passages: usize, is_citing: bool) -> Self {
        Self {
            passages,
            is_citing,
            ..Self::default()
        }
    }

    /// Takes the next piece and returns what can be said.
    pub(super) fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        let held = std::mem::take(&mut self.held);
        let mut rest = held.as_str();
        let mut said = String::with_capacity(rest.len());
        while let Some(c) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix(DECLINED) {
                self.has_declined = true;
                rest = after;
                continue;
            }
            if DECLINED.starts_with(rest) {
                break;
            }
            if matches!(c, ' ' | '[') && !self.code.is_inside() {
                match marker(rest) {
                    Marker::Whole(numbers, after) => {
                        self.cite(&numbers, c == ' ', &mut said);
                        rest = after;
                        continue;
                    }
                    Marker::Partial => break,
                    Marker::None => {}
                }
            }
            // `[1](…)` and `[1]: …` would be links, to wherever the text says.
            if std::mem::take(&mut self.is_after_marker) && matches!(c, '(' | ':') {
                said.push(' ');
            }
            self.code.see(c);
            said.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
        self.held = rest.to_owned();
        said
    }

    /// Returns what is left at the end. A mark that was begun and not ended is none.
    pub(super) fn finish(&mut self) -> String {
        let held = std::mem::take(&mut self.held);
        match marker(&held) {
            Marker::Partial if !self.code.is_inside() => String::new(),
            _ => held,
        }
    }

    /// Tells whether the model said that the passages do not hold the answer.
    pub(super) fn has_declined(&self) -> bool {
        self.has_declined
    }

    /// Returns the cited passages, from 0, in the order of the citations' numbers.
    pub(super) fn cited(&self) -> impl Iterator<Item = usize> {
        self.order.iter().map(|it| it - 1)
    }

    fn cite(&mut self, numbers: &[usize], has_space: bool, said: &mut String) {
        let mut space = if has_space { " " } else { "" };
        for number in numbers {
            if !self.is_citing || !(1..=self.passages).contains(number) {
                continue;
            }
            let known = self.order.iter().position(|it| it == number);
            let position = known.unwrap_or_else(|| {
                self.order.push(*number);
                self.order.len() - 1
            });
            said.push_str(&format!("{space}[{}]", position + 1));
            self.is_after_marker = true;
            space = "";
        }
    }
}

/// Reads a mark, with the spaces before it, at the beginning of a text: `[1]`, `[1, 2]`, `[1-3]`.
fn marker(text: &str) -> Marker<'_> {
    let trimmed = text.trim_start_matches(' ');
    let Some(inner) = trimmed.strip_prefix('[') else {
        return if trimmed.is_empty() {
            Marker::Partial
        } else {
            Marker::None
        };
    };
    let is_part = |it: char| it.is_ascii_digit() || matches!(it, ' ' | ',' | '-' | '–');
    let after = inner.trim_start_matches(is_part);
    let length = inner.len() - after.len();
    if length > MAX_MARKER_BYTES {
        return Marker::None;
    }
    let Some(rest) = after.strip_prefix(']') else {
        return if after.is_empty() {
            Marker::Partial
        } else {
            Marker::None
        };
    };
    match numbers(inner.get(..length).unwrap_or_default()) {
        Some(numbers) => Marker::Whole(numbers, rest),
        None => Marker::None,
    }
}

fn numbers(text: &str) -> Option<Vec<usize>> {
    let mut found = vec![];
    for part in text.split(',') {
        let number = |it: &str| it.trim().parse::<usize>().ok();
        match part.split_once(['-', '–']) {
            Some((first, last)) => found.extend((number(first)?..=number(last)?).take(WIDEST)),
            None => found.push(number(part)?),
        }
    }
    Some(found)
}

/// Whether a Markdown text is inside code, where `a[1]` is no mark.
#[derive(Debug, Default)]
struct Code {
    /// Backticks in a row, just now.
    run: usize,
    is_block: bool,
    is_span: bool,
}

impl Code {
    fn see(&mut self, c: char) {
        if c == '`' {
            self.run += 1;
            return;
        }
        match std::mem::take(&mut self.run) {
            0 => {}
            3.. => self.is_block = !self.is_block,
            _ if !self.is_block => self.is_span = !self.is_span,
            _ => {}
        }
        // A backtick that is never closed is one, and the next line knows nothing of it.
        self.is_span &= c != '\n';
    }

    fn is_inside(&self) -> bool {
        let (is_block, is_span) = match self.run {
            0 => (self.is_block, self.is_span),
            3.. => (!self.is_block, false),
            _ => (self.is_block, !self.is_span),
        };
        is_block || is_span
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a model's text about three passages, cut into pieces of every length.
    fn read(text: &str) -> (String, Vec<usize>) {
        let mut answers = (1..=text.chars().count().max(1)).map(|size| {
            let mut markers = CitationMarkers::new(3, true);
            let chars: Vec<char> = text.chars().collect();
            let mut said: String = chars
                .chunks(size)
                .map(|it| markers.push(&it.iter().collect::<String>()))
                .collect();
            said.push_str(&markers.finish());
            (said, markers.cited().collect::<Vec<_>>())
        });
        let first = answers.next().unwrap_or_default();
        answers.for_each(|it| assert_eq!(it, first, "{text}"));
        first
    }

    #[test]
    fn marks_are_numbered_in_the_order_of_their_first_use() {
        assert_eq!(
            read("A [3]. B [1]. C [3][1]."),
            ("A [1]. B [2]. C [1][2].".into(), vec![2, 0])
        );
        assert_eq!(read("A[2, 3] B [1-3]."), ("A[1][2] B [3][1][2].".into(), vec![1, 2, 0]));
    }

    #[test]
    fn an_invented_citation_is_left_out() {
        assert_eq!(
            read("A [4]. B [0], C [99999999]. D [1, 7]."),
            ("A. B, C. D [1].".into(), vec![0])
        );
        assert_eq!(
            read("A [99999999999999999999999]."),
            ("A [99999999999999999999999].".into(), vec![])
        );
    }

    #[test]
    fn what_is_no_mark_stays_as_it_is() {
        for text in [
            "",
            "a [link](https://a.example) b",
            "- [ ] do it\n- [x] done",
            "an empty [] one, [a1], [1a] and  two  spaces",
            "`a[1]` and ``b [2]``",
            "```\nlet a = b[1];\n```",
            "NO one",
        ] {
            assert_eq!(read(text), (text.to_owned(), vec![]));
        }
        assert_eq!(read("`a` [1] ```\nx[1]\n``` [2]").0, "`a` [1] ```\nx[1]\n``` [2]");
    }

    #[test]
    fn a_mark_that_is_cut_off_at_the_end_is_left_out() {
        assert_eq!(read("A [1"), ("A".into(), vec![]));
        assert_eq!(read("A ["), ("A".into(), vec![]));
    }

    #[test]
    fn a_mark_never_becomes_a_link() {
        assert_eq!(read("[1](https://evil.example)").0, "[1] (https://evil.example)");
        assert_eq!(read("[2]: https://evil.example").0, "[1] : https://evil.example");
    }

    #[test]
    fn the_word_for_declining_is_noticed_and_never_said() {
        let mut markers = CitationMarkers::new(3, true);
        assert_eq!((markers.push("NO_A"), markers.has_declined()), (String::new(), false));
        assert_eq!((markers.push("NSWER."), markers.has_declined()), (".".into(), true));
        assert_eq!(read("Sorry. NO_ANSWER").0, "Sorry. ");
        assert_eq!(read("NO_ANSWE").0, "NO_ANSWE");
    }

    #[test]
    fn without_citing_every_mark_is_left_out() {
        let mut markers = CitationMarkers::new(3, false);
        assert_eq!(markers.push("A [1]. B[2]."), "A. B.");
        assert_eq!(markers.cited().count(), 0);
    }
}
