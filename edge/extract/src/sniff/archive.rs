//! What a ZIP archive is, told by the names in its directory; nothing is unpacked.
use crate::FileKind;

/// How long a comment may stand behind the directory's end, in bytes.
const LONGEST_COMMENT: usize = 65_535;
/// The length of the directory's end, and of an entry, without what is of variable length.
const END: usize = 22;
const ENTRY: usize = 46;
/// More names are not looked at.
const MOST_NAMES: usize = 2_000;

/// Tells what kind of file an archive is.
///
/// # Errors
/// Names what it is instead.
pub(super) fn kind(bytes: &[u8]) -> Result<FileKind, &'static str> {
    let names = names(bytes);
    let has = |wanted: &str| names.iter().any(|it| it.eq_ignore_ascii_case(wanted.as_bytes()));
    let has_below = |folder: &str| names.iter().any(|it| it.starts_with(folder.as_bytes()));
    let mentions = |text: &str| {
        let head = bytes.get(..256).unwrap_or(bytes);
        head.windows(text.len()).any(|it| it == text.as_bytes())
    };
    if has("word/document.xml") || has("word/document2.xml") {
        return Ok(FileKind::Docx);
    }
    Err(if has_below("xl/") {
        "an Excel workbook; save the sheet as CSV"
    } else if has_below("ppt/") {
        "a PowerPoint presentation; save it as PDF"
    } else if mentions("mimetypeapplication/vnd.oasis.opendocument.text") {
        "an OpenDocument text; save it as DOCX or PDF"
    } else if mentions("mimetypeapplication/vnd.oasis.opendocument") {
        "an OpenDocument file; save it as CSV or PDF"
    } else if mentions("mimetypeapplication/epub+zip") {
        "an e-book"
    } else if has("AndroidManifest.xml") || has("META-INF/MANIFEST.MF") {
        "a program"
    } else if names.is_empty() {
        "a damaged ZIP archive or Office document"
    } else {
        "a ZIP archive; unpack it and upload the files in it"
    })
}

/// Returns the names in the directory, as far as it is whole.
fn names(bytes: &[u8]) -> Vec<&[u8]> {
    let mut names = Vec::new();
    let Some(mut rest) = directory(bytes) else {
        return names;
    };
    while names.len() < MOST_NAMES && rest.starts_with(b"PK\x01\x02") {
        let lengths = [28, 30, 32].map(|at| number(rest, at, 2));
        let [Some(name), Some(extra), Some(comment)] = lengths else {
            break;
        };
        let Some(text) = rest.get(ENTRY..ENTRY + name) else {
            break;
        };
        names.push(text);
        rest = rest.get(ENTRY + name + extra + comment..).unwrap_or_default();
    }
    names
}

fn directory(bytes: &[u8]) -> Option<&[u8]> {
    let tail = bytes.len().saturating_sub(LONGEST_COMMENT + END);
    let found = bytes.get(tail..)?.windows(4).rposition(|it| it == b"PK\x05\x06")?;
    let end = bytes.get(tail + found..)?;
    bytes.get(number(end, 16, 4)?..)
}

/// Reads a number of at most four bytes, the least significant one first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let digits = bytes.get(at..at + length)?;
    Some(digits.iter().rev().fold(0, |sum, it| sum << 8 | usize::from(*it)))
}
