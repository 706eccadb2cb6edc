//! Every address of the application, so that no page spells one out.

/// Where the application lives on its origin.
pub const BASE: &str = "/dashboard";

/// Returns the address of the sign-in page, which goes back to `next` afterwards.
pub fn sign_in(next: Option<&str>) -> String {
    match next {
        Some(next) => format!("{BASE}/sign-in?next={}", encode(next)),
        None => format!("{BASE}/sign-in"),
    }
}

/// Returns the address of the sign-up page.
pub fn sign_up() -> String {
    format!("{BASE}/sign-up")
}

/// Returns the address of the page that takes the code mailed to `email` for a sign-up, whose id is known only to who
/// made it.
pub fn verification(email: &str, signup_id: Option<&str>) -> String {
    let id = signup_id.map_or_else(String::new, |it| format!("&signup={}", encode(it)));
    format!("{BASE}/verify?email={}{id}", encode(email))
}

/// Returns the address of the page that mails a code for a new password.
pub fn forgotten() -> String {
    format!("{BASE}/forgot-password")
}

/// Returns the address of the page that takes the code and the new password.
pub fn reset(email: &str) -> String {
    format!("{BASE}/reset-password?email={}", encode(email))
}

/// Returns the address of the list of workspaces.
pub fn workspaces() -> String {
    format!("{BASE}/")
}

/// Returns the address of the account page.
pub fn account() -> String {
    format!("{BASE}/account")
}

/// Returns the address of a page of a workspace: `""` for its overview, or the page's noun.
pub fn within(workspace: &str, page: &str) -> String {
    if page.is_empty() {
        format!("{BASE}/w/{}", encode(workspace))
    } else {
        format!("{BASE}/w/{}/{page}", encode(workspace))
    }
}

/// Returns the address of an agent's editor.
pub fn agent(workspace: &str, agent: &str) -> String {
    within(workspace, &format!("agents/{}", encode(agent)))
}

/// Returns where to go after signing in, when `next` is an address of this application and nothing else.
pub fn safe_next(next: &str) -> Option<&str> {
    let inside = next.strip_prefix(BASE)?;
    let safe = inside.starts_with('/') && !inside.contains("//") && !inside.contains('\\');
    safe.then_some(next)
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_application_is_a_safe_return() {
        assert_eq!(
            safe_next("/dashboard/w/ws_1/agents?x=1"),
            Some("/dashboard/w/ws_1/agents?x=1")
        );
    }

    #[test]
    fn another_site_is_not_a_safe_return() {
        for next in [
            "https://evil.example",
            "//evil.example",
            "/dashboard//evil",
            "/dashboardish/",
            "/dashboard/\\evil",
            "",
        ] {
            assert_eq!(safe_next(next), None, "{next}");
        }
    }

    #[test]
    fn reserved_characters_are_encoded() {
        assert_eq!(encode("a b+c@d.e/ü"), "a%20b%2Bc%40d.e%2F%C3%BC");
    }

    #[test]
    fn a_verification_names_the_sign_up_if_it_is_known() {
        assert_eq!(
            verification("a@b.de", Some("signup_1")),
            "/dashboard/verify?email=a%40b.de&signup=signup_1"
        );
        assert_eq!(verification("a@b.de", None), "/dashboard/verify?email=a%40b.de");
    }

    #[test]
    fn sign_in_carries_the_return_address() {
        assert_eq!(
            sign_in(Some("/dashboard/w/a?q=1")),
            "/dashboard/sign-in?next=%2Fdashboard%2Fw%2Fa%3Fq%3D1"
        );
    }
}
