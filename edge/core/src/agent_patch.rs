//! What of an agent may be changed, in types that hold only what will do.
use crate::ssrf::PublicUrl;
use crate::{Error, Result};
use edge_model::CollectionId;
use edge_model::agent::{GeneratorChoice, ResponseStyle, Strategy, Tone};
use edge_model::limits;
use edge_model::text::{Description, Name, Phrase};
use edge_store::agents::Changes;
use serde::Serialize;
use serde_json::{Map, Value};

/// A change of an agent; none keeps.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub name: Option<Name>,
    pub description: Option<Description>,
    pub agent_type: Option<AgentType>,
    pub tone: Option<Tone>,
    pub style: Option<ResponseStyle>,
    pub language_mode: Option<LanguageMode>,
    pub max_response_length: Option<ResponseLength>,
    pub confidence_threshold: Option<Threshold>,
    pub show_sources: Option<bool>,
    pub strategy: Option<Strategy>,
    pub generator: Option<GeneratorChoice>,
    pub conversation_rules: Option<Map<String, Value>>,
    pub greeting_message: Option<Phrase>,
    pub fallback_message: Option<Phrase>,
    pub collection_ids: Option<Vec<CollectionId>>,
    pub widget: WidgetPatch,
}

/// A change of what the widget shows; none keeps.
#[derive(Clone, Debug, Default)]
pub struct WidgetPatch {
    pub theme: Option<Theme>,
    pub primary_color: Option<Color>,
    pub border_radius: Option<BorderRadius>,
    pub position: Option<Position>,
    pub greeting_enabled: Option<bool>,
    pub greeting_delay: Option<GreetingDelay>,
    pub suggested_questions: Option<Suggestions>,
    pub show_powered_by: Option<bool>,
    pub avatar_url: Option<Option<PublicUrl>>,
}

impl Patch {
    /// Returns the change as it is written: the members of an agent's row and of its draft that are given.
    ///
    /// # Errors
    /// When a value cannot be written as JSON.
    pub(crate) fn changes(self) -> Result<Changes> {
        let Self {
            name,
            description,
            agent_type,
            tone,
            style,
            language_mode,
            max_response_length,
            confidence_threshold,
            show_sources,
            strategy,
            generator,
            conversation_rules,
            greeting_message,
            fallback_message,
            collection_ids,
            widget,
        } = self;
        let name = name.map(|it| it.to_string());
        let (avatar_url, widget) = widget.changes()?;
        let mut draft = Draft::default();
        draft.set("name", name.as_ref())?;
        draft.set("description", description.map(|it| it.to_string()))?;
        draft.set("tone", tone)?;
        draft.set("style", style)?;
        draft.set("language_mode", language_mode.map(|it| it.0))?;
        draft.set("max_response_length", max_response_length.map(|it| it.0))?;
        draft.set("confidence_threshold", confidence_threshold.map(|it| it.0))?;
        draft.set("show_sources", show_sources)?;
        draft.set("strategy", strategy)?;
        draft.set("generator", generator)?;
        draft.set("greeting_message", greeting_message.map(|it| it.to_string()))?;
        draft.set("fallback_message", fallback_message.map(|it| it.to_string()))?;
        draft.set("collection_ids", collection_ids)?;
        draft.set("widget", Some(widget).filter(|it| !it.is_empty()))?;
        Ok(Changes {
            name,
            agent_type: agent_type.map(|it| it.0),
            draft: draft.0,
            conversation_rules,
            avatar_url,
        })
    }
}

impl WidgetPatch {
    /// Returns the avatar apart from the rest, since it alone may become null.
    #[expect(clippy::type_complexity, reason = "whether it is given, and whether it is null")]
    fn changes(self) -> Result<(Option<Option<String>>, Map<String, Value>)> {
        let Self {
            theme,
            primary_color,
            border_radius,
            position,
            greeting_enabled,
            greeting_delay,
            suggested_questions,
            show_powered_by,
            avatar_url,
        } = self;
        let mut widget = Draft::default();
        widget.set("theme", theme.map(|it| it.0))?;
        widget.set("primary_color", primary_color.map(|it| it.0))?;
        widget.set("border_radius", border_radius.map(|it| it.0))?;
        widget.set("position", position.map(|it| it.0))?;
        widget.set("greeting_enabled", greeting_enabled)?;
        widget.set("greeting_delay", greeting_delay.map(|it| it.0))?;
        widget.set("suggested_questions", suggested_questions.map(|it| it.0))?;
        widget.set("show_powered_by", show_powered_by)?;
        let avatar_url = avatar_url.map(|it| it.map(|url| url.as_str().to_owned()));
        Ok((avatar_url, widget.0))
    }
}

/// Members of a draft, called as in [`edge_model::agent::AgentConfig`].
#[derive(Default)]
struct Draft(Map<String, Value>);

impl Draft {
    fn set(&mut self, name: &str, value: Option<impl Serialize>) -> Result<()> {
        if let Some(value) = value {
            let value = serde_json::to_value(value).map_err(Error::internal)?;
            self.0.insert(name.into(), value);
        }
        Ok(())
    }
}

