//! The kinds of API keys and whom each is for.

/// What a key opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// The widget on web pages.
    #[default]
    Widget,
    /// The Twig API.
    Twig,
    /// The Twin API.
    Twin,
    /// The Builder API.
    Builder,
}

impl Kind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Widget, Self::Twig, Self::Twin, Self::Builder];

    /// Returns the kind that the wire names.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Returns the word of the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Widget => "widget",
            Self::Twig => "twig",
            Self::Twin => "twin",
            Self::Builder => "builder",
        }
    }

    /// Returns the name shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Widget => "Website widget",
            Self::Twig => "Twig API",
            Self::Twin => "Twin API",
            Self::Builder => "Builder API",
        }
    }

    /// Returns what the key is for, in a sentence.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Widget => "Goes into web pages, where anyone can read it. It works on the domains you list.",
            Self::Twig => "For back ends that chat with your agents. Keep it secret.",
            Self::Twin => "For bots that ask your default agent. Keep it secret.",
            Self::Builder => "For automation that makes and runs agents. Keep it secret.",
        }
    }

    /// Says whether a key of this kind is tied to domains.
    pub fn has_domains(self) -> bool {
        self == Self::Widget
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_word() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.as_str()), Some(kind));
        }
        assert_eq!(Kind::named("root"), None);
    }

    #[test]
    fn only_the_widget_is_tied_to_domains() {
        assert!(Kind::Widget.has_domains());
        assert!(!Kind::Twig.has_domains());
    }
}
