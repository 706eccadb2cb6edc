//! Tables of commas: a row is a passage, the header's cells are its labels.
use crate::meter::Meter;
use crate::{Reason, Refusal};
use csv::{ReaderBuilder, StringRecord};
use retrieval::{Block, BlockKind, Parsed};
use std::cell::Cell;
use std::collections::HashSet;
use std::io::{self, Read};

/// What may stand between cells, the commonest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How many rows are looked at to tell the delimiter.
const SAMPLE: usize = 50;
/// More rows are more passages than an index should hold of one file.
const MOST_ROWS: usize = 25_000;
/// More cells than this in a row are no table for people.
const MOST_CELLS: usize = 1_000;
/// A row that is longer, in bytes, is a quote that does not end.
const LONGEST_ROW: usize = 1024 * 1024;
/// What all rows may be together with their labels, in bytes.
const MOST_TEXT: usize = 24 * 1024 * 1024;

/// Reads a table.
///
/// # Errors
/// When it is too large.
pub(super) async fn read(text: &str, meter: &mut Meter<'_>) -> Result<Parsed, Refusal> {
    let (delimiter, text) = delimiter(text);
    let mut reader = ReaderBuilder::new();
    let mut reader = reader.delimiter(delimiter).has_headers(false).flexible(true);
    reader = reader.trim(csv::Trim::All);
    let given = Cell::new(0);
    let mut rows = reader.from_reader(Rows::new(text, &given)).into_records();
    let mut next = || next(&mut rows, &given);
    let mut parsed = Parsed::default();
    let mut length = 0;
    let Some(first) = next()? else {
        return Ok(parsed);
    };
    let second = next()?;
    let labels = second
        .as_ref()
        .filter(|it| is_header(&first, it))
        .map(|_| first.clone());
    let mut row = if labels.is_some() { second.clone() } else { Some(first) };
    let mut waiting = if labels.is_some() { None } else { second };
    while let Some(cells) = row {
        meter.spend_on(cells.as_slice().len() + cells.len())?;
        meter.rest().await;
        if let Some(text) = passage(labels.as_ref(), &cells) {
            length += text.len();
            parsed.blocks.push(Block {
                heading_path: Vec::new(),
                kind: BlockKind::Record,
                text,
            });
        }
        if parsed.blocks.len() > MOST_ROWS {
            let message = format!("the table has more than {MOST_ROWS} rows; split it");
            return Err(Refusal::new(Reason::TooMuch, message));
        }
        if length > MOST_TEXT {
            let message = format!(
                "the rows of the table with their labels are longer than {} MB; split it",
                MOST_TEXT / 1024 / 1024
            );
            return Err(Refusal::new(Reason::TooMuch, message));
        }
        row = match waiting.take() {
            Some(cells) => Some(cells),
            None => next()?,
        };
    }
    Ok(parsed)
}

/// A table's text, which ends with an error where a row is too long: the reader would keep all of it.
struct Rows<'a> {
    rest: &'a [u8],
    /// How many bytes were read since the row before ended.
    given: &'a Cell<usize>,
}

impl<'a> Rows<'a> {
    fn new(text: &'a str, given: &'a Cell<usize>) -> Self {
        Self {
            rest: text.as_bytes(),
            given,
        }
    }
}

impl Read for Rows<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given.get() > LONGEST_ROW {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let length = self.rest.read(buffer)?;
        self.given.set(self.given.get() + length);
        Ok(length)
    }
}

/// Returns the next row that is not blank.
fn next(rows: &mut csv::StringRecordsIntoIter<Rows<'_>>, given: &Cell<usize>) -> Result<Option<StringRecord>, Refusal> {
    for row in rows {
        given.set(0);
        let row = row.map_err(|why| match why.kind() {
            csv::ErrorKind::Io(why) if why.kind() == io::ErrorKind::FileTooLarge => {
                let message = "a row of the table is longer than 1 MB; look for a quote that does not end";
                Refusal::new(Reason::TooMuch, message)
            }
            _ => Refusal::new(Reason::Damaged, format!("the table is damaged: {why}")),
        })?;
        if row.len() > MOST_CELLS {
            let message = format!("a row of the table has more than {MOST_CELLS} cells");
            return Err(Refusal::new(Reason::TooMuch, message));
        }
        if row.iter().any(|cell| !cell.is_empty()) {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// Returns the delimiter, and the text without the line in which a spreadsheet program names it.
fn delimiter(text: &str) -> (u8, &str) {
    if let Some(rest) = text.strip_prefix("sep=")
        && let Some(named) = rest.bytes().next().filter(u8::is_ascii)
        && let Some((_, rest)) = rest.split_once('\n')
    {
        return (named, rest);
    }
    let mut best = (b',', 0, 0);
    for delimiter in DELIMITERS {
        let mut reader = ReaderBuilder::new();
        let reader = reader.delimiter(delimiter).has_headers(false).flexible(true);
        let given = Cell::new(0);
        let rows = reader.from_reader(Rows::new(text, &given)).into_records();
        let width = |row: StringRecord| {
            given.set(0);
            row.len()
        };
        let widths: Vec<usize> = rows.take(SAMPLE).map_while(Result::ok).map(width).collect();
        let Some(width) = widths.first().copied().filter(|it| *it > 1) else {
            continue;
        };
        let alike = widths.iter().filter(|it| **it == width).count() * SAMPLE / widths.len();
        if (alike, width) > (best.1, best.2) {
            best = (delimiter, alike, width);
        }
    }
    (best.0, text)
}

/// A header has a name for each column, none twice, and no numbers.
fn is_header(first: &StringRecord, second: &StringRecord) -> bool {
    let mut seen = HashSet::new();
    let is_name = |cell: &str| cell.chars().any(char::is_alphabetic) && cell.len() <= 100;
    first.len() >= second.len().min(2)
        && first
            .iter()
            .all(|cell| is_name(cell) && seen.insert(cell.to_lowercase()))
}

/// Puts a row into words: a line for each cell that has something in it.
fn passage(labels: Option<&StringRecord>, cells: &StringRecord) -> Option<String> {
    let mut lines = Vec::new();
    for (column, cell) in cells.iter().enumerate().filter(|it| !it.1.is_empty()) {
        let cell = cell.split_whitespace().collect::<Vec<_>>().join(" ");
        match labels.and_then(|it| it.get(column)) {
            Some(label) => lines.push(format!("{label}: {cell}")),
            None => lines.push(cell),
        }
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}
