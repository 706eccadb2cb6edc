//! The extractive generator: answers in the documents' own sentences.
use super::{Speech, citation};
use edge_model::agent::{AgentConfig, ResponseStyle, Tone};
use retrieval::{Embedder, Extract, ExtractOptions, Hit, Separator, Style};

/// What a passage must at least score beside the best one to be quoted from.
const WORTHY: f32 = 0.85;
/// What a citation takes, in characters: a blank line and `[1]` after a table, a space and `[1]` otherwise.
const MARK: usize = 5;
/// What an answer must at least have room for after its lead-in, in characters.
const LEAST: usize = 40;

/// Says the sentences that answer, in reading order, each sentence's source numbered at its end. Tells whether there
/// were any.
pub(super) fn quote(
    embedder: &Embedder,
    question: &str,
    hits: &[Hit],
    config: &AgentConfig,
    speech: &mut Speech<'_>,
) -> bool {
    // A lead-in may be followed by a blank line. One that leaves no room for what it leads to is left out.
    let taken = |lead: &str| if lead.is_empty() { 0 } else { lead.len() + 2 };
    let has_room = |lead: &&str| usize::try_from(config.max_response_length).is_ok_and(|it| it >= taken(lead) + LEAST);
    let lead = Some(lead_in(config.tone, config.style))
        .filter(has_room)
        .unwrap_or_default();
    // A passage that fits much less well would water the answer down.
    let best = hits.first().map_or(0.0, |it| it.score);
    let worthy = hits.iter().take_while(|it| it.score >= best * WORTHY).count();
    let hits = hits.get(..worthy).unwrap_or_default();
    let extract = pick(embedder, question, hits, config, taken(lead));
    if extract.sentences.is_empty() {
        return false;
    }
    words(lead).into_iter().for_each(|it| speech.say(it));
    let cited = extract.cited_hits();
    for (position, sentence) in extract.sentences.iter().enumerate() {
        match sentence.separator {
            // A list or a table begins a paragraph of its own after the lead-in.
            Separator::None if position == 0 && !lead.is_empty() && is_block(&sentence.text) => {
                speech.say("\n\n".into())
            }
            Separator::None => {}
            separator => speech.say(separator.as_str().into()),
        }
        words(&sentence.text).into_iter().for_each(|it| speech.say(it));
        let number = cited.iter().position(|it| *it == sentence.hit).unwrap_or_default() + 1;
        if config.show_sources && sentence.cite {
            // A mark inside a table or code block would be part of it.
            speech.say(if is_closed(&sentence.text) {
                format!("\n\n[{number}]")
            } else {
                format!(" [{number}]")
            });
        }
    }
    if config.show_sources {
        speech.composed.citations = cited.iter().filter_map(|it| hits.get(*it)).map(citation).collect();
    }
    true
}

/// Picks the sentences that answer, so many that they fit with `before` characters before them and their citations.
fn pick(embedder: &Embedder, question: &str, hits: &[Hit], config: &AgentConfig, before: usize) -> Extract {
    let most = usize::try_from(config.max_response_length)
        .unwrap_or(usize::MAX)
        .saturating_sub(before);
    let style = match config.style {
        ResponseStyle::Concise => Style::Concise,
        ResponseStyle::Conversational => Style::Conversational,
        ResponseStyle::Detailed => Style::Detailed,
    };
    // Most answers have one citation; room for more is made when there are more.
    let mut marks = 1;
    loop {
        let room = |marks: usize| if config.show_sources { marks * MARK } else { 0 };
        let max_chars = most.saturating_sub(room(marks));
        let extract = retrieval::extract::extract(embedder, question, hits, &ExtractOptions { max_chars, style });
        let found = extract.sentences.iter().filter(|it| it.cite).count();
        if found <= marks || extract.text().chars().count() + room(found) <= most {
            return extract;
        }
        marks = found;
    }
}

/// Tells whether Markdown begins with what must stand at the beginning of a line.
fn is_block(text: &str) -> bool {
    let digits = text.trim_start_matches(|it: char| it.is_ascii_digit());
    ["- ", "* ", "+ ", "|", "```", "    ", "> "]
        .iter()
        .any(|it| text.starts_with(it))
        || (digits.len() < text.len() && (digits.starts_with(". ") || digits.starts_with(") ")))
}

/// Tells whether Markdown ends with a table or a code block.
fn is_closed(text: &str) -> bool {
    let last = text.trim_end().lines().last().unwrap_or_default();
    last.starts_with("```") || (last.starts_with('|') && last.ends_with('|'))
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
