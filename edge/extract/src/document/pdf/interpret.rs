//! Runs what draws a page, for its text alone: glyphs with their places, in the order in which they are drawn.
use super::page::{Glyph, Page};
use crate::meter::Meter;
use crate::{Reason, Refusal};
use hayro_font::hayro_cmap::BfString;
use hayro_font::kurbo::{Affine, Point};
use hayro_font::{CMapResolverFn, Font, FontCache, FontGlyph, FontResolverFn};
use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction;
use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream, String as Bytes};
use hayro_syntax::page::Resources;
use std::future::Future;
use std::ops::Deref as _;
use std::pin::Pin;
use std::sync::Arc;

/// Forms within forms, deeper than people nest them.
const MAX_FORM_DEPTH: usize = 12;
/// States that are kept for later; more are not.
const MOST_SAVED: usize = 128;
/// What an instruction costs, a glyph, a font that is chosen, and a form, which is unpacked each time it is drawn.
const INSTRUCTION: u64 = 10;
const GLYPH: u64 = 20;
const FONT: u64 = 200;
const FORM: u64 = 4_000;
/// Fonts measure in thousandths.
const EM: f64 = 1000.0;

/// What is shared by all pages of a document.
pub(super) struct Fonts<'a> {
    cache: FontCache<'a>,
    fonts: FontResolverFn,
    maps: CMapResolverFn,
}

impl Fonts<'_> {
    pub(super) fn new() -> Self {
        Self {
            cache: FontCache::new(),
            fonts: Arc::new(|query| match query {
                hayro_font::FontQuery::Standard(font) => Some(font.get_font_data()),
                hayro_font::FontQuery::Fallback(query) => Some(query.pick_standard_font().get_font_data()),
            }),
            maps: Arc::new(hayro_cmap::load_embedded),
        }
    }
}

/// How text is drawn at the moment.
#[derive(Clone)]
struct State<'a> {
    transform: Affine,
    font: Option<Font<'a>>,
    is_bold: bool,
    size: f64,
    between_glyphs: f64,
    between_words: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
}

/// Draws a page, or a form on it.
pub(super) struct Interpreter<'a, 'm, 'p> {
    fonts: &'m Fonts<'a>,
    meter: &'m mut Meter<'p>,
    page: Page,
    state: State<'a>,
    saved: Vec<State<'a>>,
    /// Places of the next glyph, and of the beginning of its line.
    glyph: Affine,
    line: Affine,
    /// Marked contents that are open, and how many of them were when one began that is no text of the document.
    marks: usize,
    artifact: Option<usize>,
    width: f64,
    height: f64,
}

impl<'a, 'm, 'p> Interpreter<'a, 'm, 'p> {
    pub(super) fn new(fonts: &'m Fonts<'a>, meter: &'m mut Meter<'p>, transform: Affine, size: (f32, f32)) -> Self {
        let state = State {
            transform,
            font: None,
            is_bold: false,
            size: 1.0,
            between_glyphs: 0.0,
            between_words: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        Self {
            fonts,
            meter,
            page: Page::default(),
            state,
            saved: Vec::new(),
            glyph: Affine::IDENTITY,
            line: Affine::IDENTITY,
            marks: 0,
            artifact: None,
            width: size.0.into(),
            height: size.1.into(),
        }
    }

    /// Returns what was drawn.
    pub(super) fn finish(self) -> Page {
        self.page
    }

    /// Runs a content stream.
    pub(super) fn run<'s>(
        &'s mut self,
        content: &'s [u8],
        resources: &'s Resources<'a>,
        depth: usize,
    ) -> Pin<Box<dyn Future<Output = Result<(), Refusal>> + 's>>
    where
        'a: 's,
        'm: 's,
        'p: 's,
    {
        Box::pin(async move {
            let kept = self.saved.len();
            let mut instructions = TypedIter::new(content);
            while let Some(instruction) = instructions.next() {
                self.meter.spend(INSTRUCTION)?;
                self.meter.rest().await;
                match instruction {
                    TypedInstruction::XObject(named) if depth < MAX_FORM_DEPTH => {
                        let form = resources.get_x_object(named.0).filter(is_form);
                        if let Some(form) = form {
                            self.form(&form, resources, depth).await?;
                        }
                    }
                    TypedInstruction::SaveState(_) => {
                        if self.saved.len() < MOST_SAVED {
                            self.saved.push(self.state.clone());
                        }
                    }
                    TypedInstruction::RestoreState(_) => {
                        if self.saved.len() > kept
                            && let Some(state) = self.saved.pop()
                        {
                            self.state = state;
                        }
                    }
                    other => self.instruction(&other, resources)?,
                }
            }
            self.saved.truncate(kept);
            Ok(())
        })
    }

