//! The extractive generator: answers in the documents' own sentences.
use super::AnswerWriter;
use edge_model::agent::{AgentConfig, ResponseStyle, Tone};
use retrieval::answer::{Found, Wording, quote};
use retrieval::{Embedder, Style};

/// Says what answers, and for parts of the question that have no answer the fallback. Tells whether there was anything.
pub(super) fn write(embedder: &Embedder, found: &Found, config: &AgentConfig, writer: &mut AnswerWriter<'_>) -> bool {
    let mut wording = wording(config);
    // A language model may have begun.
    if writer.has_begun() {
        let said = writer.draft.text.chars().count();
        wording.max_chars = wording.max_chars.saturating_sub(said);
        wording.lead = "";
    }
    let answer = quote(embedder, found, &wording);
    words(&answer.text).into_iter().for_each(|it| writer.write(it));
    writer.draft.citations = answer.citations.iter().map(super::citation).collect();
    writer.has_begun()
}

fn wording(config: &AgentConfig) -> Wording<'_> {
    Wording {
        style: match config.style {
            ResponseStyle::Concise => Style::Concise,
            ResponseStyle::Conversational => Style::Conversational,
            ResponseStyle::Detailed => Style::Detailed,
        },
        lead: lead_in(config.tone, config.style),
        fallback: &config.fallback_message,
        max_chars: usize::try_from(config.max_response_length).unwrap_or(usize::MAX),
        cites: config.show_sources,
    }
}

/// The agent's set phrase before an answer: the tone, as far as quoting leaves room for one.
fn lead_in(tone: Tone, style: ResponseStyle) -> &'static str {
    match (style, tone) {
        (ResponseStyle::Concise, _) | (_, Tone::Professional) => "",
        (_, Tone::Friendly) => "Here is what I found: ",
        (_, Tone::Casual) => "Sure! ",
        (_, Tone::Formal) => "According to our documentation: ",
    }
}

/// Splits a text into words, each with the white space before it, as the dialects' streams show them.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_space = true;
    for c in text.chars() {
        match words.last_mut() {
            Some(word) if !c.is_whitespace() || was_space => word.push(c),
            _ => words.push(c.into()),
        }
        was_space = c.is_whitespace();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_add_up_to_the_text() {
        let text = "We offer  three\n\nplans: Free, Pro. ";
        assert_eq!(words(text).concat(), text);
        assert_eq!(words("We offer three"), ["We", " offer", " three"]);
        assert!(words("").is_empty());
    }
}
