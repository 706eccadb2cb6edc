//! Reads files: told apart by their bytes, one reader for each kind.
mod csv;
mod docx;
pub(crate) mod encoding;
mod html;
mod pdf;

use crate::meter::{Meter, NoPause, Pause};
use crate::{Extracted, FileKind, Hint, Reason, Refusal, sniff};
use retrieval::Format;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Work given to one file.
const WORK: u64 = 400_000_000;

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

fn text(bytes: &[u8], hint: &Hint) -> Result<String, Refusal> {
    encoding::decode(bytes, encoding::charset_of(&hint.media_type))
}

fn html_text(bytes: &[u8], hint: &Hint) -> Result<String, Refusal> {
    let declared = encoding::declared_in(bytes);
    encoding::decode(bytes, encoding::charset_of(&hint.media_type).or(declared.as_deref()))
}
