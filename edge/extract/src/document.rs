//! Reads files: told apart by their bytes, one reader for each kind.
mod csv;
mod docx;
pub(crate) mod encoding;
mod html;
mod pdf;

use crate::meter::{Meter, NoPause, Pause};
use crate::{Extracted, FileKind, Hint, Reason, Refusal, sniff};
use retrieval::{Block, Format};
use std::collections::HashSet;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Work given to one file.
const WORK: u64 = 400_000_000;

/// Paragraphs, items and rows of one file. An index is made of all of them at once, in one isolate's memory.
const BLOCKS: usize = 150_000;
/// Different words of one file: an index keeps each with its tokens. A long book has fewer than 50,000.
const WORDS: usize = 150_000;

/// Reads a file, pausing as it goes.
///
/// # Errors
/// When the file is at fault.
pub async fn document(bytes: &[u8], hint: &Hint, pause: &dyn Pause) -> Result<Extracted, Refusal> {
    let kind = sniff::kind(bytes, hint)?;
    let mut meter = Meter::new(WORK, pause);
    meter.spend_on(bytes.len())?;
    let parsed = match kind {
        FileKind::Html => html::read(&html_text(bytes, hint)?, &mut meter).await?,
        FileKind::Markdown => retrieval::parse(Format::Markdown, &text(bytes, hint)?),
        FileKind::Text => retrieval::parse(Format::Text, &text(bytes, hint)?),
        FileKind::Csv => csv::read(&text(bytes, hint)?, &mut meter).await?,
        FileKind::Pdf => pdf::read(bytes.to_vec(), &mut meter).await?,
        FileKind::Docx => docx::read(bytes, &mut meter).await?,
    };
    if parsed.blocks.is_empty() {
        return Err(Refusal::new(Reason::Empty, "no text was found in the file"));
    }
    check_extent(&parsed.blocks)?;
    Ok(Extracted {
        kind,
        title: parsed.title,
        blocks: parsed.blocks,
    })
}

/// Reads a file without a pause, for where nobody waits.
///
/// # Errors
/// When the file is at fault.
pub fn document_at_once(bytes: &[u8], hint: &Hint) -> Result<Extracted, Refusal> {
    let reading = pin!(document(bytes, hint, &NoPause));
    match reading.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(end) => end,
        // It waits for pauses alone, and these are none.
        Poll::Pending => Err(Refusal::new(Reason::Damaged, "the file could not be read")),
    }
}

// Text that no index could be made of is refused here, with the reason, and not where it would take the isolate down.
fn check_extent(blocks: &[Block]) -> Result<(), Refusal> {
    let too_much = |what: &str| Refusal::new(Reason::TooMuch, format!("the file has more than {what}; split it"));
    if blocks.len() > BLOCKS {
        return Err(too_much(&format!("{BLOCKS} paragraphs or rows")));
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

fn text(bytes: &[u8], hint: &Hint) -> Result<String, Refusal> {
    encoding::decode(bytes, encoding::charset_of(&hint.media_type))
}

fn html_text(bytes: &[u8], hint: &Hint) -> Result<String, Refusal> {
    let declared = encoding::declared_in(bytes);
    encoding::decode(bytes, encoding::charset_of(&hint.media_type).or(declared.as_deref()))
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
        let refusal = read(&"again\n\n".repeat(BLOCKS + 1)).err().unwrap();
        assert!(refusal.message.contains("paragraphs"), "{}", refusal.message);
    }
}
