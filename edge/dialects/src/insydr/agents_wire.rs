//! Agents between this dialect's words and ours.
use super::error::{ApiError, ApiResult};
use super::provenance::actor;
use super::revision::Tagged;
use edge_core::App;
use edge_core::agent::{Detail, version_name};
use edge_core::agent_patch::{
    AgentType, BorderRadius, Color, GreetingDelay, LanguageMode, Patch, Position, ResponseLength, Suggestions, Theme,
    Threshold, WidgetPatch, generator, strategy, style, tone,
};
use edge_core::ssrf::PublicUrl;
use edge_model::CollectionId;
use edge_model::agent::{Agent, AgentConfig, GeneratorChoice, ResponseStyle, Tone, WidgetConfig};
use edge_model::conversation::Citation;
use edge_model::text::{Description, Name, Phrase};
use shared as wire;
use wire::agent::{
    AgentCollection, AgentStats, BehaviorSettings, CreatedAgent, ResponseConfig, Source, UpdateAgent, WidgetSettings,
};

/// How much of a passage a source shows, in characters.
const PREVIEW: usize = 400;

/// Reads a member, when it is given, and names it when it will not do.
fn given<T, U>(name: &str, value: Option<T>, read: impl FnOnce(T) -> Result<U, String>) -> ApiResult<Option<U>> {
    value
        .map(|it| read(it).map_err(|why| ApiError::field(name, why)))
        .transpose()
}

/// Reads a change of an agent.
pub(super) fn patch(app: &App, change: UpdateAgent) -> ApiResult<Patch> {
    let UpdateAgent {
        name,
        description,
        agent_type,
        behavior_settings,
        response_config,
        conversation_rules,
        greeting_message,
        fallback_message,
        collection_ids,
        widget,
    } = change;
    let BehaviorSettings {
        tone: tone_name,
        response_style,
        language_mode,
    } = behavior_settings.unwrap_or_default();
    let ResponseConfig {
        max_response_length,
        confidence_threshold,
        show_sources,
        strategy: strategy_code,
        generator: generator_name,
    } = response_config.unwrap_or_default();
    let rules = |rules: serde_json::Map<String, serde_json::Value>| {
        let size = serde_json::to_string(&rules).map_or(usize::MAX, |it| it.len());
        if size > 16_384 {
            Err("must be at most 16 KiB of JSON".to_owned())
        } else {
            Ok(rules)
        }
    };
    let collections = |ids: Vec<String>| {
        if ids.len() > 100 {
            Err("must be at most 100 collections".to_owned())
        } else {
            Ok(ids.into_iter().map(CollectionId::new).collect())
        }
    };
    Ok(Patch {
        name: given("name", name, |it| Name::new(&it))?,
        description: given("description", description, |it| Description::new(&it))?,
        agent_type: given("agent_type", agent_type, |it| AgentType::new(&it))?,
        tone: given("behavior_settings.tone", tone_name, |it| tone(&it))?,
        style: given("behavior_settings.response_style", response_style, |it| style(&it))?,
        language_mode: given("behavior_settings.language_mode", language_mode, |mode| {
            LanguageMode::new(&mode)
        })?,
        max_response_length: given(
            "response_config.max_response_length",
            max_response_length,
            ResponseLength::new,
        )?,
        confidence_threshold: given(
            "response_config.confidence_threshold",
            confidence_threshold,
            Threshold::new,
        )?,
        show_sources,
        strategy: given("response_config.strategy", strategy_code, |it| strategy(&it))?,
        generator: given("response_config.generator", generator_name, |it| generator(&it))?,
        conversation_rules: given("conversation_rules", conversation_rules, rules)?,
        greeting_message: given("greeting_message", greeting_message, |it| Phrase::new(&it))?,
        fallback_message: given("fallback_message", fallback_message, |it| Phrase::new(&it))?,
        collection_ids: given("collection_ids", collection_ids, collections)?,
        widget: widget_patch(app, widget.unwrap_or_default())?,
    })
}

fn widget_patch(app: &App, settings: WidgetSettings) -> ApiResult<WidgetPatch> {
    let WidgetSettings {
        theme,
        primary_color,
        border_radius,
        position,
        greeting_enabled,
        greeting_delay,
        suggested_questions,
        show_powered_by,
        avatar_url,
    } = settings;
    let avatar = |it: String| match it.trim() {
        "" => Ok(None),
        url => PublicUrl::new(url, &app.settings.allow_private_hosts).map(Some),
    };
    Ok(WidgetPatch {
        theme: given("widget.theme", theme, |it| Theme::new(&it))?,
        primary_color: given("widget.primary_color", primary_color, |it| Color::new(&it))?,
        border_radius: given("widget.border_radius", border_radius, BorderRadius::new)?,
        position: given("widget.position", position, |it| Position::new(&it))?,
        greeting_enabled,
        greeting_delay: given("widget.greeting_delay", greeting_delay, GreetingDelay::new)?,
        suggested_questions: given("widget.suggested_questions", suggested_questions, Suggestions::new)?,
        show_powered_by,
        avatar_url: given("widget.avatar_url", avatar_url, avatar)?,
    })
}

