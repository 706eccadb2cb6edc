//! Merges layers as their segments are merged, so that nothing is embedded twice.

use super::{Layer, LayerBuilder};
use crate::segment::{FormatError, Segment};

/// Returns the layer of the segment that [`crate::merge`] makes of the same segments and documents; none when it would
/// be nothing but holes. A layer whose dimensions differ from the first one's leaves holes.
///
/// # Errors
/// When it would be too large.
pub fn merge(
    sources: &[(&Segment, Option<&Layer>)],
    keep: impl Fn(&str, usize) -> bool,
) -> Result<Option<Vec<u8>>, FormatError> {
    let Some(dimensions) = sources.iter().find_map(|it| it.1).map(Layer::dimensions) else {
        return Ok(None);
    };
    // The old place of every kept passage.
    let mut kept = Vec::new();
    for (number, (segment, _)) in sources.iter().enumerate() {
        let documents: Vec<bool> = segment.document_ids().map(|id| keep(id, number)).collect();
        let is_kept = |row: &usize| documents.get(segment.passage(*row).document as usize) == Some(&true);
        kept.extend((0..segment.len()).filter(is_kept).map(|row| (number, row)));
    }
    let mut builder = LayerBuilder::new(dimensions, kept.len());
    let mut is_hollow = true;
    for (passage, (number, row)) in kept.into_iter().enumerate() {
        let layer = sources.get(number).and_then(|it| it.1);
        let Some(layer) = layer.filter(|it| it.dimensions == dimensions) else {
            continue;
        };
        let scale = layer.scale(row);
        if scale > 0.0 {
            is_hollow &= !builder.copy(passage, scale, layer.row(row));
        }
    }
    if is_hollow {
        Ok(None)
    } else {
        builder.finish().map(Some)
    }
}
