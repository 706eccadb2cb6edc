//! A workspace's embedder: who may choose it, how passages come to its vectors, and that answers never miss meanwhile.
use crate::harness::embedding_server::Manner;
use crate::harness::shape::has;
use crate::harness::{Owner, World};
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

pub(crate) fn world() -> World {
    World::with_settings(&[
        ("EMBED_BASE_URL", "http://localhost:11434/v1/"),
        ("EMBED_MODEL", "small"),
        ("EMBED_API_KEY", KEY),
        ("ALLOW_PRIVATE_HOSTS", "localhost:11434"),
    ])
}

/// Somebody whose three pages are answered from.
pub(crate) async fn informed(world: &World) -> (Owner, String) {
    let owner = world.owner("ann@example.com").await;
    world.set_plan(&owner, "ENTERPRISE").await;
    for (name, text) in PAGES {
        owner.learn(world, name, text).await;
    }
    let body = json!({ "name": "Bot", "response_config": { "confidence_threshold": 0.0 } });
    let agent = owner.agent(world, body).await;
    (owner, agent)
}

pub(crate) async fn choose(world: &World, owner: &Owner, embedder: &str) -> Value {
    owner
        .patch(world, "", json!({ "embedder": embedder }))
        .await
        .expect(200)
}

/// Lets the background work go on until none is due within a minute.
pub(crate) async fn finish(world: &World, owner: &Owner) {
    for _ in 0..100 {
        let next = world.drain(owner).await;
        let now = edge_core::ports::Clock::now(&*world.clock).0;
        match next {
            Some(next) if next.0 - now < MINUTE => world.clock.advance((next.0 - now).max(0) + 1),
            _ => return,
        }
    }
    panic!("the work does not end");
}

pub(crate) async fn embedding(world: &World, owner: &Owner) -> Value {
    owner.get(world, "").await.expect(200)["embedding"].clone()
}

/// Asks as a visitor does, and returns the title of the passage that was best, and the trace.
pub(crate) async fn asked(world: &World, owner: &Owner, agent: &str, question: &str) -> (String, Value) {
    let key = world.widget_key(owner).await;
    owner.post(world, &format!("/agents/{agent}/publish"), json!({})).await;
    let session = format!("s{}", world.sql.column("SELECT count(*) FROM messages")[0]);
    let frames = world.ask(&key, agent, &session, question).send().await.frames();
    assert_eq!(frames.last().unwrap()["type"], "done");
    let id = frames[0]["message_id"].as_str().unwrap();
    let trace = owner.get(world, &format!("/messages/{id}/trace")).await.expect(200);
    let best = &trace["passages"][0]["title"];
    (best.as_str().unwrap_or_default().to_owned(), trace)
}

#[tokio::test]
async fn administrators_choose_among_the_available_embedders() {
    let world = world();
    let owner = world.owner("ann@example.com").await;
    let shown = owner.get(&world, "").await.expect(200);
    has(&shown, &json!({ "embedder": "static" }));
    let expected = json!({ "available": ["static", "openai"], "model": null, "state": "ready", "reason": null });
    has(&shown["embedding"], &expected);
    for wrong in ["workers-ai", "minilm", "OpenAI", "", "word2vec"] {
        let refused = owner.patch(&world, "", json!({ "embedder": wrong })).await.expect(400);
        let text = refused.to_string();
        assert!(
            text.contains("embedder") && text.contains("static, openai"),
            "{wrong}: {text}"
        );
        let new = json!({ "name": "Other", "embedder": wrong });
        world
            .post("/api/v1/workspaces", new)
            .bearer(&owner.token)
            .send()
            .await
            .expect(400);
    }
    for (role, status) in [("VIEWER", 403), ("MEMBER", 403), ("ADMIN", 200)] {
        let other = world
            .join(&owner, &format!("{}@example.com", role.to_lowercase()), role)
            .await;
        other
            .patch(&world, "", json!({ "embedder": "openai" }))
            .await
            .expect(status);
    }
    let shown = owner.get(&world, "").await.expect(200);
    has(
        &shown,
        &json!({ "embedder": "openai", "embedding": { "model": "openai:small" } }),
    );
    let new = json!({ "name": "Other", "embedder": "openai" });
    let made = world
        .post("/api/v1/workspaces", new)
        .bearer(&owner.token)
        .send()
        .await
        .expect(201);
    let path = format!("/api/v1/workspaces/{}", made["id"].as_str().unwrap());
    let shown = world.get(&path).bearer(&owner.token).send().await.expect(200);
    has(&shown, &json!({ "embedder": "openai" }));
}

