//! An agent as it is being edited: read from the wire, checked, and sent back as what has changed.
use super::problems::Problems;
use super::transcript::percent;
use super::workspaces::{check_name, check_picture};
use shared::agent::{Agent, BehaviorSettings, ResponseConfig, UpdateAgent, WidgetSettings};
use shared::knowledge::Collection;
use shared::limits;
use shared_chat::color::{Color, DEFAULT_PRIMARY};
use std::ops::RangeInclusive;

/// Pairs of a wire word and the word shown to people.
pub type Choices = &'static [(&'static str, &'static str)];

/// What an agent is for.
pub const TYPES: Choices = &[
    ("SUPPORT", "Support"),
    ("SALES", "Sales"),
    ("FAQ", "FAQ"),
    ("CUSTOM", "Custom"),
];
/// How it sounds.
pub const TONES: Choices = &[
    ("friendly", "Friendly"),
    ("professional", "Professional"),
    ("casual", "Casual"),
    ("formal", "Formal"),
];
/// How much it says.
pub const STYLES: Choices = &[
    ("conversational", "Conversational"),
    ("concise", "Concise"),
    ("detailed", "Detailed"),
];
/// Which language it answers in.
pub const LANGUAGES: Choices = &[
    ("auto", "The visitor\u{2019}s language"),
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("it", "Italian"),
    ("pt", "Portuguese"),
    ("nl", "Dutch"),
];
/// How it looks questions up.
pub const STRATEGIES: Choices = &[
    ("CEDAR", "With what was said before"),
    ("CYPRESS", "Also part by part"),
    ("REDWOOD", "As they were asked"),
];
/// What puts its answers into words.
pub const GENERATORS: Choices = &[
    ("default", "The language model, if there is one"),
    ("extractive", "Always the documents\u{2019} own sentences"),
];
/// How the widget is lit.
pub const THEMES: Choices = &[("auto", "Match the visitor"), ("light", "Light"), ("dark", "Dark")];
/// Where the widget sits.
pub const POSITIONS: Choices = &[("bottom-right", "Bottom right"), ("bottom-left", "Bottom left")];

/// Every setting as its control holds it: numbers that are typed stay text until they are checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Visitors see it at the top of the chat.
    pub name: String,
    /// Only the customer sees it.
    pub description: String,
    /// A word of [`TYPES`].
    pub agent_type: String,
    /// A word of [`TONES`].
    pub tone: String,
    /// A word of [`STYLES`].
    pub response_style: String,
    /// A word of [`LANGUAGES`].
    pub language_mode: String,
    /// In characters.
    pub max_response_length: String,
    /// In per cent.
    pub threshold: u32,
    /// Whether visitors see the passages.
    pub show_sources: bool,
    /// A word of [`STRATEGIES`].
    pub strategy: String,
    /// A word of [`GENERATORS`].
    pub generator: String,
    /// What it says first.
    pub greeting: String,
    /// What it says when the documents hold no answer.
    pub fallback: String,
    /// The ids of the collections it answers from.
    pub collections: Vec<String>,
    /// A word of [`THEMES`].
    pub theme: String,
    /// `#rrggbb`.
    pub color: String,
    /// In CSS pixels.
    pub radius: String,
    /// A word of [`POSITIONS`].
    pub position: String,
    /// Whether a bubble shows the greeting.
    pub greeting_enabled: bool,
    /// In seconds.
    pub greeting_delay: String,
    /// One question a line.
    pub questions: String,
    /// Whether the widget names us.
    pub powered_by: bool,
    /// An https address, or nothing.
    pub avatar: String,
}

