//! DOCX: an archive of XML, of which the text, its styles, its lists and its notes are read.
mod archive;
mod body;
mod notes;
mod numbering;
mod styles;
mod xml;

use crate::Refusal;
use crate::meter::Meter;
use archive::Archive;
use body::Body;
use retrieval::Parsed;

/// Reads a DOCX.
///
/// # Errors
/// When it is damaged, encrypted, too large, or something else that lies in an archive.
pub(super) async fn read(bytes: &[u8], meter: &mut Meter<'_>) -> Result<Parsed, Refusal> {
    let mut archive = Archive::open(bytes)?;
    let document = archive.document(meter).await?;
    let styles = match archive.part("word/styles.xml", meter).await? {
        Some(part) => styles::read(&part, meter).await?,
        None => styles::Styles::default(),
    };
    let numbering = match archive.part("word/numbering.xml", meter).await? {
        Some(part) => numbering::read(&part, meter).await?,
        None => numbering::Numbering::default(),
    };
    let mut notes = notes::Notes::default();
    for (part, element) in [("word/footnotes.xml", "footnote"), ("word/endnotes.xml", "endnote")] {
        if let Some(part) = archive.part(part, meter).await? {
            notes.read(&part, element, meter).await?;
        }
    }
    let title = match archive.part("docProps/core.xml", meter).await? {
        Some(part) => xml::text_of(&part, "title", meter).await?,
        None => None,
    };
    let body = Body::new(&styles, &numbering, &notes);
    body.read(&document, title, meter).await
}
