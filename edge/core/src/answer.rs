//! Answering, as one readable function: question, standalone question, passages, confidence, sentences, citations.
use crate::app::App;
use crate::{Result, index};
use edge_model::agent::{AgentConfig, ResponseStyle, Tone};
use edge_model::conversation::{Author, Citation, Trace, Turn};
use edge_model::snapshot::Snapshot;
use edge_model::{CollectionId, DocumentId, MessageId};
use retrieval::{Embedder, Extract, ExtractOptions, Hit, Index, Retrieval, SearchOptions, Separator, Style};

/// As many passages are looked at.
const PASSAGES: usize = 8;
/// What a passage must at least score beside the best one to be quoted from.
const WORTHY: f32 = 0.85;
/// What a citation takes, in characters: a blank line and `[1]` after a table, a space and `[1]` otherwise.
const MARK: usize = 5;
/// What an answer must at least have room for after its lead-in, in characters.
const LEAST: usize = 40;

/// What is known when a question is to be answered.
pub struct Brief<'a> {
    pub config: &'a AgentConfig,
    pub agent_version: String,
    /// None before the first document.
    pub snapshot: Option<&'a Snapshot>,
    /// The turns before, oldest first.
    pub history: &'a [Turn],
    pub question: &'a str,
}

/// An answer, put together.
#[derive(Clone, Debug)]
pub struct Composed {
    /// Markdown in pieces to be streamed; `[1]` cites the first citation.
    pub pieces: Vec<String>,
    pub citations: Vec<Citation>,
    /// A calibrated probability, 0 to 1.
    pub confidence: f64,
    /// False when the text is the agent's fallback.
    pub is_answered: bool,
    pub trace: Trace,
}

impl Composed {
    /// Returns the whole text.
    pub fn text(&self) -> String {
        self.pieces.concat()
    }
}

/// What a stream of an answer is made of. Each dialect frames it in its own way.
#[derive(Clone, Debug)]
pub enum AnswerEvent {
    Started {
        message_id: MessageId,
    },
    /// The next piece of the text.
    Text(String),
    Citations(Vec<Citation>),
    /// The end of an answer that is kept.
    Finished {
        confidence: f64,
        is_answered: bool,
    },
    /// The end of one that went wrong.
    Failed(crate::Error),
}

/// Answers a question from an agent's documents, or with its fallback.
///
/// # Errors
/// When the index or the model cannot be read.
pub async fn compose(app: &App, brief: &Brief<'_>) -> Result<Composed> {
    let question = standalone(brief.question, brief.history);
    let (embedder, retrieval) = match brief.snapshot {
        Some(snapshot) => {
            let embedder = index::embedder(app).await?;
            let index = index::load(app, snapshot).await?;
            let found = retrieve(&embedder, &index, &question, brief.config);
            (Some(embedder), found)
        }
        None => (None, Retrieval::default()),
    };
    let confidence = f64::from(retrieval.confidence);
    let trace = Trace {
        agent_version: brief.agent_version.clone(),
        snapshot: brief.snapshot.map_or(0, |it| it.version),
        generator: "extractive".into(),
        strategy: "CEDAR".into(),
        features: retrieval
            .features
            .iter()
            .map(|(name, value)| ((*name).to_owned(), f64::from(*value)))
            .collect(),
        standalone_question: question.clone(),
    };
    if confidence >= brief.config.confidence_threshold
        && let Some(embedder) = embedder
    {
        let (pieces, citations) = quote(&embedder, &question, &retrieval.hits, brief.config);
        if !pieces.is_empty() {
            return Ok(Composed {
                pieces,
                citations,
                confidence,
                is_answered: true,
                trace,
            });
        }
    }
    let pieces = words(&brief.config.fallback_message);
    Ok(Composed {
        pieces,
        citations: vec![],
        confidence,
        is_answered: false,
        trace,
    })
}

