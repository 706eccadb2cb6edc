//! Colours that customers choose, and whether text on them can be read (WCAG 2.2, 1.4.3).

/// The least contrast of ordinary text to its ground.
pub const READABLE: f64 = 4.5;

/// A colour of the screen, in 8-bit sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

/// White.
pub const WHITE: Colour = Colour(255, 255, 255);
/// The near-black that the widget writes in when white cannot be read.
pub const INK: Colour = Colour(0x11, 0x18, 0x27);

impl Colour {
    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.is_ascii())?;
        let part = |from: usize| u8::from_str_radix(digits.get(from..from + 2)?, 16).ok();
        Some(Self(part(0)?, part(2)?, part(4)?))
    }

    /// Returns the relative luminance, 0 for black to 1 for white.
    pub fn luminance(self) -> f64 {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Returns the contrast to another colour, 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance() + 0.05, other.luminance() + 0.05);
        if one > two { one / two } else { two / one }
    }

    /// Returns the colour of text on this ground: white where it can be read, else near-black.
    pub fn text_on(self) -> Self {
        if self.contrast(WHITE) >= READABLE || self.contrast(WHITE) >= self.contrast(INK) {
            WHITE
        } else {
            INK
        }
    }

    /// Returns `#rrggbb`.
    pub fn to_hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// Returns a warning when text on a color, or links in it, are hard to read; none when it is fine, or no color.
pub fn warning(text: &str) -> Option<String> {
    let colour = Colour::parse(text)?;
    let on_white = colour.contrast(WHITE);
    if on_white >= READABLE {
        return None;
    }
    let consequence = if colour.text_on() == WHITE {
        "Text on it is hard to read."
    } else {
        "We write on it in dark text, and links in it are hard to read on white."
    };
    Some(format!(
        "Contrast to white is {on_white:.1}:1; 4.5:1 is readable for everyone. {consequence}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_and_white_have_the_largest_contrast() {
        assert!((Colour(0, 0, 0).contrast(WHITE) - 21.0).abs() < 1e-9);
        assert!((WHITE.contrast(WHITE) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn only_six_hexadecimal_digits_are_a_colour() {
        assert_eq!(Colour::parse("#0a10ff"), Some(Colour(10, 16, 255)));
        for text in ["", "#fff", "0a10ff", "#0a10fg", "#0a10fff", "#ääü"] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }

    #[test]
    fn text_is_dark_on_light_colours() {
        assert_eq!(Colour::parse("#ffd400").map(Colour::text_on), Some(INK));
        assert_eq!(Colour::parse("#2447d8").map(Colour::text_on), Some(WHITE));
    }

    #[test]
    fn the_chosen_text_can_always_be_read() {
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let colour = Colour(red, green, blue);
                    let contrast = colour.contrast(colour.text_on());
                    assert!(contrast >= 4.15, "{} {contrast}", colour.to_hex());
                }
            }
        }
    }

    #[test]
    fn a_pale_colour_is_warned_of_and_a_strong_one_is_not() {
        assert!(warning("#ffd400").is_some_and(|text| text.contains("1.4:1")));
        assert_eq!(warning("#2447d8"), None);
        assert_eq!(warning("no colour"), None);
    }
}
