//! Files that people upload: what they are by their bytes, and the text in them.
use crate::{Error, Kind, Result};
use retrieval::Format;
use std::borrow::Cow;

/// The largest upload, in bytes.
pub const MAX_UPLOAD: usize = 20 * 1024 * 1024;

/// A file as it was uploaded.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The name it was uploaded under, without folders.
    pub name: String,
    /// The media type that the client named; believed only where the bytes do not tell.
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// What begins the files that we cannot read, and what to call them.
const FOREIGN: [(&[u8], &str); 9] = [
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
];

/// Tells how a file's text is to be read: by its bytes first, then by its name and media type.
///
/// # Errors
/// [`Kind::Unprocessable`] for an empty file, [`Kind::UnsupportedMedia`] for one that is no text.
pub fn format(upload: &Upload) -> Result<Format> {
    let bytes = &upload.bytes;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::new(Kind::Unprocessable, "the file is empty").of_field("file"));
    }
    if let Some((_, what)) = FOREIGN.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        let message = format!("the file is {what}; text, Markdown and HTML files can be read");
        return Err(Error::new(Kind::UnsupportedMedia, message).of_field("file"));
    }
    let text = decode(bytes)?;
    let extension = upload
        .name
        .rsplit_once('.')
        .map(|it| it.1.to_lowercase())
        .unwrap_or_default();
    let beginning: String = text.trim_start().chars().take(512).collect::<String>().to_lowercase();
    let is_html =
        beginning.starts_with("<!doctype html") || beginning.starts_with("<html") || beginning.contains("<body");
    Ok(match extension.as_str() {
        "html" | "htm" | "xhtml" => Format::Html,
        "md" | "markdown" | "mdx" => Format::Markdown,
        _ if is_html || upload.media_type.starts_with("text/html") => Format::Html,
        _ if upload.media_type.starts_with("text/markdown") => Format::Markdown,
        _ => Format::Text,
    })
}

/// Reads bytes as text: UTF-8, or UTF-16 with a byte order mark.
///
/// # Errors
/// [`Kind::Unprocessable`] when the bytes are no text, saying at which byte.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, has_errors) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return if has_errors { Err(no_text(0)) } else { Ok(text) };
    }
    let text = std::str::from_utf8(bytes).map_err(|it| no_text(it.valid_up_to()))?;
    match text.find('\0') {
        Some(position) => Err(no_text(position)),
        None => Ok(Cow::Borrowed(text)),
    }
}

fn no_text(position: usize) -> Error {
    let message = format!("the file is not valid UTF-8 text (at byte {position}); save it as UTF-8");
    Error::new(Kind::Unprocessable, message).of_field("file")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(name: &str, bytes: &[u8]) -> Upload {
        Upload {
            name: name.into(),
            media_type: "application/octet-stream".into(),
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn the_bytes_decide_before_the_name() {
        assert_eq!(format(&upload("a.md", b"# Title")).ok(), Some(Format::Markdown));
        assert_eq!(format(&upload("a.txt", b"plain")).ok(), Some(Format::Text));
        assert_eq!(format(&upload("a", b"  <!DOCTYPE html><p>x")).ok(), Some(Format::Html));
        assert_eq!(
            format(&upload("a.txt", b"%PDF-1.7")).map_err(|it| it.kind),
            Err(Kind::UnsupportedMedia)
        );
        assert_eq!(
            format(&upload("a.txt", b"MZ\x90\x00")).map_err(|it| it.kind),
            Err(Kind::UnsupportedMedia)
        );
        assert_eq!(
            format(&upload("a.txt", b" \n\t ")).map_err(|it| it.kind),
            Err(Kind::Unprocessable)
        );
        assert_eq!(
            format(&upload("a.txt", b"")).map_err(|it| it.kind),
            Err(Kind::Unprocessable)
        );
    }

    #[test]
    fn text_is_utf_8_or_marked_utf_16() {
        assert_eq!(decode("\u{feff}héllo".as_bytes()).ok(), Some("héllo".into()));
        assert_eq!(decode(b"\xff\xfeh\x00i\x00").ok(), Some("hi".into()));
        assert!(decode(b"caf\xe9").is_err_and(|it| it.message.contains("at byte 3")));
        assert!(decode(b"a\0b").is_err());
    }
}
