//! Reads files: told apart by their bytes, one reader for each kind.
mod csv;
mod docx;
pub(crate) mod encoding;
pub(crate) mod html;
mod pdf;

use crate::meter::{Meter, NoPause, Pause, at_once};
use crate::{Extracted, FileKind, Hint, Reason, Refusal, markup, sniff};
use retrieval::parse::MOST_BLOCKS;
use retrieval::{Block, Parsed};
use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

/// Work given to one file.
pub(crate) const WORK: u64 = 400_000_000;

/// Different words of one file: an index keeps each with its tokens. A long book has fewer than 50,000.
const WORDS: usize = 150_000;
/// The longest block, in bytes.
const LONGEST_BLOCK: usize = 64 * 1024;
/// Lines, and marks such as `*` and `[`, of a Markdown file: its reader makes a node of each before it returns the
/// first.
const MARKDOWN_MARKS: usize = 300_000;

/// Reads a file, pausing as it goes.
///
/// # Errors
/// When the file is at fault.
pub async fn document(bytes: Vec<u8>, hint: &Hint, pause: &dyn Pause) -> Result<Extracted, Refusal> {
    let kind = sniff::kind(&bytes, hint)?;
    let mut meter = Meter::new(WORK, pause);
    meter.spend_on(bytes.len())?;
    let parsed = match kind {
        FileKind::Html => {
            let declared = encoding::declared_in(&bytes);
            html::read(&text(bytes, hint, declared.as_deref())?, &mut meter)?
        }
        FileKind::Markdown => markdown(&text(bytes, hint, None)?, &mut meter)?,
        FileKind::Text => retrieval::parse::plain(&text(bytes, hint, None)?),
        FileKind::Csv => csv::read(&text(bytes, hint, None)?, &mut meter).await?,
        FileKind::Pdf => pdf::read(bytes, &mut meter).await?,
        FileKind::Docx => docx::read(&bytes, &mut meter).await?,
    };
    if parsed.blocks.is_empty() {
        return Err(Refusal::new(Reason::Empty, "no text was found in the file"));
    }
    check_extent(&parsed.blocks)?;
    Ok(Extracted {
        kind,
        title: parsed.title,
        blocks: parsed.blocks.into_iter().flat_map(pieces).collect(),
    })
}

/// Cuts a block that is longer than any paragraph that people write: what reads it next makes many small parts of each
/// block before it goes on to the next one.
fn pieces(block: Block) -> Vec<Block> {
    if block.text.len() <= LONGEST_BLOCK {
        return vec![block];
    }
    let mut pieces = vec![];
    let mut rest = block.text.as_str();
    while !rest.is_empty() {
        let most = rest.get(..rest.floor_char_boundary(LONGEST_BLOCK)).unwrap_or(rest);
        let at_blank = most.rfind(char::is_whitespace).filter(|_| most.len() < rest.len());
        let (piece, after) = rest.split_at(at_blank.filter(|it| *it > 0).unwrap_or(most.len()));
        pieces.push(Block {
            heading_path: block.heading_path.clone(),
            kind: block.kind,
            text: piece.trim_end().to_owned(),
        });
        rest = after.trim_start();
    }
    pieces
}

/// Reads a file without a pause, for threads that serve no one else.
///
/// # Errors
/// When the file is at fault.
pub fn document_at_once(bytes: &[u8], hint: &Hint) -> Result<Extracted, Refusal> {
    at_once(document(bytes.to_vec(), hint, &NoPause))
}

// Text that no index could be made of is refused here, with the reason, and not where it would take the isolate down.
fn check_extent(blocks: &[Block]) -> Result<(), Refusal> {
    let too_much = |what: &str| Refusal::new(Reason::TooMuch, format!("the file has more than {what}; split it"));
    if blocks.len() > MOST_BLOCKS {
        return Err(too_much(&format!("{MOST_BLOCKS} paragraphs or rows")));
    }
    let mut words = HashSet::new();
    let all = blocks
        .iter()
        .flat_map(|block| block.text.split(|it: char| !it.is_alphanumeric()));
    for word in all {
        words.insert(BuildHasherDefault::<DefaultHasher>::default().hash_one(word));
        if words.len() > WORDS {
            return Err(too_much(&format!("{WORDS} different words")));
        }
    }
    Ok(())
}

/// Returns the text that bytes are; not twice in memory where they are text as they stand.
fn text(mut bytes: Vec<u8>, hint: &Hint, declared: Option<&str>) -> Result<String, Refusal> {
    let charset = encoding::charset_of(&hint.media_type).or(declared);
    let mark = match encoding::decode(&bytes, charset)? {
        Cow::Owned(text) => return Ok(text),
        Cow::Borrowed(text) => bytes.len() - text.len(),
    };
    bytes.drain(..mark);
    String::from_utf8(bytes).map_err(|_| Refusal::new(Reason::Damaged, "the text in the file is damaged"))
}

