//! What the colors that customers choose mean for visitors.
use shared_chat::color::{Color, DARK_SURFACE, DEFAULT_PRIMARY, LIGHT_SURFACE, READABLE, Scheme, WHITE};

/// Returns a warning when white text cannot be read on a color; none when it can, or when it is no color.
pub fn warning(text: &str) -> Option<String> {
    let color = Color::parse(text)?;
    let contrast = color.contrast(WHITE);
    (contrast < READABLE).then(|| {
        format!(
            "Contrast to white is {contrast:.1}:1; 4.5:1 is readable for everyone. We write on it in black, and links \
             are darker on a light page."
        )
    })
}

/// The colors of the test chat, as CSS. Those that depend on the surface have one value for each theme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatColors {
    /// What the customer chose.
    pub primary: String,
    /// Text on the primary color.
    pub on_primary: String,
    /// Text in the primary color.
    pub accent: String,
    /// The ground of small things.
    pub hint: String,
    /// The ground of the chat.
    pub surface: String,
}

impl ChatColors {
    /// Works them out as the widget does. What is no color counts as the default one.
    pub fn of(primary: &str) -> Self {
        let primary = Color::parse(primary).unwrap_or(DEFAULT_PRIMARY);
        let light = Scheme::new(primary, LIGHT_SURFACE);
        let dark = Scheme::new(primary, DARK_SURFACE);
        let both = |light: Color, dark: Color| format!("light-dark({}, {})", light.css(), dark.css());
        Self {
            primary: primary.css(),
            on_primary: light.on_primary.css(),
            accent: both(light.accent, dark.accent),
            hint: both(light.hint, dark.hint),
            surface: both(LIGHT_SURFACE, DARK_SURFACE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pale_color_is_warned_of_and_a_strong_one_is_not() {
        assert!(warning("#ffd400").is_some_and(|text| text.contains("1.4:1") && text.contains("black")));
        assert_eq!(warning("#2447d8"), None);
        assert_eq!(warning("no color"), None);
    }

    #[test]
    fn the_test_chat_has_the_colors_that_the_widget_works_out() {
        // A yellow: written on in black, and too pale for text on a light page.
        let colors = ChatColors::of("#ffd400");
        let accent = Scheme::new(Color::parse("#ffd400").unwrap_or(WHITE), LIGHT_SURFACE).accent;
        assert!(accent.contrast(LIGHT_SURFACE) >= READABLE);
        assert_eq!(colors.on_primary, "#000000");
        assert_eq!(colors.accent, format!("light-dark({}, #ffd400)", accent.css()));
        assert_eq!(colors.surface, "light-dark(#ffffff, #15171c)");
        assert_eq!(ChatColors::of("blue"), ChatColors::of(&DEFAULT_PRIMARY.css()));
    }
}
