//! Secrets and names that cannot be guessed.
use anyhow::Result;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Letters and digits from the system's generator; 5.9 bits each.
///
/// # Errors
/// When the system has no generator.
pub fn random(length: usize) -> Result<String> {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let mut bytes = [0; 64];
        getrandom::fill(&mut bytes).map_err(|why| anyhow::anyhow!("no random numbers: {why}"))?;
        // A byte of 248 or more would favour the first letters.
        let letters = bytes
            .iter()
            .filter(|byte| **byte < 248)
            .filter_map(|byte| ALPHABET.get(usize::from(byte % 62)));
        text.extend(letters.map(|letter| char::from(*letter)).take(length - text.len()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::random;

    #[test]
    fn secrets_have_the_length_asked_for_and_differ() {
        let (one, other) = (random(100).unwrap(), random(100).unwrap());
        assert_eq!((one.len(), other.len()), (100, 100));
        assert_ne!(one, other);
    }
}
