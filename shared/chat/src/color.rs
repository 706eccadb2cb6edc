//! Colors that stay readable, whatever primary color the customer chose.

/// The least contrast between text and its background: WCAG 2.2, 1.4.3.
pub const READABLE: f64 = 4.5;

/// What is written on a color on which white cannot be read. A near-black would not do: on colors of medium luminance
/// only pure black has the contrast that WCAG asks for.
const BLACK: Color = Color([0, 0, 0]);
/// What is written on every other color.
pub const WHITE: Color = Color([255, 255, 255]);

/// The primary color of an agent that has none of its own.
pub const DEFAULT_PRIMARY: Color = Color([0x2f, 0x5b, 0xea]);

/// What answers stand on in the light theme.
pub const LIGHT_SURFACE: Color = Color([255, 255, 255]);
/// What answers stand on in the dark theme.
pub const DARK_SURFACE: Color = Color([0x15, 0x17, 0x1c]);

/// An opaque sRGB color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color([u8; 3]);

/// The colors of a chat that follow from its primary color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// The color that the customer chose.
    pub primary: Color,
    /// Text on the primary color.
    pub on_primary: Color,
    /// Text in the primary color, such as a link, on the surface and on the hint.
    pub accent: Color,
    /// A trace of the accent on the surface, for the ground of small things.
    pub hint: Color,
}

impl Scheme {
    /// Works out the colors of a chat on a surface.
    pub fn new(primary: Color, surface: Color) -> Self {
        let (accent, hint) = primary.accent_on(surface);
        Self {
            primary,
            on_primary: primary.foreground(),
            accent,
            hint,
        }
    }
}

impl Color {
    /// Reads `#rgb` or `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?.as_bytes();
        let digit = |at: usize| {
            digits
                .get(at)
                .and_then(|byte| char::from(*byte).to_digit(16))
                .map(|value| value as u8)
        };
        match digits.len() {
            3 => Some(Self([digit(0)? * 17, digit(1)? * 17, digit(2)? * 17])),
            6 => Some(Self([
                digit(0)? * 16 + digit(1)?,
                digit(2)? * 16 + digit(3)?,
                digit(4)? * 16 + digit(5)?,
            ])),
            _ => None,
        }
    }

    /// Writes `#rrggbb`.
    pub fn css(self) -> String {
        let mut text = String::from("#");
        for channel in self.0 {
            text.extend(char::from_digit(u32::from(channel >> 4), 16));
            text.extend(char::from_digit(u32::from(channel & 15), 16));
        }
        text
    }

    /// Returns the contrast ratio of WCAG 2.2 to another color, 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance() + 0.05, other.luminance() + 0.05);
        if one > other { one / other } else { other / one }
    }

    /// Returns white when it can be read on this color, else black, which then can.
    fn foreground(self) -> Self {
        if self.contrast(WHITE) >= READABLE { WHITE } else { BLACK }
    }

    /// Returns this color, moved towards black or white until text in it can be read on `surface` and on a hint of
    /// itself over `surface`; and that hint.
    fn accent_on(self, surface: Self) -> (Self, Self) {
        let towards = if surface.contrast(BLACK) > surface.contrast(WHITE) {
            BLACK
        } else {
            WHITE
        };
        let mut accent = self;
        let mut hint = surface;
        for step in 0..=20 {
            accent = self.mixed(towards, step);
            hint = surface.mixed(accent, 2);
            if accent.contrast(surface) >= READABLE && accent.contrast(hint) >= READABLE {
                break;
            }
        }
        (accent, hint)
    }

    /// `step` twentieths of the way to `other`.
    fn mixed(self, other: Self, step: u16) -> Self {
        let mut mixed = self.0;
        for (channel, end) in mixed.iter_mut().zip(other.0) {
            *channel = ((u16::from(*channel) * (20 - step) + u16::from(end) * step) / 20) as u8;
        }
        Self(mixed)
    }

    /// The relative luminance of WCAG 2.2, 0 to 1.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(text: &str) -> Color {
        Color::parse(text).unwrap_or(BLACK)
    }

    #[test]
    fn colors_are_read_and_written() {
        assert_eq!(color("#e91919").css(), "#e91919");
        assert_eq!(color("#fA0").css(), "#ffaa00");
    }

    #[test]
    fn what_is_no_color_is_refused() {
        for text in [
            "", "#", "e91919", "#12345", "#1234567", "#gggggg", "red", "#ééé", "url(x)",
        ] {
            assert_eq!(Color::parse(text), None, "{text}");
        }
    }

    #[test]
    fn contrast_agrees_with_the_standard_at_its_ends() {
        assert!((BLACK.contrast(WHITE) - 21.0).abs() < 1e-9);
        assert!((WHITE.contrast(WHITE) - 1.0).abs() < 1e-9);
        // The grey that is commonly quoted as the lightest one that is readable on white.
        assert!((color("#767676").contrast(WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn the_foreground_of_any_color_is_readable() {
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let background = Color([red, green, blue]);
                    let ratio = background.foreground().contrast(background);
                    assert!(ratio >= READABLE, "{} has only {ratio:.2}", background.css());
                }
            }
        }
    }

    #[test]
    fn any_color_becomes_readable_on_surfaces_and_on_its_hint() {
        for text in [
            "#ffff00", "#000000", "#ffffff", "#e91919", "#4f46e5", "#00ff88", "#777777", "#7f7f00",
        ] {
            for surface in [LIGHT_SURFACE, DARK_SURFACE] {
                let Scheme { accent, hint, .. } = Scheme::new(color(text), surface);
                for background in [surface, hint] {
                    let ratio = accent.contrast(background);
                    assert!(ratio >= READABLE, "{text} on {} has only {ratio:.2}", surface.css());
                }
            }
        }
    }

    #[test]
    fn a_near_black_could_not_be_read_on_every_color() {
        // The color on which white is only just not readable, and the near-black of common palettes.
        let (background, near_black) = (color("#777777"), color("#111827"));
        assert_eq!(background.foreground(), BLACK);
        assert!(near_black.contrast(background) < READABLE && BLACK.contrast(background) >= READABLE);
    }

    #[test]
    fn a_color_that_is_readable_is_kept() {
        assert_eq!(Scheme::new(color("#1d4ed8"), WHITE).accent, color("#1d4ed8"));
    }
}
