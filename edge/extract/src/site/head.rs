//! What a page says of itself, and where it leads.
use scraper::node::Element;
use scraper::{ElementRef, Html};
use std::collections::BTreeSet;
use url::Url;

/// How many links of a page are kept.
const LINKS: usize = 2_000;
/// The longest address and the longest title, in bytes and in characters.
const MAX_ADDRESS_LENGTH: usize = 2_048;
const TITLE: usize = 300;
/// Who is meant by directives for crawlers.
const NAMES: [&str; 3] = ["robots", "edgewisebot", "edgewise"];
/// A page that sends its visitors on later than this, in seconds, is there to be read.
const IMMEDIATE_REFRESH_SECONDS: f32 = 10.0;

#[derive(Default)]
pub(super) struct Head {
    pub(super) title: Option<String>,
    pub(super) links: Vec<String>,
    pub(super) canonical: Option<String>,
    pub(super) refresh: Option<String>,
    pub(super) is_noindex: bool,
    pub(super) is_nofollow: bool,
    pub(super) language: Option<String>,
}

pub(super) fn read(html: &Html, url: &Url) -> Head {
    let mut head = Head::default();
    let root = html.root_element();
    head.language = root
        .attr("lang")
        .map(str::trim)
        .filter(|it| is_language(it))
        .map(str::to_owned);
    // Only the first `base` counts, wherever it stands.
    let base = root
        .descendent_elements()
        .find(|it| it.value().name() == "base" && it.attr("href").is_some());
    let base = base.and_then(|it| it.attr("href")).and_then(|it| url.join(it).ok());
    let base = base.as_ref().unwrap_or(url);
    let mut seen = BTreeSet::new();
    for element in root.descendent_elements() {
        match element.value().name() {
            "meta" => meta(&mut head, element.value(), base),
            "link" if is_rel(element.value(), "canonical") && head.canonical.is_none() => {
                head.canonical = address(base, element.attr("href"));
            }
            "title" if head.title.is_none() && !is_drawing(&element) => {
                let text = element.text().collect::<String>();
                let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
                head.title = Some(words.chars().take(TITLE).collect()).filter(|it: &String| !it.is_empty());
            }
            "a" | "area" if !is_rel(element.value(), "nofollow") && seen.len() < LINKS => {
                if let Some(link) = address(base, element.attr("href"))
                    && seen.insert(link.clone())
                {
                    head.links.push(link);
                }
            }
            _ => {}
        }
    }
    head
}

/// Pictures inside a page have titles, too.
fn is_drawing(element: &ElementRef<'_>) -> bool {
    let mut above = element.ancestors().filter_map(ElementRef::wrap);
    above.any(|it| it.value().name() == "svg")
}

fn is_rel(element: &Element, word: &str) -> bool {
    let rel = element.attr("rel").unwrap_or_default();
    rel.split_ascii_whitespace().any(|it| it.eq_ignore_ascii_case(word))
}

fn is_language(text: &str) -> bool {
    (2..=35).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
}

fn meta(head: &mut Head, element: &Element, base: &Url) {
    let content = element.attr("content").unwrap_or_default();
    let name = element.attr("name").unwrap_or_default().trim().to_ascii_lowercase();
    if NAMES.contains(&name.as_str()) {
        let content = content.to_ascii_lowercase();
        let mut words = content.split([',', ' ']);
        head.is_noindex |= words.clone().any(|it| matches!(it, "noindex" | "none"));
        head.is_nofollow |= words.any(|it| matches!(it, "nofollow" | "none"));
    }
    let equivalent = element.attr("http-equiv").unwrap_or_default();
    if equivalent.trim().eq_ignore_ascii_case("refresh") && head.refresh.is_none() {
        head.refresh = refresh(content).and_then(|it| address(base, Some(it)));
    }
}

/// Reads `0; url=/there`; none when the page only reloads, or is there to be read first.
fn refresh(content: &str) -> Option<&str> {
    let (seconds, rest) = content.split_once([';', ','])?;
    let is_at_once = seconds
        .trim()
        .parse::<f32>()
        .is_ok_and(|it| it <= IMMEDIATE_REFRESH_SECONDS);
    let rest = rest.trim();
    let is_named = rest.get(..3).is_some_and(|it| it.eq_ignore_ascii_case("url"));
    let target = match rest.get(3..).map(str::trim_start).and_then(|it| it.strip_prefix('=')) {
        Some(target) if is_named => target,
        _ => rest,
    };
    let target = target.trim().trim_matches(['"', '\'']);
    (is_at_once && !target.is_empty()).then_some(target)
}

fn address(base: &Url, link: Option<&str>) -> Option<String> {
    let link = link?.trim();
    if link.is_empty() || link.len() > MAX_ADDRESS_LENGTH || link.starts_with('#') {
        return None;
    }
    let mut url = base.join(link).ok()?;
    url.set_fragment(None);
    (matches!(url.scheme(), "http" | "https") && url.as_str().len() <= MAX_ADDRESS_LENGTH).then(|| url.into())
}