#[tokio::test]
async fn embedding_requests_follow_the_protocol_and_hide_the_key() {
    let world = world();
    let (owner, _) = informed(&world).await;
    choose(&world, &owner, "openai").await;
    finish(&world, &owner).await;
    let request = world.embedding_server.requests().remove(0);
    assert_eq!(request.url.as_str(), "http://localhost:11434/v1/embeddings");
    let bearer = ("authorization".into(), format!("Bearer {KEY}"));
    assert!(request.headers.contains(&bearer));
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    has(&body, &json!({ "model": "small", "encoding_format": "float" }));
    let text = &world.embedding_server.texts()[0];
    assert_eq!(text, "glimworths.md\nGlimworths\nGlimworths are kept in the cellar.");
    assert!(!owner.get(&world, "").await.expect(200).to_string().contains(KEY));
}

#[tokio::test]
async fn the_vectors_of_an_embedder_find_what_words_do_not() {
    let world = world();
    let (owner, agent) = informed(&world).await;
    let (_, trace) = asked(&world, &owner, &agent, QUESTION).await;
    has(&trace, &json!({ "embedders": [], "embedder_fault": null }));
    choose(&world, &owner, "openai").await;
    has(
        &embedding(&world, &owner).await,
        &json!({ "state": "embedding", "passages": 3, "embedded": 0 }),
    );
    finish(&world, &owner).await;
    has(
        &embedding(&world, &owner).await,
        &json!({ "state": "ready", "passages": 3, "embedded": 3 }),
    );
    for (question, page) in [
        ("Where are quandles?", "florbins.md"),
        ("Where are zyxels?", "glimworths.md"),
    ] {
        let (best, trace) = asked(&world, &owner, &agent, question).await;
        assert_eq!(best, page, "{question} {trace}");
        has(
            &trace,
            &json!({ "embedders": ["openai:small"], "embedder_fault": null }),
        );
    }
}

#[tokio::test]
async fn a_question_is_embedded_once_however_many_parts_it_has() {
    let world = world();
    let (owner, agent) = informed(&world).await;
    choose(&world, &owner, "openai").await;
    finish(&world, &owner).await;
    owner
        .patch(
            &world,
            &format!("/agents/{agent}"),
            json!({ "strategyCode": "CYPRESS" }),
        )
        .await
        .expect(200);
    let before = world.embedding_server.requests().len();
    owner
        .test(
            &world,
            &agent,
            "Where are the quandles kept, and where are the zyxels kept?",
        )
        .await;
    assert_eq!(world.embedding_server.requests().len(), before + 1);
}

#[tokio::test]
async fn a_new_document_answers_before_it_has_vectors() {
    let world = world();
    let (owner, agent) = informed(&world).await;
    choose(&world, &owner, "openai").await;
    finish(&world, &owner).await;
    world.embedding_server.behave(Manner::Refuses);
    let id = owner
        .learn(&world, "tarnocks.md", "# Tarnocks\n\nTarnocks are kept in the shed.")
        .await;
    assert_eq!(owner.document(&world, &id).await["status"], "COMPLETED");
    let (best, _) = asked(&world, &owner, &agent, "Where are tarnocks?").await;
    assert_eq!(best, "tarnocks.md");
    has(
        &embedding(&world, &owner).await,
        &json!({ "passages": 4, "embedded": 3 }),
    );
    world.embedding_server.behave(Manner::Right);
    let before = world.embedding_server.texts().len();
    world.clock.advance(20_000);
    finish(&world, &owner).await;
    let sent = world.embedding_server.texts().split_off(before);
    assert_eq!(
        sent,
        ["tarnocks.md\nTarnocks\nTarnocks are kept in the shed."],
        "the others have theirs"
    );
    has(
        &embedding(&world, &owner).await,
        &json!({ "state": "ready", "embedded": 4 }),
    );
    let (best, _) = asked(&world, &owner, &agent, "Where are velmishes?").await;
    assert_eq!(best, "tarnocks.md");
}

#[tokio::test]
async fn passages_are_embedded_in_pieces_and_a_crash_costs_one() {
    let world = world();
    let (owner, agent) = informed(&world).await;
    let rooms = |it: u32| format!("# Room {it}\n\nRoom {it} has the telephone number 555-{it:04}.\n\n");
    owner
        .learn(&world, "rooms.md", &(0..600).map(rooms).collect::<String>())
        .await;
    let all = embedding(&world, &owner).await["passages"].as_u64().unwrap();
    assert!(all > 520, "{all} passages");
    choose(&world, &owner, "openai").await;
    let mut seen = vec![];
    let mut crashed = false;
    for _ in 0..40 {
        // The fourth request of a piece does not come back: the process ends there.
        if seen.len() == 4 && !crashed {
            crashed = true;
            world.embedding_server.behave(Manner::HangsAfter(3));
            let workspace = WorkspaceId::new(owner.workspace.as_str());
            let drain = edge_core::workers::drain(&world.app, &workspace, TimeDelta::minutes(1));
            tokio::time::timeout(Duration::from_millis(700), drain)
                .await
                .expect_err("it was to hang");
            world.embedding_server.behave(Manner::Right);
            world.clock.advance(46_000);
        }
        world.drain(&owner).await;
        world.clock.advance(250);
        let now = embedding(&world, &owner).await;
        seen.push(now["embedded"].as_u64().unwrap());
        let (best, _) = asked(&world, &owner, &agent, "Where are florbins kept?").await;
        assert_eq!(best, "florbins.md", "at {seen:?}");
        if now["state"] == "ready" {
            break;
        }
    }
    assert!(crashed && seen.len() >= 4 && seen.is_sorted(), "{seen:?}");
    assert_eq!(seen.last(), Some(&all));
    let texts = world.embedding_server.texts();
    let repeated = texts.iter().filter(|it| it.contains("Room")).count() as u64 - (all - 3);
    assert!(repeated <= 256, "{repeated} passages were embedded twice");
    let (best, _) = asked(&world, &owner, &agent, QUESTION).await;
    assert_eq!(best, "florbins.md");
}

