//! The words of an answer: the documents' own sentences, with numbered citations.

use super::{Found, Part};
use crate::embed::Embedder;
use crate::extract::{Extract, ExtractOptions, Separator, Style, extract};
use crate::index::Hit;

/// The least score, as a share of the best passage's, that a passage needs to be quoted from.
const WORTHY: f32 = 0.85;
/// What a citation takes, in characters: a blank line and `[1]` after a table, a space and `[1]` otherwise.
const MARKER_LENGTH: usize = 5;
/// What an answer must at least have room for after its lead-in, in characters.
const LEAST: usize = 40;
/// A character that is invisible; and `[` with it before a number is no citation.
pub const JOINER: char = '\u{2060}';
/// What separates paragraphs.
const PARAGRAPH: &str = "\n\n";
/// The languages that documents are told to be in, by their ISO 639-1 codes.
const LANGUAGES: [(&str, &str); 26] = [
    ("ar", "Arabic"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("de", "German"),
    ("el", "Greek"),
    ("en", "English"),
    ("es", "Spanish"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hu", "Hungarian"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("nl", "Dutch"),
    ("no", "Norwegian"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("sv", "Swedish"),
    ("ta", "Tamil"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("zh", "Chinese"),
];

/// How an answer is worded.
#[derive(Debug, Clone, Copy)]
pub struct Wording<'a> {
    pub style: Style,
    /// What is said before the answer.
    pub lead: &'a str,
    /// What is said for a part of the question that has no answer.
    pub fallback: &'a str,
    /// The most characters of the whole answer.
    pub max_chars: usize,
    /// Whether sources are numbered.
    pub cites: bool,
}

/// An answer in words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// Markdown; `[1]` cites the first citation.
    pub text: String,
    pub citations: Vec<Hit>,
}

/// Says the sentences that answer, in reading order, each sentence's source numbered at its end; for a question of
/// several parts a paragraph each, and the fallback for those that have no answer. The text is empty when there are
/// none.
pub fn quote(embedder: &Embedder, found: &Found, wording: &Wording<'_>) -> Answer {
    let parts: Vec<&Part> = found.answerable().collect();
    let mut answer = Answer::default();
    for (position, part) in parts.iter().enumerate() {
        // The parts that are left share the length that is left.
        let said = answer.text.chars().count();
        let room = wording.max_chars.saturating_sub(said) / (parts.len() - position);
        quote_part(embedder, part, wording, room, &mut answer);
    }
    if found.is_partial() && !answer.text.is_empty() {
        answer.text.push_str(PARAGRAPH);
        answer.text.push_str(wording.fallback);
    }
    if !wording.cites {
        answer.citations = Vec::new();
    }
    answer
}

/// Quotes for one question in at most `room` characters.
fn quote_part(embedder: &Embedder, part: &Part, wording: &Wording<'_>, room: usize, answer: &mut Answer) {
    // A passage that fits much less well would water the answer down.
    let hits = &part.retrieval.hits;
    let best = hits.first().map_or(0.0, |it| it.score);
    let worthy = hits.iter().take_while(|it| it.score >= best * WORTHY).count();
    let hits = hits.get(..worthy).unwrap_or_default();
    let has_begun = !answer.text.is_empty();
    let before = if has_begun { PARAGRAPH } else { wording.lead };
    // A lead-in may be followed by a blank line. One that leaves no room for what it leads to is left out.
    let taken = |lead: &str| if lead.is_empty() { 0 } else { lead.len() + 2 };
    let lead = if room >= taken(before) + LEAST { before } else { "" };
    let extract = pick(embedder, part, hits, wording, room.saturating_sub(taken(lead)));
    if extract.sentences.is_empty() || (has_begun && lead.is_empty()) {
        return;
    }
    let text = &mut answer.text;
    text.push_str(lead);
    let leads_on = !lead.is_empty() && lead != PARAGRAPH;
    for (position, sentence) in extract.sentences.iter().enumerate() {
        match sentence.separator {
            // A list or a table begins a paragraph of its own after the lead-in.
            Separator::None if position == 0 && leads_on && is_block(&sentence.text) => text.push_str(PARAGRAPH),
            Separator::None => {}
            separator => text.push_str(separator.as_str()),
        }
        text.push_str(&own(&sentence.text));
        let number = hits
            .get(sentence.hit)
            .map_or(0, |hit| number(hit, &mut answer.citations));
        if wording.cites && sentence.cite {
            // A mark inside a table or code block would be part of it.
            text.push_str(&if is_closed(&sentence.text) {
                format!("{PARAGRAPH}[{number}]")
            } else {
                format!(" [{number}]")
            });
        }
    }
    if let Some(note) = extract.foreign_language.as_deref().and_then(language_note) {
        text.push_str(PARAGRAPH);
        text.push_str(&note);
    }
}

/// Returns the number of a passage among the citations, which it joins when it is new.
fn number(hit: &Hit, citations: &mut Vec<Hit>) -> usize {
    let is_it = |it: &Hit| it.document_id == hit.document_id && it.passage_index == hit.passage_index;
    let position = citations.iter().position(is_it).unwrap_or_else(|| {
        citations.push(hit.clone());
        citations.len() - 1
    });
    position + 1
}

/// Returns a piece of a document with numbers in brackets that are its own and no citations of the answer. In code they
/// are none anyway.
fn own(text: &str) -> String {
    let mut parts = text.split('[');
    let mut own = parts.next().unwrap_or_default().to_owned();
    let is_code = text.starts_with("```");
    for part in parts {
        own.push('[');
        let rest = part.trim_start_matches(|it: char| it.is_ascii_digit());
        // Citations are counted from 1.
        if !is_code && rest.len() < part.len() && rest.starts_with(']') && !part.starts_with('0') {
            own.push(JOINER);
        }
        own.push_str(part);
    }
    own
}

/// The agent's set phrase after an answer in another language than the question's.
fn language_note(code: &str) -> Option<String> {
    let name = LANGUAGES.iter().find(|it| it.0 == code)?.1;
    Some(format!("(The document is in {name}.)"))
}

/// Picks the sentences that answer, so many that they fit into `most` characters with their citations.
fn pick(embedder: &Embedder, part: &Part, hits: &[Hit], wording: &Wording<'_>, most: usize) -> Extract {
    let style = wording.style;
    // Most answers have one citation; room for more is made when there are more.
    let mut markers = 1;
    loop {
        let room = |markers: usize| if wording.cites { markers * MARKER_LENGTH } else { 0 };
        let max_chars = most.saturating_sub(room(markers));
        let extract = extract(embedder, &part.question, hits, &ExtractOptions { max_chars, style });
        let found = extract.sentences.iter().filter(|it| it.cite).count();
        if found <= markers || extract.text().chars().count() + room(found) <= most {
            return extract;
        }
        markers = found;
    }
}

/// Tells whether Markdown begins with what must stand at the beginning of a line.
fn is_block(text: &str) -> bool {
    let digits = text.trim_start_matches(|it: char| it.is_ascii_digit());
    ["- ", "* ", "+ ", "|", "```", "    ", "> "]
        .iter()
        .any(|it| text.starts_with(it))
        || (digits.len() < text.len() && (digits.starts_with(". ") || digits.starts_with(") ")))
}

/// Tells whether Markdown ends with a table or a code block.
fn is_closed(text: &str) -> bool {
    let last = text.trim_end().lines().last().unwrap_or_default();
    last.starts_with("```") || (last.starts_with('|') && last.ends_with('|'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_documents_own_numbers_in_brackets_are_no_citations() {
        assert_eq!(
            own("In 2019.[1][22] See [a], [], b[0] and [2"),
            "In 2019.[\u{2060}1][\u{2060}22] See [a], [], b[0] and [2"
        );
        assert_eq!(own("```\na[1]\n```"), "```\na[1]\n```");
        assert_eq!(own(""), "");
    }
}
