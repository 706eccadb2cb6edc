//! Blocks to passages of about 200 words: cut at headings and sentence ends, with lists, tables and code kept whole.

use crate::parse::{Block, BlockKind, Parsed};
use crate::text::{count_words, sentences};
use crate::tuning::{PASSAGE_MAX_WHOLE_WORDS, PASSAGE_OVERLAP_WORDS, PASSAGE_TARGET_WORDS};

/// A passage: the unit that is searched, ranked and cited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passage {
    /// Position in the document, from 0.
    pub index: u32,
    /// The headings above, outermost first.
    pub heading_path: Vec<String>,
    /// Paragraphs, list items and table rows, one a line; code between fences.
    pub text: String,
    /// Number of words; every punctuation mark and ideograph counts as one more, as in a tokenizer's count.
    pub tokens: u32,
}

/// Returns the passages of a document in reading order.
pub fn passages(parsed: &Parsed) -> Vec<Passage> {
    let mut passages = Vec::new();
    let sections = parsed.blocks.chunk_by(|a, b| a.heading_path == b.heading_path);
    for section in sections {
        let Some(first) = section.first() else { continue };
        let mut open = Open {
            heading_path: &first.heading_path,
            text: String::new(),
            words: 0,
            overlap: 0,
        };
        for block in section {
            let stands_alone = block.kind == BlockKind::Record;
            if stands_alone {
                open.close(&mut passages);
            }
            for piece in pieces(block) {
                open.add(&piece, &mut passages);
            }
            if stands_alone {
                open.close(&mut passages);
            }
        }
        open.close(&mut passages);
    }
    passages
}

/// Returns how many tokens a text counts for, without a model: words, ideographs and punctuation marks.
pub fn count_tokens(text: &str) -> u32 {
    let marks = text.chars().filter(char::is_ascii_punctuation).count();
    u32::try_from(count_words(text) + marks).unwrap_or(u32::MAX)
}

/// A piece that is not cut any further, with the separator before it.
struct Piece {
    text: String,
    words: usize,
    joint: &'static str,
    kind: BlockKind,
}

/// The number of words, or what the bytes would make, so that a text without spaces is not taken for one word.
fn measure(text: &str) -> usize {
    count_words(text).max(text.len() / 12)
}

fn pieces(block: &Block) -> Vec<Piece> {
    let words = measure(&block.text);
    let whole = |text: String, words| Piece {
        text,
        words,
        joint: "\n",
        kind: block.kind,
    };
    if block.kind != BlockKind::Paragraph && words <= PASSAGE_MAX_WHOLE_WORDS {
        return vec![whole(block.text.clone(), words)];
    }
    match block.kind {
        BlockKind::Paragraph => prose(&block.text),
        // A table with rows this long is a layout: its cells are read as text.
        BlockKind::Table if block.text.lines().any(|row| measure(row) > PASSAGE_MAX_WHOLE_WORDS) => {
            let cells = block
                .text
                .lines()
                .flat_map(|row| row.trim_matches(['|', ' ']).split(" | "));
            cells.flat_map(prose).collect()
        }
        BlockKind::List | BlockKind::Record => block
            .text
            .lines()
            .flat_map(cut_long)
            .map(|line| {
                let words = measure(&line);
                whole(line, words)
            })
            .collect(),
        BlockKind::Table => cut_table(&block.text)
            .into_iter()
            .map(|(text, words)| whole(text, words))
            .collect(),
        BlockKind::Code => cut_code(&block.text)
            .into_iter()
            .map(|(text, words)| whole(text, words))
            .collect(),
    }
}

/// The sentences of a paragraph, which begins on a line of its own.
fn prose(text: &str) -> Vec<Piece> {
    let mut joint = "\n";
    let ranges = sentences(text);
    let texts = ranges.into_iter().filter_map(|range| text.get(range));
    let pieces = texts.flat_map(cut_long).map(|text| Piece {
        words: measure(&text),
        text,
        joint: std::mem::replace(&mut joint, " "),
        kind: BlockKind::Paragraph,
    });
    pieces.collect()
}

