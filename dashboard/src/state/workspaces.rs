//! Workspaces: who may do what in one, and how much of its plan is used.
use super::problems::Problems;
use shared::limits::NAME_CHARS;
use shared::workspace::MessageUsage;

/// What the signed-in person is in a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Changes content.
    Member,
    /// Does everything but deleting the workspace.
    Admin,
    /// Does everything.
    Owner,
}

impl Role {
    /// Returns the role that the wire names; an unknown one may only read.
    pub fn named(name: &str) -> Self {
        match name {
            "OWNER" => Self::Owner,
            "ADMIN" => Self::Admin,
            "MEMBER" => Self::Member,
            _ => Self::Viewer,
        }
    }

    /// Says whether documents and agents may be changed.
    pub fn edits(self) -> bool {
        self >= Self::Member
    }

    /// Says whether keys and settings may be changed.
    pub fn manages(self) -> bool {
        self >= Self::Admin
    }

    /// Says whether the workspace may be deleted.
    pub fn owns(self) -> bool {
        self == Self::Owner
    }

    /// Returns the word shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Admin => "Admin",
            Self::Member => "Member",
            Self::Viewer => "Viewer",
        }
    }
}

/// Returns a plan's name as people read it: "Free" for `FREE`.
pub fn plan_name(tier: &str) -> String {
    let mut letters = tier.chars();
    letters.next().map_or_else(String::new, |first| {
        first
            .to_uppercase()
            .chain(letters.flat_map(char::to_lowercase))
            .collect()
    })
}

/// How full a plan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// No limit.
    Unlimited,
    /// Some of it is used, in per cent.
    Some(u64),
    /// At least four fifths are used, in per cent.
    Nearly(u64),
    /// Nothing is left.
    Full,
}

/// Returns how full a plan is.
pub fn fill(usage: &MessageUsage) -> Fill {
    match usage.messages_limit {
        None => Fill::Unlimited,
        Some(limit) if usage.messages_used >= limit => Fill::Full,
        Some(limit) => match usage.messages_used.saturating_mul(100) / limit.max(1) {
            percent if percent >= 80 => Fill::Nearly(percent),
            percent => Fill::Some(percent),
        },
    }
}

/// Adds what is wrong with a name that people give to a thing of theirs.
pub fn check_name(name: &str, problems: &mut Problems) {
    let most = *NAME_CHARS.end();
    match name.trim().chars().count() {
        0 => problems.add("name", "Enter a name."),
        count if count > most => problems.add(
            "name",
            format!("A name has at most {most} characters; this has {count}."),
        ),
        _ => {}
    }
}

/// Adds what is wrong with the address of a picture; an empty one means no picture.
pub fn check_picture(field: &str, address: &str, problems: &mut Problems) {
    let address = address.trim();
    let host = address.strip_prefix("https://").unwrap_or_default();
    if !address.is_empty() && (host.is_empty() || host.starts_with('/') || address.contains(char::is_whitespace)) {
        problems.add(field, "Use a full https:// address.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(messages_used: u64, messages_limit: Option<u64>) -> Fill {
        fill(&MessageUsage {
            messages_used,
            messages_limit,
        })
    }

    #[test]
    fn roles_grow_from_viewer_to_owner() {
        assert!(!Role::named("VIEWER").edits() && !Role::named("SOMETHING_NEW").edits());
        assert!(Role::named("MEMBER").edits() && !Role::named("MEMBER").manages());
        assert!(Role::named("ADMIN").manages() && !Role::named("ADMIN").owns());
        assert!(Role::named("OWNER").owns());
    }

    #[test]
    fn a_plan_is_full_at_its_limit_and_not_before() {
        assert_eq!(used(0, Some(100)), Fill::Some(0));
        assert_eq!(used(79, Some(100)), Fill::Some(79));
        assert_eq!(used(99, Some(100)), Fill::Nearly(99));
        assert_eq!(used(100, Some(100)), Fill::Full);
        assert_eq!(used(0, Some(0)), Fill::Full);
        assert_eq!(used(1_000_000, None), Fill::Unlimited);
    }

    #[test]
    fn plan_names_are_words() {
        assert_eq!(plan_name("PROFESSIONAL"), "Professional");
        assert_eq!(plan_name(""), "");
    }

    #[test]
    fn pictures_come_over_https() {
        for (address, fine) in [
            ("", true),
            ("https://example.com/a.png", true),
            ("http://example.com/a.png", false),
            ("https://", false),
            ("https:///a.png", false),
            ("https://exa mple.com", false),
            ("javascript:alert(1)", false),
        ] {
            let mut problems = Problems::default();
            check_picture("logo_url", address, &mut problems);
            assert_eq!(problems.is_empty(), fine, "{address}");
        }
    }
}
