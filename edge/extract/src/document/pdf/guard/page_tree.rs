//! How many pages a file may claim to have: the reader makes a page of every kid before they can be counted.
use crate::{Reason, Refusal};

/// More kids, or more objects with contents, are no document: annotations have contents too. A page takes 250 bytes.
const MOST_KIDS: usize = 50_000;
/// The longest name that is looked for.
const LONGEST_NAME: usize = b"Contents".len();

/// Counts the kids of all page trees of a file, in bytes that come in parts. Strings and comments do not count.
#[derive(Default)]
pub(super) struct PageTree {
    kids: usize,
    contents: usize,
    place: Place,
    name: Vec<u8>,
    /// How many of the next bytes are digits of an escape in a name, and what they have said so far.
    escape: (u8, u8),
    /// How many arrays are open since `/Kids`.
    depth: usize,
    before: u8,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Place {
    #[default]
    Outside,
    Name,
    /// Behind `/Kids`, before its value.
    Key,
    Kids,
    /// A comment before the value, or among the kids.
    Comment,
    /// A string among the kids, with so many parentheses open.
    Text(usize),
    Escaped(usize),
    Hex,
}

impl PageTree {
    /// Begins with other bytes of the same file, whose kids are added to those that were counted.
    pub(super) fn begin(&mut self) {
        *self = Self {
            kids: self.kids,
            contents: self.contents,
            ..Self::default()
        };
    }

    /// Goes on with the next part.
    ///
    /// # Errors
    /// [`Reason::TooMuch`].
    pub(super) fn add(&mut self, part: &[u8]) -> Result<(), Refusal> {
        for byte in part {
            self.step(*byte);
            self.before = *byte;
        }
        if self.kids.max(self.contents) > MOST_KIDS {
            return Err(Refusal::new(
                Reason::TooMuch,
                format!("the PDF has more than {MOST_KIDS} pages; split it"),
            ));
        }
        Ok(())
    }

    fn step(&mut self, byte: u8) {
        let place = self.place;
        self.place = match place {
            Place::Outside => outside(byte),
            Place::Name if self.goes_on(byte) => Place::Name,
            Place::Name => {
                let name = std::mem::take(&mut self.name);
                self.contents += usize::from(name == b"Contents");
                match name == b"Kids" {
                    true => self.key(byte),
                    false => outside(byte),
                }
            }
            Place::Key => self.key(byte),
            Place::Kids => self.kid(byte),
            Place::Comment if !matches!(byte, b'\r' | b'\n') => Place::Comment,
            Place::Comment if self.depth == 0 => Place::Key,
            Place::Comment => Place::Kids,
            Place::Text(open) => match byte {
                b'\\' => Place::Escaped(open),
                b'(' => Place::Text(open + 1),
                b')' if open == 1 => Place::Kids,
                b')' => Place::Text(open - 1),
                _ => Place::Text(open),
            },
            Place::Escaped(open) => Place::Text(open),
            // Two angle brackets are a dictionary: a direct kid.
            Place::Hex if byte == b'<' && self.before == b'<' => {
                self.kids += 1;
                Place::Kids
            }
            Place::Hex if byte == b'>' => Place::Kids,
            Place::Hex => Place::Hex,
        };
    }

    /// Takes a byte of a name, with `#4b` for `K`.
    fn goes_on(&mut self, byte: u8) -> bool {
        let is_end = byte.is_ascii_whitespace() || b"\0()<>[]{}/%".contains(&byte);
        let digit = char::from(byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
        let taken = match (self.escape, digit) {
            _ if is_end => return false,
            ((0, _), _) if byte == b'#' => {
                self.escape = (2, 0);
                None
            }
            ((2, _), Some(digit)) => {
                self.escape = (1, digit << 4);
                None
            }
            ((1, high), Some(digit)) => {
                self.escape = (0, 0);
                Some(high | digit)
            }
            _ => {
                self.escape = (0, 0);
                Some(byte)
            }
        };
        // One more tells that it is another name.
        self.name.extend(taken.filter(|_| self.name.len() <= LONGEST_NAME));
        true
    }

    fn key(&mut self, byte: u8) -> Place {
        match byte {
            b'[' => {
                self.depth = 1;
                Place::Kids
            }
            b'%' => Place::Comment,
            _ if byte.is_ascii_whitespace() || byte == 0 => Place::Key,
            _ => outside(byte),
        }
    }

    fn kid(&mut self, byte: u8) -> Place {
        match byte {
            b'%' => return Place::Comment,
            b'(' => return Place::Text(1),
            b'<' => return Place::Hex,
            b'[' => self.depth += 1,
            b']' => self.depth = self.depth.saturating_sub(1),
            b'R' if self.before.is_ascii_whitespace() => self.kids += 1,
            _ => {}
        }
        match self.depth {
            0 => Place::Outside,
            _ => Place::Kids,
        }
    }
}

fn outside(byte: u8) -> Place {
    match byte {
        b'/' => Place::Name,
        _ => Place::Outside,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kids(text: &str) -> (usize, usize) {
        let mut tree = PageTree::default();
        // In parts of one byte, as no part may matter.
        for byte in text.bytes() {
            assert!(tree.add(&[byte]).is_ok());
        }
        (tree.kids, tree.contents)
    }

    #[test]
    fn kids_are_counted_however_they_are_written() {
        for (text, expected) in [
            ("<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>", 2),
            ("/Kids [ <<>> <</A 1>> ] ", 2),
            ("/K#69ds\n[3 0 R]", 1),
            ("/Kids % [ ]\n [3 0 R]", 1),
            ("/Kids [ <</A (])>> <</B <5D>>> % ]\n 3 0 R]", 3),
            ("/Kids [ <</A (\\)])>> 3 0 R]", 2),
            ("/Kids [ <</A [1 2]>> 3 0 R] 9 0 R", 2),
            ("/Kids [3 0 R] /Kids [4 0 R]", 2),
            ("/KidsA [3 0 R] /Kid [3 0 R] 3 0 R", 0),
            ("/Kids 5 0 R", 0),
        ] {
            assert_eq!(kids(text).0, expected, "{text}");
        }
        assert_eq!(kids("<</Contents 4 0 R>> <</Contents[5 0 R]>> ").1, 2);
    }

    #[test]
    fn more_kids_than_any_document_has_are_refused() {
        let mut tree = PageTree::default();
        assert!(tree.add(b"/Kids [").is_ok());
        assert!(tree.add("3 0 R ".repeat(MOST_KIDS).as_bytes()).is_ok());
        assert!(tree.add(b"3 0 R ").is_err());
    }

    #[test]
    fn the_kids_of_all_parts_of_a_file_are_added_up() {
        let mut tree = PageTree::default();
        for _ in 0..2 {
            tree.begin();
            // Never closed, which ends with these bytes.
            assert!(tree.add(b"/Kids [ (").is_ok());
            tree.begin();
            assert!(
                tree.add(format!("/Kids [{}", "3 0 R ".repeat(MOST_KIDS / 2)).as_bytes())
                    .is_ok()
            );
        }
        tree.begin();
        assert!(tree.add(b"3 0 R /Kids [3 0 R ").is_err());
    }
}
