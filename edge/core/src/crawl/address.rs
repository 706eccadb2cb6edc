//! Addresses: one spelling for each page, and those that lead into a trap.
use edge_model::Timestamp;
use url::Url;

/// Parameters that tell a page who comes and from where, and change nothing of it.
const TRACKING: [&str; 9] = [
    "gclid", "fbclid", "msclkid", "dclid", "mc_cid", "mc_eid", "_ga", "_gl", "igshid",
];
/// Parameters that name a visit.
const SESSIONS: [&str; 8] = [
    "phpsessid",
    "jsessionid",
    "sessionid",
    "session_id",
    "sid",
    "aspsessionid",
    "cfid",
    "cftoken",
];
/// How long the name of a visit is at least: shorter ones may be numbers of pages.
const SESSION_LENGTH: usize = 12;
/// The longest address that is asked for.
const MAX_ADDRESS_BYTES: usize = 1_024;
/// The longest that is kept, in bytes, if only to say that it is not asked for.
pub(crate) const LONGEST_KEPT: usize = 2 * MAX_ADDRESS_BYTES;
/// The deepest folder.
const MAX_FOLDERS: usize = 14;
/// How often a part of a path may return in it.
const REPEATS: usize = 3;
/// How many parameters a page may have.
const PARAMETERS: usize = 6;
/// How many addresses are asked for that differ in one parameter, in several, or in a date.
const OF_ONE_PARAMETER: u32 = 200;
const OF_SEVERAL_PARAMETERS: u32 = 40;
const OF_A_DATE: u32 = 24;
/// How many years before and after today's a date is believed.
const YEARS: std::ops::RangeInclusive<i64> = -30..=1;

/// What is never text: endings of files that a link may lead to.
const FOREIGN: [&str; 48] = [
    "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "bmp", "tif", "tiff", "css", "js", "mjs", "map", "json",
    "woff", "woff2", "ttf", "otf", "eot", "mp3", "mp4", "m4a", "m4v", "mov", "avi", "mkv", "webm", "ogg", "wav",
    "flac", "zip", "gz", "tgz", "bz2", "xz", "7z", "rar", "tar", "exe", "msi", "dmg", "apk", "iso", "jar", "bin",
    "wasm",
];

/// Returns the address that a link on a page leads to, in the one spelling that we know it by; none when it leads to
/// nothing that can be asked for.
pub(crate) fn resolve(base: &Url, link: &str) -> Option<Url> {
    let link = link.trim();
    if link.is_empty() || link.len() > LONGEST_KEPT {
        return None;
    }
    let url = base.join(link).ok()?;
    let url = matches!(url.scheme(), "http" | "https").then(|| spelled(url));
    // Spelled out, it may be longer.
    url.filter(|it| it.as_str().len() <= LONGEST_KEPT)
}

/// Leaves out what does not change the page: the fragment, the visit's name, where the visitor comes from.
pub(crate) fn spelled(mut url: Url) -> Url {
    url.set_fragment(None);
    if let Some((path, _)) = url.path().to_ascii_lowercase().split_once(";jsessionid=") {
        let kept = url.path().get(..path.len()).unwrap_or_default().to_owned();
        url.set_path(&kept);
    }
    let Some(query) = url.query().map(str::to_owned) else {
        return url;
    };
    let is_kept = |pair: &&str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = name.to_ascii_lowercase();
        let is_session = value.len() >= SESSION_LENGTH && SESSIONS.iter().any(|it| name == *it);
        !pair.is_empty() && !name.starts_with("utm_") && !TRACKING.contains(&name.as_str()) && !is_session
    };
    let kept: Vec<&str> = query.split('&').filter(is_kept).collect();
    url.set_query((!kept.is_empty()).then(|| kept.join("&")).as_deref());
    url
}

/// Returns the host of an address, with its port where that is not the usual one: what makes two addresses one site's.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Returns scheme, host and port: who is asked.
pub(crate) fn origin(url: &Url) -> String {
    format!("{}://{}", url.scheme(), host(url))
}

/// Tells why an address is not asked for at all, if so.
pub(crate) fn objection(url: &Url, now: Timestamp) -> Option<&'static str> {
    let parts: Vec<&str> = url.path().split('/').filter(|it| !it.is_empty()).collect();
    let extension = parts
        .last()
        .and_then(|it| it.rsplit_once('.'))
        .map(|it| it.1.to_ascii_lowercase());
    if extension.is_some_and(|it| FOREIGN.contains(&it.as_str())) {
        return Some("not a page or a document");
    }
    if url.as_str().len() > MAX_ADDRESS_BYTES || parts.len() > MAX_FOLDERS {
        return Some("the address is too long");
    }
    let repeats = |part: &&str| parts.iter().filter(|it| *it == part).count() >= REPEATS;
    if parts.iter().any(repeats) {
        return Some("the address repeats itself");
    }
    if url.query_pairs().count() > PARAMETERS {
        return Some("the address has too many parameters");
    }
    let year = now.date().get(..4).and_then(|it| it.parse::<i64>().ok())?;
    match dates(url).any(|it| !YEARS.contains(&(it - year))) {
        true => Some("a calendar without an end"),
        false => None,
    }
}

