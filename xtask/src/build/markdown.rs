//! Markdown to HTML: headings can be linked to, links between pages lose their `.md`, raw HTML is dropped.
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// A page of the documentation.
pub(super) struct Page {
    /// The first heading, safe inside HTML.
    pub(super) title: String,
    /// Safe HTML.
    pub(super) content: String,
}

/// Renders a page.
pub(super) fn page(text: &str) -> Page {
    let events: Vec<Event<'_>> = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH)
        .filter(|event| !matches!(event, Event::Html(_) | Event::InlineHtml(_)))
        .collect();
    let title = first_heading(&events).unwrap_or_else(|| "Documentation".into());
    let mut content = String::new();
    html::push_html(&mut content, with_addresses(events).into_iter());
    Page {
        title: escaped(&title),
        content,
    }
}

fn first_heading(events: &[Event<'_>]) -> Option<String> {
    let start = events.iter().position(|event| {
        matches!(
            event,
            Event::Start(Tag::Heading {
                level: HeadingLevel::H1,
                ..
            })
        )
    })?;
    Some(words_from(&events[start..]))
}

/// Gives headings their anchors and links between pages their addresses.
fn with_addresses(mut events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    for at in 0..events.len() {
        let anchor = matches!(events[at], Event::Start(Tag::Heading { .. })).then(|| slug(&words_from(&events[at..])));
        match &mut events[at] {
            Event::Start(Tag::Heading { id, .. }) => *id = anchor.map(CowStr::from),
            Event::Start(Tag::Link { dest_url, .. }) => {
                if let Some(address) = page_address(dest_url) {
                    *dest_url = address.into();
                }
            }
            _ => {}
        }
    }
    events
}

/// The text from a heading's start to its end.
fn words_from(events: &[Event<'_>]) -> String {
    let inside = events
        .iter()
        .take_while(|it| !matches!(it, Event::End(TagEnd::Heading(_))));
    inside
        .filter_map(|event| {
            if let Event::Text(text) | Event::Code(text) = event {
                Some(&**text)
            } else {
                None
            }
        })
        .collect()
}

/// `limits.md#plans` is `/docs/limits#plans` on the site.
fn page_address(link: &str) -> Option<String> {
    let (page, anchor) = link
        .split_once('#')
        .map_or((link, String::new()), |(page, it)| (page, format!("#{it}")));
    let name = page.strip_suffix(".md").filter(|_| !page.contains("://"))?;
    let name = name.trim_start_matches("./");
    Some(if name == "index" {
        format!("/docs/{anchor}")
    } else {
        format!("/docs/{name}{anchor}")
    })
}

fn slug(heading: &str) -> String {
    let lower = heading.to_lowercase();
    let words = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn headings_get_anchors_and_links_between_pages_addresses() {
        let made = page("# Limits\n\n## Per `key`, a minute\n\n[plans](./plans.md#free) [x](https://a.example/b.md)\n");
        assert_eq!(made.title, "Limits");
        assert_eq!(
            made.content,
            "<h1 id=\"limits\">Limits</h1>\n<h2 id=\"per-key-a-minute\">Per <code>key</code>, a minute</h2>\n\
             <p><a href=\"/docs/plans#free\">plans</a> <a href=\"https://a.example/b.md\">x</a></p>\n"
        );
    }

    #[test]
    fn raw_html_is_dropped_and_text_is_escaped() {
        let made = page("# A < B\n\n<script>alert(1)</script>\n\ntext <img src=x onerror=alert(1)> `<b>`\n");
        assert_eq!(made.title, "A &lt; B");
        assert!(
            !made.content.contains("<script") && !made.content.contains("<img"),
            "{}",
            made.content
        );
        assert!(made.content.contains("<code>&lt;b&gt;</code>"), "{}", made.content);
    }
}
