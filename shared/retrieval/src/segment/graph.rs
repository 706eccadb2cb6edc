//! The graph section: graphs over the vectors, each over some of the passages, added one by one.

use super::layout::{Layout, SECTIONS, Section, write};
use super::{FormatError, Segment, Varints};

/// Links of a point in the lowest layer of a graph, and in those above.
pub(crate) const LINKS: usize = 64;
pub(crate) const UPPER_LINKS: usize = 32;

const MALFORMED: FormatError = FormatError::Malformed("a graph leads nowhere");

impl Segment {
    /// Returns the file again with one more graph, which links passages that none has linked so far.
    pub(crate) fn with_graph_part(&self, part: &[u8]) -> Result<Vec<u8>, FormatError> {
        let file = self.bytes();
        let layout = Layout::read(file)?;
        let bytes = |section| {
            let (start, end) = layout.place(section);
            file.get(start..end).unwrap_or_default()
        };
        let mut graph = bytes(Section::Graph).to_vec();
        let length = u32::try_from(part.len()).map_err(|_| FormatError::TooLarge)?;
        graph.extend_from_slice(&length.to_le_bytes());
        graph.extend_from_slice(part);
        let mut sections: Vec<&[u8]> = SECTIONS.iter().map(|(section, _)| bytes(*section)).collect();
        sections.push(&graph);
        write(sections)
    }
}

/// Returns the graphs of a section, as far as their lengths fit.
pub(super) fn parts(section: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = section;
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk()?;
        let (part, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        rest = after;
        Some(part)
    })
}

/// Checks that a section holds graphs over the first passages, whose links lead nowhere else; returns how many they
/// link. The library that searches them trusts the links.
pub(super) fn check(section: &[u8], passages: usize) -> Result<usize, FormatError> {
    let mut linked = 0;
    let mut length = 0;
    for part in parts(section) {
        linked += check_part(part, linked, passages)?;
        length += 4 + part.len();
    }
    if length == section.len() && linked <= passages {
        Ok(linked)
    } else {
        Err(MALFORMED)
    }
}

fn check_part(part: &[u8], first: usize, passages: usize) -> Result<usize, FormatError> {
    let mut numbers = Varints(part);
    let _width = next(&mut numbers)?;
    let points = next(&mut numbers)?;
    let end = first.checked_add(points).filter(|end| points > 0 && *end <= passages);
    let end = end.ok_or(MALFORMED)?;
    for _ in 0..points {
        if !(first..end).contains(&next(&mut numbers)?) {
            return Err(MALFORMED);
        }
    }
    if next(&mut numbers)? != points {
        return Err(MALFORMED);
    }
    check_links(&mut numbers, points, LINKS)?;
    let mut below = points;
    for _ in 0..next(&mut numbers)? {
        let layer = next(&mut numbers)?;
        if layer == 0 || layer > below {
            return Err(MALFORMED);
        }
        check_links(&mut numbers, layer, UPPER_LINKS)?;
        below = layer;
    }
    if numbers.0.is_empty() {
        Ok(points)
    } else {
        Err(MALFORMED)
    }
}

fn check_links(numbers: &mut Varints<'_>, points: usize, links: usize) -> Result<(), FormatError> {
    for _ in 0..points * links {
        let link = numbers.next().ok_or(MALFORMED)?;
        // An empty place is written as the largest number.
        if link as usize >= points && link != u32::MAX {
            return Err(MALFORMED);
        }
    }
    Ok(())
}

fn next(numbers: &mut Varints<'_>) -> Result<usize, FormatError> {
    numbers.next().map(|number| number as usize).ok_or(MALFORMED)
}
