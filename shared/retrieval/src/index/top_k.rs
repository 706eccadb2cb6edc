//! Keeps the k highest scores.

/// The highest scores seen, with their numbers; of equal scores the lower number.
pub(crate) struct TopK {
    size: usize,
    /// Unordered until it is asked for; at most twice the size.
    kept: Vec<(f32, u32)>,
    /// A score must exceed this to be kept.
    floor: f32,
}

impl TopK {
    pub(crate) fn new(size: usize) -> Self {
        Self {
            size: size.max(1),
            kept: Vec::with_capacity(2 * size),
            floor: f32::NEG_INFINITY,
        }
    }

    /// Returns whether a score would be kept.
    #[inline]
    pub(crate) fn admits(&self, score: f32) -> bool {
        score > self.floor
    }

    #[inline]
    pub(crate) fn push(&mut self, score: f32, number: u32) {
        if score > self.floor {
            self.kept.push((score, number));
            if self.kept.len() >= 2 * self.size {
                self.shrink();
            }
        }
    }

    fn shrink(&mut self) {
        let order = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        self.kept.select_nth_unstable_by(self.size - 1, order);
        self.kept.truncate(self.size);
        self.floor = self
            .kept
            .iter()
            .fold(f32::INFINITY, |floor, (score, _)| floor.min(*score));
    }

    /// Returns the best, highest first.
    pub(crate) fn into_sorted(mut self) -> Vec<(f32, u32)> {
        self.kept
            .sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        self.kept.truncate(self.size);
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_kept_in_order() {
        let mut top = TopK::new(3);
        for (number, score) in [0.1, 0.9, 0.5, 0.9, 0.2, 0.7, 0.05, 0.6].into_iter().enumerate() {
            top.push(score, number as u32);
        }
        assert_eq!(top.into_sorted(), [(0.9, 1), (0.9, 3), (0.7, 5)]);
    }

    #[test]
    fn few_are_all_kept() {
        let mut top = TopK::new(10);
        top.push(0.0, 4);
        assert_eq!(top.into_sorted(), [(0.0, 4)]);
    }
}
