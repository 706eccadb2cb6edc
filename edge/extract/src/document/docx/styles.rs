//! Styles: which paragraphs are headings, which are items of lists, which are code.
use super::xml::{Piece, Xml, attribute};
use crate::Refusal;
use crate::meter::Meter;
use std::collections::HashMap;

/// Styles made of styles: a longer chain is a circle.
const LONGEST_CHAIN: usize = 12;

/// What a style says.
#[derive(Clone, Debug, Default)]
pub(super) struct Style {
    name: String,
    based_on: Option<String>,
    /// Of the outline, from 0.
    level: Option<u8>,
    /// The list, and how deep in it.
    pub(super) list: Option<String>,
    pub(super) depth: Option<u8>,
}

#[derive(Debug, Default)]
pub(super) struct Styles(HashMap<String, Style>);

/// Reads the styles.
///
/// # Errors
/// When the part is damaged.
pub(super) async fn read(part: &[u8], meter: &mut Meter<'_>) -> Result<Styles, Refusal> {
    let mut xml = Xml::new(part);
    let mut styles = Styles::default();
    let mut open: Option<(String, Style)> = None;
    while let Some(piece) = xml.next(meter).await? {
        match piece {
            Piece::Start(element) if element.local_name().as_ref() == "style" => {
                open = attribute(&element, "styleId").map(|id| (id, Style::default()));
            }
            Piece::Start(element) => {
                let Some((_, style)) = &mut open else { continue };
                let value = attribute(&element, "val");
                match element.local_name().as_ref() {
                    "name" => style.name = value.unwrap_or_default().to_lowercase(),
                    "basedOn" => style.based_on = value,
                    "outlineLvl" => style.level = value.and_then(|it| it.parse().ok()).filter(|it| *it < 9),
                    "numId" => style.list = value,
                    "ilvl" => style.depth = value.and_then(|it| it.parse().ok()),
                    _ => {}
                }
            }
            Piece::End(name) if name == "style" => {
                if let Some((id, style)) = open.take() {
                    styles.0.insert(id, style);
                }
            }
            _ => {}
        }
    }
    Ok(styles)
}

impl Styles {
    /// Returns a style and those that it is made of, the nearest first.
    fn chain(&self, id: &str) -> impl Iterator<Item = &Style> {
        let mut next = self.0.get(id);
        std::iter::from_fn(move || {
            let style = next?;
            next = style.based_on.as_ref().and_then(|it| self.0.get(it));
            Some(style)
        })
        .take(LONGEST_CHAIN)
    }

    /// Returns the level of the heading that paragraphs of a style are: 0 for a title.
    pub(super) fn heading(&self, id: &str) -> Option<u8> {
        self.chain(id).find_map(|it| match it.name.as_str() {
            "title" => Some(0),
            name => {
                let named = name
                    .strip_prefix("heading ")
                    .and_then(|it| it.parse().ok())
                    .filter(|it| (1..=9).contains(it));
                named.or(it.level.map(|it| it + 1))
            }
        })
    }

    /// Returns the list that paragraphs of a style are items of, and how deep in it.
    pub(super) fn list(&self, id: &str) -> Option<(String, u8)> {
        let list = self.chain(id).find_map(|it| it.list.clone())?;
        let depth = self.chain(id).find_map(|it| it.depth).unwrap_or_default();
        Some((list, depth))
    }

    /// Tells whether paragraphs of a style are lines of code.
    pub(super) fn is_code(&self, id: &str) -> bool {
        let names = [
            "source code",
            "html preformatted",
            "preformatted text",
            "code",
            "macro text",
        ];
        self.chain(id).any(|it| names.contains(&it.name.as_str()))
    }
}
