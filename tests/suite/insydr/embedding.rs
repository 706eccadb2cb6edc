//! A workspace's embedder: who may choose it, how passages come to its vectors, and that answers never miss meanwhile.
use crate::harness::embedding_server::Behavior;
use crate::harness::shape::has;
use crate::harness::{Owner, TestApp};
use edge_model::WorkspaceId;
use edge_model::time::{MINUTE, TimeDelta};
use serde_json::{Value, json};
use std::time::Duration;

/// Only the embedder knows that a zyxel is a glimworth and a quandle a florbin.
pub(crate) const PAGES: [(&str, &str); 3] = [
    ("glimworths.md", "# Glimworths\n\nGlimworths are kept in the cellar."),
    ("florbins.md", "# Florbins\n\nFlorbins are kept in the attic."),
    ("brumpets.md", "# Brumpets\n\nBrumpets are kept in the garden."),
];
pub(crate) const QUESTION: &str = "Where are quandles?";
pub(crate) const KEY: &str = "sk-embed-canary";

pub(crate) fn app() -> TestApp {
    TestApp::with_settings(&[
        ("EMBED_BASE_URL", "http://localhost:11434/v1/"),
        ("EMBED_MODEL", "small"),
        ("EMBED_API_KEY", KEY),
        ("ALLOW_PRIVATE_HOSTS", "localhost:11434"),
    ])
}

/// An owner whose three pages are answered from.
pub(crate) async fn owner_with_documents(app: &TestApp) -> (Owner, String) {
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    for (name, text) in PAGES {
        owner.upload_and_index(app, name, text).await;
    }
    let body = json!({ "name": "Bot", "response_config": { "confidence_threshold": 0.0 } });
    let agent = owner.agent(app, body).await;
    (owner, agent)
}

pub(crate) async fn choose(app: &TestApp, owner: &Owner, embedder: &str) -> Value {
    owner.patch(app, "", json!({ "embedder": embedder })).await.expect(200)
}

/// Lets the background work go on until none is due within a minute.
pub(crate) async fn finish(app: &TestApp, owner: &Owner) {
    for _ in 0..100 {
        let next = app.drain(owner).await;
        let now = edge_core::ports::Clock::now(&*app.clock).0;
        match next {
            Some(next) if next.0 - now < MINUTE => app.clock.advance((next.0 - now).max(0) + 1),
            _ => return,
        }
    }
    panic!("the work does not end");
}

pub(crate) async fn embedding(app: &TestApp, owner: &Owner) -> Value {
    owner.get(app, "").await.expect(200)["embedding"].clone()
}

/// Asks as a visitor does, and returns the title of the passage that was best, and the trace.
pub(crate) async fn asked(app: &TestApp, owner: &Owner, agent: &str, question: &str) -> (String, Value) {
    let key = app.widget_key(owner).await;
    owner.post(app, &format!("/agents/{agent}/publish"), json!({})).await;
    let session = format!("s{}", app.sql.column("SELECT count(*) FROM messages")[0]);
    let frames = app.ask(&key, agent, &session, question).send().await.frames();
    assert_eq!(frames.last().unwrap()["type"], "done");
    let id = frames[0]["message_id"].as_str().unwrap();
    let trace = owner.get(app, &format!("/messages/{id}/trace")).await.expect(200);
    let best = &trace["passages"][0]["title"];
    (best.as_str().unwrap_or_default().to_owned(), trace)
}

