//! A robots.txt, line by line, into rules: groups by product token, and what counts for all.
use super::pattern::{literal_beginning, spell_pattern};
use super::{FORM, LONGEST_DELAY, LONGEST_RULE, LONGEST_SITEMAP, MOST_RULE_BYTES, MOST_RULES, MOST_SITEMAPS, NAME};
use super::{MAX_ROBOTS_BYTES, Rule, Rules, Verdict};
use encoding_rs::{Encoding, UTF_8};
use std::borrow::Cow;

/// The rules of all groups for one product token.
#[derive(Default)]
struct Group {
    /// Whether the file has such a group; without a rule it forbids nothing.
    is_there: bool,
    rules: Vec<Rule>,
    bytes: usize,
    /// What all rules begin with that forbid something and had no room.
    closed: Option<String>,
    delay_ms: i64,
}

pub(super) fn read(bytes: &[u8], is_whole: bool) -> Rules {
    let bytes = bytes.get(..MAX_ROBOTS_BYTES).unwrap_or(bytes);
    let text = decoded(bytes);
    let is_end = |it: &u8| matches!(it, b'\n' | b'\r');
    // A line that is cut off says something else.
    let whole = if is_whole {
        None
    } else {
        Some(text.iter().rposition(is_end).unwrap_or_default())
    };
    let lines = text
        .get(..whole.unwrap_or(text.len()))
        .unwrap_or_default()
        .split(is_end);
    let (mut ours, mut everybodys) = (Group::default(), Group::default());
    let (mut is_ours, mut is_everybodys) = (false, false);
    // Names one after the other have the rules that follow them in common.
    let mut is_naming = false;
    let mut sitemaps = vec![];
    for (key, value) in lines.filter_map(pair) {
        let mut groups = [(is_ours, &mut ours), (is_everybodys, &mut everybodys)];
        let meant = groups.iter_mut().filter(|it| it.0).map(|it| &mut *it.1);
        match key.as_str() {
            "user-agent" | "useragent" | "user agent" => {
                if !is_naming {
                    (is_ours, is_everybodys) = (false, false);
                }
                is_naming = true;
                is_ours |= token(value).eq_ignore_ascii_case(NAME.as_bytes());
                is_everybodys |= value == b"*" || value.starts_with(b"* ");
                ours.is_there |= is_ours;
            }
            "allow" => {
                is_naming = false;
                meant.for_each(|it| it.allow(value));
            }
            // Misspellings that are not rare are meant to forbid something, too.
            "disallow" | "dissallow" | "dissalow" | "disalow" | "diasllow" | "disallaw" => {
                is_naming = false;
                meant.for_each(|it| it.disallow(value));
            }
            "crawl-delay" => meant.for_each(|it| it.delay_ms = delay_ms(value)),
            "sitemap" | "site-map" => {
                let address = std::str::from_utf8(value).ok().filter(|it| it.len() <= LONGEST_SITEMAP);
                sitemaps.extend(address.filter(|_| sitemaps.len() < MOST_SITEMAPS).map(str::to_owned));
            }
            _ => {}
        }
    }
    let group = if ours.is_there { ours } else { everybodys };
    let mut rules = Rules {
        form: FORM,
        delay_ms: group.delay_ms,
        rules: group.rules,
        sitemaps,
    };
    rules.rules.extend(group.closed.map(|it| Rule(Verdict::Close, it)));
    rules.sort();
    rules
}

/// Returns the text without its byte order mark; one in UTF-16 as UTF-8.
fn decoded(bytes: &[u8]) -> Cow<'_, [u8]> {
    match Encoding::for_bom(bytes) {
        Some((encoding, mark)) if encoding != UTF_8 => {
            let (text, _) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
            Cow::Owned(text.into_owned().into_bytes())
        }
        Some((_, mark)) => Cow::Borrowed(bytes.get(mark..).unwrap_or_default()),
        None => Cow::Borrowed(bytes),
    }
}

/// Reads a line: its key in lower case, and its value without the comment.
fn pair(line: &[u8]) -> Option<(String, &[u8])> {
    const LONGEST_KEY: usize = 40;
    let line = line.split(|it| *it == b'#').next()?;
    let at = line.iter().position(|it| *it == b':')?;
    let (key, value) = line.split_at_checked(at)?;
    let key = key.trim_ascii();
    let key = std::str::from_utf8(key).ok().filter(|it| it.len() <= LONGEST_KEY)?;
    Some((key.to_ascii_lowercase(), value.get(1..)?.trim_ascii()))
}

