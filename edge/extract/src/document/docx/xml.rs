//! XML as documents have it: no declarations of types, so no entities of their own, and nesting that ends.
use crate::meter::Meter;
use crate::{Reason, Refusal};
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};

/// Elements within elements: more are no document.
const MAX_ELEMENT_DEPTH: usize = 300;
/// Attributes of one element.
const MOST_ATTRIBUTES: usize = 200;

/// What is found in a part, in order.
pub(super) enum Piece<'a> {
    /// An element begins; its end follows, also when it is empty.
    Start(BytesStart<'a>),
    /// The local name of the element that ends.
    End(String),
    Text(String),
}

pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
    before: u64,
}

impl<'a> Xml<'a> {
    pub(super) fn new(part: &'a [u8]) -> Self {
        let part = part.strip_prefix(b"\xef\xbb\xbf").unwrap_or(part);
        let mut reader = Reader::from_reader(part);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            depth: 0,
            before: 0,
        }
    }

    /// Returns the next piece; none at the end.
    ///
    /// # Errors
    /// When the part is damaged, or made to do harm.
    pub(super) async fn next(&mut self, meter: &mut Meter<'_>) -> Result<Option<Piece<'a>>, Refusal> {
        loop {
            let event = self.reader.read_event().map_err(|_| damaged())?;
            let at = self.reader.buffer_position();
            meter.spend(at.saturating_sub(self.before) + 20)?;
            self.before = at;
            meter.rest().await;
            return Ok(Some(match event {
                Event::Start(element) => {
                    self.depth += 1;
                    if self.depth > MAX_ELEMENT_DEPTH {
                        return Err(Refusal::new(Reason::TooMuch, "the document is nested too deeply"));
                    }
                    Piece::Start(element)
                }
                Event::End(element) => {
                    self.depth = self.depth.saturating_sub(1);
                    Piece::End(element.local_name().as_ref().to_owned())
                }
                Event::Text(text) => Piece::Text(text.to_string()),
                Event::CData(text) => Piece::Text(text.to_string()),
                Event::GeneralRef(entity) => {
                    let letter = entity.resolve_char_ref().map_err(|_| damaged())?;
                    let name = entity.to_string();
                    match letter
                        .map(String::from)
                        .or_else(|| resolve_xml_entity(&name).map(str::to_owned))
                    {
                        Some(text) => Piece::Text(text),
                        None => return Err(damaged()),
                    }
                }
                // Where types are declared, entities are: no word processor does it.
                Event::DocType(_) => return Err(damaged()),
                Event::Eof if self.depth > 0 => return Err(damaged()),
                Event::Eof => return Ok(None),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
            }));
        }
    }

    /// Passes over what is left of the element that has just begun.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub(super) async fn skip(&mut self, meter: &mut Meter<'_>) -> Result<(), Refusal> {
        let around = self.depth.saturating_sub(1);
        while self.depth > around && self.next(meter).await?.is_some() {}
        Ok(())
    }
}

/// Returns an attribute by its local name.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    // Looking for what is there twice takes time that grows with the square.
    let attributes = attributes.with_checks(false);
    let found = attributes
        .take(MOST_ATTRIBUTES)
        .filter_map(Result::ok)
        .find(|it| it.key.local_name().as_ref() == name)?;
    Some(found.value.into_owned())
}

/// Returns the text of the first element of this name.
///
/// # Errors
/// As [`Xml::next`].
pub(super) async fn text_of(part: &[u8], name: &str, meter: &mut Meter<'_>) -> Result<Option<String>, Refusal> {
    let mut xml = Xml::new(part);
    let mut text: Option<String> = None;
    while let Some(piece) = xml.next(meter).await? {
        match (piece, &mut text) {
            (Piece::Start(element), None) if element.local_name().as_ref() == name => text = Some(String::new()),
            (Piece::Text(piece), Some(text)) => text.push_str(&piece),
            (Piece::End(ended), Some(_)) if ended == name => break,
            _ => {}
        }
    }
    Ok(text.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()))
}

fn damaged() -> Refusal {
    Refusal::new(Reason::Damaged, "the document is damaged: its XML cannot be read")
}
