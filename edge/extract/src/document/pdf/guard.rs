//! Bounds on what a PDF unpacks to, looked at before anything is read, and again where something is.
mod page_tree;

use crate::meter::Meter;
use crate::{Reason, Refusal};
use hayro_syntax::object::{Name, Stream};
use memchr::memmem;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};
use page_tree::PageTree;
use std::borrow::Cow;

/// What may be unpacked of one file, without its pictures, in bytes.
const MOST_UNPACKED: usize = 50 * 1024 * 1024;
/// What one stream may unpack to, in bytes: it is in memory together with the file, and twice while it grows.
const LONGEST_STREAM: usize = 24 * 1024 * 1024;
/// What may lie between two filters of a stream, in bytes.
const MOST_BETWEEN: usize = 8 * 1024 * 1024;
/// Packed that often, it is packed to do harm.
const MOST_FILTERS: usize = 3;
/// Unpacking goes on in steps of so many bytes.
const STEP: usize = 64 * 1024;

/// Refuses a file that unpacks to too much, or has too many pages. Pictures are never unpacked, and so not looked at.
///
/// # Errors
/// [`Reason::TooMuch`].
pub(super) async fn check(file: &[u8], meter: &mut Meter<'_>) -> Result<(), Refusal> {
    let mut tree = PageTree::default();
    for part in file.chunks(STEP) {
        meter.spend_on(part.len() / 4)?;
        meter.rest().await;
        tree.add(part)?;
    }
    let (mut left, mut searched) = (MOST_UNPACKED, 0);
    for at in memmem::find_iter(file, b"stream") {
        let before = file.get(searched..at).unwrap_or_default();
        searched = at + b"stream".len();
        if before.ends_with(b"end") {
            continue;
        }
        let begins = memmem::rfind(before, b"obj").unwrap_or(0);
        let dictionary = unescaped(before.get(begins..).unwrap_or_default());
        let has = |name: &[u8]| memmem::find(&dictionary, name).is_some();
        // A filter that is said elsewhere is taken for this one.
        let times = memmem::find_iter(&dictionary, b"/Fl")
            .count()
            .max(usize::from(has(b"/Filter")));
        let holds_objects = has(b"/ObjStm");
        let is_picture = has(b"/Image") && !holds_objects && !has(b"/XRef");
        if is_picture || times == 0 {
            continue;
        }
        if times > MOST_FILTERS {
            return Err(too_much());
        }
        let packed = file.get(searched..).unwrap_or_default().trim_ascii_start();
        tree.begin();
        let mut unpacked = Cow::Borrowed(packed);
        for time in 1..=times {
            let is_last = time == times;
            let tree = (is_last && holds_objects).then_some(&mut tree);
            let (length, again) = unpack(&unpacked, left, !is_last, tree, meter).await?;
            left = left.saturating_sub(length);
            unpacked = Cow::Owned(again);
        }
    }
    Ok(())
}

/// Returns a dictionary with `#46` written as `F`, so that no name hides.
fn unescaped(dictionary: &[u8]) -> Cow<'_, [u8]> {
    if !dictionary.contains(&b'#') {
        return Cow::Borrowed(dictionary);
    }
    let mut plain = Vec::with_capacity(dictionary.len());
    let mut rest = dictionary;
    while let Some((byte, behind)) = rest.split_first() {
        let code = behind.get(..2).and_then(|it| std::str::from_utf8(it).ok());
        let code = code.and_then(|it| u8::from_str_radix(it, 16).ok());
        let (byte, behind) = match code {
            Some(code) if *byte == b'#' => (code, behind.get(2..).unwrap_or_default()),
            _ => (*byte, behind),
        };
        plain.push(byte);
        rest = behind;
    }
    Cow::Owned(plain)
}

/// Unpacks what the filters of a stream packed; nothing of a picture, which no instructions are in.
///
/// # Errors
/// [`Reason::TooMuch`].
pub(super) fn decoded(stream: &Stream<'_>, meter: &mut Meter<'_>) -> Result<Vec<u8>, Refusal> {
    if stream.filters().len() > MOST_FILTERS {
        return Err(too_much());
    }
    let subtype = stream.dict().get::<Name<'_>>(b"Subtype".as_slice());
    if subtype.is_some_and(|it| it.as_ref() == b"Image") {
        return Ok(Vec::new());
    }
    let unpacked = stream.decoded_data().map(|it| it.into_owned()).unwrap_or_default();
    meter.spend_on(unpacked.len())?;
    Ok(unpacked)
}

/// Returns how long a stream is when it is unpacked, and the bytes if they are to be kept; counts the pages in them
/// where it holds objects. What is no such stream, or damaged, is as long as far as it can be read.
async fn unpack(
    packed: &[u8],
    most: usize,
    keep: bool,
    mut tree: Option<&mut PageTree>,
    meter: &mut Meter<'_>,
) -> Result<(usize, Vec<u8>), Refusal> {
    let mut state = InflateState::new_boxed(DataFormat::Zlib);
    let mut step = vec![0; STEP];
    let longest = if keep { MOST_BETWEEN } else { LONGEST_STREAM };
    let (mut rest, mut length, mut kept) = (packed, 0, Vec::new());
    loop {
        let done = inflate(&mut state, rest, &mut step, MZFlush::None);
        rest = rest.get(done.bytes_consumed..).unwrap_or_default();
        length += done.bytes_written;
        meter.spend_on(done.bytes_written / 4 + done.bytes_consumed / 4)?;
        meter.rest().await;
        if length > most || length > longest {
            return Err(too_much());
        }
        let written = step.get(..done.bytes_written).unwrap_or_default();
        if keep {
            kept.extend_from_slice(written);
        }
        if let Some(tree) = &mut tree {
            tree.add(written)?;
        }
        let goes_on = matches!(done.status, Ok(MZStatus::Ok)) && done.bytes_written + done.bytes_consumed > 0;
        if !goes_on {
            return Ok((length, kept));
        }
    }
}

fn too_much() -> Refusal {
    let most = MOST_UNPACKED / 1024 / 1024;
    let one = LONGEST_STREAM / 1024 / 1024;
    let message = format!(
        "the PDF unpacks to more than {most} MB, or a part of it to more than {one} MB, without its pictures; split it"
    );
    Refusal::new(Reason::TooMuch, message)
}
