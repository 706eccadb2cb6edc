//! The archive: bounded in all that it says of itself, and in what it unpacks to.
use crate::meter::Meter;
use crate::{Reason, Refusal};
use std::io::{Cursor, Read as _};
use zip::ZipArchive;
use zip::result::ZipError;

/// Parts in a document: more are no document.
const MOST_PARTS: usize = 2_000;
/// What may be unpacked of one file, in bytes: it is in memory together with the file and what is read in it.
const MOST_UNPACKED: usize = 24 * 1024 * 1024;
/// What unpacks to more times its size, and to more than a little, does harm.
const HIGHEST_RATIO: usize = 100;
const LITTLE: usize = 1024 * 1024;
/// Unpacking goes on in steps of so many bytes.
const STEP: usize = 64 * 1024;

pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    packed: usize,
    unpacked: usize,
}

impl<'a> Archive<'a> {
    /// Opens it.
    ///
    /// # Errors
    /// When it is damaged or has too many parts.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        if zip.len() > MOST_PARTS {
            let message = format!("the document has more than {MOST_PARTS} parts");
            return Err(Refusal::new(Reason::TooMuch, message));
        }
        Ok(Self {
            zip,
            packed: bytes.len(),
            unpacked: 0,
        })
    }

    /// Returns the part that is the document.
    pub(super) async fn document(&mut self, meter: &mut Meter<'_>) -> Result<Vec<u8>, Refusal> {
        for name in ["word/document.xml", "word/document2.xml"] {
            if let Some(part) = self.part(name, meter).await? {
                return Ok(part);
            }
        }
        Err(Refusal::new(Reason::Damaged, "the document has no text part"))
    }

    /// Unpacks a part; none when there is none of this name.
    ///
    /// # Errors
    /// When it is damaged or too large, whatever it says of its size.
    pub(super) async fn part(&mut self, name: &str, meter: &mut Meter<'_>) -> Result<Option<Vec<u8>>, Refusal> {
        let mut file = match self.zip.by_name(name) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(why) => return Err(damaged(why)),
        };
        let packed = usize::try_from(file.compressed_size())
            .unwrap_or(usize::MAX)
            .min(self.packed);
        let mut content = Vec::new();
        let mut step = vec![0; STEP];
        loop {
            let read = file.read(&mut step).map_err(|why| damaged(why.into()))?;
            if read == 0 {
                return Ok(Some(content));
            }
            content.extend_from_slice(step.get(..read).unwrap_or_default());
            self.unpacked += read;
            let is_bomb = content.len() > LITTLE && content.len() / HIGHEST_RATIO > packed;
            if is_bomb || self.unpacked > MOST_UNPACKED {
                return Err(too_much());
            }
            meter.spend_on(read / 4)?;
            meter.rest().await;
        }
    }
}

fn damaged(why: ZipError) -> Refusal {
    match why {
        ZipError::UnsupportedArchive(what) if what == ZipError::PASSWORD_REQUIRED => Refusal::new(
            Reason::Encrypted,
            "the document is encrypted; save it without a password",
        ),
        _ => Refusal::new(
            Reason::Damaged,
            "the document is damaged: its archive cannot be unpacked",
        ),
    }
}

fn too_much() -> Refusal {
    let most = MOST_UNPACKED / 1024 / 1024;
    let message = format!("the document unpacks to more than {most} MB, or to far more than its size; split it");
    Refusal::new(Reason::TooMuch, message)
}
