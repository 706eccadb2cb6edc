//! Collects blocks while a document is walked: the headings in force, open lists, tables and code.

use super::{Block, BlockKind, Parsed};
use crate::text::collapse_whitespace;

/// Deeper nesting is flattened; it bounds the work on hostile documents.
const DEEPEST_LIST: usize = 6;
/// A heading that is longer, in bytes, is a paragraph: each block below a heading has a copy of it.
const LONGEST_HEADING: usize = 500;
/// How many bytes of headings the blocks of a document have together; those after that have none.
const MOST_HEADINGS: usize = 8 * 1024 * 1024;
/// A paragraph that is longer, in bytes, ends where its line ends.
const LONGEST_PARAGRAPH: usize = 64 * 1024;
/// How many blocks a document may have.
pub const MOST_BLOCKS: usize = 150_000;

/// Builds a [`Parsed`] from the elements that a reader finds, in their order.
#[derive(Default)]
pub struct Blocks {
    blocks: Vec<Block>,
    /// How many bytes of headings they have.
    heading_bytes: usize,
    /// The headings above, with their levels.
    headings: Vec<(u8, String)>,
    first_level_headings: usize,
    first_heading: Option<String>,
    /// The running text of the paragraph, heading, item or cell that is open.
    inline: String,
    heading: Option<u8>,
    lists: Vec<List>,
    list_text: String,
    item_marker: Option<String>,
    table: Option<Table>,
}

struct List {
    /// The number of the next item of an ordered list.
    next: Option<u64>,
}

#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
}

impl Blocks {
    /// Adds running text to whatever is open.
    pub fn text(&mut self, text: &str) {
        self.inline.push_str(text);
    }

    /// Adds a space, where the document breaks a line.
    pub fn space(&mut self) {
        let is_running_text = self.heading.is_none() && self.table.is_none() && self.lists.is_empty();
        if is_running_text && self.inline.len() > LONGEST_PARAGRAPH {
            self.break_block();
        } else {
            self.inline.push(' ');
        }
    }

    /// Ends the paragraph, item line or heading that is open.
    pub fn break_block(&mut self) {
        let text = collapse_whitespace(&std::mem::take(&mut self.inline));
        if text.is_empty() {
            return;
        }
        if let Some(level) = self.heading {
            self.push_heading(level, text);
        } else if let Some(table) = &mut self.table {
            match table.rows.last_mut().and_then(|row| row.last_mut()) {
                Some(cell) if cell.is_empty() => *cell = text,
                Some(cell) => {
                    cell.push(' ');
                    cell.push_str(&text);
                }
                // Text in a table but in no cell is its caption.
                None => self.push(BlockKind::Paragraph, text),
            }
        } else if self.lists.is_empty() {
            self.push(BlockKind::Paragraph, text);
        } else {
            self.push_item_line(&text);
        }
    }

    /// Begins a heading; level 1 is the outermost.
    pub fn start_heading(&mut self, level: u8) {
        self.break_block();
        self.close_lists();
        self.heading = Some(level);
    }

    /// Ends a heading; what follows is below it.
    pub fn end_heading(&mut self) {
        self.break_block();
        self.heading = None;
    }

    /// Ends the sections of headings of this level and deeper.
    pub fn end_section(&mut self, level: u8) {
        self.break_block();
        self.close_lists();
        self.headings.retain(|(above, _)| *above < level);
    }

    /// Begins a list, numbered from `first` or with bullets; one inside another is nested.
    pub fn start_list(&mut self, first: Option<u64>) {
        self.break_block();
        self.lists.push(List { next: first });
    }

    /// Ends the innermost list.
    pub fn end_list(&mut self) {
        self.break_block();
        self.lists.pop();
        if self.lists.is_empty() {
            self.close_lists();
        }
    }

    /// Begins an item of the innermost list.
    pub fn start_item(&mut self) {
        self.break_block();
        // An item outside any list is read as a list of its own.
        if self.lists.is_empty() {
            return;
        }
        if let Some(list) = self.lists.last_mut() {
            self.item_marker = Some(match &mut list.next {
                Some(number) => {
                    let marker = format!("{number}. ");
                    *number = number.saturating_add(1);
                    marker
                }
                None => "- ".to_owned(),
            });
        }
    }

