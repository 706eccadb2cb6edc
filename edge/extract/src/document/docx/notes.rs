//! Footnotes and endnotes, by their numbers.
use super::xml::{Piece, Xml, attribute};
use crate::Refusal;
use crate::meter::Meter;
use std::collections::HashMap;

#[derive(Debug, Default)]
pub(super) struct Notes(HashMap<(String, String), String>);

impl Notes {
    /// Reads the notes of a part.
    ///
    /// # Errors
    /// When the part is damaged.
    pub(super) async fn read(&mut self, part: &[u8], element: &str, meter: &mut Meter<'_>) -> Result<(), Refusal> {
        let mut xml = Xml::new(part);
        let mut open: Option<String> = None;
        let (mut text, mut is_text) = (String::new(), false);
        while let Some(piece) = xml.next(meter).await? {
            match piece {
                Piece::Start(it) if it.local_name().as_ref() == element => {
                    // Separators are notes of a type.
                    open = attribute(&it, "id").filter(|_| attribute(&it, "type").is_none_or(|it| it == "normal"));
                }
                Piece::Start(it) => match it.local_name().as_ref() {
                    "t" => is_text = true,
                    "p" | "tab" | "br" => text.push(' '),
                    _ => {}
                },
                Piece::Text(it) if is_text => text.push_str(&it),
                Piece::Text(_) => {}
                Piece::End(name) if name == "t" => is_text = false,
                Piece::End(name) if name == element => {
                    let text = std::mem::take(&mut text);
                    if let Some(id) = open.take().filter(|_| !text.trim().is_empty()) {
                        self.0.insert((element.to_owned(), id), text.trim().to_owned());
                    }
                }
                Piece::End(_) => {}
            }
        }
        Ok(())
    }

    /// Returns a note.
    pub(super) fn get(&self, element: &str, id: &str) -> Option<&str> {
        self.0.get(&(element.to_owned(), id.to_owned())).map(String::as_str)
    }
}
