//! Names in mails: what members have named cannot pass for our words, and is no link in any mail program.
use edge_model::text::{is_invisible, turns_direction};

/// How much of a name a mail shows, in characters: enough for a name, too little for a message.
const LONGEST_NAME: usize = 60;
/// What separates the labels of a domain (UTS #46, section 2.3).
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{FF0E}', '\u{FF61}'];

/// Writes a name in one line without anything that a mail program makes a link of: `https://evil.example/x` becomes
/// `https evil. example/x`. Honest names stay readable.
pub(super) fn safe_name(name: &str) -> String {
    let unlinked = name.replace("://", " ").replace(['@', '\u{FF20}', '\u{FE6B}'], " at ");
    let chars: Vec<char> = unlinked.chars().filter(|it| is_kept(*it)).collect();
    let mut text = String::with_capacity(unlinked.len());
    for (index, c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|it| chars.get(it));
        let after = chars.get(index + 1);
        text.push(if c.is_whitespace() { ' ' } else { *c });
        if DOTS.contains(c) && is_domain_dot(before, after) {
            text.push(' ');
        }
    }
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST_NAME {
        return line;
    }
    let cut: String = line.chars().take(LONGEST_NAME - 1).collect();
    format!("{}…", cut.trim_end())
}

/// Leaves out what cannot be seen, and could hide a dot or a letter from us.
fn is_kept(c: char) -> bool {
    c.is_whitespace() || (!c.is_control() && !is_invisible(c) && !turns_direction(c))
}

/// Tells whether a dot stands where it joins two labels of a domain. Between digits it is that of a number.
fn is_domain_dot(before: Option<&char>, after: Option<&char>) -> bool {
    let is_label = |it: Option<&char>| it.is_some_and(|it| it.is_alphanumeric() || *it == '-');
    let is_digit = |it: Option<&char>| it.is_some_and(char::is_ascii_digit);
    is_label(before) && is_label(after) && !(is_digit(before) && is_digit(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn honest_names_stay_as_they_are() {
        for name in [
            "Dr. Smith",
            "Acme Inc.",
            "Smith & Sons, Ltd. (est. 1954)",
            "Studio 2.0",
            "Café-Müller",
            "東京ラーメン",
            "דוד כהן",
            "AT&T / Bell",
        ] {
            assert_eq!(safe_name(name), name);
        }
    }

    #[test]
    fn nothing_in_a_name_becomes_a_link() {
        for (name, shown) in [
            ("Booking.com team", "Booking. com team"),
            ("https://evil.example/login", "https evil. example/login"),
            ("Acme www.evil.example now", "Acme www. evil. example now"),
            ("mail ann@evil.example", "mail ann at evil. example"),
            ("evil\u{200b}.example", "evil. example"),
            ("evil\u{3002}example", "evil\u{3002} example"),
            ("J.R.R. Tolkien", "J. R. R. Tolkien"),
            ("Acme\r\n\r\nYour account is locked", "Acme Your account is locked"),
            ("gpj\u{202e}exe", "gpjexe"),
        ] {
            assert_eq!(safe_name(name), shown);
        }
        let long = safe_name(&"word ".repeat(40));
        assert!(long.chars().count() <= LONGEST_NAME && long.ends_with('…'), "{long}");
    }
}