    /// Ends an item.
    pub fn end_item(&mut self) {
        self.break_block();
        self.item_marker = None;
    }

    /// Begins a table; one inside another goes on in the outer one.
    pub fn start_table(&mut self) {
        self.break_block();
        self.close_lists();
        if self.table.is_none() {
            self.table = Some(Table::default());
        }
    }

    /// Begins a row; the first one is the header.
    pub fn start_row(&mut self) {
        self.break_block();
        if let Some(table) = &mut self.table {
            table.rows.push(Vec::new());
        }
    }

    /// Begins a cell.
    pub fn start_cell(&mut self) {
        self.break_block();
        if let Some(table) = &mut self.table {
            match table.rows.last_mut() {
                Some(row) => row.push(String::new()),
                None => table.rows.push(vec![String::new()]),
            }
        }
    }

    /// Ends a cell.
    pub fn end_cell(&mut self) {
        self.break_block();
    }

    /// Ends the table.
    pub fn end_table(&mut self) {
        self.break_block();
        let Some(table) = self.table.take() else { return };
        let rows: Vec<_> = table
            .rows
            .into_iter()
            .filter(|row| row.iter().any(|cell| !cell.is_empty()))
            .collect();
        let lines: Vec<_> = rows.iter().map(|row| format!("| {} |", row.join(" | "))).collect();
        if !lines.is_empty() {
            self.push(BlockKind::Table, lines.join("\n"));
        }
    }

    /// Adds a block of code.
    pub fn code(&mut self, language: &str, code: &str) {
        self.break_block();
        self.close_lists();
        let code = code.trim_matches(['\n', '\r']).trim_end();
        if code.trim().is_empty() {
            return;
        }
        let language = language.split([' ', ',', '{']).next().unwrap_or_default();
        // A fence inside the code would end the block early when it is rendered.
        let code = code.replace("```", "'''");
        self.push(BlockKind::Code, format!("```{language}\n{code}\n```"));
    }

    /// Returns the document, with one block more than it may have if it has too many; without a title of its own it is
    /// called by its only first-level heading.
    pub fn finish(mut self, title: Option<String>) -> Parsed {
        self.end_table();
        self.break_block();
        self.close_lists();
        let title = title
            .map(|title| collapse_whitespace(&title))
            .filter(|title| !title.is_empty());
        let only_first = self.first_heading.filter(|_| self.first_level_headings == 1);
        Parsed {
            title: title.or(only_first),
            blocks: self.blocks,
        }
    }

    fn push_heading(&mut self, level: u8, text: String) {
        if text.len() > LONGEST_HEADING {
            return self.push(BlockKind::Paragraph, text);
        }
        self.headings.retain(|(above, _)| *above < level);
        if level == 1 {
            self.first_level_headings += 1;
            self.first_heading.get_or_insert_with(|| text.clone());
        }
        self.headings.push((level, text));
    }

    fn push_item_line(&mut self, text: &str) {
        if !self.list_text.is_empty() {
            self.list_text.push('\n');
        }
        for _ in 1..self.lists.len().min(DEEPEST_LIST) {
            self.list_text.push_str("  ");
        }
        // A second paragraph of an item is indented under it.
        let marker = self
            .item_marker
            .replace("  ".to_owned())
            .unwrap_or_else(|| "- ".to_owned());
        self.list_text.push_str(&marker);
        self.list_text.push_str(text);
    }

    fn close_lists(&mut self) {
        let text = std::mem::take(&mut self.list_text);
        if !text.is_empty() {
            self.push(BlockKind::List, text);
        }
    }

    fn push(&mut self, kind: BlockKind, text: String) {
        if self.blocks.len() > MOST_BLOCKS {
            return;
        }
        let bytes: usize = self.headings.iter().map(|(_, text)| text.len()).sum();
        self.heading_bytes += bytes;
        let heading_path = match self.heading_bytes <= MOST_HEADINGS {
            true => self.headings.iter().map(|(_, text)| text.clone()).collect(),
            false => vec![],
        };
        self.blocks.push(Block {
            heading_path,
            kind,
            text,
        });
    }
}
