//! How the draft of an agent answers: its knowledge, its threshold, its manner.
use crate::harness::shape::{has, is};
use crate::harness::{Owner, TestApp};
use serde_json::{Value, json};

const PLANS: &str = "# Pricing plans\n\nWe offer three plans: Free, Starter and Pro. The Pro plan costs 49 dollars a month. \
    Every plan can be cancelled at the end of a month. Students get half off the Pro plan.\n\n\
    # Refunds\n\nYou can get a refund within 30 days of your purchase. Refunds are paid to the card that was charged. \
    It takes about five working days until the money arrives.\n\n\
    # Support\n\nOur support team answers mails from Monday to Friday. You can also call us on 555-0142. \
    Pro customers get an answer within four hours.\n";

/// An owner whose default collection knows about plans, refunds and support.
async fn owner_with_documents(app: &TestApp) -> Owner {
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    owner.upload_and_index(app, "Pricing Page.md", PLANS).await;
    owner
}

/// An agent that answers whatever it has a passage for.
fn lenient(settings: Value) -> Value {
    let mut body = json!({ "name": "Bot", "response_config": { "confidence_threshold": 0.0 } });
    for (name, value) in settings.as_object().unwrap() {
        match value {
            Value::Object(inner) if body[name].is_object() => {
                body[name].as_object_mut().unwrap().extend(inner.clone());
            }
            value => body[name] = value.clone(),
        }
    }
    body
}

fn response(answer: &Value) -> &str {
    answer["response"].as_str().unwrap()
}

/// Returns the numbers of the `[n]` in a text.
fn marks(text: &str) -> Vec<usize> {
    let after = text.split('[').skip(1);
    after.filter_map(|it| it.split_once(']')?.0.parse().ok()).collect()
}

#[tokio::test]
async fn a_test_answers_as_documented() {
    let app = TestApp::new();
    let owner = owner_with_documents(&app).await;
    let agent = owner.agent(&app, json!({ "name": "Support Bot" })).await;
    let answer = owner.test(&app, &agent, "What are your pricing plans?").await;
    let document = owner.get(&app, "/documents").await.expect(200);
    assert!(
        answer["sources"].as_array().is_some_and(|it| !it.is_empty()),
        "{answer}"
    );
    let source = json!({
        "document_id": document["documents"][0]["id"],
        "title": "Pricing Page.md",
        "chunk_preview": "<text>",
        "relevance_score": "<share>"
    });
    let documented = json!({
        "response": "<text>",
        "sources": vec![source; answer["sources"].as_array().unwrap().len()],
        "confidence": "<share>",
        "response_time_ms": "<count>"
    });
    has(&answer, &documented);
    assert!(
        response(&answer).contains("three plans: Free, Starter and Pro"),
        "{answer}"
    );
    assert!(
        answer["sources"][0]["chunk_preview"]
            .as_str()
            .unwrap()
            .contains("three plans"),
        "{answer}"
    );
    has(&answer, &json!({ "answered": true }));
    // A test leaves nothing in the statistics and the quota.
    assert_eq!(app.sql.column("SELECT id FROM messages").len(), 0);
    has(
        &owner.get(&app, "").await.expect(200),
        &json!({ "usage": { "messages_used": 0 } }),
    );
}

#[tokio::test]
async fn every_mark_in_the_text_cites_a_source_that_says_so() {
    let app = TestApp::new();
    let owner = owner_with_documents(&app).await;
    owner
        .upload_and_index(
            &app,
            "Shipping.md",
            "# Shipping\n\nWe ship within two days. Shipping to Norway costs 12 dollars.",
        )
        .await;
    let agent = owner
        .agent(
            &app,
            lenient(json!({ "behavior_settings": { "response_style": "detailed" } })),
        )
        .await;
    for question in [
        "What does the Pro plan cost?",
        "How do I get a refund?",
        "What does shipping to Norway cost?",
        "What do plans and shipping cost?",
    ] {
        let answer = owner.test(&app, &agent, question).await;
        let sources = answer["sources"].as_array().unwrap();
        let mut marks = marks(response(&answer));
        assert!(!marks.is_empty(), "{question}: {answer}");
        marks.sort_unstable();
        marks.dedup();
        let all: Vec<usize> = (1..=sources.len()).collect();
        assert_eq!(
            marks, all,
            "{question}: every source is cited and every citation has one: {answer}"
        );
    }
}

#[tokio::test]
async fn without_documents_or_without_a_passage_the_fallback_is_said() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let fallback = "I don't have info on that. Would you like to talk to a human?";
    let agent = owner
        .agent(&app, json!({ "name": "Bot", "fallback_message": fallback }))
        .await;
    let expected = json!({ "response": fallback, "sources": [], "confidence": "<share>", "answered": false });
    has(
        &owner.test(&app, &agent, "What are your pricing plans?").await,
        &expected,
    );
    owner.upload_and_index(&app, "Pricing Page.md", PLANS).await;
    let answer = owner
        .test(&app, &agent, "Who won the chess championship in 1972?")
        .await;
    has(&answer, &expected);
}

