//! What may be asked at once.

/// The most texts.
const TEXTS: usize = 32;
/// The most bytes of all of them together, as JSON: more than so many texts of 256 tokens take.
const BYTES: usize = 256 * 1024;

/// Why a request is not answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is no array of texts.
    Malformed,
    /// Its texts are too many or too long.
    TooMuch,
}

/// Reads a request's body.
pub(crate) fn texts(body: &[u8]) -> Result<Vec<String>, Refusal> {
    if body.len() > BYTES {
        return Err(Refusal::TooMuch);
    }
    let texts: Vec<String> = serde_json::from_slice(body).map_err(|_| Refusal::Malformed)?;
    if texts.len() > TEXTS {
        return Err(Refusal::TooMuch);
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_array_of_a_few_texts_is_taken() {
        assert_eq!(texts(br#"["a","b"]"#), Ok(vec!["a".to_owned(), "b".to_owned()]));
        for wrong in ["", "{}", "[1]", "[null]", r#"["a""#, r#"{"input":["a"]}"#] {
            assert_eq!(texts(wrong.as_bytes()), Err(Refusal::Malformed), "{wrong}");
        }
        let many = |count| serde_json::to_vec(&vec!["a"; count]).unwrap_or_default();
        assert_eq!(texts(&many(TEXTS)).map(|it| it.len()), Ok(TEXTS));
        assert_eq!(texts(&many(TEXTS + 1)), Err(Refusal::TooMuch));
        let long = serde_json::to_vec(&["a".repeat(BYTES)]).unwrap_or_default();
        assert_eq!(texts(&long), Err(Refusal::TooMuch));
    }
}
