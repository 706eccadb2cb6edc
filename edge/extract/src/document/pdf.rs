//! PDF: what is drawn on each page, put into reading order.
mod columns;
mod compose;
mod guard;
mod interpret;
mod join;
mod lines;
mod margins;
mod page;
mod table;

use crate::meter::Meter;
use crate::{Reason, Refusal};
use hayro_font::kurbo::Affine;
use hayro_syntax::object::{Array, Stream};
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf, page as syntax};
use interpret::{Fonts, Interpreter};
use margins::Sheet;
use retrieval::Parsed;

/// More pages are a library.
const MOST_PAGES: usize = 2_000;
/// The largest content of a page, unpacked, in bytes; no page for people has more.
const MOST_CONTENT: usize = 16 * 1024 * 1024;
/// A page costs so much before anything is drawn on it.
const PAGE: u64 = 2_000;

/// Reads a PDF.
///
/// # Errors
/// When it is damaged, encrypted, too large, or has no text in it.
pub(super) async fn read(bytes: Vec<u8>, meter: &mut Meter<'_>) -> Result<Parsed, Refusal> {
    guard::check(&bytes, meter).await?;
    let pdf = Pdf::new(bytes).map_err(refusal)?;
    let pages = pdf.pages();
    if pages.len() > MOST_PAGES {
        let message = format!(
            "the PDF has {} pages; {MOST_PAGES} can be read, so split it",
            pages.len()
        );
        return Err(Refusal::new(Reason::TooMuch, message));
    }
    let fonts = Fonts::new();
    let (mut sheets, mut known, mut unknown, mut region) = (Vec::new(), 0, 0, 0);
    for page in pages.iter() {
        meter.spend(PAGE)?;
        let content = content(page, meter)?;
        let transform = Affine::new(page.initial_transform(true).as_coeffs());
        let mut interpreter = Interpreter::new(&fonts, meter, transform, page.render_dimensions());
        interpreter.run(&content, page.resources(), 0).await?;
        let drawn = interpreter.finish();
        known += drawn.len();
        unknown += drawn.unknown;
        meter.spend_on(drawn.len() * 20)?;
        meter.rest().await;
        let (width, height) = page.render_dimensions();
        let height = if drawn.direction().is_multiple_of(2) {
            height
        } else {
            width
        };
        let mut lines = Vec::new();
        for runs in columns::regions(drawn.runs()) {
            lines.extend(lines::lines(runs, region));
            region += 1;
        }
        sheets.push(Sheet { lines, height });
    }
    if known == 0 && unknown == 0 {
        let message = "the PDF has no text in it, only pictures; have its text recognised (OCR) and upload the result";
        return Err(Refusal::new(Reason::Empty, message));
    }
    if unknown > known {
        let message =
            "the fonts of the PDF do not say which letters they draw; print it to a new PDF, or upload its source";
        return Err(Refusal::new(Reason::Damaged, message));
    }
    margins::drop(&mut sheets);
    let title = pdf.metadata().title.as_deref().and_then(title);
    Ok(compose::compose(&sheets, title))
}

fn refusal(why: LoadPdfError) -> Refusal {
    match why {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            let message = "the PDF is encrypted and needs a password; save it without one";
            Refusal::new(Reason::Encrypted, message)
        }
        LoadPdfError::Decryption(_) => {
            let message = "the PDF is encrypted in a way that cannot be read; save it without encryption";
            Refusal::new(Reason::Encrypted, message)
        }
        LoadPdfError::Invalid => Refusal::new(Reason::Damaged, "the PDF is damaged"),
    }
}

/// Unpacks what draws a page.
fn content(page: &syntax::Page<'_>, meter: &mut Meter<'_>) -> Result<Vec<u8>, Refusal> {
    let key = b"Contents".as_slice();
    if let Some(stream) = page.raw().get::<Stream<'_>>(key) {
        return guard::decoded(&stream, meter);
    }
    let mut content = Vec::new();
    let parts = page.raw().get::<Array<'_>>(key).map(|it| it.iter::<Stream<'_>>());
    for part in parts.into_iter().flatten() {
        content.extend(guard::decoded(&part, meter)?);
        // Instructions may go on in the next part, words may not.
        content.push(b' ');
        if content.len() > MOST_CONTENT {
            return Err(Refusal::new(Reason::TooMuch, "a page of the PDF draws too much"));
        }
    }
    Ok(content)
}

/// Returns the title, unless it is what some program calls everything.
fn title(bytes: &[u8]) -> Option<String> {
    let text = match bytes.strip_prefix(b"\xfe\xff") {
        Some(rest) => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        None => encoding_rs::WINDOWS_1252
            .decode_without_bom_handling(bytes)
            .0
            .into_owned(),
    };
    let text = text.trim().trim_end_matches('\0').to_owned();
    let lower = text.to_lowercase();
    let is_file = [".doc", ".docx", ".odt", ".tex", ".indd", ".pdf"]
        .iter()
        .any(|it| lower.ends_with(it));
    let is_nothing = lower.is_empty()
        || lower.starts_with("untitled")
        || lower == "(anonymous)"
        || lower.starts_with("microsoft word");
    (!is_file && !is_nothing && text.chars().count() <= 200).then_some(text)
}
