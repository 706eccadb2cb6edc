//! Sitemaps (sitemaps.org), packed or not, or one address a line.
use crate::document::WORK;
use crate::meter::{Meter, NoPause, Pause, at_once};
use crate::{Reason, Refusal, Sitemap};
use flate2::read::GzDecoder;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::borrow::Cow;
use std::io::Read as _;

/// How much is read of a sitemap, in bytes, packed or not. The protocol allows more than an isolate holds.
const MAX_SITEMAP_BYTES: usize = 10 * 1024 * 1024;
/// Unpacking goes on in steps of so many bytes.
const STEP: usize = 64 * 1024;
/// How many addresses of it are taken: the protocol's limit.
const MAX_ADDRESSES: usize = 50_000;
/// The deepest element. The protocol has three levels, its extensions a few more.
const MAX_ELEMENT_DEPTH: usize = 32;
/// The longest address.
const MAX_ADDRESS_BYTES: usize = 2_048;

/// Reads a sitemap.
///
/// # Errors
/// When it is none, or larger than any may be.
pub async fn sitemap(bytes: &[u8], pause: &dyn Pause) -> Result<Sitemap, Refusal> {
    let mut meter = Meter::new(WORK, pause);
    meter.spend_on(bytes.len())?;
    if bytes.len() > MAX_SITEMAP_BYTES {
        return Err(too_large());
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let unpacked = unpack(bytes, &mut meter).await?;
        return read(&unpacked, &mut meter).await;
    }
    read(bytes, &mut meter).await
}

/// Reads a sitemap without a pause, for threads that serve no one else.
///
/// # Errors
/// As [`sitemap`].
pub fn sitemap_at_once(bytes: &[u8]) -> Result<Sitemap, Refusal> {
    at_once(sitemap(bytes, &NoPause))
}

async fn unpack(bytes: &[u8], meter: &mut Meter<'_>) -> Result<Vec<u8>, Refusal> {
    let mut unpacking = GzDecoder::new(bytes);
    let mut unpacked = Vec::new();
    let mut step = vec![0; STEP];
    loop {
        let length = unpacking
            .read(&mut step)
            .map_err(|_| damaged("it cannot be unpacked"))?;
        if length == 0 {
            return Ok(unpacked);
        }
        if unpacked.len() + length > MAX_SITEMAP_BYTES {
            return Err(too_large());
        }
        unpacked.extend_from_slice(step.get(..length).unwrap_or_default());
        meter.spend_on(length / 4)?;
        meter.rest().await;
    }
}

fn too_large() -> Refusal {
    let message = format!(
        "the sitemap is larger than {} MB unpacked; split it",
        MAX_SITEMAP_BYTES / 1024 / 1024
    );
    Refusal::new(Reason::TooMuch, message)
}

fn damaged(why: &str) -> Refusal {
    Refusal::new(Reason::Damaged, format!("the sitemap is damaged: {why}"))
}

/// Returns the text of a sitemap. A stray byte is forgiven; a file full of them is no text.
fn text(bytes: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    const FORGIVEN: usize = 1_000;
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    let mut repaired = String::with_capacity(bytes.len() + 3 * FORGIVEN);
    for (index, chunk) in bytes.utf8_chunks().enumerate() {
        if index > FORGIVEN {
            return Err(damaged("it is not in UTF-8"));
        }
        repaired.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            repaired.push(char::REPLACEMENT_CHARACTER);
        }
    }
    Ok(Cow::Owned(repaired))
}

async fn read(bytes: &[u8], meter: &mut Meter<'_>) -> Result<Sitemap, Refusal> {
    let text = text(bytes)?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with("http://") || text.starts_with("https://") {
        let pages = text.lines().map(str::trim).filter(|it| is_address(it));
        return Ok(Sitemap {
            pages: pages.take(MAX_ADDRESSES).map(str::to_owned).collect(),
            sitemaps: vec![],
        });
    }
    xml(text, meter).await
}

fn is_address(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_ADDRESS_BYTES
}

