//! An answer as what is drawn of it: the nodes that visitors see.
use shared::agent::{Source, TestAnswer};
use shared_chat::markdown::{Citable, Node, parse, plain};

/// Returns the text of an answer. A number in it cites a source only where there is one.
pub fn nodes(answer: &TestAnswer) -> Vec<Node> {
    parse(&answer.response, Citable::Sources(answer.sources.len()))
}

/// Returns the passage that a source quotes. Nothing in it is a citation of the answer.
pub fn passage(source: &Source) -> Vec<Node> {
    parse(&source.chunk_preview, Citable::Sources(0))
}

/// Returns an answer as a screen reader says it.
pub fn spoken(answer: &TestAnswer) -> String {
    plain(&nodes(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared_chat::cases::{CASES, outline};

    fn source(text: &str) -> Source {
        Source {
            document_id: String::new(),
            title: String::new(),
            chunk_preview: text.to_owned(),
            relevance_score: 0.5,
            url: None,
            heading_path: Vec::new(),
            chunk_index: 0,
        }
    }

    fn answer(text: &str, sources: usize) -> TestAnswer {
        TestAnswer {
            response: text.to_owned(),
            sources: vec![source(""); sources],
            confidence: 0.5,
            response_time_ms: 1,
            answered: true,
        }
    }

    #[test]
    fn an_answer_is_drawn_as_every_client_draws_it() {
        for case in CASES {
            let nodes = nodes(&answer(case.markdown, case.sources));
            assert_eq!(outline(&nodes), case.drawn, "{}", case.markdown);
        }
    }

    #[test]
    fn a_passage_cites_nothing() {
        assert_eq!(
            outline(&passage(&source("**As** seen in [1]"))),
            "<p><strong>As</strong> seen in [1]</p>"
        );
    }

    #[test]
    fn a_screen_reader_says_no_marks_and_no_citations() {
        assert_eq!(spoken(&answer("**Five** days [1].", 1)), "Five days.");
    }
}