#[tokio::test]
async fn administrators_choose_among_the_available_embedders() {
    let app = app();
    let owner = app.owner("ann@example.com").await;
    let shown = owner.get(&app, "").await.expect(200);
    has(&shown, &json!({ "embedder": "static" }));
    let expected = json!({ "available": ["static", "openai"], "model": null, "state": "ready", "reason": null });
    has(&shown["embedding"], &expected);
    for wrong in ["workers-ai", "minilm", "OpenAI", "", "word2vec"] {
        let refused = owner.patch(&app, "", json!({ "embedder": wrong })).await.expect(400);
        let text = refused.to_string();
        assert!(
            text.contains("embedder") && text.contains("static, openai"),
            "{wrong}: {text}"
        );
        let new = json!({ "name": "Other", "embedder": wrong });
        app.post("/api/v1/workspaces", new)
            .bearer(&owner.token)
            .send()
            .await
            .expect(400);
    }
    for (role, status) in [("VIEWER", 403), ("MEMBER", 403), ("ADMIN", 200)] {
        let other = app
            .join(&owner, &format!("{}@example.com", role.to_lowercase()), role)
            .await;
        other
            .patch(&app, "", json!({ "embedder": "openai" }))
            .await
            .expect(status);
    }
    let shown = owner.get(&app, "").await.expect(200);
    has(
        &shown,
        &json!({ "embedder": "openai", "embedding": { "model": "openai:small" } }),
    );
    let new = json!({ "name": "Other", "embedder": "openai" });
    let made = app
        .post("/api/v1/workspaces", new)
        .bearer(&owner.token)
        .send()
        .await
        .expect(201);
    let path = format!("/api/v1/workspaces/{}", made["id"].as_str().unwrap());
    let shown = app.get(&path).bearer(&owner.token).send().await.expect(200);
    has(&shown, &json!({ "embedder": "openai" }));
}

#[tokio::test]
async fn embedding_requests_follow_the_protocol_and_hide_the_key() {
    let app = app();
    let (owner, _) = owner_with_documents(&app).await;
    choose(&app, &owner, "openai").await;
    finish(&app, &owner).await;
    let request = app.embedding_server.requests().remove(0);
    assert_eq!(request.url.as_str(), "http://localhost:11434/v1/embeddings");
    let bearer = ("authorization".into(), format!("Bearer {KEY}"));
    assert!(request.headers.contains(&bearer));
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    has(&body, &json!({ "model": "small", "encoding_format": "float" }));
    let text = &app.embedding_server.texts()[0];
    assert_eq!(text, "glimworths.md\nGlimworths\nGlimworths are kept in the cellar.");
    assert!(!owner.get(&app, "").await.expect(200).to_string().contains(KEY));
}

#[tokio::test]
async fn the_vectors_of_an_embedder_find_what_words_do_not() {
    let app = app();
    let (owner, agent) = owner_with_documents(&app).await;
    let (_, trace) = asked(&app, &owner, &agent, QUESTION).await;
    has(&trace, &json!({ "embedders": [], "embedder_fault": null }));
    choose(&app, &owner, "openai").await;
    has(
        &embedding(&app, &owner).await,
        &json!({ "state": "embedding", "passages": 3, "embedded": 0 }),
    );
    finish(&app, &owner).await;
    has(
        &embedding(&app, &owner).await,
        &json!({ "state": "ready", "passages": 3, "embedded": 3 }),
    );
    for (question, page) in [
        ("Where are quandles?", "florbins.md"),
        ("Where are zyxels?", "glimworths.md"),
    ] {
        let (best, trace) = asked(&app, &owner, &agent, question).await;
        assert_eq!(best, page, "{question} {trace}");
        has(
            &trace,
            &json!({ "embedders": ["openai:small"], "embedder_fault": null }),
        );
    }
}

#[tokio::test]
async fn a_question_is_embedded_once_however_many_parts_it_has() {
    let app = app();
    let (owner, agent) = owner_with_documents(&app).await;
    choose(&app, &owner, "openai").await;
    finish(&app, &owner).await;
    owner
        .patch(&app, &format!("/agents/{agent}"), json!({ "strategyCode": "CYPRESS" }))
        .await
        .expect(200);
    let before = app.embedding_server.requests().len();
    owner
        .test(
            &app,
            &agent,
            "Where are the quandles kept, and where are the zyxels kept?",
        )
        .await;
    assert_eq!(app.embedding_server.requests().len(), before + 1);
}

