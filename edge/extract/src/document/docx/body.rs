//! The text of a document: paragraphs with their styles, lists, tables, notes where they are referred to.
use super::notes::Notes;
use super::numbering::Numbering;
use super::styles::Styles;
use super::xml::{Piece, Xml, attribute};
use crate::Refusal;
use crate::meter::Meter;
use quick_xml::events::BytesStart;
use retrieval::Parsed;
use retrieval::parse::Blocks;
use std::collections::HashMap;

/// What is not shown, or shown a second time: deleted text, instructions of fields, what older programs show instead,
/// and names of pictures.
const UNSEEN: [&str; 8] = [
    "del",
    "moveFrom",
    "instrText",
    "Fallback",
    "delText",
    "sectPr",
    "docPr",
    "pict",
];

/// A paragraph while it is read.
#[derive(Default)]
struct Paragraph {
    text: String,
    style: Option<String>,
    level: Option<u8>,
    list: Option<String>,
    depth: Option<u8>,
}

pub(super) struct Body<'a> {
    styles: &'a Styles,
    numbering: &'a Numbering,
    notes: &'a Notes,
    blocks: Blocks,
    /// Paragraphs that are open: text boxes stand in the middle of others.
    paragraphs: Vec<Paragraph>,
    /// Tables that are open.
    tables: usize,
    /// Lists that are open, by their name and depth.
    lists: Vec<(String, u8)>,
    /// The number of the next item of a list at a depth.
    next: HashMap<(String, u8), u64>,
    code: String,
}

impl<'a> Body<'a> {
    pub(super) fn new(styles: &'a Styles, numbering: &'a Numbering, notes: &'a Notes) -> Self {
        Self {
            styles,
            numbering,
            notes,
            blocks: Blocks::default(),
            paragraphs: Vec::new(),
            tables: 0,
            lists: Vec::new(),
            next: HashMap::new(),
            code: String::new(),
        }
    }

    /// Reads the part that is the document.
    ///
    /// # Errors
    /// When it is damaged or too large.
    pub(super) async fn read(
        mut self,
        part: &[u8],
        title: Option<String>,
        meter: &mut Meter<'_>,
    ) -> Result<Parsed, Refusal> {
        let mut xml = Xml::new(part);
        let (mut is_text, mut is_hidden) = (false, false);
        while let Some(piece) = xml.next(meter).await? {
            match piece {
                Piece::Start(element) => {
                    let name = element.local_name();
                    match name.as_ref() {
                        unseen if UNSEEN.contains(&unseen) => xml.skip(meter).await?,
                        "t" => is_text = true,
                        "r" => is_hidden = false,
                        "vanish" => is_hidden = attribute(&element, "val").is_none_or(|it| it != "0" && it != "false"),
                        _ => self.start(&element),
                    }
                }
                Piece::Text(text) if is_text && !is_hidden => self.push(&text),
                Piece::Text(_) => {}
                Piece::End(name) => {
                    if name == "t" {
                        is_text = false;
                    }
                    self.end(&name);
                }
            }
        }
        self.end_code();
        self.close_lists();
        Ok(self.blocks.finish(title))
    }