impl Draft {
    /// Reads the draft from an agent.
    pub fn of(agent: &Agent) -> Self {
        let (behaviour, response, widget) = (&agent.behavior_settings, &agent.response_config, &agent.widget);
        let word = |word: &Option<String>, otherwise: &str| word.clone().unwrap_or_else(|| otherwise.to_owned());
        Self {
            name: agent.name.clone(),
            description: agent.description.clone(),
            agent_type: agent.agent_type.clone(),
            tone: word(&behaviour.tone, "friendly"),
            response_style: word(&behaviour.response_style, "conversational"),
            language_mode: word(&behaviour.language_mode, "auto"),
            max_response_length: response.max_response_length.unwrap_or(600).to_string(),
            threshold: percent(response.confidence_threshold.unwrap_or(0.6)),
            show_sources: response.show_sources.unwrap_or(true),
            strategy: word(&response.strategy, "CEDAR"),
            generator: word(&response.generator, "default"),
            greeting: agent.greeting_message.clone(),
            fallback: agent.fallback_message.clone(),
            collections: agent
                .knowledge_collections
                .iter()
                .map(|collection| collection.id.clone())
                .collect(),
            theme: word(&widget.theme, "auto"),
            color: word(&widget.primary_color, &DEFAULT_PRIMARY.css()),
            radius: widget.border_radius.unwrap_or(12).to_string(),
            position: word(&widget.position, "bottom-right"),
            greeting_enabled: widget.greeting_enabled.unwrap_or(true),
            greeting_delay: seconds(widget.greeting_delay.unwrap_or(3_000)),
            questions: widget.suggested_questions.clone().unwrap_or_default().join("\n"),
            powered_by: widget.show_powered_by.unwrap_or(true),
            avatar: word(&widget.avatar_url, ""),
        }
    }

    /// Returns what keeps the draft from being saved.
    pub fn problems(&self) -> Problems {
        let mut problems = Problems::default();
        check_name(&self.name, &mut problems);
        if !is_within(&self.max_response_length, &limits::ANSWER_CHARS) {
            let why = format!("Use a number from {}.", span(&limits::ANSWER_CHARS));
            problems.add("max_response_length", why);
        }
        for (field, text) in [
            ("greeting_message", &self.greeting),
            ("fallback_message", &self.fallback),
        ] {
            let most = *limits::PHRASE_CHARS.end();
            if text.chars().count() > most {
                problems.add(field, format!("Use at most {most} characters."));
            }
        }
        if self.fallback.trim().is_empty() {
            problems.add(
                "fallback_message",
                "Say what a visitor reads when the documents hold no answer.",
            );
        }
        if self.collections.is_empty() {
            problems.add("collection_ids", "Choose at least one collection to answer from.");
        }
        self.check_widget(&mut problems);
        problems
    }

    fn check_widget(&self, problems: &mut Problems) {
        if Color::parse(&self.color).is_none() {
            problems.add("primary_color", "Use a colour such as #2447d8.");
        }
        if !is_within(&self.radius, &limits::BORDER_RADIUS_PX) {
            let why = format!("Use a number from {}.", span(&limits::BORDER_RADIUS_PX));
            problems.add("border_radius", why);
        }
        if milliseconds(&self.greeting_delay).is_none() {
            let why = format!("Use a number of seconds from {}.", delay_span());
            problems.add("greeting_delay", why);
        }
        let questions = self.question_list();
        let (most, longest) = (limits::MAX_SUGGESTIONS, limits::MAX_SUGGESTION_CHARS);
        if questions.len() > most {
            problems.add("suggested_questions", format!("Use at most {most} questions."));
        } else if questions.iter().any(|question| question.chars().count() > longest) {
            let why = format!("A question has at most {longest} characters.");
            problems.add("suggested_questions", why);
        }
        check_picture("avatar_url", &self.avatar, problems);
    }

