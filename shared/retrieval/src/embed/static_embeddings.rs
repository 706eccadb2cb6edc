//! The embedding table: safetensors with int8 rows and one f16 scale a row, used in place.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;

use super::{DIMENSIONS, ModelError, Query, Vector, dot};

pub(super) struct StaticEmbeddings {
    bytes: Arc<[u8]>,
    embeddings: usize,
    scales: Vec<f32>,
    fingerprint: u32,
}

#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: [usize; 2],
}

impl StaticEmbeddings {
    pub(super) fn read(bytes: Arc<[u8]>) -> Result<Self, ModelError> {
        let length = bytes
            .first_chunk::<8>()
            .ok_or(ModelError::Table("too short for a header"))?;
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let start = length
            .checked_add(8)
            .ok_or(ModelError::Table("header longer than the file"))?;
        let header = bytes
            .get(8..start)
            .ok_or(ModelError::Table("header longer than the file"))?;
        let mut header: HashMap<String, serde_json::Value> =
            serde_json::from_slice(header).map_err(|_| ModelError::Table("header is not JSON"))?;
        let mut tensor = |name, dtype, width: usize| {
            let value = header.remove(name).ok_or(ModelError::Table("a tensor is missing"))?;
            let tensor: Tensor =
                serde_json::from_value(value).map_err(|_| ModelError::Table("a tensor is malformed"))?;
            let [from, to] = tensor.data_offsets;
            let rows = tensor.shape.first().copied().unwrap_or(0);
            let data = start
                .checked_add(from)
                .zip(start.checked_add(to))
                .and_then(|(from, to)| bytes.get(from..to));
            let data = data.ok_or(ModelError::Table("a tensor lies outside the file"))?;
            if tensor.dtype != dtype || rows.checked_mul(width) != Some(data.len()) {
                return Err(ModelError::Table("a tensor has another type or shape"));
            }
            Ok((rows, start + from, data))
        };
        let (rows, embeddings, _) = tensor("embeddings", "I8", DIMENSIONS)?;
        let (scale_rows, _, scales) = tensor("scales", "F16", 2)?;
        if rows != scale_rows {
            return Err(ModelError::Table("as many scales as rows are needed"));
        }
        let scales = scales
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| half_to_f32(u16::from_le_bytes(*pair)))
            .collect();
        // The scales differ between any two trained tables; hashing them alone keeps a cold start short.
        let fingerprint = crc32fast::hash(bytes.get(bytes.len().saturating_sub(rows * 2)..).unwrap_or_default());
        Ok(Self {
            bytes: Arc::clone(&bytes),
            embeddings,
            scales,
            fingerprint,
        })
    }

    pub(super) fn rows(&self) -> usize {
        self.scales.len()
    }

    pub(super) fn fingerprint(&self) -> u32 {
        self.fingerprint
    }

    fn row(&self, token: u16) -> Option<(&[u8; DIMENSIONS], f32)> {
        let index = usize::from(token);
        let scale = *self.scales.get(index)?;
        let row = self.bytes.get(self.embeddings + index * DIMENSIONS..)?.first_chunk()?;
        Some((row, scale))
    }

    pub(super) fn add(&self, token: u16, weight: f32, sum: &mut Vector) {
        if let Some((row, scale)) = self.row(token) {
            for (to, from) in sum.0.iter_mut().zip(row) {
                *to += f32::from(from.cast_signed()) * (scale * weight);
            }
        }
    }

    pub(super) fn dot(&self, query: &Query, token: u16) -> f32 {
        self.row(token).map_or(0.0, |(row, scale)| {
            dot(&query.components, row) as f32 * query.scale * scale
        })
    }
}

/// Returns the number that IEEE half precision bits stand for.
pub(crate) fn half_to_f32(half: u16) -> f32 {
    let sign = if half & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from((half >> 10) & 0x1F);
    let fraction = f32::from(half & 0x3FF) / 1024.0;
    match exponent {
        0 => sign * fraction * 2.0_f32.powi(-14),
        31 => sign * if fraction == 0.0 { f32::INFINITY } else { f32::NAN },
        _ => sign * (1.0 + fraction) * 2.0_f32.powi(exponent - 15),
    }
}

/// Returns the nearest half precision bits of a number that is not negative and below 65,504.
pub(crate) fn half_from_f32(value: f32) -> u16 {
    let value = if value.is_nan() {
        0.0
    } else {
        value.clamp(0.0, 65_504.0)
    };
    if value < 2.0_f32.powi(-14) {
        return (value * 2.0_f32.powi(24)).round() as u16;
    }
    // Rounds the 23-bit fraction to 10 bits; a carry moves into the exponent, as it should.
    let bits = value.to_bits() + 0x1000;
    (((bits >> 23) - 112) << 10 | (bits >> 13) & 0x3FF) as u16
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn file(header: &str, data: &[u8]) -> Arc<[u8]> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(data);
        bytes.into()
    }

    const HEADER: &str = r#"{"embeddings":{"dtype":"I8","shape":[1,256],"data_offsets":[0,256]},
        "scales":{"dtype":"F16","shape":[1],"data_offsets":[256,258]}}"#;

    #[test]
    fn a_table_of_one_row_is_read() {
        let mut data = vec![2_u8; 256];
        data.extend_from_slice(&half_from_f32(0.5).to_le_bytes());
        let table = StaticEmbeddings::read(file(HEADER, &data)).unwrap();
        let mut sum = Vector::ZERO;
        table.add(0, 2.0, &mut sum);
        assert_eq!(sum.0, [2.0; DIMENSIONS]);
        table.add(1, 1.0, &mut sum);
        assert_eq!(sum.0, [2.0; DIMENSIONS], "an unknown token adds nothing");
    }

    #[test]
    fn a_broken_table_is_an_error() {
        let data = vec![0_u8; 258];
        for cut in 0..8 + HEADER.len() + 258 {
            let whole = file(HEADER, &data);
            assert!(
                StaticEmbeddings::read(Arc::from(&whole[..cut])).is_err(),
                "cut at {cut}"
            );
        }
        assert!(StaticEmbeddings::read(file(&HEADER.replace("I8", "I4"), &data)).is_err());
        assert!(StaticEmbeddings::read(file(&HEADER.replace("[0,256]", "[0,18446744073709551615]"), &data)).is_err());
        assert!(StaticEmbeddings::read(Arc::from(&u64::MAX.to_le_bytes()[..])).is_err());
    }

    #[test]
    fn half_precision_goes_there_and_back() {
        for bits in 0..0x7C00_u16 {
            assert_eq!(half_from_f32(half_to_f32(bits)), bits);
        }
        assert_eq!(half_to_f32(0xC000), -2.0);
        assert_eq!(half_from_f32(1e9), half_from_f32(65_504.0));
    }
}
