//! What an edited agent accepts, and what of it is sent.
use super::*;
use shared::agent::{AgentCollection, AgentStats};

fn agent() -> Agent {
    Agent {
        id: "agent_1".to_owned(),
        name: "Help".to_owned(),
        description: String::new(),
        status: "PUBLISHED".to_owned(),
        agent_type: "SUPPORT".to_owned(),
        version: "1.1".to_owned(),
        behavior_settings: BehaviorSettings {
            tone: Some("formal".to_owned()),
            ..BehaviorSettings::default()
        },
        response_config: ResponseConfig {
            confidence_threshold: Some(0.7),
            ..ResponseConfig::default()
        },
        conversation_rules: serde_json::Map::new(),
        greeting_message: "Hello".to_owned(),
        fallback_message: "I do not know.".to_owned(),
        knowledge_collections: vec![AgentCollection {
            id: "col_1".to_owned(),
            name: "Docs".to_owned(),
            document_count: 1,
        }],
        stats: AgentStats {
            total_conversations: 0,
            total_messages: 0,
            avg_satisfaction: None,
        },
        published_at: None,
        created_at: "2026-11-22T00:00:00Z".to_owned(),
        updated_at: "2026-11-22T00:00:00Z".to_owned(),
        has_unpublished_changes: false,
        widget: WidgetSettings::default(),
        revision: 1,
        updated_by: None,
    }
}

fn changed(change: impl FnOnce(&mut Draft)) -> (Draft, Draft) {
    let saved = Draft::of(&agent());
    let mut draft = saved.clone();
    change(&mut draft);
    (draft, saved)
}

#[test]
fn an_untouched_draft_changes_nothing_and_has_no_problem() {
    let draft = Draft::of(&agent());
    assert_eq!(draft.changes(&draft), UpdateAgent::default());
    assert!(draft.problems().is_empty());
    assert_eq!((draft.threshold, draft.tone.as_str()), (70, "formal"));
}

#[test]
fn only_the_group_that_changed_is_sent() {
    let (draft, saved) = changed(|draft| draft.threshold = 45);
    let changes = draft.changes(&saved);
    assert_eq!(
        changes
            .response_config
            .and_then(|response| response.confidence_threshold),
        Some(0.45)
    );
    assert_eq!(
        (changes.name, changes.behavior_settings, changes.widget),
        (None, None, None)
    );
}

#[test]
fn an_emptied_picture_is_sent_as_an_empty_text() {
    let mut with_picture = agent();
    with_picture.widget.avatar_url = Some("https://a.example/a.png".to_owned());
    let saved = Draft::of(&with_picture);
    let draft = Draft {
        avatar: String::new(),
        ..saved.clone()
    };
    assert_eq!(
        draft
            .changes(&saved)
            .widget
            .and_then(|widget| widget.avatar_url)
            .as_deref(),
        Some("")
    );
}

#[test]
fn each_bad_setting_is_named() {
    type Change = fn(&mut Draft);
    let cases: [(&str, Change); 9] = [
        ("name", |draft| draft.name = " ".to_owned()),
        ("max_response_length", |draft| {
            draft.max_response_length = "49".to_owned()
        }),
        ("fallback_message", |draft| draft.fallback = String::new()),
        ("greeting_message", |draft| draft.greeting = "x".repeat(1_001)),
        ("collection_ids", |draft| draft.collections.clear()),
        ("primary_color", |draft| draft.color = "blue".to_owned()),
        ("border_radius", |draft| draft.radius = "33".to_owned()),
        ("greeting_delay", |draft| draft.greeting_delay = "NaN".to_owned()),
        ("suggested_questions", |draft| draft.questions = "Why?\n".repeat(7)),
    ];
    for (field, change) in cases {
        let (draft, _) = changed(change);
        assert_eq!(draft.problems().fields().collect::<Vec<_>>(), [field]);
    }
}

#[test]
fn delays_are_typed_in_seconds_and_sent_in_milliseconds() {
    let (draft, saved) = changed(|draft| draft.greeting_delay = "1,5".to_owned());
    assert_eq!(
        draft.changes(&saved).widget.and_then(|widget| widget.greeting_delay),
        Some(1_500)
    );
    assert_eq!(seconds(1_500), "1.5");
    assert_eq!(seconds(3_000), "3");
}

#[test]
fn empty_lines_are_no_questions() {
    let (draft, _) = changed(|draft| draft.questions = "How?\n\n  Why? \n".to_owned());
    assert_eq!(draft.question_list(), ["How?", "Why?"]);
}

#[test]
fn a_collection_goes_in_and_out() {
    let (mut draft, saved) = changed(|draft| draft.toggle_collection("col_2"));
    assert_eq!(draft.collections, ["col_1", "col_2"]);
    draft.toggle_collection("col_2");
    assert_eq!(draft, saved);
}

#[test]
fn an_edited_published_agent_is_behind() {
    assert_eq!(Service::of("PUBLISHED", true), Service::Behind);
    assert_eq!(Service::of("PUBLISHED", false), Service::Published);
    assert_eq!(Service::of("DRAFT", true), Service::Draft);
}

#[test]
fn a_new_agent_answers_from_what_holds_documents() {
    let collection = |id: &str, document_count, is_default| Collection {
        id: id.to_owned(),
        name: id.to_owned(),
        description: String::new(),
        document_count,
        created_at: String::new(),
        is_default,
    };
    let mut collections = vec![collection("default", 0, true), collection("docs", 0, false)];
    assert_eq!(first_collections(&collections), ["default"]);
    if let Some(docs) = collections.last_mut() {
        docs.document_count = 3;
    }
    assert_eq!(first_collections(&collections), ["docs"]);
}