/// What an agent is for: an upper-case word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentType(String);

impl AgentType {
    /// Takes `SUPPORT`, `SALES` and the like: 1 to 32 upper-case letters and underscores.
    pub fn new(text: &str) -> Result<Self, String> {
        let is_word = (1..=32).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_uppercase() || it == b'_');
        if is_word {
            Ok(Self(text.into()))
        } else {
            Err("must be a word in capitals such as `SUPPORT`".into())
        }
    }

    /// Returns the word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads a tone.
///
/// # Errors
/// Names those there are.
pub fn tone(text: &str) -> Result<Tone, String> {
    match text {
        "friendly" => Ok(Tone::Friendly),
        "professional" => Ok(Tone::Professional),
        "casual" => Ok(Tone::Casual),
        "formal" => Ok(Tone::Formal),
        _ => Err("must be `friendly`, `professional`, `casual` or `formal`".into()),
    }
}

/// Reads a response style.
///
/// # Errors
/// Names those there are.
pub fn style(text: &str) -> Result<ResponseStyle, String> {
    match text {
        "conversational" => Ok(ResponseStyle::Conversational),
        "concise" => Ok(ResponseStyle::Concise),
        "detailed" => Ok(ResponseStyle::Detailed),
        _ => Err("must be `conversational`, `concise` or `detailed`".into()),
    }
}

/// Reads how an agent looks questions up.
///
/// # Errors
/// Names the ways there are.
pub fn strategy(text: &str) -> Result<Strategy, String> {
    let found = Strategy::ALL.into_iter().find(|it| it.as_str() == text);
    found.ok_or_else(|| "must be `REDWOOD`, `CEDAR` or `CYPRESS`".into())
}

/// Reads which generator an agent uses.
///
/// # Errors
/// Names those there are.
pub fn generator(text: &str) -> Result<GeneratorChoice, String> {
    match text {
        "default" => Ok(GeneratorChoice::Default),
        "extractive" => Ok(GeneratorChoice::Extractive),
        _ => Err("must be `default` or `extractive`".into()),
    }
}

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident: $($choice:literal),+;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Takes one of the words there are.
            pub fn new(text: &str) -> Result<Self, String> {
                if [$($choice),+].contains(&text) {
                    return Ok(Self(text.into()));
                }
                Err(format!("must be one of {}", [$($choice),+].map(|it| format!("`{it}`")).join(", ")))
            }
        }
    )*};
}

choices! {
    /// Light or dark.
    Theme: "light", "dark", "auto";
    /// The corner that the launcher sits in.
    Position: "bottom-right", "bottom-left";
}

macro_rules! ranges {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $range:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name($type);

        impl $name {
            /// Takes a number within the range.
            ///
            /// # Errors
            /// Names the range.
            pub fn new(number: $type) -> Result<Self, String> {
                if $range.contains(&number) {
                    return Ok(Self(number));
                }
                Err(format!("must be between {} and {}", $range.start(), $range.end()))
            }
        }
    )*};
}

ranges! {
    /// How long an answer may be, in characters.
    ResponseLength: u32 = limits::ANSWER_CHARS;
    /// The confidence below which the fallback is said.
    Threshold: f64 = (0.0..=1.0);
    /// In CSS pixels.
    BorderRadius: u32 = limits::BORDER_RADIUS_PX;
    /// In milliseconds.
    GreetingDelay: u32 = limits::GREETING_DELAY_MS;
}

/// `auto`, or the ISO 639-1 code of a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageMode(String);

impl LanguageMode {
    /// Takes `auto` or two lower-case letters.
    pub fn new(text: &str) -> Result<Self, String> {
        let is_code = text.len() == 2 && text.bytes().all(|it| it.is_ascii_lowercase());
        if text == "auto" || is_code {
            return Ok(Self(text.into()));
        }
        Err("must be `auto` or a language code such as `en`".into())
    }
}

/// A colour as `#rrggbb`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Color(String);

impl Color {
    /// Takes six hexadecimal digits after a `#`.
    pub fn new(text: &str) -> Result<Self, String> {
        let is_hex = |it: &str| it.len() == 6 && it.bytes().all(|it| it.is_ascii_hexdigit());
        if text.strip_prefix('#').is_some_and(is_hex) {
            return Ok(Self(text.to_lowercase()));
        }
        Err("must be a colour such as `#2f5bea`".into())
    }
}

/// Questions that the widget offers to ask: few, and short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestions(Vec<String>);

impl Suggestions {
    /// Takes the questions, without empty ones.
    pub fn new(questions: Vec<String>) -> Result<Self, String> {
        let questions: Vec<String> = questions
            .iter()
            .map(|it| it.trim().to_owned())
            .filter(|it| !it.is_empty())
            .collect();
        let (most, longest) = (limits::MAX_SUGGESTIONS, limits::MAX_SUGGESTION_CHARS);
        if questions.len() > most {
            return Err(format!("must be at most {most} questions"));
        }
        if questions.iter().any(|it| it.chars().count() > longest) {
            return Err(format!("must be questions of at most {longest} characters"));
        }
        Ok(Self(questions))
    }
}