async fn xml(text: &str, meter: &mut Meter<'_>) -> Result<Sitemap, Refusal> {
    let mut reader = Reader::from_str(text);
    let mut found = Sitemap::default();
    let mut path: Vec<String> = Vec::new();
    let mut address = String::new();
    let mut has_root = false;
    let mut before = 0;
    loop {
        let event = reader.read_event();
        let at = reader.buffer_position();
        meter.spend(at.saturating_sub(before) + 20)?;
        before = at;
        meter.rest().await;
        match event {
            Ok(Event::Start(tag)) => {
                let name = tag.local_name().as_ref().to_owned();
                if path.is_empty() {
                    has_root = name == "urlset" || name == "sitemapindex";
                }
                if !has_root {
                    return Err(damaged("it begins with something else"));
                }
                path.push(name);
                if path.len() > MAX_ELEMENT_DEPTH {
                    return Err(damaged("it is nested too deeply"));
                }
                address.clear();
            }
            Ok(Event::Text(text)) if is_location(&path) => push(&mut address, &text),
            Ok(Event::CData(text)) if is_location(&path) => push(&mut address, &text),
            Ok(Event::GeneralRef(entity)) if is_location(&path) => {
                let named = match entity.as_ref() {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => entity.resolve_char_ref().ok().flatten(),
                };
                // An entity that the file defines itself is no part of an address.
                let Some(letter) = named else {
                    return Err(damaged("it has entities of its own"));
                };
                address.push(letter);
            }
            Ok(Event::End(_)) => {
                if is_location(&path) && is_address(address.trim()) {
                    let is_page = path.first().is_some_and(|it| it == "urlset");
                    let list = if is_page { &mut found.pages } else { &mut found.sitemaps };
                    list.push(address.trim().to_owned());
                    if list.len() >= MAX_ADDRESSES {
                        return Ok(found);
                    }
                }
                path.pop();
                address.clear();
            }
            Ok(Event::Eof) if has_root => return Ok(found),
            Ok(Event::Eof) => return Err(damaged("it is empty")),
            Ok(_) => {}
            // What was read until here is of use.
            Err(_) if !found.pages.is_empty() || !found.sitemaps.is_empty() => return Ok(found),
            Err(why) => return Err(damaged(&why.to_string())),
        }
    }
}

fn push(address: &mut String, text: &str) {
    if address.len() + text.len() <= 2 * MAX_ADDRESS_BYTES {
        address.push_str(text);
    }
}

/// `loc` of an entry; not that of an image or a video in it.
fn is_location(path: &[String]) -> bool {
    matches!(path, [_, entry, last] if last == "loc" && (entry == "url" || entry == "sitemap"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write as _;

    const MAP: &str = "<?xml version='1.0' encoding='UTF-8'?>
        <urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'>
        <url><loc> https://example.com/a?x=1&amp;y=2 </loc><lastmod>2026-01-01</lastmod>
            <image:image><image:loc>https://example.com/a.png</image:loc></image:image></url>
        <url><loc><![CDATA[https://example.com/b]]></loc></url></urlset>";

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn pages_are_listed_packed_or_not() {
        let expected = ["https://example.com/a?x=1&y=2", "https://example.com/b"];
        assert_eq!(sitemap_at_once(MAP.as_bytes()).unwrap().pages, expected);
        assert_eq!(sitemap_at_once(&pack(MAP.as_bytes())).unwrap().pages, expected);
        let lines = "https://example.com/a\n\nhttps://example.com/b\n";
        assert_eq!(sitemap_at_once(lines.as_bytes()).unwrap().pages.len(), 2);
    }

    #[test]
    fn an_index_lists_sitemaps() {
        let index = "<sitemapindex><sitemap><loc>https://example.com/1.xml</loc></sitemap></sitemapindex>";
        let read = sitemap_at_once(index.as_bytes()).unwrap();
        assert_eq!(
            (read.pages.len(), read.sitemaps),
            (0, vec!["https://example.com/1.xml".to_owned()])
        );
    }

    #[test]
    fn bombs_are_refused() {
        let bomb = pack(&vec![b' '; 60 * 1024 * 1024]);
        assert!(bomb.len() < 100_000);
        assert_eq!(sitemap_at_once(&bomb).unwrap_err().reason, Reason::TooMuch);
        // Bytes that are no text take three times as much as text.
        let bytes = pack(&vec![0xff; 20 * 1024 * 1024]);
        assert_eq!(sitemap_at_once(&bytes).unwrap_err().reason, Reason::TooMuch);
        let bytes = pack(&vec![0xff; 9 * 1024 * 1024]);
        assert!(sitemap_at_once(&bytes).unwrap_err().message.contains("UTF-8"));
        let laughs = "<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>
            <urlset><url><loc>https://example.com/&b;</loc></url></urlset>";
        assert!(sitemap_at_once(laughs.as_bytes()).is_err());
        let deep = format!("<urlset>{}", "<url>".repeat(100_000));
        assert!(sitemap_at_once(deep.as_bytes()).is_err());
    }

    #[test]
    fn long_sitemaps_are_cut_and_other_files_refused() {
        let entry = "<url><loc>https://example.com/a</loc></url>";
        let long = format!("<urlset>{}</urlset>", entry.repeat(MAX_ADDRESSES + 10));
        assert_eq!(sitemap_at_once(long.as_bytes()).unwrap().pages.len(), MAX_ADDRESSES);
        let broken = format!("<urlset>{entry}<url><loc>https");
        assert_eq!(sitemap_at_once(broken.as_bytes()).unwrap().pages.len(), 1);
        for wrong in [
            "",
            "hello",
            "<html><body>x</body></html>",
            "<rss></rss>",
            "\u{1f}\u{8b}",
        ] {
            assert!(sitemap_at_once(wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert!(sitemap_at_once(b"\x1f\x8b\x08\x00garbage").is_err());
    }
}