#[tokio::test]
async fn the_threshold_decides_whether_it_answers() {
    let app = TestApp::new();
    let owner = owner_with_documents(&app).await;
    let agent = owner
        .agent(&app, lenient(json!({ "fallback_message": "No idea." })))
        .await;
    let path = format!("/agents/{agent}");
    let threshold = async |value: f64| {
        let body = json!({ "response_config": { "confidence_threshold": value } });
        owner.patch(&app, &path, body).await.expect(200);
        owner.test(&app, &agent, "What are your pricing plans?").await
    };
    let sure = threshold(0.0).await;
    has(&sure, &json!({ "answered": true }));
    let confidence = sure["confidence"].as_f64().unwrap();
    assert!(confidence < 1.0, "nothing is certain");
    has(
        &threshold(1.0).await,
        &json!({ "response": "No idea.", "sources": [], "answered": false }),
    );
    has(
        &threshold(confidence.midpoint(1.0)).await,
        &json!({ "response": "No idea.", "answered": false }),
    );
    assert_eq!(threshold(confidence / 2.0).await["response"], sure["response"]);
}

#[tokio::test]
async fn no_answer_is_longer_than_it_may_be() {
    let app = TestApp::new();
    let owner = owner_with_documents(&app).await;
    owner
        .upload_and_index(
            &app,
            "Shipping.md",
            "# Shipping\n\nWe ship within two days. Shipping to Norway costs 12 dollars.",
        )
        .await;
    for style in ["conversational", "concise", "detailed"] {
        for tone in ["friendly", "professional", "casual", "formal"] {
            for most in [50, 80, 120, 200, 400] {
                let settings = json!({
                    "behavior_settings": { "response_style": style, "tone": tone },
                    "response_config": { "max_response_length": most }
                });
                let agent = owner.agent(&app, lenient(settings)).await;
                for question in [
                    "What are your pricing plans?",
                    "What do the Pro plan and shipping to Norway cost?",
                ] {
                    let answer = owner.test(&app, &agent, question).await;
                    let length = response(&answer).chars().count();
                    assert!(
                        length <= most,
                        "{length} > {most}, {style}, {tone}: {}",
                        response(&answer)
                    );
                    assert_eq!(answer["answered"], json!(true), "{most}, {style}, {tone}: {answer}");
                }
            }
        }
    }
}

#[tokio::test]
async fn sources_that_are_not_to_be_shown_are_not_cited_either() {
    let app = TestApp::new();
    let owner = owner_with_documents(&app).await;
    let question = "What are your pricing plans?";
    let shown = owner.agent(&app, lenient(json!({}))).await;
    let shown = owner.test(&app, &shown, question).await;
    assert!(!marks(response(&shown)).is_empty());
    let hidden = owner
        .agent(&app, lenient(json!({ "response_config": { "show_sources": false } })))
        .await;
    let hidden = owner.test(&app, &hidden, question).await;
    has(&hidden, &json!({ "sources": [], "answered": true }));
    assert!(!response(&hidden).contains('['), "{hidden}");
    assert_eq!(hidden["confidence"], shown["confidence"]);
}

#[tokio::test]
async fn a_tone_is_heard() {
    let app = TestApp::new();
    let owner = owner_with_documents(&app).await;
    let mut answers = vec![];
    for tone in ["friendly", "professional", "casual", "formal"] {
        let agent = owner
            .agent(&app, lenient(json!({ "behavior_settings": { "tone": tone } })))
            .await;
        let answer = owner.test(&app, &agent, "What are your pricing plans?").await;
        assert!(
            response(&answer).contains("three plans: Free, Starter and Pro"),
            "{tone}: {answer}"
        );
        answers.push(response(&answer).to_owned());
    }
    let all = answers.len();
    answers.sort();
    answers.dedup();
    assert_eq!(answers.len(), all, "{answers:?}");
}

#[tokio::test]
async fn a_style_is_followed() {
    let app = TestApp::new();
    let owner = owner_with_documents(&app).await;
    let mut lengths = vec![];
    for style in ["concise", "detailed"] {
        let settings = json!({ "behavior_settings": { "tone": "professional", "response_style": style } });
        let agent = owner.agent(&app, lenient(settings)).await;
        let answer = owner
            .test(&app, &agent, "How do refunds work and how long do they take?")
            .await;
        assert!(response(&answer).to_lowercase().contains("refund"), "{style}: {answer}");
        lengths.push(response(&answer).len());
    }
    assert!(lengths[0] < lengths[1], "{lengths:?}");
}

