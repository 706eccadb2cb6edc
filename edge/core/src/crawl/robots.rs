//! robots.txt (RFC 9309): what a host lets us read, and how often.
//!
//! A host's file is read once, into a bounded list of rules that is kept as a row. A page is compared with the list
//! without regular expressions, in time that grows with the list and the address and with nothing else. A rule that
//! cannot be kept as it stands forbids more than it says, never less.
mod pattern;
mod reading;
#[cfg(test)]
mod tests;

use edge_model::time::TimeDelta;
use serde::{Deserialize, Serialize};
use url::Url;

/// What hosts know us by in robots.txt: our product token.
pub const NAME: &str = "EdgewiseBot";
/// How much of a robots.txt is read, in bytes.
pub(crate) const MAX_ROBOTS_BYTES: usize = 500 * 1024;
/// The form in which rules are kept. A row in another form is not used, and the host is asked again.
const FORM: u32 = 1;
/// How many rules for us are kept, how many bytes of them together, and how long one may be.
const MOST_RULES: usize = 2_000;
const MOST_RULE_BYTES: usize = 256 * 1024;
const LONGEST_RULE: usize = 2_048;
/// How many sitemaps are kept, and how long the address of one may be.
const MOST_SITEMAPS: usize = 50;
const LONGEST_SITEMAP: usize = 2_048;
/// The longest time between two requests that a host may ask for.
const LONGEST_DELAY: TimeDelta = TimeDelta::seconds(10);

/// The rules of a host, as they are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    form: u32,
    /// The rule that counts comes first.
    rules: Vec<Rule>,
    delay_ms: i64,
    sitemaps: Vec<String>,
}

/// A rule: what it does with the addresses that its pattern matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Rule(Verdict, String);

/// What a rule does, the strongest first where two patterns are as long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Verdict {
    /// Forbids whatever any other rule allows: the beginning of a rule that could not be kept.
    #[serde(rename = "closed")]
    Close,
    #[serde(rename = "allow")]
    Allow,
    #[serde(rename = "disallow")]
    Disallow,
}

impl Rules {
    /// Reads a robots.txt; `is_whole` says whether these are all of its bytes. What is no rule is passed over.
    pub fn read(bytes: &[u8], is_whole: bool) -> Self {
        reading::read(bytes, is_whole)
    }

    /// Returns the rules as they are kept in a row.
    pub(crate) fn to_row(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Returns the rules of a row; none when it was kept in another form.
    pub(crate) fn from_row(row: &str) -> Option<Self> {
        let rules: Option<Self> = serde_json::from_str(row).ok();
        rules.filter(|it| it.form == FORM)
    }

    /// Tells whether we may ask for an address.
    pub fn allow(&self, url: &str) -> bool {
        let Ok(url) = Url::parse(url) else {
            return false;
        };
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        // RFC 9309, section 2.2.2: it may always be asked for.
        if path == "/robots.txt" {
            return true;
        }
        let path = pattern::spell_path(&path);
        let rule = self.rules.iter().find(|it| pattern::matches(&it.1, &path));
        rule.is_none_or(|it| it.0 == Verdict::Allow)
    }

    /// Returns how long the host wants us to wait between two requests, within reason.
    pub(crate) fn delay(&self) -> TimeDelta {
        TimeDelta::milliseconds(self.delay_ms)
    }

    /// Returns the sitemaps that the host names.
    pub(crate) fn sitemaps(&self) -> &[String] {
        &self.sitemaps
    }

    /// Puts the rule that counts first: one that is closed, then the longest, then one that allows.
    fn sort(&mut self) {
        self.rules.sort_by(|a, b| {
            let is_open = |it: &Rule| it.0 != Verdict::Close;
            let order = is_open(a).cmp(&is_open(b));
            order.then(b.1.len().cmp(&a.1.len())).then(a.0.cmp(&b.0))
        });
        self.rules.dedup();
    }
}
