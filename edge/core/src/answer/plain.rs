//! An answer without its Markdown, for callers that show plain text.
use retrieval::{Format, parse::parse};

/// Returns an answer's text without marks of citations, of which there are `citations`, and without Markdown.
pub(crate) fn plain(markdown: &str, citations: usize) -> String {
    let unmarked = (1..=citations).fold(markdown.to_owned(), |text, number| {
        let mark = format!("[{number}]");
        text.replace(&format!("\n\n{mark}"), "")
            .replace(&format!(" {mark}"), "")
            .replace(&mark, "")
    });
    let blocks = parse(Format::Markdown, &unmarked).blocks;
    let texts: Vec<String> = blocks.into_iter().map(|it| it.text).collect();
    texts.join("\n\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_markdown_are_gone_and_the_words_stay() {
        assert_eq!(
            plain(
                "Submit **via** [Expensify](https://e.example) by the 20th. [1] See `a[0]`. [2]",
                2
            ),
            "Submit via Expensify by the 20th. See a[0]."
        );
        assert_eq!(plain("Call 555 [3].", 2), "Call 555 [3].");
        assert_eq!(plain("- one\n- two [1]", 1), "- one\n- two");
    }
}