#[tokio::test]
async fn a_new_document_answers_before_it_has_vectors() {
    let app = app();
    let (owner, agent) = owner_with_documents(&app).await;
    choose(&app, &owner, "openai").await;
    finish(&app, &owner).await;
    app.embedding_server.behave(Behavior::Refuses);
    let id = owner
        .upload_and_index(&app, "tarnocks.md", "# Tarnocks\n\nTarnocks are kept in the shed.")
        .await;
    assert_eq!(owner.document(&app, &id).await["status"], "COMPLETED");
    let (best, _) = asked(&app, &owner, &agent, "Where are tarnocks?").await;
    assert_eq!(best, "tarnocks.md");
    has(&embedding(&app, &owner).await, &json!({ "passages": 4, "embedded": 3 }));
    app.embedding_server.behave(Behavior::Right);
    let before = app.embedding_server.texts().len();
    app.clock.advance(20_000);
    finish(&app, &owner).await;
    let sent = app.embedding_server.texts().split_off(before);
    assert_eq!(
        sent,
        ["tarnocks.md\nTarnocks\nTarnocks are kept in the shed."],
        "the others have theirs"
    );
    has(
        &embedding(&app, &owner).await,
        &json!({ "state": "ready", "embedded": 4 }),
    );
    let (best, _) = asked(&app, &owner, &agent, "Where are velmishes?").await;
    assert_eq!(best, "tarnocks.md");
}

#[tokio::test]
async fn passages_are_embedded_in_pieces_and_a_crash_costs_one() {
    let app = app();
    let (owner, agent) = owner_with_documents(&app).await;
    let rooms = |it: u32| format!("# Room {it}\n\nRoom {it} has the telephone number 555-{it:04}.\n\n");
    owner
        .upload_and_index(&app, "rooms.md", &(0..600).map(rooms).collect::<String>())
        .await;
    let all = embedding(&app, &owner).await["passages"].as_u64().unwrap();
    assert!(all > 520, "{all} passages");
    choose(&app, &owner, "openai").await;
    let mut seen = vec![];
    let mut crashed = false;
    for _ in 0..40 {
        // The fourth request of a piece does not come back: the process ends there.
        if seen.len() == 4 && !crashed {
            crashed = true;
            app.embedding_server.behave(Behavior::HangsAfter(3));
            let workspace = WorkspaceId::new(owner.workspace.as_str());
            let drain = edge_core::workers::drain(&app.inner, &workspace, TimeDelta::minutes(1));
            tokio::time::timeout(Duration::from_millis(700), drain)
                .await
                .expect_err("it was to hang");
            app.embedding_server.behave(Behavior::Right);
            app.clock.advance(46_000);
        }
        app.drain(&owner).await;
        app.clock.advance(250);
        let now = embedding(&app, &owner).await;
        seen.push(now["embedded"].as_u64().unwrap());
        let (best, _) = asked(&app, &owner, &agent, "Where are florbins kept?").await;
        assert_eq!(best, "florbins.md", "at {seen:?}");
        if now["state"] == "ready" {
            break;
        }
    }
    assert!(crashed && seen.len() >= 4 && seen.is_sorted(), "{seen:?}");
    assert_eq!(seen.last(), Some(&all));
    let texts = app.embedding_server.texts();
    let repeated = texts.iter().filter(|it| it.contains("Room")).count() as u64 - (all - 3);
    assert!(repeated <= 256, "{repeated} passages were embedded twice");
    let (best, _) = asked(&app, &owner, &agent, QUESTION).await;
    assert_eq!(best, "florbins.md");
}