#[tokio::test]
async fn compaction_keeps_vectors_and_what_is_deleted_stays_gone() {
    let world = world();
    let (owner, agent) = informed(&world).await;
    choose(&world, &owner, "openai").await;
    finish(&world, &owner).await;
    let mut ids = vec![];
    for number in 0..9 {
        let text = format!("# Drawer {number}\n\nDrawer {number} holds {number} tarnocks.");
        ids.push(owner.learn(&world, &format!("drawer-{number}.md"), &text).await);
        finish(&world, &owner).await;
    }
    owner
        .delete(&world, &format!("/documents/{}", ids[4]))
        .await
        .expect(200);
    finish(&world, &owner).await;
    let segments = "SELECT json_array_length(manifest, '$.segments') FROM index_snapshots";
    assert!(
        world.sql.column(segments)[0].parse::<u32>().unwrap() <= 6,
        "compaction has run"
    );
    let passages = world.embedding_server.texts();
    let once: std::collections::BTreeSet<&String> = passages.iter().collect();
    assert_eq!(passages.len(), once.len(), "nothing was embedded twice");
    has(&embedding(&world, &owner).await, &json!({ "state": "ready" }));
    let (best, trace) = asked(&world, &owner, &agent, QUESTION).await;
    assert_eq!(best, "florbins.md", "{trace}");
    assert!(!trace["passages"].to_string().contains("drawer-4.md"));
    // What no index names is erased once nobody can be reading it.
    world.clock.advance(11 * MINUTE);
    finish(&world, &owner).await;
    let manifest = world.sql.column("SELECT manifest FROM index_snapshots").remove(0);
    let left = world.blobs.keys().into_iter().filter(|it| it.starts_with("index/"));
    let unnamed: Vec<String> = left.filter(|it| !manifest.contains(it.as_str())).collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
}

#[tokio::test]
async fn what_was_deleted_is_sent_to_nobody() {
    let world = world();
    let (owner, agent) = informed(&world).await;
    let keep = "# Tarnocks\n\nTarnocks are kept in the shed.";
    let both = [
        ("secret.md", "# Secrets\n\nThe secret is kept in the vault."),
        ("tarnocks.md", keep),
    ];
    let mut ids = vec![];
    for (name, text) in both {
        ids.push(owner.learn(&world, name, text).await);
    }
    world.embedding_server.behave(Manner::Refuses);
    choose(&world, &owner, "openai").await;
    world.drain(&owner).await;
    owner
        .delete(&world, &format!("/documents/{}", ids[0]))
        .await
        .expect(200);
    let before = world.embedding_server.texts().len();
    world.embedding_server.behave(Manner::Right);
    world.clock.advance(20_000);
    finish(&world, &owner).await;
    let sent = world.embedding_server.texts().split_off(before);
    assert!(sent.len() == 4 && !sent.concat().contains("vault"), "{sent:?}");
    has(&embedding(&world, &owner).await, &json!({ "state": "ready" }));
    let (best, trace) = asked(&world, &owner, &agent, "Where are velmishes?").await;
    assert_eq!(best, "tarnocks.md", "{trace}");
}

#[tokio::test]
async fn going_back_to_the_table_takes_the_vectors_away() {
    let world = world();
    let (owner, agent) = informed(&world).await;
    choose(&world, &owner, "openai").await;
    finish(&world, &owner).await;
    let with = world.blobs.keys().len();
    choose(&world, &owner, "static").await;
    finish(&world, &owner).await;
    world.clock.advance(11 * MINUTE);
    finish(&world, &owner).await;
    assert!(world.blobs.keys().len() < with);
    let before = world.embedding_server.requests().len();
    let (best, trace) = asked(&world, &owner, &agent, "Where are florbins?").await;
    assert_eq!(best, "florbins.md");
    has(&trace, &json!({ "embedders": [], "embedder_fault": null }));
    assert_eq!(world.embedding_server.requests().len(), before);
    has(
        &embedding(&world, &owner).await,
        &json!({ "state": "ready", "model": null }),
    );
}
