//! What a person types about themselves: name, e-mail address, password, code.
use super::problems::Problems;
use shared::limits::{CODE_DIGITS, MAX_EMAIL_BYTES, NAME_CHARS, PASSWORD_CHARS};

/// Adds what is wrong with a person's name.
pub fn check_full_name(name: &str, problems: &mut Problems) {
    let most = *NAME_CHARS.end();
    match name.trim().chars().count() {
        0 => problems.add("full_name", "Enter your name."),
        count if count > most => problems.add("full_name", format!("A name has at most {most} characters.")),
        _ => {}
    }
}

/// Adds what is wrong with an e-mail address. Whether it exists only the mailed code can tell.
pub fn check_email(email: &str, problems: &mut Problems) {
    let email = email.trim();
    if email.is_empty() {
        problems.add("email", "Enter your e-mail address.");
        return;
    }
    let well_formed = email
        .rsplit_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !name.contains('@') && host.len() > 1 && !host.ends_with('.'));
    if !well_formed || email.chars().any(char::is_whitespace) || email.len() > MAX_EMAIL_BYTES {
        problems.add("email", "This does not look like an e-mail address.");
    }
}

/// Adds what is wrong with a new password.
pub fn check_new_password(password: &str, problems: &mut Problems) {
    let (least, most) = PASSWORD_CHARS.into_inner();
    match password.chars().count() {
        0 => problems.add("password", "Choose a password."),
        count if count < least => {
            problems.add(
                "password",
                format!("Use at least {least} characters; this has {count}."),
            );
        }
        count if count > most => {
            problems.add("password", format!("Use at most {most} characters; this has {count}."));
        }
        _ => {}
    }
}

/// Adds what is wrong with a password that should be known already.
pub fn check_known_password(password: &str, problems: &mut Problems) {
    if password.is_empty() {
        problems.add("password", "Enter your password.");
    }
}

/// Returns the digits of a code as it was typed or pasted, spaces and dashes left out.
pub fn code_digits(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

/// Adds what is wrong with a mailed code.
pub fn check_code(typed: &str, problems: &mut Problems) {
    let code = code_digits(typed);
    if code.chars().count() != CODE_DIGITS || !code.chars().all(|c| c.is_ascii_digit()) {
        problems.add("otp_code", format!("The code has {CODE_DIGITS} digits."));
    }
}

/// Returns the token of a mailed link, which stands behind the `#` of the address.
pub fn link_token(fragment: &str) -> Option<String> {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    let token = fragment.strip_prefix("token=").filter(|it| !it.is_empty());
    token.map(str::to_owned)
}

/// Returns the letters that stand for a person where there is no picture.
pub fn initials(full_name: &str) -> String {
    let mut words = full_name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(field: &str, check: impl FnOnce(&mut Problems)) -> Option<String> {
        let mut problems = Problems::default();
        check(&mut problems);
        problems.of(field).map(str::to_owned)
    }

    #[test]
    fn ordinary_addresses_are_accepted() {
        for email in [
            "ada@example.com",
            " ada@example.com ",
            "a.b+c@sub.example.co.uk",
            "ü@münchen.de",
            "ops@localhost",
        ] {
            assert_eq!(why("email", |p| check_email(email, p)), None, "{email}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for email in ["", "ada", "ada@", "@example.com", "a b@example.com", "a@b@c.de", "a@b."] {
            assert!(why("email", |p| check_email(email, p)).is_some(), "{email}");
        }
    }

    #[test]
    fn a_short_password_is_told_how_short_it_is() {
        let told = why("password", |p| check_new_password("sieben7", p));
        assert_eq!(told.as_deref(), Some("Use at least 8 characters; this has 7."));
        assert_eq!(why("password", |p| check_new_password("achtacht", p)), None);
        assert!(why("password", |p| check_new_password(&"x".repeat(129), p)).is_some());
    }

    #[test]
    fn a_pasted_code_may_have_spaces() {
        assert_eq!(code_digits(" 123 456\n"), "123456");
        assert_eq!(why("otp_code", |p| check_code("123-456", p)), None);
        assert!(why("otp_code", |p| check_code("12345", p)).is_some());
        assert!(why("otp_code", |p| check_code("12345a", p)).is_some());
    }

    #[test]
    fn the_token_of_a_link_is_behind_the_hash() {
        for fragment in ["#token=code_1.abc-_", "token=code_1.abc-_"] {
            assert_eq!(link_token(fragment).as_deref(), Some("code_1.abc-_"));
        }
        for fragment in ["", "#", "#token=", "#main", "#x=token=1"] {
            assert_eq!(link_token(fragment), None, "{fragment}");
        }
    }

    #[test]
    fn initials_are_of_the_first_and_the_last_name() {
        assert_eq!(initials("Ada King Lovelace"), "AL");
        assert_eq!(initials("ada"), "A");
        assert_eq!(initials("  "), "");
    }
}