/// A "sentence" without an end, as in badly converted files, is cut by words.
fn cut_long(text: &str) -> Vec<String> {
    if measure(text) <= PASSAGE_MAX_WHOLE_WORDS {
        return vec![text.to_owned()];
    }
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut words = 0;
    for word in text.split_inclusive([' ', '、', '，', '；', '\u{3000}']) {
        for bit in cut_bytes(word, PASSAGE_TARGET_WORDS * 8) {
            part.push_str(bit);
            words += measure(bit);
            if words >= PASSAGE_TARGET_WORDS || part.len() >= PASSAGE_TARGET_WORDS * 8 {
                parts.push(std::mem::take(&mut part).trim().to_owned());
                words = 0;
            }
        }
    }
    parts.push(part.trim().to_owned());
    parts.retain(|part| !part.is_empty());
    parts
}

fn cut_bytes(mut text: &str, most: usize) -> Vec<&str> {
    let mut bits = Vec::new();
    while text.len() > most {
        let (bit, rest) = text.split_at(text.floor_char_boundary(most));
        bits.push(bit);
        text = rest;
    }
    bits.push(text);
    bits
}

/// Every part of a table starts with its header.
fn cut_table(text: &str) -> Vec<(String, usize)> {
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default();
    group(lines.map(str::to_owned), |rows| format!("{header}\n{rows}"))
}

/// Every part of a code block has its own fences.
fn cut_code(text: &str) -> Vec<(String, usize)> {
    let (fence, code) = text.split_once('\n').unwrap_or(("```", text));
    let code = code.strip_suffix("\n```").unwrap_or(code);
    let lines = code
        .lines()
        .flat_map(|line| cut_bytes(line, PASSAGE_TARGET_WORDS * 12))
        .map(str::to_owned);
    group(lines, |lines| format!("{fence}\n{lines}\n```"))
}

fn group(lines: impl Iterator<Item = String>, wrap: impl Fn(&str) -> String) -> Vec<(String, usize)> {
    let mut groups = Vec::new();
    let mut group = String::new();
    let mut words = 0;
    for line in lines {
        words += measure(&line);
        group.push_str(&line);
        group.push('\n');
        if words >= PASSAGE_TARGET_WORDS {
            groups.push((wrap(group.trim_end()), words));
            group.clear();
            words = 0;
        }
    }
    if !group.trim().is_empty() {
        groups.push((wrap(group.trim_end()), words));
    }
    groups
}

struct Open<'a> {
    heading_path: &'a [String],
    text: String,
    words: usize,
    /// Bytes at the start that repeat the passage before.
    overlap: usize,
}

impl Open<'_> {
    fn add(&mut self, piece: &Piece, passages: &mut Vec<Passage>) {
        let limit = if piece.kind == BlockKind::Paragraph {
            PASSAGE_TARGET_WORDS
        } else {
            PASSAGE_MAX_WHOLE_WORDS
        };
        if self.words > 0 && self.words + piece.words > limit {
            let repeated = self.tail();
            self.close(passages);
            self.overlap = repeated.len();
            self.words = measure(&repeated);
            self.text = repeated;
        }
        if !self.text.is_empty() {
            self.text.push_str(piece.joint);
        }
        self.text.push_str(&piece.text);
        self.words += piece.words;
    }

    /// The last sentences, as far as they fit in the overlap; nothing of a list's, table's or code's inside.
    fn tail(&self) -> String {
        let last_line = self.text.rsplit('\n').next().unwrap_or_default();
        if last_line.starts_with(['|', '`', '-', ' ']) || last_line.starts_with(|c: char| c.is_ascii_digit()) {
            return String::new();
        }
        let mut start = last_line.len();
        for range in sentences(last_line).into_iter().rev() {
            if measure(last_line.get(range.start..).unwrap_or_default()) > PASSAGE_OVERLAP_WORDS {
                break;
            }
            start = range.start;
        }
        last_line.get(start..).unwrap_or_default().to_owned()
    }

    fn close(&mut self, passages: &mut Vec<Passage>) {
        let text = std::mem::take(&mut self.text);
        self.words = 0;
        let overlap = std::mem::take(&mut self.overlap);
        if text.len() <= overlap || text.trim().is_empty() {
            return;
        }
        passages.push(Passage {
            index: u32::try_from(passages.len()).unwrap_or(u32::MAX),
            heading_path: self.heading_path.to_vec(),
            tokens: count_tokens(&text),
            text,
        });
    }
}

#[cfg(test)]
mod tests;