    /// Returns the suggested questions, empty lines left out.
    pub fn question_list(&self) -> Vec<String> {
        self.questions
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// Puts a collection in or takes it out.
    pub fn toggle_collection(&mut self, id: &str) {
        toggle(&mut self.collections, id);
    }

    /// Returns what has changed against `saved`; what is alike is absent.
    pub fn changes(&self, saved: &Self) -> UpdateAgent {
        let text = |own: &String, other: &String| (own != other).then(|| own.trim().to_owned());
        UpdateAgent {
            name: text(&self.name, &saved.name),
            description: text(&self.description, &saved.description),
            agent_type: text(&self.agent_type, &saved.agent_type),
            behavior_settings: (self.behaviour() != saved.behaviour()).then(|| self.behaviour()),
            response_config: (self.response() != saved.response()).then(|| self.response()),
            conversation_rules: None,
            greeting_message: text(&self.greeting, &saved.greeting),
            fallback_message: text(&self.fallback, &saved.fallback),
            collection_ids: (self.collections != saved.collections).then(|| self.collections.clone()),
            widget: (self.widget() != saved.widget()).then(|| self.widget()),
        }
    }

    fn behaviour(&self) -> BehaviorSettings {
        BehaviorSettings {
            tone: Some(self.tone.clone()),
            response_style: Some(self.response_style.clone()),
            language_mode: Some(self.language_mode.clone()),
        }
    }

    fn response(&self) -> ResponseConfig {
        ResponseConfig {
            max_response_length: whole(&self.max_response_length),
            confidence_threshold: Some(f64::from(self.threshold) / 100.0),
            show_sources: Some(self.show_sources),
            strategy: Some(self.strategy.clone()),
            generator: Some(self.generator.clone()),
        }
    }

    fn widget(&self) -> WidgetSettings {
        WidgetSettings {
            theme: Some(self.theme.clone()),
            primary_color: Color::parse(&self.color).map(Color::css),
            border_radius: whole(&self.radius),
            position: Some(self.position.clone()),
            greeting_enabled: Some(self.greeting_enabled),
            greeting_delay: milliseconds(&self.greeting_delay),
            suggested_questions: Some(self.question_list()),
            show_powered_by: Some(self.powered_by),
            avatar_url: Some(self.avatar.trim().to_owned()),
        }
    }
}

/// Puts an id in or takes it out.
pub fn toggle(ids: &mut Vec<String>, id: &str) {
    match ids.iter().position(|kept| kept == id) {
        Some(at) => {
            ids.remove(at);
        }
        None => ids.push(id.to_owned()),
    }
}

/// Returns what a new agent answers from unless it is told otherwise: whatever holds documents, else the default one.
pub fn first_collections(collections: &[Collection]) -> Vec<String> {
    let ids = |wanted: fn(&Collection) -> bool| -> Vec<String> {
        collections
            .iter()
            .filter(|it| wanted(it))
            .map(|it| it.id.clone())
            .collect()
    };
    let filled = ids(|it| it.document_count > 0);
    if filled.is_empty() {
        ids(|it| it.is_default)
    } else {
        filled
    }
}

fn whole(text: &str) -> Option<u32> {
    text.trim().parse().ok()
}

fn seconds(milliseconds: u32) -> String {
    (f64::from(milliseconds) / 1_000.0).to_string()
}

fn milliseconds(seconds: &str) -> Option<u32> {
    let seconds: f64 = seconds.trim().replace(',', ".").parse().ok()?;
    let milliseconds = (seconds * 1_000.0).round();
    let (least, most) = limits::GREETING_DELAY_MS.into_inner();
    // Within the range the conversion is exact; not-a-number is in no range.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
    (f64::from(least)..=f64::from(most))
        .contains(&milliseconds)
        .then_some(milliseconds as u32)
}

fn is_within(text: &str, range: &RangeInclusive<u32>) -> bool {
    whole(text).is_some_and(|number| range.contains(&number))
}

/// Returns a range as people read it: "50 to 4000".
pub fn span(range: &RangeInclusive<u32>) -> String {
    format!("{} to {}", range.start(), range.end())
}

/// Returns when a greeting may appear, in seconds, as people read it.
pub fn delay_span() -> String {
    let (least, most) = limits::GREETING_DELAY_MS.into_inner();
    format!("{} to {}", seconds(least), seconds(most))
}

/// What visitors get of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Nothing yet.
    Draft,
    /// What is shown here.
    Published,
    /// An older version of it.
    Behind,
    /// Nothing any more.
    Archived,
}

impl Service {
    /// Returns what visitors get of an agent with this status.
    pub fn of(status: &str, unpublished_changes: bool) -> Self {
        match (status, unpublished_changes) {
            ("PUBLISHED", false) => Self::Published,
            ("PUBLISHED", true) => Self::Behind,
            ("ARCHIVED", _) => Self::Archived,
            _ => Self::Draft,
        }
    }

    /// Returns the word shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Published => "Published",
            Self::Behind => "Unpublished changes",
            Self::Archived => "Archived",
        }
    }
}

/// Returns the word that people see for a word of the wire.
pub fn label(choices: Choices, word: &str) -> String {
    choices
        .iter()
        .find(|(value, _)| *value == word)
        .map_or_else(|| word.to_owned(), |(_, label)| (*label).to_owned())
}

#[cfg(test)]
mod tests;
