//! What was drawn on a page: glyphs, put together to runs of text.

/// The most glyphs of a page; no page for people has more.
pub(super) const MOST_GLYPHS: usize = 200_000;
/// Gaps in parts of the size of the letters: what parts words, and what parts runs.
const BETWEEN_WORDS: f32 = 0.2;
const BETWEEN_RUNS: f32 = 0.9;

/// A letter, or what is drawn as one. Places are in points, from the upper left corner.
#[derive(Clone, Debug)]
pub(super) struct Glyph {
    pub(super) x0: f32,
    pub(super) x1: f32,
    /// The line that it stands on.
    pub(super) y: f32,
    pub(super) size: f32,
    pub(super) is_bold: bool,
    pub(super) text: String,
}

/// What was drawn.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// By the direction in which they are written: to the right, down, to the left, up.
    glyphs: [Vec<Glyph>; 4],
    /// Glyphs whose letters are not known.
    pub(super) unknown: usize,
}

/// Text on one line, drawn in one go.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) x0: f32,
    pub(super) x1: f32,
    pub(super) y: f32,
    pub(super) size: f32,
    pub(super) is_bold: bool,
    pub(super) text: String,
    /// How many more letters have this size than another.
    majority: usize,
}

impl Run {
    pub(super) fn top(&self) -> f32 {
        self.y - self.size * 0.75
    }

    pub(super) fn bottom(&self) -> f32 {
        self.y + self.size * 0.2
    }

    /// Adds what stands on the same line to the right.
    pub(super) fn join(&mut self, next: &Self) {
        if next.x0 - self.x1 > BETWEEN_WORDS * self.size.min(next.size) && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
        self.text.push_str(&next.text);
        self.x1 = self.x1.max(next.x1);
        // Neither a raised number nor a large initial is what the line looks like.
        if (next.size - self.size).abs() < 0.01 {
            self.majority += next.majority;
        } else if self.majority >= next.majority {
            self.majority -= next.majority;
        } else {
            self.majority = next.majority - self.majority;
            self.size = next.size;
            self.y = next.y;
        }
        self.is_bold &= next.is_bold;
    }
}

impl Page {
    /// Adds a glyph that is written in a direction, with its place as seen when that is to the right.
    pub(super) fn add(&mut self, direction: usize, glyph: Glyph) {
        if let Some(glyphs) = self.glyphs.get_mut(direction) {
            glyphs.push(glyph);
        }
    }

    /// Returns how many glyphs are drawn.
    pub(super) fn len(&self) -> usize {
        self.glyphs.iter().map(Vec::len).sum()
    }

    /// Returns the direction in which most is written. What is written in others are marks across the page.
    pub(super) fn direction(&self) -> usize {
        (0..4)
            .max_by_key(|it| (self.glyphs.get(*it).map(Vec::len), 4 - it))
            .unwrap_or_default()
    }

    /// Returns the runs of the main direction, in the order in which they were drawn.
    pub(super) fn runs(self) -> Vec<Run> {
        let direction = self.direction();
        let mut runs: Vec<Run> = Vec::new();
        for glyph in self.glyphs.into_iter().nth(direction).unwrap_or_default() {
            let next = Run {
                x0: glyph.x0,
                x1: glyph.x1,
                y: glyph.y,
                size: glyph.size,
                is_bold: glyph.is_bold,
                majority: 1,
                text: glyph.text,
            };
            match runs.last_mut() {
                Some(run) if is_drawn_again(run, &next) => {}
                Some(run) if goes_on(run, &next) => run.join(&next),
                _ => runs.push(next),
            }
        }
        runs.retain(|it| !it.text.trim().is_empty());
        runs
    }
}

fn goes_on(run: &Run, next: &Run) -> bool {
    let size = run.size.max(next.size);
    let gap = next.x0 - run.x1;
    // A raised or lowered mark belongs to what it stands at.
    let shift = (next.y - run.y).abs();
    let is_level = shift < 0.1 * size || shift < 0.5 * size && gap.abs() < 0.2 * size;
    is_level && gap > -0.5 * size && gap < BETWEEN_RUNS * size
}

/// Some make letters bold by drawing them twice.
fn is_drawn_again(run: &Run, next: &Run) -> bool {
    let back = run.x1 - next.x1;
    (next.y - run.y).abs() < 0.1 * next.size
        && back.abs() < 0.1 * next.size
        && run.text.ends_with(&next.text)
        && next.x1 - next.x0 > 0.15 * next.size
}

/// Takes ligatures apart and puts ordinary marks in place of those of symbol fonts.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{FB00}' => plain.push_str("ff"),
            '\u{FB01}' => plain.push_str("fi"),
            '\u{FB02}' => plain.push_str("fl"),
            '\u{FB03}' => plain.push_str("ffi"),
            '\u{FB04}' => plain.push_str("ffl"),
            '\u{FB05}' | '\u{FB06}' => plain.push_str("st"),
            '\u{F0B7}' | '\u{F0A7}' | '\u{F0D8}' | '\u{F076}' => plain.push('•'),
            '\u{A0}' | '\t' | '\n' | '\r' => plain.push(' '),
            '\u{E000}'..='\u{F8FF}' | '\u{FFFD}' | '\u{FEFF}' | '\u{200B}' => {}
            letter if letter.is_control() => {}
            letter => plain.push(letter),
        }
    }
    plain
}
