//! Lines to blocks: headings by their size, paragraphs by gaps and indents, lists by their marks, tables by their
//! columns.
use super::lines::Line;
use super::margins::Sheet;
use super::{join, table};
use retrieval::Parsed;
use retrieval::parse::Blocks;
use std::collections::{BTreeMap, HashSet};

/// So much larger than the text, a line is a heading.
const HEADING: f32 = 1.12;
/// Longer lines are no headings, in letters; and longer bold ones are not.
const LONGEST_HEADING: usize = 160;
const LONGEST_BOLD_HEADING: usize = 90;
/// Sizes of headings that are told apart.
const LEVELS: usize = 4;
/// So much further apart than lines of this size are, a line begins a paragraph.
const PARAGRAPH: f32 = 1.35;
/// Indents and hanging lines, in parts of the letters' size.
const INDENT: f32 = 0.8;

/// Makes a document of its pages.
pub(super) fn compose(sheets: &[Sheet], title: Option<String>) -> Parsed {
    let lines: Vec<&Line> = sheets.iter().flat_map(|it| &it.lines).collect();
    let sizes = Sizes::of(&lines);
    let mut composer = Composer {
        blocks: Blocks::default(),
        hyphenated: join::hyphenated(&lines),
        sizes,
        text: String::new(),
        open: Open::Nothing,
        markers: Vec::new(),
    };
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rest = lines.get(at..).unwrap_or_default();
        let before = at.checked_sub(1).and_then(|it| lines.get(it)).copied();
        let rows = table::rows(rest);
        if rows > 0 && marker(&line.text()).is_none() {
            composer.close();
            table::add(rest.get(..rows).unwrap_or_default(), &mut composer.blocks);
            at += rows;
            continue;
        }
        composer.line(before, line, rest.get(1).copied());
        at += 1;
    }
    composer.close();
    composer.blocks.finish(title)
}

struct Composer {
    blocks: Blocks,
    hyphenated: HashSet<String>,
    sizes: Sizes,
    /// What was read of what is open.
    text: String,
    open: Open,
    /// Where the marks of the open lists stand, the outermost first.
    markers: Vec<f32>,
}

#[derive(Clone, Copy, PartialEq)]
enum Open {
    Nothing,
    Paragraph,
    /// The level.
    Heading(u8),
    Item,
}

impl Composer {
    fn line(&mut self, before: Option<&Line>, line: &Line, after: Option<&Line>) {
        let text = line.text();
        let heading = self.heading(before, line, after, &text);
        if let Some(level) = heading {
            let goes_on = self.open == Open::Heading(level)
                && before.is_some_and(|it| is_next(it, line, 1.6) && it.size == line.size);
            if !goes_on {
                self.close();
                self.open = Open::Heading(level);
            }
            join::append(&mut self.text, &text, &self.hyphenated);
            return;
        }
        if let Some((number, content)) = marker(&text) {
            self.item(line, number, content);
            return;
        }
        let goes_on = match self.open {
            Open::Nothing | Open::Heading(_) => false,
            Open::Item => {
                let hangs = self.markers.last().is_some_and(|it| line.x0 > it + 0.4 * line.size);
                before.is_some_and(|previous| {
                    if previous.region == line.region {
                        hangs && is_next(previous, line, 1.8)
                    } else {
                        runs_over(&self.text, &text)
                    }
                })
            }
            Open::Paragraph => before.is_some_and(|it| self.is_same_paragraph(it, line, &text)),
        };
        if !goes_on {
            self.close();
            self.close_lists();
            self.open = Open::Paragraph;
        }
        join::append(&mut self.text, &text, &self.hyphenated);
    }

    fn heading(&self, before: Option<&Line>, line: &Line, after: Option<&Line>, text: &str) -> Option<u8> {
        let letters = text.chars().count();
        if !text.chars().any(char::is_alphabetic) || letters > LONGEST_HEADING {
            return None;
        }
        if let Some(level) = self.sizes.level(line.size) {
            return Some(level);
        }
        let near = |other: Option<&Line>| other.is_some_and(|it| it.region == line.region && !it.is_bold);
        let stands_alone = before.is_none_or(|it| !is_next(it, line, 1.1) || !it.is_bold)
            && after.is_some_and(|it| !it.is_bold || it.size != line.size);
        let is_short = letters <= LONGEST_BOLD_HEADING && !text.ends_with(['.', ',', ';', ':', '!']);
        let is_bold = line.is_bold && line.cells.len() == 1 && line.size >= self.sizes.body * 0.95;
        (is_bold && is_short && stands_alone && (near(before) || near(after) || before.is_none()))
            .then(|| self.sizes.bold_level())
    }

    fn item(&mut self, line: &Line, number: Option<u64>, content: &str) {
        self.end_text();
        while self.markers.last().is_some_and(|it| line.x0 < it - INDENT * line.size) {
            self.blocks.end_list();
            self.markers.pop();
        }
        if self.markers.last().is_none_or(|it| line.x0 > it + INDENT * line.size) {
            self.blocks.start_list(number);
            self.markers.push(line.x0);
        }
        self.blocks.start_item();
        self.open = Open::Item;
        join::append(&mut self.text, content, &self.hyphenated);
    }

