//! The page of the dashboard, in which trunk's `<link data-trunk …>` say what belongs to it.
use anyhow::{Context as _, Result, bail};

/// What such an element asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asset<'a> {
    /// A file that is served as it is.
    Copy(&'a str),
    /// A style sheet.
    Style(&'a str),
    /// The compiled application.
    Application,
}

/// Puts what `replacement` answers in the place of each such element, and `preload` at the end of the head.
///
/// # Errors
/// When an element asks for something that is not known here, the page has no head, and those of `replacement`.
pub(super) fn filled(
    page: &str,
    preload: &str,
    mut replacement: impl FnMut(Asset<'_>) -> Result<String>,
) -> Result<String> {
    let (mut made, mut rest) = (String::new(), page);
    while let Some((before, from)) = split_at(rest, "<link") {
        let (element, after) = split_at(from, ">").context("a <link without an end")?;
        made += before;
        rest = &after[1..];
        if !element.split_whitespace().any(|it| it == "data-trunk") {
            made += element;
            made += ">";
            continue;
        }
        made += &replacement(asset(element)?)?;
    }
    made += rest;
    let (head, body) = split_at(&made, "</head>").context("the page has no head")?;
    let lines = head.lines().filter(|line| !line.trim().is_empty());
    let head: String = lines.map(|line| format!("{}\n", line.trim_end())).collect();
    Ok(format!("{head}    {preload}\n  {body}"))
}

fn asset(element: &str) -> Result<Asset<'_>> {
    let href = || attribute(element, "href").with_context(|| format!("{element}> has no href"));
    Ok(match attribute(element, "rel") {
        Some("copy-file") => Asset::Copy(href()?),
        Some("css") => Asset::Style(href()?),
        Some("rust") => Asset::Application,
        _ => bail!("{element}> asks for something that only trunk makes"),
    })
}

fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let (_, from) = element.split_once(&format!(" {name}=\""))?;
    from.split_once('"').map(|it| it.0)
}

/// What is before `words`, and what begins with them.
fn split_at<'a>(text: &'a str, words: &str) -> Option<(&'a str, &'a str)> {
    text.find(words).map(|at| text.split_at(at))
}

#[cfg(test)]
mod tests {
    use super::{Asset, filled};

    const PAGE: &str = "<head>\n  <link data-trunk rel=\"copy-file\" href=\"boot.js\">\n  <link rel=\"icon\" href=\"a.svg\">\n  \
                        <link data-trunk rel=\"css\" href=\"a.css\">\n  <link\n    data-trunk\n    rel=\"rust\" href=\"x\"\n  >\n\
                        </head>\n<body></body>\n";

    #[test]
    fn each_asset_of_the_page_is_replaced() {
        let page = filled(PAGE, "<link rel=\"preload\">", |asset| {
            Ok(match asset {
                Asset::Copy(name) => {
                    assert_eq!(name, "boot.js");
                    String::new()
                }
                Asset::Style(name) => format!("<style {name}>"),
                Asset::Application => "<script>".into(),
            })
        });
        assert_eq!(
            page.unwrap(),
            "<head>\n  <link rel=\"icon\" href=\"a.svg\">\n  <style a.css>\n  <script>\n    <link rel=\"preload\">\n  </head>\n\
             <body></body>\n"
        );
    }

    #[test]
    fn what_only_trunk_makes_is_an_error() {
        let page = "<head><link data-trunk rel=\"tailwind-css\" href=\"a.css\"></head>";
        assert!(filled(page, "", |_| Ok(String::new())).is_err());
    }
}
