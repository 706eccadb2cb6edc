//! An answer without its Markdown, for callers that show plain text.
use edge_extract::markup::markdown;
use retrieval::BlockKind;
use retrieval::answer::JOINER;

/// Stands for `<` while Markdown is read: no text has it.
const LESS: &str = "\u{fdd0}";

/// Returns an answer's text without marks of citations, of which there are `citations`, and without Markdown. What
/// looks like HTML is text: it was in a document.
pub(crate) fn plain(answer: &str, citations: usize) -> String {
    let blocks = markdown::parse(&answer.replace('<', LESS)).blocks;
    let texts = blocks.into_iter().map(|it| match it.kind {
        BlockKind::Code => it.text,
        _ => unmarked(it.text, citations),
    });
    let texts: Vec<String> = texts.filter(|it| !it.is_empty()).collect();
    texts.join("\n\n").replace(LESS, "<").trim().to_owned()
}

fn unmarked(text: String, citations: usize) -> String {
    let unmarked = (1..=citations).fold(text, |text, number| {
        let mark = format!("[{number}]");
        text.replace(&format!(" {mark}"), "").replace(&mark, "")
    });
    unmarked.replace(JOINER, "")
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
        assert_eq!(
            plain("Set `a[1]`:\n\n```\na[1] < 2\n```\n\n[1]", 1),
            "Set a:\n\n```\na[1] < 2\n```"
        );
        assert_eq!(
            plain("Paste <script> before </body>. [1] Then wait.", 1),
            "Paste <script> before </body>. Then wait."
        );
        assert_eq!(plain("- one\n- two [1]", 1), "- one\n- two");
    }
}