/// Reads Markdown whose reader's memory has a bound.
fn markdown(text: &str, meter: &mut Meter<'_>) -> Result<Parsed, Refusal> {
    let is_mark = |it: &u8| b"\n*_~`[]()<>!&\\|$^{}".contains(it);
    let marks = text.bytes().filter(is_mark).count();
    meter.spend_on(marks.saturating_mul(10))?;
    if marks > MARKDOWN_MARKS {
        let message = format!("the file has more than {MARKDOWN_MARKS} lines and marks of Markdown; split it");
        return Err(Refusal::new(Reason::TooMuch, message));
    }
    Ok(markup::markdown::parse(text))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Extracted, Refusal> {
        let hint = Hint {
            name: "words.txt".into(),
            ..Hint::default()
        };
        document_at_once(text.as_bytes(), &hint)
    }

    #[test]
    fn text_of_more_different_words_than_an_index_holds_is_refused() {
        let words = |count: usize| (0..count).map(|it| format!("w{it} ")).collect::<String>();
        assert!(read(&words(WORDS / 2)).is_ok());
        let refusal = read(&words(WORDS + 1)).err().unwrap();
        assert_eq!(refusal.reason, Reason::TooMuch);
        assert!(
            refusal.message.contains("150000 different words"),
            "{}",
            refusal.message
        );
        let refusal = read(&"again\n\n".repeat(MOST_BLOCKS + 1)).err().unwrap();
        assert!(refusal.message.contains("paragraphs"), "{}", refusal.message);
    }

    #[test]
    fn short_lines_and_long_prose_are_read_or_refused_by_name() {
        let short = "a line of some thirty letters.\n\n".repeat(600_000);
        let refusal = read(&short).err().unwrap();
        assert!(refusal.message.contains("150000 paragraphs"), "{}", refusal.message);
        // As one paragraph it is read, in pieces.
        let lines = read(&"a line of some thirty letters.\n".repeat(600_000)).unwrap();
        assert!(lines.blocks.iter().all(|it| it.text.len() < 70_000) && lines.blocks.len() > 200);
        let prose = read(&"one line of prose that does not end. ".repeat(500_000)).unwrap();
        assert!(prose.blocks.len() > 250 && prose.blocks.iter().all(|it| it.text.len() <= LONGEST_BLOCK));
        let words: usize = prose.blocks.iter().map(|it| it.text.split(' ').count()).sum();
        assert_eq!(words, 8 * 500_000, "no word is lost or cut");
    }

    #[test]
    fn text_that_repeats_in_memory_is_bounded() {
        // A heading is copied to each block below it.
        let long = format!("{}\n====\n\n{}", "h".repeat(100_000), "below\n\n".repeat(100_000));
        let read_long = read(&long).unwrap();
        assert!(read_long.blocks.iter().all(|it| it.heading_path.is_empty()));
        let many = format!("{}\n====\n\n{}", "h".repeat(499), "below\n\n".repeat(100_000));
        let copies = read(&many)
            .unwrap()
            .blocks
            .iter()
            .map(|it| it.heading_path.concat().len())
            .sum::<usize>();
        assert!((1_000_000..9_000_000).contains(&copies), "{copies}");
        let named = |name: &str, text: String| {
            let hint = Hint {
                name: name.into(),
                ..Hint::default()
            };
            document_at_once(text.as_bytes(), &hint)
                .map(|it| it.blocks.len())
                .map_err(|it| it.message)
        };
        let quote = named("a.csv", format!("a,b\n\"{}", "x y,\n".repeat(3_000_000)));
        assert!(quote.as_ref().is_err_and(|it| it.contains("quote")), "{quote:?}");
        let labels: Vec<String> = (0..900).map(|it| format!("{}{it}", "label".repeat(18))).collect();
        let rows = format!("{}\n", ["1"; 900].join(",")).repeat(2_000);
        let wide = named("a.csv", format!("{}\n{rows}", labels.join(",")));
        assert!(
            wide.as_ref().is_err_and(|it| it.contains("with their labels")),
            "{wide:?}"
        );
        let marks = named("a.md", "*a _b ".repeat(200_000));
        assert!(
            marks.as_ref().is_err_and(|it| it.contains("marks of Markdown")),
            "{marks:?}"
        );
        // Each byte is two in UTF-8, or every two are three.
        let latin = vec![0xe4; 14 * 1024 * 1024];
        let refusal = document_at_once(
            &latin,
            &Hint {
                name: "a.txt".into(),
                ..Hint::default()
            },
        )
        .err()
        .unwrap();
        assert!(
            refusal.message.contains("longer than 20 MB") || refusal.message.contains("damaged"),
            "{}",
            refusal.message
        );
    }
}
