//! Bytes to text, whatever they are encoded in.
use crate::sniff::looks_like_utf_16;
use crate::{Reason, Refusal};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Encoding, UTF_8};
use std::borrow::Cow;

/// How much is looked at to guess an encoding, in bytes.
const SAMPLE: usize = 256 * 1024;
/// How long a text may be in UTF-8, in bytes, and in what steps there is made room for it.
const MAX_TEXT_BYTES: usize = 20 * 1024 * 1024;
const STEP: usize = 1024 * 1024;
/// How far into a page its encoding may be declared, in bytes.
const DECLARED_WITHIN: usize = 2048;

/// Reads bytes as text: by their mark, as UTF-8 if they are that, as declared, or else as it looks most like.
///
/// # Errors
/// When there is no encoding in which they are text.
pub(crate) fn decode<'a>(bytes: &'a [u8], declared: Option<&str>) -> Result<Cow<'a, str>, Refusal> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, bytes.get(mark..).unwrap_or_default());
    }
    if let Some(encoding) = looks_like_utf_16(bytes) {
        return decode_as(encoding, bytes);
    }
    // Japanese mails are seven bits a byte, with escapes.
    if !bytes.contains(&0x1b)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return Ok(clean(Cow::Borrowed(text)));
    }
    let declared = declared.and_then(|label| Encoding::for_label(label.as_bytes()));
    // Bytes that are not UTF-8 are not, whatever is declared.
    match declared.filter(|it| *it != UTF_8) {
        Some(encoding) => decode_as(encoding, bytes),
        None => decode_as(guess(bytes), bytes),
    }
}

/// Returns the encoding that a page declares, in a `meta` or an XML declaration.
pub(crate) fn declared_in(page: &[u8]) -> Option<String> {
    let head = page.get(..DECLARED_WITHIN).unwrap_or(page).to_ascii_lowercase();
    let head = String::from_utf8_lossy(&head);
    let (_, rest) = head.split_once("charset=").or_else(|| {
        let declaration = head.trim_start().strip_prefix("<?xml")?;
        declaration.split("?>").next()?.split_once("encoding=")
    })?;
    let label = rest.trim_start_matches(['"', '\'', ' ']);
    let end = label.find(|it: char| !it.is_ascii_alphanumeric() && !"-_:.".contains(it));
    Some(label.get(..end.unwrap_or(label.len()))?.to_owned())
}

/// Returns the `charset` of a media type.
pub(crate) fn charset_of(media_type: &str) -> Option<&str> {
    let (_, rest) = media_type.split_once("charset=")?;
    rest.split(';').next().map(|it| it.trim_matches(['"', ' ']))
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes.get(..SAMPLE).unwrap_or(bytes), bytes.len() <= SAMPLE);
    detector.guess(None, Utf8Detection::Allow)
}

fn decode_as<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Result<Cow<'a, str>, Refusal> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if encoding == UTF_8 => Cow::Borrowed(text),
        _ => Cow::Owned(decoded(encoding, bytes)?),
    };
    // A stray byte is forgiven; a text full of them is none.
    let strange = text.chars().filter(|it| *it == '\u{FFFD}').count();
    if strange > 2 + text.len() / 200 {
        let message = "the text in the file is damaged, or in an encoding that is not known; save it as UTF-8";
        return Err(Refusal::new(Reason::Damaged, message));
    }
    Ok(clean(text))
}

/// Decodes bytes into as much room as the text takes: it may be three times as long as the bytes.
fn decoded(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, Refusal> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::new();
    let mut rest = bytes;
    loop {
        text.reserve_exact(STEP.min(rest.len().saturating_mul(3).saturating_add(16)));
        let (result, read, _) = decoder.decode_to_string(rest, &mut text, true);
        rest = rest.get(read..).unwrap_or_default();
        if text.len() > MAX_TEXT_BYTES {
            let message = format!(
                "the text in the file is longer than {} MB in UTF-8; split it",
                MAX_TEXT_BYTES / 1024 / 1024
            );
            return Err(Refusal::new(Reason::TooMuch, message));
        }
        if result == CoderResult::InputEmpty {
            return Ok(text);
        }
    }
}

/// Drops what no text has and what later readers would stumble over.
fn clean(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_kept = |it: char| !it.is_control() || matches!(it, '\n' | '\r' | '\t' | '\u{c}');
    match text {
        text if text.chars().all(is_kept) => text,
        Cow::Borrowed(text) => {
            let mut kept = String::with_capacity(text.len());
            kept.extend(text.chars().filter(|it| is_kept(*it)));
            Cow::Owned(kept)
        }
        Cow::Owned(mut text) => {
            text.retain(is_kept);
            Cow::Owned(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        let german = "Das Geschäft ist von neun bis fünf Uhr geöffnet; Öffnungszeiten gelten täglich außer sonntags.";
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(german);
        assert_eq!(decode(&bytes, None).as_deref(), Ok(german));
        let japanese = "営業時間は午前九時から午後五時までです。日曜日は休みます。";
        for encoding in [encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP, encoding_rs::ISO_2022_JP] {
            let (bytes, _, _) = encoding.encode(japanese);
            assert_eq!(decode(&bytes, None).as_deref(), Ok(japanese), "{}", encoding.name());
        }
        let russian = "Магазин открыт с девяти до пяти часов, кроме воскресенья.";
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(russian);
        assert_eq!(decode(&bytes, None).as_deref(), Ok(russian));
        assert_eq!(
            decode(&bytes, Some("utf-8")).as_deref(),
            Ok(russian),
            "what is declared may be wrong"
        );
    }

    #[test]
    fn what_is_declared_is_found() {
        assert_eq!(
            declared_in(b"<html><meta charset='ISO-8859-2'>").as_deref(),
            Some("iso-8859-2")
        );
        let old = b"<meta http-equiv=Content-Type content=\"text/html; charset=Shift_JIS\">";
        assert_eq!(declared_in(old).as_deref(), Some("shift_jis"));
        let xml = b"<?xml version=\"1.0\" encoding=\"windows-1252\"?>";
        assert_eq!(declared_in(xml).as_deref(), Some("windows-1252"));
        assert_eq!(charset_of("text/html; charset=\"utf-8\""), Some("utf-8"));
    }

    #[test]
    fn a_text_full_of_strange_bytes_is_refused() {
        let bytes: Vec<u8> = [0xc3, 0x28].repeat(500);
        assert!(decode(&[b"\xff\xfe".as_slice(), &[0x00, 0xd8].repeat(99)].concat(), None).is_err());
        assert!(decode(&bytes, Some("utf-8")).is_ok(), "it is something else");
    }
}
