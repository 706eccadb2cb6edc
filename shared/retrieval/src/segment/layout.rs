//! The file: a header with the place and checksum of every section, then the sections in order.

use super::FormatError;

const MAGIC: &[u8; 8] = b"EDGESEG\n";
/// Raised with every change of the format; another version is refused, and the documents are indexed anew.
const VERSION: u32 = 1;

/// What a section holds. The order is the order in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// Seven numbers: documents, chunks, headings, units, terms, words of all chunks, fingerprint of the model.
    Counts,
    /// Five texts a document: id, collection, title, address, language.
    Documents,
    /// The text of every unit.
    Units,
    /// The term of every unit, or `u32::MAX`.
    UnitTerms,
    /// The tokens of every unit, 16 bits each.
    UnitTokens,
    /// The terms in byte order.
    Terms,
    /// For every term: the number of chunks that hold it, then steps from chunk to chunk with weighted frequencies.
    Postings,
    /// For every heading path: its length as a vector (f16), how many of its parts repeat the title, its parts as codes.
    Headings,
    /// Five numbers a chunk: document, index, heading path, tokens, weighted number of words.
    Chunks,
    /// The codes of every chunk.
    Texts,
    /// For every sentence of every chunk: its number of bytes in the codes, and its length as a vector (f16).
    Sentences,
    /// 256 bytes a chunk.
    Vectors,
    /// The factor of every vector (f32).
    Scales,
}

const SECTIONS: [(Section, &str); 13] = [
    (Section::Counts, "counts"),
    (Section::Documents, "documents"),
    (Section::Units, "units"),
    (Section::UnitTerms, "unit terms"),
    (Section::UnitTokens, "unit tokens"),
    (Section::Terms, "terms"),
    (Section::Postings, "postings"),
    (Section::Headings, "headings"),
    (Section::Chunks, "chunks"),
    (Section::Texts, "texts"),
    (Section::Sentences, "sentences"),
    (Section::Vectors, "vectors"),
    (Section::Scales, "scales"),
];

const HEADER: usize = 8 + 4 + SECTIONS.len() * 8 + 4;

/// Where each section starts and ends.
pub(super) struct Layout([(usize, usize); SECTIONS.len()]);

impl Layout {
    /// Reads the header and checks every checksum.
    pub(super) fn read(file: &[u8]) -> Result<Self, FormatError> {
        let (magic, rest) = file.split_first_chunk::<8>().ok_or(FormatError::Magic)?;
        if magic != MAGIC {
            return Err(FormatError::Magic);
        }
        let (version, _) = rest.split_first_chunk().ok_or(FormatError::Length)?;
        let version = u32::from_le_bytes(*version);
        if version != VERSION {
            return Err(FormatError::Version(version));
        }
        let header = file.get(..HEADER).ok_or(FormatError::Length)?;
        let (header, checksum) = header.split_last_chunk::<4>().ok_or(FormatError::Length)?;
        if crc32fast::hash(header) != u32::from_le_bytes(*checksum) {
            return Err(FormatError::Checksum("the header"));
        }
        let mut places = [(0, 0); SECTIONS.len()];
        let mut start = HEADER;
        let entries = header.get(12..).unwrap_or_default().as_chunks::<8>().0;
        for ((place, entry), (_, name)) in places.iter_mut().zip(entries).zip(SECTIONS) {
            let [a, b, c, d, checksum @ ..] = *entry;
            let length = u32::from_le_bytes([a, b, c, d]) as usize;
            let end = start.checked_add(length).ok_or(FormatError::Length)?;
            let section = file.get(start..end).ok_or(FormatError::Length)?;
            if crc32fast::hash(section) != u32::from_le_bytes(checksum) {
                return Err(FormatError::Checksum(name));
            }
            *place = (start, end);
            start = end;
        }
        if start != file.len() {
            return Err(FormatError::Length);
        }
        Ok(Self(places))
    }

    /// Returns where a section starts and ends.
    pub(super) fn place(&self, section: Section) -> (usize, usize) {
        self.0.get(section as usize).copied().unwrap_or_default()
    }
}

/// Puts a file together; `section` is asked for each section in order.
pub(super) fn write(mut section: impl FnMut(Section) -> Result<Vec<u8>, FormatError>) -> Result<Vec<u8>, FormatError> {
    let mut header = MAGIC.to_vec();
    header.extend_from_slice(&VERSION.to_le_bytes());
    let mut body = Vec::new();
    for (kind, _) in SECTIONS {
        let bytes = section(kind)?;
        let length = u32::try_from(bytes.len()).map_err(|_| FormatError::TooLarge)?;
        header.extend_from_slice(&length.to_le_bytes());
        header.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        body.extend_from_slice(&bytes);
    }
    let checksum = crc32fast::hash(&header);
    header.extend_from_slice(&checksum.to_le_bytes());
    header.append(&mut body);
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_numbered_in_their_order() {
        for (number, (section, _)) in SECTIONS.iter().enumerate() {
            assert_eq!(*section as usize, number);
        }
    }
}