    fn is_same_paragraph(&self, before: &Line, line: &Line, text: &str) -> bool {
        if (before.size - line.size).abs() > 0.12 * before.size {
            return false;
        }
        if before.region != line.region {
            return runs_over(&self.text, text);
        }
        let is_indented =
            line.x0 > before.x0 + INDENT * line.size && self.text.trim_end().ends_with(['.', '!', '?', ':']);
        is_next(before, line, PARAGRAPH * self.sizes.spacing) && !is_indented
    }

    fn end_text(&mut self) {
        let text = std::mem::take(&mut self.text);
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Heading(level) => {
                self.markers.clear();
                self.blocks.start_heading(level);
                self.blocks.text(&text);
                self.blocks.end_heading();
            }
            Open::Item => {
                self.blocks.text(&text);
                self.blocks.end_item();
            }
            Open::Paragraph => {
                self.blocks.text(&text);
                self.blocks.break_block();
            }
            Open::Nothing => {}
        }
    }

    fn close_lists(&mut self) {
        for _ in self.markers.drain(..) {
            self.blocks.end_list();
        }
    }

    fn close(&mut self) {
        self.end_text();
        self.close_lists();
    }
}

/// Tells whether a line stands under another, at most so many times its size apart.
fn is_next(before: &Line, line: &Line, times: f32) -> bool {
    let apart = line.y - before.y;
    before.region == line.region && apart > 0.0 && apart < times * before.size.max(line.size)
}

/// Tells whether a sentence goes on in the next column or on the next page.
fn runs_over(text: &str, next: &str) -> bool {
    let ends = text.trim_end().ends_with(['.', '!', '?', ':', '。', '！', '？']);
    !ends && next.starts_with(|it: char| it.is_lowercase() || it.is_numeric() || it == '(')
        || text.ends_with(['-', '\u{AD}'])
}

/// The sizes that letters have in a document.
struct Sizes {
    body: f32,
    /// How far lines of the text are apart, in times its size.
    spacing: f32,
    /// Sizes of headings in half points, the largest first.
    headings: Vec<i32>,
}

impl Sizes {
    fn of(lines: &[&Line]) -> Self {
        let mut letters: BTreeMap<i32, usize> = BTreeMap::new();
        for line in lines {
            *letters.entry(halves(line.size)).or_default() += line.text().len();
        }
        let all: usize = letters.values().sum();
        let body = letters.iter().max_by_key(|it| it.1).map_or(20, |it| *it.0) as f32 / 2.0;
        let larger = letters.iter().rev().filter(|it| *it.0 as f32 / 2.0 >= body * HEADING);
        // What is said in large letters all along is no heading.
        let headings = larger.filter(|it| *it.1 * 4 < all).map(|it| *it.0).collect();
        let mut gaps: Vec<f32> = Vec::new();
        for pair in lines.windows(2) {
            if let [a, b] = pair
                && a.region == b.region
                && halves(a.size) == halves(b.size)
                && b.y > a.y
                && b.y - a.y < 2.5 * a.size
            {
                gaps.push((b.y - a.y) / a.size);
            }
        }
        gaps.sort_by(f32::total_cmp);
        // Among paragraphs of one line each the lower quarter says more than the middle does.
        let spacing = gaps.get(gaps.len() / 4).copied().unwrap_or(1.2).clamp(0.9, 2.0);
        Self {
            body,
            spacing,
            headings,
        }
    }

    fn level(&self, size: f32) -> Option<u8> {
        let size = halves(size);
        let place = self.headings.iter().position(|it| *it == size)?;
        u8::try_from(place.min(LEVELS - 1) + 1).ok()
    }

    fn bold_level(&self) -> u8 {
        u8::try_from(self.headings.len().min(LEVELS) + 1).unwrap_or(1)
    }
}

fn halves(size: f32) -> i32 {
    (size * 2.0).round() as i32
}

/// Returns the number, if it has one, and the text of a line that begins with the mark of a list.
fn marker(text: &str) -> Option<(Option<u64>, &str)> {
    let text = text.trim_start();
    if let Some(rest) = text.strip_prefix([
        '•', '◦', '▪', '▫', '●', '○', '‣', '∙', '·', '■', '□', '➢', '–', '-', '*', 'o',
    ]) {
        let rest = rest
            .strip_prefix(' ')
            .or_else(|| text.starts_with(['•', '●', '▪', '◦']).then_some(rest))?;
        return Some((None, rest));
    }
    let digits = text
        .find(|it: char| !it.is_ascii_digit())
        .filter(|it| (1..=3).contains(it))?;
    let rest = text.get(digits..)?.strip_prefix(['.', ')'])?.strip_prefix(' ')?;
    Some((text.get(..digits)?.parse().ok(), rest))
}