#[tokio::test]
async fn an_agent_answers_from_its_collections_alone() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    let (red, blue) = (
        owner.collection(&app, "Red").await,
        owner.collection(&app, "Blue").await,
    );
    let facts = [
        (&red, "red.md", "# Door code\n\nThe door code of the office is 4711."),
        (&blue, "blue.md", "# Door code\n\nThe door code of the office is 8899."),
    ];
    for (collection, name, text) in facts {
        owner
            .send_file(&app, collection, name, text.as_bytes())
            .await
            .expect(202);
    }
    app.drain(&owner).await;
    let question = "What is the door code of the office?";
    for (collections, says, says_not) in [
        (json!([red]), vec!["4711"], vec!["8899"]),
        (json!([blue]), vec!["8899"], vec!["4711"]),
        (
            json!([app.default_collection(&owner).await]),
            vec![],
            vec!["4711", "8899"],
        ),
    ] {
        let agent = owner
            .agent(&app, lenient(json!({ "collection_ids": collections })))
            .await;
        let text = owner.test(&app, &agent, question).await.to_string();
        assert!(says.iter().all(|it| text.contains(it)), "{collections}: {text}");
        assert!(!says_not.iter().any(|it| text.contains(it)), "{collections}: {text}");
    }
    let both = owner
        .agent(&app, lenient(json!({ "collection_ids": [red, blue] })))
        .await;
    let path = format!("/agents/{both}");
    let text = owner.test(&app, &both, question).await.to_string();
    assert!(text.contains("4711") || text.contains("8899"), "{text}");
    // A change of the collections counts from the next question on.
    owner
        .patch(&app, &path, json!({ "collection_ids": [blue] }))
        .await
        .expect(200);
    let text = owner.test(&app, &both, question).await.to_string();
    assert!(text.contains("8899") && !text.contains("4711"), "{text}");
}

#[tokio::test]
async fn a_question_that_will_not_do_is_named() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = owner.agent(&app, json!({ "name": "Bot" })).await;
    let path = format!("/agents/{agent}/test");
    for body in [
        json!({}),
        json!({ "message": "" }),
        json!({ "message": " \n" }),
        json!({ "message": 7 }),
        json!({ "message": "x".repeat(10_001) }),
    ] {
        let named = (400, "VALIDATION_ERROR".into(), Some("message".into()));
        assert_eq!(owner.post(&app, &path, body).await.refusal(), named);
    }
    let longest = json!({ "message": "ü".repeat(10_000) });
    is(
        &owner.post(&app, &path, longest).await.expect(200)["sources"],
        &json!([]),
    );
}

#[tokio::test]
async fn what_was_found_does_not_depend_on_who_asked_first() {
    let app = TestApp::new();
    let owner = owner_with_documents(&app).await;
    let agent = owner.agent(&app, lenient(json!({}))).await;
    let first = owner.test(&app, &agent, "How do I get a refund?").await;
    owner.test(&app, &agent, "What are your pricing plans?").await;
    let again = owner.test(&app, &agent, "How do I get a refund?").await;
    for member in ["response", "sources", "confidence"] {
        assert_eq!(first[member], again[member]);
    }
}

#[tokio::test]
async fn a_long_passage_is_shown_up_to_the_end_of_a_word() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let passage = "The warehouse ships parcels every weekday before noon. ".repeat(12);
    owner
        .upload_and_index(&app, "shipping.md", &format!("# Shipping\n\n{passage}"))
        .await;
    let agent = owner.agent(&app, lenient(json!({}))).await;
    let answer = owner.test(&app, &agent, "When does the warehouse ship parcels?").await;
    let preview = answer["sources"][0]["chunk_preview"].as_str().unwrap();
    let shown = preview.strip_suffix(" …").expect(preview);
    assert!((380..=400).contains(&shown.chars().count()), "{preview}");
    assert!(passage.starts_with(&format!("{shown} ")), "{preview}");
}

#[tokio::test]
async fn a_number_in_brackets_of_a_document_is_no_citation() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let text = "Forwarding of calls was introduced in 2019.[1][2] To forward calls, dial 21 and the number.[2]\n";
    owner.upload_and_index(&app, "calls.txt", text).await;
    let agent = owner.agent(&app, lenient(json!({}))).await;
    let answer = owner.test(&app, &agent, "What do I dial to forward calls?").await;
    let said = response(&answer);
    let cited = marks(said);
    assert_eq!(answer["sources"].as_array().unwrap().len(), 1, "{answer}");
    assert_eq!(cited, [1], "{said}");
    assert!(said.contains("dial 21 and the number."), "{said}");
}
