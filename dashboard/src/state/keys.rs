//! The kinds of API keys and whom each is for.
use shared::key::Key;

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
            Self::Twig => "For back ends that search your documents and are told of events. Keep it secret.",
            Self::Twin => "For bots that ask your default agent. Keep it secret.",
            Self::Builder => "For automation that makes and runs agents. Keep it secret.",
        }
    }

    /// Says whether a key of this kind is tied to domains.
    pub fn has_domains(self) -> bool {
        self == Self::Widget
    }
}

/// Says whether more keys that work may follow a list, in which those that are revoked come last.
pub fn may_have_more(listed: &[Key]) -> bool {
    listed.last().is_some_and(|key| key.is_active)
}

/// Says what a key has made; none when it has made nothing.
pub fn made(webhooks: u64) -> Option<String> {
    match webhooks {
        0 => None,
        1 => Some("Made 1 webhook".to_owned()),
        count => Some(format!("Made {count} webhooks")),
    }
}

/// Says what goes with a key that has made webhooks.
pub fn consequence(webhooks: u64) -> String {
    match webhooks {
        1 => "The webhook that it made is deleted with it:".to_owned(),
        count => format!("The {count} webhooks that it made are deleted with it:"),
    }
}

/// Says what came of a revocation.
pub fn outcome_of(webhooks_deleted: usize) -> String {
    match webhooks_deleted {
        0 => "The key is revoked.".to_owned(),
        1 => "The key is revoked, and the webhook that it made is deleted.".to_owned(),
        count => format!("The key is revoked, and the {count} webhooks that it made are deleted."),
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
    fn what_goes_with_a_key_is_counted() {
        assert_eq!((made(0), made(1)), (None, Some("Made 1 webhook".to_owned())));
        assert_eq!(consequence(2), "The 2 webhooks that it made are deleted with it:");
        assert_eq!(outcome_of(0), "The key is revoked.");
        assert!(outcome_of(1).ends_with("the webhook that it made is deleted."));
    }

    #[test]
    fn only_the_widget_is_tied_to_domains() {
        assert!(Kind::Widget.has_domains());
        assert!(!Kind::Twig.has_domains());
    }
}
