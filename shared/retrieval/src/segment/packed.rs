//! The packed parts of a passage in a draft.

use super::bytes::{Varints, push_varint};

/// The sentences of a passage: of each the number of its bytes, the length of its vector as f16, and its units.
#[derive(Default)]
pub(super) struct PackedSentences(Box<[u8]>);

impl PackedSentences {
    pub(super) fn pack<U: IntoIterator<Item = u32>>(sentences: impl IntoIterator<Item = (U, u16)>) -> Self {
        let (mut bytes, mut units_bytes) = (Vec::new(), Vec::new());
        for (units, norm) in sentences {
            units_bytes.clear();
            units.into_iter().for_each(|unit| push_varint(&mut units_bytes, unit));
            push_varint(&mut bytes, u32::try_from(units_bytes.len()).unwrap_or(u32::MAX));
            bytes.extend_from_slice(&norm.to_le_bytes());
            bytes.extend_from_slice(&units_bytes);
        }
        Self(bytes.into())
    }

    /// Returns the units of every sentence, and the length of its vector.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Varints<'_>, u16)> {
        let mut bytes = Varints(&self.0);
        std::iter::from_fn(move || {
            let length = bytes.next()?;
            let norm = u16::from_le_bytes(bytes.raw()?);
            Some((bytes.within(length as usize)?, norm))
        })
    }
}

/// The terms of a passage with their weighted frequencies, each once.
#[derive(Default)]
pub(super) struct PackedTerms(Box<[u8]>);

impl PackedTerms {
    pub(super) fn pack(mut terms: Vec<(u32, u8)>) -> Self {
        terms.sort_unstable();
        let mut bytes = Vec::new();
        let mut before = 0;
        for (term, frequency) in terms {
            push_varint(&mut bytes, term - before);
            bytes.push(frequency);
            before = term;
        }
        Self(bytes.into())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u8)> {
        let mut bytes = Varints(&self.0);
        let mut term = 0_u32;
        std::iter::from_fn(move || {
            term = term.checked_add(bytes.next()?)?;
            let [frequency] = bytes.raw()?;
            Some((term, frequency))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        let sentences = [(vec![3, 700, 0], 7), (vec![], 0), (vec![u32::MAX], u16::MAX)];
        let packed = PackedSentences::pack(sentences.clone());
        let back: Vec<_> = packed
            .iter()
            .map(|(units, norm)| (units.collect::<Vec<_>>(), norm))
            .collect();
        assert_eq!(back, sentences);
        let packed = PackedTerms::pack(vec![(900, 255), (2, 1), (3, 0)]);
        assert_eq!(packed.iter().collect::<Vec<_>>(), [(2, 1), (3, 0), (900, 255)]);
    }
}
