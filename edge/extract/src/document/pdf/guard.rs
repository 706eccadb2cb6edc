//! Bounds on what a PDF unpacks to, looked at before anything is read, and again where something is.
use crate::meter::Meter;
use crate::{Reason, Refusal};
use hayro_syntax::object::Stream;
use memchr::memmem;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};

/// What may be unpacked of one file, without its pictures, in bytes.
const MOST_UNPACKED: usize = 50 * 1024 * 1024;
/// What one stream may unpack to, in bytes: it is in memory together with the file, and twice while it grows.
const LONGEST_STREAM: usize = 24 * 1024 * 1024;
/// What may lie between two filters of a stream, in bytes.
const MOST_BETWEEN: usize = 8 * 1024 * 1024;
/// How far before its stream a dictionary is looked at.
const DICTIONARY: usize = 1024;
/// Packed that often, it is packed to do harm.
const MOST_FILTERS: usize = 3;
/// Unpacking goes on in steps of so many bytes.
const STEP: usize = 64 * 1024;

/// Refuses a file that unpacks to too much. Pictures are never unpacked, and so not looked at.
///
/// # Errors
/// [`Reason::TooMuch`].
pub(super) async fn check(file: &[u8], meter: &mut Meter<'_>) -> Result<(), Refusal> {
    let mut left = MOST_UNPACKED;
    for at in memmem::find_iter(file, b"stream") {
        let before = file.get(at.saturating_sub(DICTIONARY)..at).unwrap_or_default();
        if before.ends_with(b"end") {
            continue;
        }
        let begins = memmem::rfind(before, b" obj").unwrap_or(0);
        let dictionary = before.get(begins..).unwrap_or_default();
        let times = memmem::find_iter(dictionary, b"/Fl").count();
        if memmem::find(dictionary, b"/Image").is_some() || times == 0 {
            continue;
        }
        if times > MOST_FILTERS {
            return Err(too_much());
        }
        let packed = file.get(at + b"stream".len()..).unwrap_or_default().trim_ascii_start();
        let (length, mut unpacked) = unpack(packed, left, times > 1, meter).await?;
        left = left.saturating_sub(length);
        for time in 1..times {
            let (length, again) = unpack(&unpacked, left, time + 1 < times, meter).await?;
            left = left.saturating_sub(length);
            unpacked = again;
        }
    }
    Ok(())
}

/// Unpacks what the filters of a stream packed.
///
/// # Errors
/// [`Reason::TooMuch`].
pub(super) fn decoded(stream: &Stream<'_>, meter: &mut Meter<'_>) -> Result<Vec<u8>, Refusal> {
    if stream.filters().len() > MOST_FILTERS {
        return Err(too_much());
    }
    let unpacked = stream.decoded_data().map(|it| it.into_owned()).unwrap_or_default();
    meter.spend_on(unpacked.len())?;
    Ok(unpacked)
}

/// Returns how long a stream is when it is unpacked, and the bytes if they are to be kept. What is no such stream, or
/// damaged, is as long as far as it can be read.
async fn unpack(packed: &[u8], most: usize, keep: bool, meter: &mut Meter<'_>) -> Result<(usize, Vec<u8>), Refusal> {
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
        if keep {
            kept.extend_from_slice(step.get(..done.bytes_written).unwrap_or_default());
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
