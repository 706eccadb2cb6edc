//! Files that people upload: what they are by their bytes, and the text in them.
use crate::app::App;
use crate::attempt::Attempt;
use crate::ports::{Company, Extracted, FileKind, Hint, Refusal, Unread};
use crate::{Error, Kind, Result};
use edge_extract::Reason;
use futures_util::future::{Either, select};
use std::borrow::Cow;
use std::pin::pin;
use std::time::Duration;

/// A file as it was uploaded.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The name it was uploaded under, without folders.
    pub name: String,
    /// The media type that the client named; believed only where the bytes do not tell.
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// How long the parser may take: less than a job is left alone.
const PARSER_TIMEOUT: Duration = Duration::from_secs(35);

impl Upload {
    fn hint(&self) -> Hint {
        Hint {
            name: self.name.clone(),
            media_type: self.media_type.clone(),
        }
    }
}

/// Tells how a file is to be read: by its bytes first, then by its name and media type.
///
/// # Errors
/// [`Kind::Unprocessable`] for an empty file, [`Kind::UnsupportedMedia`] for one of a kind that is not read.
pub fn kind(upload: &Upload) -> Result<FileKind> {
    edge_extract::sniff::kind(&upload.bytes, &upload.hint()).map_err(refused)
}

/// Reads a file.
///
/// # Errors
/// [`Kind::Unprocessable`] and [`Kind::UnsupportedMedia`] when the file is at fault; [`Kind::Unavailable`] when another
/// try may succeed. Where a job reads it, the job's attempt is told of a crash.
pub(crate) async fn read(app: &App, upload: Upload, attempt: Option<&Attempt>) -> Result<Extracted> {
    let hint = upload.hint();
    let company = attempt.map_or(Company::Shared, Attempt::company);
    let reading = pin!(app.parser.document(upload.bytes, &hint, company));
    let unread = match select(reading, app.clock.sleep(PARSER_TIMEOUT)).await {
        Either::Left((Ok(extracted), _)) => return Ok(extracted),
        Either::Left((Err(unread), _)) => unread,
        Either::Right(_) => Unread::Crashed("no answer in time".into()),
    };
    if let Some(attempt) = attempt {
        attempt.note(&unread);
    }
    Err(match unread {
        Unread::Refused(refusal) => refused(refusal),
        Unread::Busy => Error::unavailable("files cannot be read at the moment", "the parser is busy"),
        Unread::Crashed(why) => Error::unavailable("files cannot be read at the moment", why),
    })
}

fn refused(refusal: Refusal) -> Error {
    let kind = match refusal.reason {
        Reason::Unsupported => Kind::UnsupportedMedia,
        Reason::Empty | Reason::Damaged | Reason::Encrypted | Reason::TooMuch => Kind::Unprocessable,
    };
    Error::new(kind, refusal.message).of_field("file")
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

    #[test]
    fn text_is_utf_8_or_marked_utf_16() {
        assert_eq!(decode("\u{feff}héllo".as_bytes()).ok(), Some("héllo".into()));
        assert_eq!(decode(b"\xff\xfeh\x00i\x00").ok(), Some("hi".into()));
        assert!(decode(b"caf\xe9").is_err_and(|it| it.message.contains("at byte 3")));
        assert!(decode(b"a\0b").is_err());
    }
}
