//! Lists: which ones are numbered, and from where on.
use super::xml::{Piece, Xml, attribute};
use crate::Refusal;
use crate::meter::Meter;
use std::collections::HashMap;

/// What stands before the items of one depth of a list.
#[derive(Clone, Debug)]
struct Level {
    is_numbered: bool,
    start: u64,
}

#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// The levels of each kind of list.
    kinds: HashMap<String, HashMap<u8, Level>>,
    /// The kind of each list.
    lists: HashMap<String, String>,
}

/// Reads the lists.
///
/// # Errors
/// When the part is damaged.
pub(super) async fn read(part: &[u8], meter: &mut Meter<'_>) -> Result<Numbering, Refusal> {
    let mut xml = Xml::new(part);
    let mut numbering = Numbering::default();
    let (mut kind, mut list, mut depth) = (String::new(), String::new(), 0);
    while let Some(piece) = xml.next(meter).await? {
        let Piece::Start(element) = piece else { continue };
        let value = attribute(&element, "val").unwrap_or_default();
        match element.local_name().as_ref() {
            "abstractNum" => kind = attribute(&element, "abstractNumId").unwrap_or_default(),
            "num" => list = attribute(&element, "numId").unwrap_or_default(),
            "abstractNumId" => {
                numbering.lists.insert(list.clone(), value);
            }
            "lvl" => {
                depth = attribute(&element, "ilvl")
                    .and_then(|it| it.parse().ok())
                    .unwrap_or_default()
            }
            "numFmt" => numbering.level(&kind, depth).is_numbered = value != "bullet" && value != "none",
            "start" => numbering.level(&kind, depth).start = value.parse().unwrap_or(1),
            _ => {}
        }
    }
    Ok(numbering)
}

impl Numbering {
    fn level(&mut self, kind: &str, depth: u8) -> &mut Level {
        let levels = self.kinds.entry(kind.to_owned()).or_default();
        levels.entry(depth).or_insert(Level {
            is_numbered: false,
            start: 1,
        })
    }

    /// Returns the number of the first item, or none where there are bullets.
    pub(super) fn start(&self, list: &str, depth: u8) -> Option<u64> {
        let kind = self.lists.get(list)?;
        let level = self.kinds.get(kind)?.get(&depth)?;
        level.is_numbered.then_some(level.start)
    }
}
