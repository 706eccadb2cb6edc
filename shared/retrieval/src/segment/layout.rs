//! The file: a header with the place and checksum of every section, then the sections in order.

use super::FormatError;

const MAGIC: &[u8; 8] = b"EDGESEG\n";
/// Raised with every change of the format; an unknown version is refused, and the documents are indexed anew.
const VERSION: u32 = 1;
/// The same with one section more, the graph, which few segments have.
const VERSION_WITH_GRAPH: u32 = 2;

/// What a section holds. The order is the order in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// Seven numbers: documents, passages, headings, units, terms, words of all passages, fingerprint of the model.
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
    /// For every term: the number of passages that hold it, then steps from passage to passage with weighted
    /// frequencies.
    Postings,
    /// For every heading path: its length as a vector (f16), how many of its parts repeat the title, its parts as
    /// codes.
    Headings,
    /// Five numbers a passage: document, index, heading path, tokens, weighted number of words.
    Passages,
    /// The codes of every passage.
    Texts,
    /// For every sentence of every passage: its number of bytes in the codes, and its length as a vector (f16).
    Sentences,
    /// 256 bytes a passage.
    Vectors,
    /// The factor of every vector (f32).
    Scales,
    /// The graphs over the vectors, one after the other, each after its length (u32). Only in files of version 2.
    Graph,
}

/// The sections of every file.
pub(super) const SECTIONS: [(Section, &str); 13] = [
    (Section::Counts, "counts"),
    (Section::Documents, "documents"),
    (Section::Units, "units"),
    (Section::UnitTerms, "unit terms"),
    (Section::UnitTokens, "unit tokens"),
    (Section::Terms, "terms"),
    (Section::Postings, "postings"),
    (Section::Headings, "headings"),
    (Section::Passages, "passages"),
    (Section::Texts, "texts"),
    (Section::Sentences, "sentences"),
    (Section::Vectors, "vectors"),
    (Section::Scales, "scales"),
];

const GRAPH: (Section, &str) = (Section::Graph, "graph");

/// Where each section starts and ends.
pub(super) struct Layout([(usize, usize); SECTIONS.len() + 1]);

impl Layout {
    /// Reads the header and checks every checksum.
    pub(super) fn read(file: &[u8]) -> Result<Self, FormatError> {
        let (magic, rest) = file.split_first_chunk::<8>().ok_or(FormatError::Magic)?;
        if magic != MAGIC {
            return Err(FormatError::Magic);
        }
        let (version, _) = rest.split_first_chunk().ok_or(FormatError::Length)?;
        let version = u32::from_le_bytes(*version);
        let sections = match version {
            VERSION => SECTIONS.len(),
            VERSION_WITH_GRAPH => SECTIONS.len() + 1,
            _ => return Err(FormatError::Version(version)),
        };
        let start = header_length(sections);
        let header = file.get(..start).ok_or(FormatError::Length)?;
        let (header, checksum) = header.split_last_chunk::<4>().ok_or(FormatError::Length)?;
        if crc32fast::hash(header) != u32::from_le_bytes(*checksum) {
            return Err(FormatError::Checksum("the header"));
        }
        let mut places = [(0, 0); SECTIONS.len() + 1];
        let mut start = start;
        let entries = header.get(12..).unwrap_or_default().as_chunks::<8>().0;
        let named = SECTIONS.into_iter().chain([GRAPH]);
        for ((place, entry), (_, name)) in places.iter_mut().zip(entries).zip(named) {
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

fn header_length(sections: usize) -> usize {
    8 + 4 + sections * 8 + 4
}

/// Puts a file together from the contents of its sections, in order, with or without a graph.
pub(super) fn write<S: AsRef<[u8]>>(sections: Vec<S>) -> Result<Vec<u8>, FormatError> {
    let version = if sections.len() > SECTIONS.len() {
        VERSION_WITH_GRAPH
    } else {
        VERSION
    };
    let length: usize = sections.iter().map(|section| section.as_ref().len()).sum();
    let mut file = Vec::with_capacity(header_length(sections.len()) + length);
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&version.to_le_bytes());
    for section in sections.iter().map(AsRef::as_ref) {
        let length = u32::try_from(section.len()).map_err(|_| FormatError::TooLarge)?;
        file.extend_from_slice(&length.to_le_bytes());
        file.extend_from_slice(&crc32fast::hash(section).to_le_bytes());
    }
    let checksum = crc32fast::hash(&file);
    file.extend_from_slice(&checksum.to_le_bytes());
    for section in sections {
        file.extend_from_slice(section.as_ref());
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_numbered_in_their_order() {
        for (number, (section, _)) in SECTIONS.iter().chain([&GRAPH]).enumerate() {
            assert_eq!(*section as usize, number);
        }
    }
}
