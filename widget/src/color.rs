//! Colours that stay readable, whatever primary colour the customer chose.

/// The least contrast between text and its background: WCAG 2.2, 1.4.3.
const READABLE: f64 = 4.5;

const BLACK: Color = Color([0, 0, 0]);
const WHITE: Color = Color([255, 255, 255]);

/// An opaque sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Color([u8; 3]);

impl Color {
    /// Reads `#rgb` or `#rrggbb`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
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
    pub(crate) fn css(self) -> String {
        let mut text = String::from("#");
        for channel in self.0 {
            text.extend(char::from_digit(u32::from(channel >> 4), 16));
            text.extend(char::from_digit(u32::from(channel & 15), 16));
        }
        text
    }

    /// White when it can be read on this colour, else black, which then can.
    pub(crate) fn foreground(self) -> Self {
        if contrast(self, WHITE) >= READABLE {
            WHITE
        } else {
            BLACK
        }
    }

    /// Returns this colour, moved towards black or white until text in it can be read on `surface` and on a hint of
    /// itself over `surface`; and that hint.
    pub(crate) fn accent_on(self, surface: Self) -> (Self, Self) {
        let towards = if contrast(surface, BLACK) > contrast(surface, WHITE) {
            BLACK
        } else {
            WHITE
        };
        let mut accent = self;
        let mut hint = surface;
        for step in 0..=20 {
            accent = self.mixed(towards, step);
            hint = surface.mixed(accent, 2);
            if contrast(accent, surface) >= READABLE && contrast(accent, hint) >= READABLE {
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
}

/// The contrast ratio of WCAG 2.2, 1 to 21.
fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    if one > other { one / other } else { other / one }
}

/// The relative luminance of WCAG 2.2, 0 to 1.
fn luminance(color: Color) -> f64 {
    let [red, green, blue] = color.0.map(|channel| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
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
        assert!((contrast(Color([0, 0, 0]), WHITE) - 21.0).abs() < 1e-9);
        assert!((contrast(WHITE, WHITE) - 1.0).abs() < 1e-9);
        // The grey that is commonly quoted as the lightest one that is readable on white.
        assert!((contrast(color("#767676"), WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn the_foreground_of_any_color_is_readable() {
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let background = Color([red, green, blue]);
                    let ratio = contrast(background.foreground(), background);
                    assert!(ratio >= READABLE, "{} has only {ratio:.2}", background.css());
                }
            }
        }
    }

    #[test]
    fn any_color_becomes_readable_on_light_and_dark_surfaces_and_on_its_own_hint() {
        for text in [
            "#ffff00", "#000000", "#ffffff", "#e91919", "#4f46e5", "#00ff88", "#777777", "#7f7f00",
        ] {
            for surface in ["#ffffff", "#15171c"] {
                let (accent, hint) = color(text).accent_on(color(surface));
                for background in [color(surface), hint] {
                    let ratio = contrast(accent, background);
                    assert!(ratio >= READABLE, "{text} on {surface} has only {ratio:.2}");
                }
            }
        }
    }

    #[test]
    fn a_color_that_is_readable_is_kept() {
        assert_eq!(color("#1d4ed8").accent_on(WHITE).0, color("#1d4ed8"));
    }
}
