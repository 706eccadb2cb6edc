//! Reading and writing of numbers, texts and lists in a section; reading never goes outside the bytes.

use super::FormatError;

pub(super) fn push_varint(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Returns how many bytes a number takes.
pub(super) fn varint_length(value: u32) -> usize {
    (32 - (value | 1).leading_zeros()).div_ceil(7) as usize
}

pub(super) fn u32_at(bytes: &[u8], index: usize) -> Option<u32> {
    let start = index.checked_mul(4)?;
    bytes.get(start..)?.first_chunk().map(|four| u32::from_le_bytes(*four))
}

/// Reads numbers of seven bits a byte, least significant first. Ends at the end of the bytes or at a malformed number.
#[derive(Debug, Clone)]
pub(crate) struct Varints<'a>(pub(crate) &'a [u8]);

impl<'a> Varints<'a> {
    /// Returns the next bytes as they are.
    pub(crate) fn raw<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (raw, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*raw)
    }

    /// Returns the numbers within the next `length` bytes, and goes on after them.
    pub(crate) fn within(&mut self, length: usize) -> Option<Varints<'a>> {
        let (inner, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(Varints(inner))
    }
}

impl Iterator for Varints<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        if first < 0x80 {
            return Some(u32::from(first));
        }
        let mut value = u32::from(first & 0x7F);
        for shift in [7, 14, 21, 28] {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u32::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

/// Runs of bytes one after another, found by their offsets: `count + 1` offsets, then the bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lists {
    /// Where the section starts in the file.
    start: usize,
    count: usize,
    end: usize,
}

impl Lists {
    pub(super) fn read(file: &[u8], start: usize, end: usize, count: usize) -> Result<Self, FormatError> {
        let section = file.get(start..end).ok_or(FormatError::Length)?;
        let table = count
            .checked_add(1)
            .and_then(|n| n.checked_mul(4))
            .ok_or(FormatError::Length)?;
        let offsets = section
            .get(..table)
            .ok_or(FormatError::Malformed("offsets are missing"))?;
        let mut before = 0;
        for offset in offsets.as_chunks::<4>().0 {
            let offset = u32::from_le_bytes(*offset);
            if offset < before {
                return Err(FormatError::Malformed("offsets go backwards"));
            }
            before = offset;
        }
        if before as usize != section.len() - table {
            return Err(FormatError::Malformed("offsets do not fit their section"));
        }
        Ok(Self { start, count, end })
    }

    pub(super) fn get<'a>(&self, file: &'a [u8], index: usize) -> &'a [u8] {
        if index >= self.count {
            return &[];
        }
        let section = file.get(self.start..self.end).unwrap_or_default();
        let (Some(from), Some(to)) = (u32_at(section, index), u32_at(section, index + 1)) else {
            return &[];
        };
        let bytes = section.get((self.count + 1) * 4..).unwrap_or_default();
        bytes.get(from as usize..to as usize).unwrap_or_default()
    }

    pub(super) fn iter<'a>(&self, file: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let section = file.get(self.start..self.end).unwrap_or_default();
        let (offsets, bytes) = section.split_at_checked((self.count + 1) * 4).unwrap_or_default();
        offsets.as_chunks::<4>().0.windows(2).map(|pair| match pair {
            [from, to] => {
                let range = u32::from_le_bytes(*from) as usize..u32::from_le_bytes(*to) as usize;
                bytes.get(range).unwrap_or_default()
            }
            _ => &[],
        })
    }

    pub(super) fn text<'a>(&self, file: &'a [u8], index: usize) -> &'a str {
        std::str::from_utf8(self.get(file, index)).unwrap_or_default()
    }
}

/// Writes [`Lists`].
#[derive(Default)]
pub(super) struct ListsWriter {
    offsets: Vec<u32>,
    bytes: Vec<u8>,
}

impl ListsWriter {
    pub(super) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), FormatError> {
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        write(&mut self.bytes);
        self.offsets
            .push(u32::try_from(self.bytes.len()).map_err(|_| FormatError::TooLarge)?);
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>, FormatError> {
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        // The offsets go before the bytes without a second copy of them.
        let (table, length) = (self.offsets.len() * 4, self.bytes.len());
        self.bytes.reserve_exact(table);
        self.bytes.resize(length + table, 0);
        self.bytes.copy_within(..length, table);
        for (place, offset) in self.bytes.as_chunks_mut::<4>().0.iter_mut().zip(self.offsets) {
            *place = offset.to_le_bytes();
        }
        Ok(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_go_there_and_back() {
        let numbers = [0, 1, 127, 128, 16_383, 16_384, u32::MAX];
        let mut bytes = Vec::new();
        for number in numbers {
            let before = bytes.len();
            push_varint(&mut bytes, number);
            assert_eq!(bytes.len() - before, varint_length(number));
        }
        assert_eq!(Varints(&bytes).collect::<Vec<_>>(), numbers);
        assert_eq!(Varints(&[0x80, 0x80]).next(), None);
        assert_eq!(Varints(&[0xFF; 9]).next(), None);
    }

    #[test]
    fn lists_go_there_and_back() {
        let mut writer = ListsWriter::default();
        for text in ["one", "", "three"] {
            writer.push(|bytes| bytes.extend_from_slice(text.as_bytes())).unwrap();
        }
        let bytes = writer.finish().unwrap();
        let lists = Lists::read(&bytes, 0, bytes.len(), 3).unwrap();
        assert_eq!([0, 1, 2, 3].map(|at| lists.text(&bytes, at)), ["one", "", "three", ""]);
        assert!(Lists::read(&bytes, 0, bytes.len(), usize::MAX).is_err());
        assert!(Lists::read(&bytes, 0, bytes.len() - 1, 3).is_err());
    }
}
