//! The three forms of a vector: f32, int8 as stored, int16 as asked.

/// Number of dimensions of the embedding.
pub const DIMENSIONS: usize = 256;

/// A vector in f32; of length 1 unless it is zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector(pub [f32; DIMENSIONS]);

/// A vector as stored: int8 components and the factor that restores them.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantized {
    pub components: [i8; DIMENSIONS],
    pub scale: f32,
}

/// A question's vector in int16: finer than the stored vectors, and still exact in 32-bit sums.
#[derive(Debug, Clone)]
pub struct Query {
    pub components: [i16; DIMENSIONS],
    pub scale: f32,
}

impl Vector {
    pub(crate) const ZERO: Self = Self([0.0; DIMENSIONS]);

    pub(crate) fn length(&self) -> f32 {
        self.0.iter().map(|x| x * x).sum::<f32>().sqrt()
    }

    pub(crate) fn normalized(mut self) -> Self {
        let length = self.length();
        if length > 0.0 {
            for x in &mut self.0 {
                *x /= length;
            }
        }
        self
    }

    /// Returns the cosine of the angle between two vectors of length 1.
    pub fn cosine(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }

    /// Returns the int8 form.
    pub fn quantized(&self) -> Quantized {
        let largest = self.0.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
        let scale = largest / 127.0;
        let mut components = [0; DIMENSIONS];
        if scale > 0.0 {
            for (to, from) in components.iter_mut().zip(&self.0) {
                *to = (from / scale).round() as i8;
            }
        }
        Quantized { components, scale }
    }

    /// Returns the int16 form. At most 2^14 a component, so that the sum of 256 products with int8 fits in 32 bits:
    /// the vector's length is at most 2^14 and a stored row's at most 127 * 16.
    pub fn query(&self) -> Query {
        let scale = 1.0 / 16384.0;
        let mut components = [0; DIMENSIONS];
        for (to, from) in components.iter_mut().zip(&self.0) {
            *to = (from / scale).round() as i16;
        }
        Query { components, scale }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantizing_keeps_the_direction() {
        let mut vector = Vector::ZERO;
        for (i, x) in vector.0.iter_mut().enumerate() {
            *x = ((i * 37 % 101) as f32 - 50.0) / 50.0;
        }
        let vector = vector.normalized();
        let stored = vector.quantized();
        let mut restored = Vector::ZERO;
        for (to, from) in restored.0.iter_mut().zip(stored.components) {
            *to = f32::from(from) * stored.scale;
        }
        assert!(vector.cosine(&restored.normalized()) > 0.9999);
    }

    #[test]
    fn the_zero_vector_stays_zero() {
        assert_eq!(Vector::ZERO.normalized(), Vector::ZERO);
        assert_eq!(Vector::ZERO.quantized().scale, 0.0);
    }
}