/// Returns what an address has in common with the others of what may be a trap, and how many of those are asked for.
pub(crate) fn shape(url: &Url) -> Option<(String, u32)> {
    let end = url.path().rsplit('/').find(|it| !it.is_empty()).unwrap_or_default();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit() || it == b'-');
    if dates(url).next().is_some() && (url.query().is_some() || is_number(end)) {
        let path: String = url
            .path()
            .chars()
            .filter(|it| !it.is_ascii_digit() && *it != '-')
            .collect();
        return Some((format!("{}{path} dates", origin(url)), OF_A_DATE));
    }
    let most = match url.query_pairs().count() {
        0 => return None,
        1 => OF_ONE_PARAMETER,
        _ => OF_SEVERAL_PARAMETERS,
    };
    Some((format!("{}{}?", origin(url), url.path()), most))
}

/// Returns the years of the dates in an address: `2026-01`, `2026/1`, or `year=2026`.
fn dates(url: &Url) -> impl Iterator<Item = i64> {
    let pairs = url.query_pairs();
    let words = url.path().split(['/', '-', '_', '.']).map(str::to_owned);
    let values = pairs.flat_map(|(_, it)| it.split(['/', '-', '_', '.']).map(str::to_owned).collect::<Vec<_>>());
    let named = pairs
        .filter(|it| matches!(&*it.0, "year" | "y"))
        .filter_map(|it| year(&it.1));
    let words: Vec<String> = words.chain([String::new()]).chain(values).collect();
    let is_month = |text: &String| text.len() <= 2 && text.parse::<u8>().is_ok_and(|it| (1..=12).contains(&it));
    let pairs: Vec<i64> = words
        .windows(2)
        .filter_map(|it| match it {
            [first, second] if is_month(second) => year(first),
            _ => None,
        })
        .collect();
    pairs.into_iter().chain(named.collect::<Vec<_>>())
}

fn year(text: &str) -> Option<i64> {
    let number = text.parse().ok().filter(|_| text.len() == 4)?;
    (1_000..10_000).contains(&number).then_some(number)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_page_has_one_spelling() {
        let base = url("https://Example.com:443/docs/a?b=1");
        for (link, expected) in [
            ("c#top", "https://example.com/docs/c"),
            ("?utm_source=x&page=2&gclid=1", "https://example.com/docs/a?page=2"),
            ("/x?PHPSESSID=0123456789abcdef", "https://example.com/x"),
            ("/x;jsessionid=0123?a=b", "https://example.com/x?a=b"),
            ("/story?sid=42", "https://example.com/story?sid=42"),
            ("//other.org/", "https://other.org/"),
            (" /y ", "https://example.com/y"),
        ] {
            assert_eq!(resolve(&base, link).unwrap().as_str(), expected, "{link}");
        }
        for link in [
            "mailto:a@b.c",
            "javascript:void(0)",
            "tel:1",
            "",
            "data:text/html,x",
            "http://",
        ] {
            assert_eq!(resolve(&base, link), None, "{link}");
        }
    }

    #[test]
    fn a_trap_is_told_by_its_address() {
        let now = Timestamp::of_date("2026-01-26").unwrap();
        for (path, is_fine) in [
            ("/docs/2024/03/a-release", true),
            ("/calendar/2026/02", true),
            ("/calendar/2031/02", false),
            ("/calendar?year=1776", false),
            ("/calendar?month=2099-12", false),
            ("/a/b/a/b/a/b", false),
            ("/a/b/a/c", true),
            ("/photo.JPG", false),
            ("/manual.pdf", true),
            ("/search?a=1&b=2&c=3&d=4&e=5&f=6&g=7", false),
            ("/models/9000/12v", true),
        ] {
            let objection = objection(&url(&format!("https://example.com{path}")), now);
            assert_eq!(objection.is_none(), is_fine, "{path}: {objection:?}");
        }
        assert!(objection(&url(&format!("https://example.com/{}", "x".repeat(2_000))), now).is_some());
    }

    #[test]
    fn addresses_of_one_shape_are_counted_together() {
        let of = |path: &str| shape(&url(&format!("https://example.com{path}")));
        assert_eq!(of("/a"), None);
        assert_eq!(of("/2024/03/a-release"), None);
        assert_eq!(of("/events/2026/02"), of("/events/2025/11"));
        assert!(of("/events/2026/02").is_some_and(|it| it.1 == OF_A_DATE));
        assert_eq!(of("/shop?color=red&size=m").map(|it| it.1), Some(OF_SEVERAL_PARAMETERS));
        assert_eq!(of("/shop?p=1"), of("/shop?p=2"));
        assert_ne!(of("/shop?p=1"), of("/other?p=1"));
    }
}
