//! robots.txt (RFC 9309): what a host lets us read, and how often.
use texting_robots::Robot;

/// What hosts know us by in robots.txt.
pub const NAME: &str = "EdgewiseBot";
/// How much of a robots.txt is read, in bytes.
pub(crate) const LARGEST: usize = 500 * 1024;
/// The longest time between two requests that a host may ask for, in milliseconds.
const LONGEST_DELAY: i64 = 10_000;

/// The rules of a host.
pub(crate) struct Rules(Option<Robot>);

impl Rules {
    /// Reads a robots.txt. What cannot be read forbids nothing.
    pub(crate) fn read(text: &str) -> Self {
        Self(Robot::new(NAME, text.as_bytes()).ok())
    }

    /// Tells whether we may ask for an address.
    pub(crate) fn allow(&self, url: &str) -> bool {
        self.0.as_ref().is_none_or(|it| it.allowed(url))
    }

    /// Returns how long the host wants us to wait between two requests, in milliseconds, within reason.
    pub(crate) fn delay(&self) -> i64 {
        let seconds = self
            .0
            .as_ref()
            .and_then(|it| it.delay)
            .filter(|it| it.is_finite() && *it > 0.0);
        seconds.map_or(0, |it| ((f64::from(it) * 1_000.0) as i64).min(LONGEST_DELAY))
    }

    /// Returns the sitemaps that the host names.
    pub(crate) fn sitemaps(&self) -> &[String] {
        self.0.as_ref().map_or(&[], |it| &it.sitemaps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_for_us_come_before_those_for_all() {
        let rules = Rules::read(
            "User-agent: *\nDisallow: /\n\nUser-agent: edgewisebot\nDisallow: /private\nAllow: /private/open\n\
             Disallow: /*.pdf$\nCrawl-delay: 2.5\n\nSitemap: https://example.com/map.xml\n",
        );
        for (path, is_allowed) in [
            ("/", true),
            ("/private/a", false),
            ("/private/open/a", true),
            ("/a/b.pdf", false),
            ("/a/b.pdf?x", true),
        ] {
            assert_eq!(rules.allow(&format!("https://example.com{path}")), is_allowed, "{path}");
        }
        assert_eq!(rules.delay(), 2_500);
        assert_eq!(rules.sitemaps(), ["https://example.com/map.xml"]);
    }

    #[test]
    fn nothing_is_forbidden_by_nothing_and_delays_have_a_bound() {
        assert!(Rules::read("").allow("https://example.com/a"));
        assert!(Rules::read("\u{0}\u{1}<html>no robots here</html>").allow("https://example.com/a"));
        assert!(!Rules::read("User-agent: *\nDisallow: /").allow("https://example.com/a"));
        assert!(Rules::read("User-agent: Other\nDisallow: /").allow("https://example.com/a"));
        assert_eq!(Rules::read("User-agent: *\nCrawl-delay: 86400").delay(), 10_000);
        assert_eq!(Rules::read("User-agent: *\nCrawl-delay: -1").delay(), 0);
    }
}