    async fn form(&mut self, form: &Stream<'a>, around: &Resources<'a>, depth: usize) -> Result<(), Refusal> {
        self.meter.spend(FORM)?;
        let content = super::guard::decoded(form, self.meter)?;
        let dict = form.dict();
        let own = dict.get::<Dict<'a>>(b"Resources".as_slice()).map(Resources::new);
        let before = self.state.clone();
        if let Some(matrix) = dict.get::<Array<'a>>(b"Matrix".as_slice()) {
            let numbers: Vec<f64> = matrix.iter::<Number>().take(6).map(|it| it.as_f64()).collect();
            if let Ok(numbers) = <[f64; 6]>::try_from(numbers) {
                self.state.transform *= Affine::new(numbers);
            }
        }
        let end = self.run(&content, own.as_ref().unwrap_or(around), depth + 1).await;
        self.state = before;
        end
    }

    fn instruction(
        &mut self,
        instruction: &TypedInstruction<'_, '_>,
        resources: &Resources<'a>,
    ) -> Result<(), Refusal> {
        use TypedInstruction as It;
        let state = &mut self.state;
        match instruction {
            It::Transform(it) => {
                let numbers = [&it.0, &it.1, &it.2, &it.3, &it.4, &it.5];
                state.transform *= Affine::new(numbers.map(|it| it.as_f64()));
            }
            It::BeginText(_) => self.begin_line(Affine::IDENTITY),
            It::TextFont(it) => {
                self.meter.spend(FONT)?;
                let dict = resources.get_font(it.0);
                state.size = it.1.as_f64();
                state.is_bold = dict.as_ref().is_some_and(is_bold);
                let fonts = self.fonts;
                state.font = dict.and_then(|it| fonts.cache.font(&it, &fonts.fonts, &fonts.maps));
            }
            It::CharacterSpacing(it) => state.between_glyphs = it.0.as_f64(),
            It::WordSpacing(it) => state.between_words = it.0.as_f64(),
            It::HorizontalScaling(it) => state.stretch = it.0.as_f64() / 100.0,
            It::TextLeading(it) => state.leading = it.0.as_f64(),
            It::TextRise(it) => state.rise = it.0.as_f64(),
            It::SetTextMatrix(it) => {
                let numbers = [&it.0, &it.1, &it.2, &it.3, &it.4, &it.5];
                self.begin_line(Affine::new(numbers.map(|it| it.as_f64())));
            }
            It::NextLine(it) => self.next_line(it.0.as_f64(), it.1.as_f64()),
            It::NextLineAndSetLeading(it) => {
                state.leading = -it.1.as_f64();
                self.next_line(it.0.as_f64(), it.1.as_f64());
            }
            It::NextLineUsingLeading(_) => self.next_line(0.0, -self.state.leading),
            It::ShowText(it) => self.show(it.0)?,
            It::NextLineAndShowText(it) => {
                self.next_line(0.0, -self.state.leading);
                self.show(it.0)?;
            }
            It::ShowTextWithParameters(it) => {
                state.between_words = it.0.as_f64();
                state.between_glyphs = it.1.as_f64();
                self.next_line(0.0, -self.state.leading);
                self.show(it.2)?;
            }
            It::ShowTexts(it) => {
                for part in it.0.iter::<Object<'_>>() {
                    match part {
                        Object::String(text) => self.show(&text)?,
                        Object::Number(back) => {
                            let back = back.as_f64() / EM * self.state.size * self.state.stretch;
                            self.glyph *= Affine::translate((-back, 0.0));
                        }
                        _ => {}
                    }
                }
            }
            It::BeginMarkedContent(it) => self.begin_mark(it.0),
            It::BeginMarkedContentWithProperties(it) => self.begin_mark(it.0),
            It::EndMarkedContent(_) => {
                self.marks = self.marks.saturating_sub(1);
                self.artifact = self.artifact.filter(|it| *it < self.marks);
            }
            _ => {}
        }
        Ok(())
    }

    fn begin_mark(&mut self, tag: &Name<'_>) {
        if tag.deref() == b"Artifact" {
            self.artifact.get_or_insert(self.marks);
        }
        self.marks += 1;
    }

    fn begin_line(&mut self, place: Affine) {
        self.line = place;
        self.glyph = place;
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.begin_line(self.line * Affine::translate((x, y)));
    }

    fn show(&mut self, text: &Bytes<'_>) -> Result<(), Refusal> {
        let Some(font) = self.state.font.clone() else {
            return Ok(());
        };
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let (code, length) = font.read_code(bytes, at);
            at += length.max(1);
            self.meter.spend(GLYPH)?;
            let advance = font.code_advance(code);
            let state = &self.state;
            let place = state.transform
                * self.glyph
                * Affine::new([state.size * state.stretch, 0.0, 0.0, state.size, 0.0, state.rise]);
            let is_space = code == 32 && length == 1;
            if self.artifact.is_none() {
                self.draw(&font, code, place, advance.x / EM, is_space)?;
            }
            let spaces = self.state.between_glyphs + if is_space { self.state.between_words } else { 0.0 };
            let state = &self.state;
            let step = if font.is_horizontal() {
                ((advance.x / EM * state.size + spaces) * state.stretch, 0.0)
            } else {
                (0.0, advance.y / EM * state.size + spaces)
            };
            self.glyph *= Affine::translate(step);
        }
        Ok(())
    }

    fn draw(&mut self, font: &Font<'a>, code: u32, place: Affine, width: f64, is_space: bool) -> Result<(), Refusal> {
        let [a, b, c, d, _, _] = place.as_coeffs();
        // Turned so that it is written to the right; what is written aslant is a mark across the page.
        let (direction, turn) = match (a.abs() > 5.0 * b.abs(), b.abs() > 5.0 * a.abs()) {
            (true, _) if a > 0.0 => (0, Affine::IDENTITY),
            (true, _) => (2, Affine::new([-1.0, 0.0, 0.0, -1.0, self.width, self.height])),
            (_, true) if b > 0.0 => (1, Affine::new([0.0, -1.0, 1.0, 0.0, 0.0, self.width])),
            (_, true) => (3, Affine::new([0.0, 1.0, -1.0, 0.0, self.height, 0.0])),
            _ => return Ok(()),
        };
        let text = match font.glyph(font.map_code(code), code) {
            FontGlyph::Outline(glyph) => glyph.as_unicode(),
            FontGlyph::Type3(glyph) => glyph.as_unicode(),
        };
        let text = match text {
            Some(BfString::Char(letter)) => letter.to_string(),
            Some(BfString::String(letters)) => letters,
            None if is_space => " ".to_owned(),
            None => {
                self.page.unknown += 1;
                return Ok(());
            }
        };
        let (from, to) = (turn * place * Point::ZERO, turn * place * Point::new(width, 0.0));
        let glyph = Glyph {
            x0: from.x as f32,
            x1: to.x as f32,
            y: from.y as f32,
            size: c.hypot(d) as f32,
            is_bold: self.state.is_bold,
            text: super::page::plain(&text),
        };
        let is_sane = [glyph.x0, glyph.x1, glyph.y, glyph.size]
            .iter()
            .all(|it| it.is_finite() && it.abs() < 1e5);
        if is_sane && glyph.size > 0.5 && !glyph.text.is_empty() {
            self.page.add(direction, glyph);
        }
        if self.page.len() > super::page::MOST_GLYPHS {
            return Err(Refusal::new(
                Reason::TooMuch,
                "a page of the PDF has too much text; split it",
            ));
        }
        Ok(())
    }
}

fn is_form(stream: &Stream<'_>) -> bool {
    let subtype = stream.dict().get::<Name<'_>>(b"Subtype".as_slice());
    subtype.is_some_and(|it| it.deref() == b"Form")
}

fn is_bold(font: &Dict<'_>) -> bool {
    let name = font.get::<Name<'_>>(b"BaseFont".as_slice());
    let name = name
        .map(|it| String::from_utf8_lossy(&it).to_lowercase())
        .unwrap_or_default();
    ["bold", "black", "heavy"].iter().any(|it| name.contains(it))
}