    fn start(&mut self, element: &BytesStart<'_>) {
        let value = || attribute(element, "val");
        match element.local_name().as_ref() {
            "p" => self.paragraphs.push(Paragraph::default()),
            "pStyle" => self.with(|it| it.style = value()),
            "outlineLvl" => self.with(|it| it.level = value().and_then(|it| it.parse().ok()).filter(|it: &u8| *it < 9)),
            "numId" => self.with(|it| it.list = value()),
            "ilvl" => self.with(|it| it.depth = value().and_then(|it| it.parse().ok())),
            "tab" | "br" | "cr" | "ptab" => self.push(if self.is_code() { "\n" } else { " " }),
            "noBreakHyphen" => self.push("-"),
            "footnoteReference" => self.note("footnote", element),
            "endnoteReference" => self.note("endnote", element),
            "tbl" => {
                self.end_code();
                self.close_lists();
                self.tables += 1;
                self.blocks.start_table();
            }
            "tr" if self.tables == 1 => self.blocks.start_row(),
            "tc" if self.tables == 1 => self.blocks.start_cell(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" => {
                if let Some(paragraph) = self.paragraphs.pop() {
                    self.paragraph(paragraph);
                }
            }
            "tc" if self.tables == 1 => self.blocks.end_cell(),
            "tbl" => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    self.blocks.end_table();
                }
            }
            _ => {}
        }
    }

    fn with(&mut self, change: impl FnOnce(&mut Paragraph)) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            change(paragraph);
        }
    }

    fn push(&mut self, text: &str) {
        self.with(|it| it.text.push_str(text));
    }

    /// Puts a note where it is referred to, so that it is found with what it is about.
    fn note(&mut self, kind: &str, reference: &BytesStart<'_>) {
        let notes = self.notes;
        if let Some(note) = attribute(reference, "id").and_then(|id| notes.get(kind, &id)) {
            self.push(&format!(" ({note})"));
        }
    }

    fn is_code(&self) -> bool {
        let style = self.paragraphs.last().and_then(|it| it.style.as_deref());
        style.is_some_and(|it| self.styles.is_code(it))
    }

    fn paragraph(&mut self, paragraph: Paragraph) {
        let style = paragraph.style.as_deref().unwrap_or_default();
        if self.tables > 0 {
            self.blocks.text(&paragraph.text);
            self.blocks.space();
            return;
        }
        if self.styles.is_code(style) {
            self.close_lists();
            self.code.push_str(&paragraph.text);
            self.code.push('\n');
            return;
        }
        self.end_code();
        if paragraph.text.trim().is_empty() {
            return;
        }
        let heading = paragraph.level.map(|it| it + 1).or_else(|| self.styles.heading(style));
        if let Some(level) = heading {
            self.close_lists();
            self.blocks.start_heading(level);
            self.blocks.text(&paragraph.text);
            self.blocks.end_heading();
            return;
        }
        let list = match paragraph.list {
            Some(list) => Some((list, paragraph.depth.unwrap_or_default())),
            None => self
                .styles
                .list(style)
                .map(|(list, depth)| (list, paragraph.depth.unwrap_or(depth))),
        };
        // The list of number zero is none.
        match list.filter(|it| it.0 != "0") {
            Some((list, depth)) => self.item(&list, depth.min(8), &paragraph.text),
            None => {
                self.close_lists();
                self.blocks.text(&paragraph.text);
                self.blocks.break_block();
            }
        }
    }

    fn item(&mut self, list: &str, depth: u8, text: &str) {
        while self
            .lists
            .last()
            .is_some_and(|it| it.1 > depth || it.1 == depth && it.0 != list)
        {
            self.blocks.end_list();
            self.lists.pop();
        }
        let key = (list.to_owned(), depth);
        let number = self
            .numbering
            .start(list, depth)
            .map(|it| self.next.get(&key).copied().unwrap_or(it));
        if self.lists.last().is_none_or(|it| it.1 < depth) {
            self.blocks.start_list(number);
            self.lists.push(key.clone());
        }
        if let Some(number) = number {
            self.next.insert(key, number.saturating_add(1));
            // What is deeper begins anew below the next item.
            self.next.retain(|it, _| it.0 != list || it.1 <= depth);
        }
        self.blocks.start_item();
        self.blocks.text(text);
        self.blocks.end_item();
    }

    fn close_lists(&mut self) {
        for _ in self.lists.drain(..) {
            self.blocks.end_list();
        }
    }

    fn end_code(&mut self) {
        let code = std::mem::take(&mut self.code);
        if !code.trim().is_empty() {
            self.blocks.code("", &code);
        }
    }
}