/// Returns the product token at the beginning: `EdgewiseBot` of `EdgewiseBot/0.1.0`.
fn token(value: &[u8]) -> &[u8] {
    let is_part = |it: &u8| it.is_ascii_alphabetic() || matches!(it, b'-' | b'_');
    let length = value.iter().take_while(|it| is_part(it)).count();
    value.get(..length).unwrap_or_default()
}

fn delay_ms(value: &[u8]) -> i64 {
    let seconds = std::str::from_utf8(value).ok().and_then(|it| it.parse::<f64>().ok());
    let seconds = seconds.filter(|it| it.is_finite() && *it > 0.0);
    seconds.map_or(0, |it| ((it * 1_000.0) as i64).min(LONGEST_DELAY.num_milliseconds()))
}

impl Group {
    /// Keeps what is allowed; what cannot be kept allows nothing.
    fn allow(&mut self, value: &[u8]) {
        if let Some(path) = path(value).filter(|it| it.len() <= LONGEST_RULE)
            && (path.starts_with(b"/") || path.starts_with(b"*"))
        {
            let rule = Rule(Verdict::Allow, spell_pattern(path));
            let _ = self.keep(rule);
        }
    }

    /// Keeps what is forbidden; of what cannot be kept, the beginning is forbidden whatever else is allowed.
    fn disallow(&mut self, value: &[u8]) {
        let Some(path) = path(value) else { return };
        let is_too_long = path.len() > LONGEST_RULE;
        let mut pattern = spell_pattern(beginning(path));
        if !pattern.starts_with(['/', '*']) {
            pattern.insert(0, '/');
        }
        let rule = if is_too_long {
            Rule(Verdict::Close, literal_beginning(&pattern).to_owned())
        } else {
            Rule(Verdict::Disallow, pattern)
        };
        if let Err(Rule(_, pattern)) = self.keep(rule) {
            self.close(literal_beginning(&pattern));
        }
    }

    /// Keeps a rule, or gives it back when there is no room.
    fn keep(&mut self, rule: Rule) -> Result<(), Rule> {
        let bytes = self.bytes + rule.1.len();
        if self.rules.len() >= MOST_RULES || bytes > MOST_RULE_BYTES {
            return Err(rule);
        }
        self.bytes = bytes;
        self.rules.push(rule);
        Ok(())
    }

    /// Forbids a beginning: with those before it, by what they have in common.
    fn close(&mut self, beginning: &str) {
        let common = match self.closed.take() {
            Some(before) => {
                let pairs = before.bytes().zip(beginning.bytes());
                let length = pairs.take_while(|(a, b)| a == b).count();
                before.get(..length).unwrap_or_default().to_owned()
            }
            None => beginning.to_owned(),
        };
        self.closed = Some(common);
    }
}

/// Returns as much of a path as is kept, without half of a percent-encoded byte at its end.
fn beginning(path: &[u8]) -> &[u8] {
    let Some(cut) = path.get(..LONGEST_RULE).filter(|it| it.len() < path.len()) else {
        return path;
    };
    let half = cut.iter().rposition(|it| *it == b'%').filter(|at| at + 2 >= cut.len());
    half.and_then(|at| cut.get(..at)).unwrap_or(cut)
}

/// Returns the path of a rule; none when it is empty, which means nothing. Whole addresses are no paths, but their
/// meaning is clear.
fn path(value: &[u8]) -> Option<&[u8]> {
    let is_address = |scheme: &&[u8]| {
        value
            .get(..scheme.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(scheme))
    };
    let schemes: [&[u8]; 2] = [b"https://", b"http://"];
    let path = match schemes.iter().find(|it| is_address(it)) {
        Some(scheme) => {
            let rest = value.get(scheme.len()..)?;
            let at = rest.iter().position(|it| *it == b'/');
            at.and_then(|it| rest.get(it..)).unwrap_or(b"/")
        }
        None => value,
    };
    (!path.is_empty()).then_some(path)
}