pub(super) fn created(agent: Agent) -> CreatedAgent {
    CreatedAgent {
        id: agent.id.to_string(),
        name: agent.name,
        status: agent.status.as_str().into(),
        agent_type: agent.agent_type,
        version: version_name(agent.version),
        created_at: agent.created_at.rfc3339(),
    }
}

/// Shows an agent under its revision.
pub(super) fn tagged(detail: Detail) -> Tagged<wire::agent::Agent> {
    Tagged {
        revision: detail.agent.revision,
        answer: full(detail),
    }
}

fn full(detail: Detail) -> wire::agent::Agent {
    let Detail {
        agent,
        collections,
        stats,
    } = detail;
    let Agent {
        id,
        workspace_id: _,
        name,
        agent_type,
        status,
        draft,
        version,
        published_at,
        is_changed,
        revision,
        updated_by,
        created_at,
        updated_at,
    } = agent;
    let (behavior_settings, response_config) = (behavior(&draft), response(&draft));
    let collection = |it: edge_model::collection::Collection| AgentCollection {
        id: it.id.to_string(),
        name: it.name,
        document_count: it.document_count,
    };
    wire::agent::Agent {
        id: id.to_string(),
        name,
        description: draft.description,
        status: status.as_str().into(),
        agent_type,
        version: version_name(version),
        behavior_settings,
        response_config,
        conversation_rules: draft.conversation_rules,
        greeting_message: draft.greeting_message,
        fallback_message: draft.fallback_message,
        knowledge_collections: collections.into_iter().map(collection).collect(),
        stats: AgentStats {
            total_conversations: stats.conversations,
            total_messages: stats.messages,
            avg_satisfaction: stats.satisfaction,
        },
        published_at: published_at.map(|it| it.rfc3339()),
        created_at: created_at.rfc3339(),
        updated_at: updated_at.rfc3339(),
        has_unpublished_changes: is_changed,
        widget: widget_settings(draft.widget),
        revision,
        updated_by: actor(updated_by),
    }
}

pub(super) fn behavior(config: &AgentConfig) -> BehaviorSettings {
    BehaviorSettings {
        tone: Some(tone_name(config.tone).into()),
        response_style: Some(style_name(config.style).into()),
        language_mode: Some(config.language_mode.clone()),
    }
}

pub(super) fn response(config: &AgentConfig) -> ResponseConfig {
    ResponseConfig {
        max_response_length: Some(config.max_response_length),
        confidence_threshold: Some(config.confidence_threshold),
        show_sources: Some(config.show_sources),
        strategy: Some(config.strategy.as_str().into()),
        generator: Some(generator_word(config.generator).into()),
    }
}

pub(super) fn widget_settings(widget: WidgetConfig) -> WidgetSettings {
    let WidgetConfig {
        theme,
        primary_color,
        border_radius,
        position,
        greeting_enabled,
        greeting_delay,
        suggested_questions,
        show_powered_by,
        avatar_url,
    } = widget;
    WidgetSettings {
        theme: Some(theme),
        primary_color: Some(primary_color),
        border_radius: Some(border_radius),
        position: Some(position),
        greeting_enabled: Some(greeting_enabled),
        greeting_delay: Some(greeting_delay),
        suggested_questions: Some(suggested_questions),
        show_powered_by: Some(show_powered_by),
        avatar_url,
    }
}

fn tone_name(tone: Tone) -> &'static str {
    match tone {
        Tone::Friendly => "friendly",
        Tone::Professional => "professional",
        Tone::Casual => "casual",
        Tone::Formal => "formal",
    }
}

fn style_name(style: ResponseStyle) -> &'static str {
    match style {
        ResponseStyle::Conversational => "conversational",
        ResponseStyle::Concise => "concise",
        ResponseStyle::Detailed => "detailed",
    }
}

/// Returns the beginning of a passage, up to the end of a word.
fn beginning(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(PREVIEW) else {
        return text.to_owned();
    };
    let cut = text.get(..end).unwrap_or_default();
    let whole = cut.rsplit_once(char::is_whitespace).map_or(cut, |it| it.0);
    format!("{} …", whole.trim_end())
}

fn generator_word(generator: GeneratorChoice) -> &'static str {
    match generator {
        GeneratorChoice::Default => "default",
        GeneratorChoice::Extractive => "extractive",
    }
}

/// Shows a citation as a source.
pub(super) fn source(citation: Citation) -> Source {
    let Citation {
        document_id,
        title,
        url,
        heading_path,
        passage_index,
        text,
        score,
    } = citation;
    Source {
        document_id: document_id.to_string(),
        title,
        chunk_preview: beginning(&text),
        relevance_score: score,
        url,
        heading_path,
        chunk_index: passage_index,
    }
}
