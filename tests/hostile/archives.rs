//! Archives that say they are documents.
use super::End::{Any, Refused};
use super::Maker;

pub(super) const ALL: &[Maker] = &[
    ("bomb.docx", Refused, || document(&paragraph(&"a".repeat(60_000_000)))),
    ("lying-size.docx", Refused, lying_size),
    ("many-entries.docx", Refused, many_entries),
    ("overlapping.docx", Any, overlapping),
    ("within-itself.docx", Refused, within_itself),
    ("truncated.docx", Refused, || {
        let whole = document(&paragraph("text"));
        whole[..whole.len() / 2].to_vec()
    }),
    ("billion-laughs.docx", Refused, || {
        let mut entities = "<!ENTITY a0 \"lol\">".to_owned();
        for level in 1..12 {
            entities += &format!("<!ENTITY a{level} \"{}\">", format!("&a{};", level - 1).repeat(10));
        }
        document(&format!("<!DOCTYPE d [{entities}]>{}", paragraph("&a11;")))
    }),
    ("external-entity.docx", Refused, || {
        let entity = "<!DOCTYPE d [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>";
        document(&format!("{entity}{}", paragraph("&e;")))
    }),
    ("attributes.docx", Any, || {
        let attributes: String = (0..100_000).map(|it| format!(" a{it}=\"\"")).collect();
        document(&format!(
            "<w:document><w:body><w:p{attributes}><w:r><w:t>text</w:t></w:r></w:p></w:body></w:document>"
        ))
    }),
    ("namespaces.docx", Any, || {
        let names: String = (0..100_000).map(|it| format!(" xmlns:n{it}=\"urn:{it}\"")).collect();
        document(&format!(
            "<w:document{names}><w:body><w:p><w:r><w:t>text</w:t></w:r></w:p></w:body></w:document>"
        ))
    }),
    ("deep.docx", Refused, || document(&"<w:tbl>".repeat(100_000))),
    ("many-paragraphs.docx", Any, || {
        let paragraphs: String = (0..300_000_u64)
            .map(|number| {
                format!(
                    "<w:p><w:r><w:t>{:x}</w:t></w:r></w:p>",
                    number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
                )
            })
            .collect();
        document(&format!("<w:document><w:body>{paragraphs}</w:body></w:document>"))
    }),
];

fn paragraph(text: &str) -> String {
    format!("<w:document><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>")
}

fn document(xml: &str) -> Vec<u8> {
    let packed = miniz_oxide::deflate::compress_to_vec(xml.as_bytes(), 6);
    archive(&[("word/document.xml", &packed, xml.len())])
}

/// Says that it unpacks to ten bytes.
fn lying_size() -> Vec<u8> {
    let xml = paragraph(&"a".repeat(60_000_000));
    let packed = miniz_oxide::deflate::compress_to_vec(xml.as_bytes(), 6);
    archive(&[("word/document.xml", &packed, 10)])
}

fn many_entries() -> Vec<u8> {
    let packed = miniz_oxide::deflate::compress_to_vec(b"x", 6);
    let names: Vec<String> = (0..10_000).map(|it| format!("word/part{it}.xml")).collect();
    let mut entries: Vec<(&str, &[u8], usize)> = names.iter().map(|it| (it.as_str(), packed.as_slice(), 1)).collect();
    entries.insert(0, ("word/document.xml", &packed, 1));
    archive(&entries)
}

/// All parts are the same bytes.
fn overlapping() -> Vec<u8> {
    let xml = paragraph(&"text ".repeat(100_000));
    let packed = miniz_oxide::deflate::compress_to_vec(xml.as_bytes(), 6);
    let mut bytes = Vec::new();
    local(&mut bytes, "word/document.xml", &packed, xml.len());
    let names = [
        "word/document.xml",
        "word/styles.xml",
        "word/numbering.xml",
        "word/footnotes.xml",
        "docProps/core.xml",
    ];
    let entries: Vec<_> = names
        .iter()
        .map(|it| (*it, sum(&packed), packed.len(), xml.len(), 0))
        .collect();
    directory(bytes, &entries)
}

fn within_itself() -> Vec<u8> {
    let mut inner = document(&paragraph("text"));
    for _ in 0..50 {
        let packed = miniz_oxide::deflate::compress_to_vec(&inner, 6);
        inner = archive(&[("word/document.xml", &packed, inner.len())]);
    }
    inner
}

/// The checksum of what bytes unpack to.
fn sum(packed: &[u8]) -> u32 {
    miniz_oxide::inflate::decompress_to_vec(packed).map_or(0, |it| crc32fast::hash(&it))
}

fn archive(entries: &[(&str, &[u8], usize)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut listed = Vec::new();
    for (name, packed, length) in entries {
        listed.push((*name, sum(packed), packed.len(), *length, bytes.len()));
        local(&mut bytes, name, packed, *length);
    }
    directory(bytes, &listed)
}

fn local(bytes: &mut Vec<u8>, name: &str, packed: &[u8], length: usize) {
    bytes.extend(b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0");
    facts(bytes, sum(packed), packed.len(), length, name);
    bytes.extend(name.as_bytes());
    bytes.extend(packed);
}

fn facts(bytes: &mut Vec<u8>, sum: u32, packed: usize, length: usize, name: &str) {
    for number in [sum, packed as u32, length as u32] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend((name.len() as u16).to_le_bytes());
    bytes.extend([0; 2]);
}

fn directory(mut bytes: Vec<u8>, entries: &[(&str, u32, usize, usize, usize)]) -> Vec<u8> {
    let begin = bytes.len();
    for (name, sum, packed, length, at) in entries {
        bytes.extend(b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0");
        facts(&mut bytes, *sum, *packed, *length, name);
        bytes.extend([0; 10]);
        bytes.extend((*at as u32).to_le_bytes());
        bytes.extend(name.as_bytes());
    }
    let length = bytes.len() - begin;
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(
        [
            (entries.len() as u16).to_le_bytes(),
            (entries.len() as u16).to_le_bytes(),
        ]
        .concat(),
    );
    bytes.extend([(length as u32).to_le_bytes(), (begin as u32).to_le_bytes()].concat());
    bytes.extend([0; 2]);
    bytes
}
