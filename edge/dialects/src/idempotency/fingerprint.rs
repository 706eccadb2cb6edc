//! Whether two bodies are the same: their SHA-256. Of a form the boundaries do not count, since clients make new ones
//! each time; nor does what follows the last one.
use edge_core::secret::Sha256;

/// A fingerprint in the making.
#[derive(Clone, Default)]
pub struct Fingerprint {
    hash: Sha256,
    /// Empty when the body is no form.
    boundary: Vec<u8>,
    /// What may be the beginning of a boundary.
    carry: Vec<u8>,
    is_over: bool,
}

impl Fingerprint {
    /// Begins with a form of this content type; none for anything else.
    pub fn of_form(media_type: &str) -> Option<Self> {
        let (kind, parameters) = media_type.split_once(';')?;
        if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
            return None;
        }
        let boundary = parameters.split(';').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let value = value.trim().trim_matches('"');
            (name.trim().eq_ignore_ascii_case("boundary") && !value.is_empty()).then(|| format!("--{value}"))
        })?;
        Some(Self {
            boundary: boundary.into_bytes(),
            ..Self::default()
        })
    }

    /// Looks at more of the body.
    pub fn add(&mut self, data: &[u8]) {
        if self.boundary.is_empty() {
            self.hash.add(data);
            return;
        }
        if self.is_over {
            return;
        }
        self.carry.extend_from_slice(data);
        // The boundary and two more, which tell the last one from the others.
        let whole = self.boundary.len() + 2;
        let mut from = 0;
        while let Some(at) = self.find(from).filter(|at| at + whole <= self.carry.len()) {
            self.hash.add(self.carry.get(from..at).unwrap_or_default());
            self.hash.add(b"--");
            from = at + self.boundary.len();
            if self.carry.get(from..from + 2) == Some(b"--") {
                self.is_over = true;
                self.carry.clear();
                return;
            }
        }
        let end = self.carry.len().saturating_sub(whole - 1).max(from);
        self.hash.add(self.carry.get(from..end).unwrap_or_default());
        self.carry.drain(..end);
    }

    fn find(&self, from: usize) -> Option<usize> {
        let rest = self.carry.get(from..)?;
        let first = *self.boundary.first()?;
        let mut at = 0;
        loop {
            at += rest.get(at..)?.iter().position(|it| *it == first)?;
            if rest.get(at..)?.starts_with(&self.boundary) {
                return Some(from + at);
            }
            at += 1;
        }
    }

    /// Returns the fingerprint.
    pub fn finish(mut self) -> String {
        self.hash.add(&self.carry);
        self.hash.finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn print(boundary: &str, body: &str, step: usize) -> String {
        let media_type = format!("multipart/form-data; charset=utf-8; boundary=\"{boundary}\"");
        let mut print = Fingerprint::of_form(&media_type).unwrap();
        body.as_bytes().chunks(step).for_each(|it| print.add(it));
        print.finish()
    }

    #[test]
    fn a_form_has_one_fingerprint_whatever_its_boundaries() {
        let form = |boundary: &str, value: &str| {
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{value} -- --x\r\n--{boundary}--\r\n"
            )
        };
        let first = print("XX", &form("XX", "1"), 1_000);
        for step in [1, 2, 3, 5, 7, 64, 1_000] {
            assert_eq!(print("YyYyYy", &form("YyYyYy", "1"), step), first, "{step}");
            assert_eq!(print("XX", form("XX", "1").trim_end(), step), first, "{step}");
            assert_ne!(print("XX", &form("XX", "2"), step), first, "{step}");
        }
    }

    #[test]
    fn anything_else_is_taken_as_it_is() {
        assert!(Fingerprint::of_form("application/json").is_none());
        assert!(Fingerprint::of_form("multipart/form-data").is_none());
        let mut print = Fingerprint::default();
        print.add(b"a");
        print.add(b"bc");
        assert_eq!(print.finish(), edge_core::secret::sha256("abc"));
    }
}