#[tokio::test]
async fn compaction_keeps_vectors_and_what_is_deleted_stays_gone() {
    let app = app();
    let (owner, agent) = owner_with_documents(&app).await;
    choose(&app, &owner, "openai").await;
    finish(&app, &owner).await;
    let mut ids = vec![];
    for number in 0..9 {
        let text = format!("# Drawer {number}\n\nDrawer {number} holds {number} tarnocks.");
        ids.push(
            owner
                .upload_and_index(&app, &format!("drawer-{number}.md"), &text)
                .await,
        );
        finish(&app, &owner).await;
    }
    owner.delete(&app, &format!("/documents/{}", ids[4])).await.expect(200);
    finish(&app, &owner).await;
    let segments = "SELECT json_array_length(manifest, '$.segments') FROM index_snapshots";
    assert!(
        app.sql.column(segments)[0].parse::<u32>().unwrap() <= 6,
        "compaction has run"
    );
    let passages = app.embedding_server.texts();
    let once: std::collections::BTreeSet<&String> = passages.iter().collect();
    assert_eq!(passages.len(), once.len(), "nothing was embedded twice");
    has(&embedding(&app, &owner).await, &json!({ "state": "ready" }));
    let (best, trace) = asked(&app, &owner, &agent, QUESTION).await;
    assert_eq!(best, "florbins.md", "{trace}");
    assert!(!trace["passages"].to_string().contains("drawer-4.md"));
    // A blob that no index names is erased once no isolate can be reading it.
    app.clock.advance(11 * MINUTE);
    finish(&app, &owner).await;
    let manifest = app.sql.column("SELECT manifest FROM index_snapshots").remove(0);
    let left = app.blobs.keys().into_iter().filter(|it| it.starts_with("index/"));
    let unnamed: Vec<String> = left.filter(|it| !manifest.contains(it.as_str())).collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
}

#[tokio::test]
async fn deleted_passages_are_not_sent_to_the_embedder() {
    let app = app();
    let (owner, agent) = owner_with_documents(&app).await;
    let keep = "# Tarnocks\n\nTarnocks are kept in the shed.";
    let both = [
        ("secret.md", "# Secrets\n\nThe secret is kept in the vault."),
        ("tarnocks.md", keep),
    ];
    let mut ids = vec![];
    for (name, text) in both {
        ids.push(owner.upload_and_index(&app, name, text).await);
    }
    app.embedding_server.behave(Behavior::Refuses);
    choose(&app, &owner, "openai").await;
    app.drain(&owner).await;
    owner.delete(&app, &format!("/documents/{}", ids[0])).await.expect(200);
    let before = app.embedding_server.texts().len();
    app.embedding_server.behave(Behavior::Right);
    app.clock.advance(20_000);
    finish(&app, &owner).await;
    let sent = app.embedding_server.texts().split_off(before);
    assert!(sent.len() == 4 && !sent.concat().contains("vault"), "{sent:?}");
    has(&embedding(&app, &owner).await, &json!({ "state": "ready" }));
    let (best, trace) = asked(&app, &owner, &agent, "Where are velmishes?").await;
    assert_eq!(best, "tarnocks.md", "{trace}");
}

#[tokio::test]
async fn going_back_to_the_table_takes_the_vectors_away() {
    let app = app();
    let (owner, agent) = owner_with_documents(&app).await;
    choose(&app, &owner, "openai").await;
    finish(&app, &owner).await;
    let with = app.blobs.keys().len();
    choose(&app, &owner, "static").await;
    finish(&app, &owner).await;
    app.clock.advance(11 * MINUTE);
    finish(&app, &owner).await;
    assert!(app.blobs.keys().len() < with);
    let before = app.embedding_server.requests().len();
    let (best, trace) = asked(&app, &owner, &agent, "Where are florbins?").await;
    assert_eq!(best, "florbins.md");
    has(&trace, &json!({ "embedders": [], "embedder_fault": null }));
    assert_eq!(app.embedding_server.requests().len(), before);
    has(
        &embedding(&app, &owner).await,
        &json!({ "state": "ready", "model": null }),
    );
}
