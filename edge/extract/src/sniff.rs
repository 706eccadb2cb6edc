//! What a file is, told by its bytes; name and media type decide only between kinds of text.
mod archive;

use crate::{FileKind, Hint, Reason, Refusal};
use infer::MatcherType;

/// How much of a file is looked at to tell text from other things, in bytes.
const SAMPLE: usize = 8 * 1024;
/// How far into a file a PDF may begin: other readers are as patient with what stands before.
const PDF_BEGINS_WITHIN: usize = 1024;
/// Kinds of files that can be read, for refusals.
const READABLE: &str = "PDF, DOCX, CSV, text, Markdown and HTML files can be read";

/// Tells how a file is to be read.
///
/// # Errors
/// [`Reason::Empty`], or [`Reason::Unsupported`] naming what it is instead.
pub fn kind(bytes: &[u8], hint: &Hint) -> Result<FileKind, Refusal> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Refusal::new(Reason::Empty, "the file is empty"));
    }
    let begins = bytes.trim_ascii_start();
    if begins.starts_with(b"%PDF-") {
        return Ok(FileKind::Pdf);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return archive::kind(bytes).map_err(foreign);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") && is_encrypted(bytes) {
        let message = "the document is encrypted and needs a password; save it without one";
        return Err(Refusal::new(Reason::Encrypted, message));
    }
    if begins.starts_with(b"{\\rtf") {
        return Err(foreign("an RTF document; save it as DOCX or PDF"));
    }
    if begins.starts_with(b"%!PS") {
        return Err(foreign("a PostScript file; save it as PDF"));
    }
    if !is_text(bytes) {
        let head = bytes.get(..PDF_BEGINS_WITHIN).unwrap_or(bytes);
        return match name(bytes) {
            None if head.windows(5).any(|it| it == b"%PDF-") => Ok(FileKind::Pdf),
            what => Err(foreign(what.unwrap_or("no text"))),
        };
    }
    Ok(kind_of_text(bytes, hint))
}

fn foreign(what: &str) -> Refusal {
    Refusal::new(Reason::Unsupported, format!("the file is {what} ({READABLE})"))
}

/// Tells whether an old container holds a document of today's form that needs a password.
fn is_encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|it| it == name)
}

/// Names what is no text.
fn name(bytes: &[u8]) -> Option<&'static str> {
    let found = infer::get(bytes)?;
    Some(match (found.matcher_type(), found.extension()) {
        (_, "doc" | "xls" | "ppt" | "msi") => "an old Office document; save it in today's form",
        (MatcherType::App, _) => "a program",
        (MatcherType::Archive, "pdf") => return None,
        (MatcherType::Archive, _) => "an archive or a compressed file",
        (MatcherType::Audio, _) => "a sound",
        (MatcherType::Book, _) => "an e-book",
        (MatcherType::Font, _) => "a font",
        (MatcherType::Image, _) => "an image",
        (MatcherType::Video, _) => "a film",
        _ => return None,
    })
}

/// Tells whether a file is text in some encoding.
fn is_text(bytes: &[u8]) -> bool {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    if encoding_rs::Encoding::for_bom(sample).is_some() || looks_like_utf_16(sample).is_some() {
        return true;
    }
    // What a text does not have; escapes are of Japanese mails.
    let is_control = |byte: &&u8| matches!(byte, 0..=8 | 11 | 14..=26 | 28..=31 | 127);
    sample.iter().filter(is_control).count() == 0
}

/// Tells UTF-16 without a mark: of Latin text, every other byte is zero.
pub(crate) fn looks_like_utf_16(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    if sample.len() < 8 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let zeros = |skipped: usize| sample.iter().skip(skipped).step_by(2).filter(|it| **it == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    if odd * 10 > half * 7 && even * 20 < half {
        Some(encoding_rs::UTF_16LE)
    } else if even * 10 > half * 7 && odd * 20 < half {
        Some(encoding_rs::UTF_16BE)
    } else {
        None
    }
}

fn kind_of_text(bytes: &[u8], hint: &Hint) -> FileKind {
    let extension = hint.name.rsplit_once('.').map(|it| it.1.to_lowercase());
    let media_type = hint
        .media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_lowercase();
    match (extension.as_deref().unwrap_or_default(), media_type.as_str()) {
        ("html" | "htm" | "xhtml", _) => FileKind::Html,
        ("md" | "markdown" | "mdx", _) => FileKind::Markdown,
        ("csv" | "tsv", _) => FileKind::Csv,
        _ if begins_like_html(bytes) => FileKind::Html,
        (_, "text/html" | "application/xhtml+xml") => FileKind::Html,
        (_, "text/markdown") => FileKind::Markdown,
        (_, "text/csv" | "text/tab-separated-values") => FileKind::Csv,
        _ => FileKind::Text,
    }
}

fn begins_like_html(bytes: &[u8]) -> bool {
    // Zeros are dropped, so that UTF-16 is looked at as well.
    let beginning = bytes.iter().filter(|it| it.is_ascii() && **it != 0).take(512);
    let beginning: String = beginning.map(|it| char::from(it.to_ascii_lowercase())).collect();
    let beginning = beginning.trim_start();
    beginning.starts_with("<!doctype html") || beginning.starts_with("<html") || beginning.contains("<body")
}

#[cfg(test)]
mod tests;
