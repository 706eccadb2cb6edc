//! Sitemaps (sitemaps.org), packed or not, or one address a line.
use crate::{Reason, Refusal, Sitemap};
use flate2::read::GzDecoder;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::io::Read as _;

/// How much is read of a sitemap, in bytes: the protocol's limit.
const LARGEST: u64 = 50 * 1024 * 1024;
/// How many addresses of it are taken: the protocol's limit.
const MOST: usize = 50_000;
/// The deepest element. The protocol has three levels, its extensions a few more.
const DEEPEST: usize = 32;
/// The longest address.
const LONGEST: usize = 2_048;

/// Reads a sitemap.
///
/// # Errors
/// When it is none, or larger than any may be.
pub fn sitemap(bytes: &[u8]) -> Result<Sitemap, Refusal> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = Vec::new();
        let unpacking = GzDecoder::new(bytes).take(LARGEST + 1).read_to_end(&mut unpacked);
        unpacking.map_err(|_| damaged("it cannot be unpacked"))?;
        if u64::try_from(unpacked.len()).unwrap_or(u64::MAX) > LARGEST {
            return Err(Refusal::new(Reason::TooMuch, "the sitemap is larger than 50 MB"));
        }
        return read(&unpacked);
    }
    read(bytes)
}

fn damaged(why: &str) -> Refusal {
    Refusal::new(Reason::Damaged, format!("the sitemap is damaged: {why}"))
}

fn read(bytes: &[u8]) -> Result<Sitemap, Refusal> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with("http://") || text.starts_with("https://") {
        let pages = text.lines().map(str::trim).filter(|it| is_address(it));
        return Ok(Sitemap {
            pages: pages.take(MOST).map(str::to_owned).collect(),
            sitemaps: vec![],
        });
    }
    xml(text)
}

fn is_address(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST
}

fn xml(text: &str) -> Result<Sitemap, Refusal> {
    let mut reader = Reader::from_str(text);
    let mut found = Sitemap::default();
    let mut path: Vec<String> = Vec::new();
    let mut address = String::new();
    let mut has_root = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                let name = tag.local_name().as_ref().to_owned();
                if path.is_empty() {
                    has_root = name == "urlset" || name == "sitemapindex";
                }
                if !has_root {
                    return Err(damaged("it begins with something else"));
                }
                path.push(name);
                if path.len() > DEEPEST {
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
                    if list.len() >= MOST {
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
    if address.len() + text.len() <= 2 * LONGEST {
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
        assert_eq!(sitemap(MAP.as_bytes()).unwrap().pages, expected);
        assert_eq!(sitemap(&pack(MAP.as_bytes())).unwrap().pages, expected);
        let lines = "https://example.com/a\n\nhttps://example.com/b\n";
        assert_eq!(sitemap(lines.as_bytes()).unwrap().pages.len(), 2);
    }

    #[test]
    fn an_index_lists_sitemaps() {
        let index = "<sitemapindex><sitemap><loc>https://example.com/1.xml</loc></sitemap></sitemapindex>";
        let read = sitemap(index.as_bytes()).unwrap();
        assert_eq!(
            (read.pages.len(), read.sitemaps),
            (0, vec!["https://example.com/1.xml".to_owned()])
        );
    }

    #[test]
    fn bombs_are_refused() {
        let bomb = pack(&vec![b' '; 60 * 1024 * 1024]);
        assert!(bomb.len() < 100_000);
        assert_eq!(sitemap(&bomb).unwrap_err().reason, Reason::TooMuch);
        let laughs = "<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>
            <urlset><url><loc>https://example.com/&b;</loc></url></urlset>";
        assert!(sitemap(laughs.as_bytes()).is_err());
        let deep = format!("<urlset>{}", "<url>".repeat(100_000));
        assert!(sitemap(deep.as_bytes()).is_err());
    }

    #[test]
    fn a_list_that_is_too_long_is_cut_and_what_is_no_list_is_refused() {
        let entry = "<url><loc>https://example.com/a</loc></url>";
        let long = format!("<urlset>{}</urlset>", entry.repeat(MOST + 10));
        assert_eq!(sitemap(long.as_bytes()).unwrap().pages.len(), MOST);
        let broken = format!("<urlset>{entry}<url><loc>https");
        assert_eq!(sitemap(broken.as_bytes()).unwrap().pages.len(), 1);
        for wrong in [
            "",
            "hello",
            "<html><body>x</body></html>",
            "<rss></rss>",
            "\u{1f}\u{8b}",
        ] {
            assert!(sitemap(wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert!(sitemap(b"\x1f\x8b\x08\x00garbage").is_err());
    }
}
