//! The documentation: each Markdown page as it was written, and as a page of the site.
use super::markdown::{Page, page};
use crate::paths::{files_below, write};
use anyhow::{Context as _, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// In the folder of the pages: HTML with `{{title}}`, `{{nav}}` and `{{content}}`.
const TEMPLATE: &str = "template.html";
/// In the same folder: the pages' names in reading order, one a line. Those it leaves out follow, by name.
const ORDER: &str = "order.txt";

/// Whether a file of `public/` is only there to make pages with.
pub(super) fn is_template(name: &Path) -> bool {
    [TEMPLATE, ORDER].iter().any(|it| name == Path::new("docs").join(it))
}

/// Renders every page that has a template to go into.
pub(super) fn make(source: &Path, target: &Path) -> Result<Vec<PathBuf>> {
    let Ok(template) = fs::read_to_string(source.join(TEMPLATE)) else {
        return Ok(Vec::new());
    };
    let order = fs::read_to_string(source.join(ORDER)).unwrap_or_default();
    let mut pages = Vec::new();
    for file in files_below(source)?
        .into_iter()
        .filter(|file| file.extension().is_some_and(|it| it == "md"))
    {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        pages.push((name, page(&text)));
    }
    pages.sort_by_key(|(name, _)| {
        (
            order.lines().position(|line| line.trim() == name).unwrap_or(usize::MAX),
            name.clone(),
        )
    });
    let mut outputs = Vec::new();
    for (name, page) in &pages {
        let output = target.join(format!("{name}.html"));
        write(&output, filled(&template, name, page, &pages))?;
        outputs.push(output);
    }
    Ok(outputs)
}

fn filled(template: &str, current: &str, page: &Page, pages: &[(String, Page)]) -> String {
    let links = pages.iter().map(|(name, page)| {
        let mark = if name == current { " aria-current=\"page\"" } else { "" };
        // `index` is the folder itself.
        let address = if name == "index" {
            "/docs/".to_owned()
        } else {
            format!("/docs/{name}")
        };
        format!("<li><a href=\"{address}\"{mark}>{}</a></li>", page.title)
    });
    let navigation = format!("<ul>{}</ul>", links.collect::<String>());
    // The content goes in last: what it says is not searched for places to fill.
    let head = template
        .replace("{{title}}", &page.title)
        .replace("{{nav}}", &navigation);
    head.replacen("{{content}}", &page.content, 1)
}

#[cfg(test)]
mod tests {
    use super::make;
    use std::fs;

    #[test]
    fn pages_are_rendered_in_order_with_the_current_one_marked() {
        let folder = std::env::temp_dir().join(format!("docs-{}", std::process::id()));
        let source = folder.join("source");
        fs::create_dir_all(&source).unwrap();
        fs::write(
            source.join("template.html"),
            "<title>{{title}}</title>{{nav}}<main>{{content}}</main>",
        )
        .unwrap();
        fs::write(source.join("order.txt"), "start\n").unwrap();
        fs::write(source.join("api.md"), "# The API\n\nSee {{nav}}.\n").unwrap();
        fs::write(source.join("start.md"), "# Getting <b>started</b> & more\n").unwrap();
        let outputs = make(&source, &folder.join("made")).unwrap();
        assert_eq!(outputs, [folder.join("made/start.html"), folder.join("made/api.html")]);
        let made = fs::read_to_string(&outputs[1]).unwrap();
        assert_eq!(
            made,
            "<title>The API</title><ul><li><a href=\"/docs/start\">Getting started &amp; more</a></li>\
             <li><a href=\"/docs/api\" aria-current=\"page\">The API</a></li></ul>\
             <main><h1 id=\"the-api\">The API</h1>\n<p>See {{nav}}.</p>\n</main>"
        );
        fs::remove_dir_all(&folder).unwrap();
    }
}