/// Makes a follow-up understandable by itself: a question that leans on the one before is looked up together with it.
fn standalone(question: &str, history: &[Turn]) -> String {
    const LEANING: [&str; 14] = [
        "it", "its", "they", "them", "their", "that", "this", "those", "these", "he", "she", "there", "one", "ones",
    ];
    const OPENING: [&str; 6] = ["and", "or", "but", "also", "then", "so"];
    let words: Vec<String> = question
        .split(|it: char| !it.is_alphanumeric() && it != '\'')
        .filter(|it| !it.is_empty())
        .map(str::to_lowercase)
        .collect();
    let begins = words.first().is_some_and(|it| OPENING.contains(&it.as_str()));
    let asks_about =
        words.starts_with(&["what".into(), "about".into()]) || words.starts_with(&["how".into(), "about".into()]);
    let leans = words.len() <= 12 && words.iter().any(|it| LEANING.contains(&it.as_str()));
    let before = history.iter().rev().find(|it| it.author == Author::Visitor);
    match before {
        Some(turn) if begins || asks_about || leans || words.len() <= 2 => format!("{} {question}", turn.text),
        _ => question.to_owned(),
    }
}

fn retrieve(embedder: &Embedder, index: &Index, question: &str, config: &AgentConfig) -> Retrieval {
    let collections: Vec<String> = config.collection_ids.iter().map(CollectionId::to_string).collect();
    let options = SearchOptions {
        collections: Some(&collections),
        limit: PASSAGES,
    };
    let mut found = index.search(embedder, question, &options);
    // A fixed language prefers its documents, where there are any.
    let in_language = |hit: &Hit| hit.language.as_deref() == Some(config.language_mode.as_str());
    if found.hits.iter().any(in_language) {
        found.hits.retain(in_language);
    }
    found
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

/// Quotes the sentences that answer, in reading order, each sentence's source numbered at its end.
fn quote(embedder: &Embedder, question: &str, hits: &[Hit], config: &AgentConfig) -> (Vec<String>, Vec<Citation>) {
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
        return (vec![], vec![]);
    }
    let mut pieces = words(lead);
    let cited = extract.cited_hits();
    for (position, sentence) in extract.sentences.iter().enumerate() {
        match sentence.separator {
            // A list or a table begins a paragraph of its own after the lead-in.
            Separator::None if position == 0 && !lead.is_empty() && is_block(&sentence.text) => {
                pieces.push("\n\n".into())
            }
            Separator::None => {}
            separator => pieces.push(separator.as_str().into()),
        }
        pieces.extend(words(&sentence.text));
        let number = cited.iter().position(|it| *it == sentence.hit).unwrap_or_default() + 1;
        if config.show_sources && sentence.cite {
            // A mark inside a table or code block would be part of it.
            pieces.push(if is_closed(&sentence.text) {
                format!("\n\n[{number}]")
            } else {
                format!(" [{number}]")
            });
        }
    }
    let citations = cited.iter().filter_map(|it| hits.get(*it)).map(citation).collect();
    (pieces, if config.show_sources { citations } else { vec![] })
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

fn citation(hit: &Hit) -> Citation {
    Citation {
        document_id: DocumentId::new(hit.document_id.as_str()),
        title: hit.title.clone(),
        url: hit.url.clone(),
        heading_path: hit.heading_path.clone(),
        chunk_index: hit.chunk_index,
        text: hit.text.clone(),
        score: f64::from(hit.score),
    }
}

/// Splits a text into words, each with the white space before it, as the dialects' streams show them.
fn words(text: &str) -> Vec<String> {
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

    #[test]
    fn a_question_that_leans_on_the_one_before_takes_it_along() {
        let history = [Turn {
            author: Author::Visitor,
            text: "What does the Pro plan cost?".into(),
        }];
        assert_eq!(
            standalone("And for students?", &history),
            "What does the Pro plan cost? And for students?"
        );
        assert_eq!(
            standalone("Does it include support?", &history),
            "What does the Pro plan cost? Does it include support?"
        );
        assert_eq!(
            standalone("How do I reset my password?", &history),
            "How do I reset my password?"
        );
        assert_eq!(standalone("Does it include support?", &[]), "Does it include support?");
    }
}
