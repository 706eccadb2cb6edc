//! Documents: taken in, listed, shown, processed again, deleted.
use crate::harness::acts::id;
use crate::harness::shape::{has, is};
use crate::harness::{Owner, TestApp};
use edge_model::time::MINUTE;
use http::Method;
use serde_json::{Value, json};

const HOURS: &str = "# Opening hours\n\nThe shop is open from nine in the morning to five in the afternoon.\n";
const QUESTION: &str = "When is the shop open?";

fn not_found() -> (u16, String, Option<String>) {
    (404, "NOT_FOUND".into(), None)
}

/// An agent that answers whatever it has a passage for.
async fn lenient(app: &TestApp, owner: &Owner) -> String {
    let body = json!({ "name": "Bot", "response_config": { "confidence_threshold": 0.0 } });
    owner.agent(app, body).await
}

#[tokio::test]
async fn an_upload_is_accepted_as_documented() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let collection = app.default_collection(&owner).await;
    let answer = owner
        .send_file(&app, &collection, "User Guide.txt", HOURS.as_bytes())
        .await;
    let documented = json!({
        "id": "<doc_>",
        "title": "User Guide.txt",
        "status": "PROCESSING",
        "message": "Document queued for processing"
    });
    has(&answer.expect(202), &documented);
    has(&answer.expect(202), &json!({ "duplicate": false }));
}

#[tokio::test]
async fn a_title_is_as_given_or_the_name_of_the_file() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let collection = app.default_collection(&owner).await;
    let upload = async |title: &str, name: &str, text: &str| {
        let form = [
            ("title", None, title.as_bytes()),
            ("collection_id", None, collection.as_bytes()),
            ("file", Some(name), text.as_bytes()),
        ];
        let call = owner.call(&app, Method::POST, "/documents").form(&form);
        call.send().await.expect(202)["title"].clone()
    };
    assert_eq!(upload("User Guide", "guide.txt", "one").await, json!("User Guide"));
    assert_eq!(upload("  ", "guide.txt", "two").await, json!("guide.txt"));
    assert_eq!(upload("", "../../etc/passwd.txt", "three").await, json!("passwd.txt"));
    assert_eq!(upload("", "Übersicht.txt", "four").await, json!("Übersicht.txt"));
    assert_eq!(upload(&"ü".repeat(200), "a.txt", "five").await, json!("ü".repeat(200)));
}

#[tokio::test]
async fn the_list_is_as_documented() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "User Guide.txt", HOURS).await;
    let answer = owner.get(&app, "/documents").await.expect(200);
    let documented = json!({
        "documents": [{
            "id": document,
            "title": "User Guide.txt",
            "source_type": "FILE",
            "status": "COMPLETED",
            "chunk_count": 1,
            "created_at": "2026-01-26T00:00:00Z"
        }],
        "total": 1
    });
    has(&answer, &documented);
    let progress = json!({
        "stage": "done", "percent": 100, "pages_done": 1, "pages_total": 1, "pages_skipped": 0, "error": null
    });
    is(&answer["documents"][0]["progress"], &progress);
}

#[tokio::test]
async fn one_is_shown_as_documented() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "User Guide.txt", HOURS).await;
    let answer = owner.document(&app, &document).await;
    let documented = json!({
        "id": document,
        "title": "User Guide.txt",
        "source_type": "FILE",
        "source_url": null,
        "file_path": "/uploads/User Guide.txt",
        "status": "COMPLETED",
        "language": "en",
        "chunk_count": 1,
        "token_count": "<count>",
        "versions": [{ "version": 1, "created_at": "2026-01-26T00:00:00Z" }],
        "chunks_preview": [{ "chunk_index": 0, "content_preview": "<text>", "token_count": "<count>" }],
        "created_at": "2026-01-26T00:00:00Z"
    });
    has(&answer, &documented);
    for nested in ["versions", "chunks_preview"] {
        is(&answer[nested], &documented[nested]);
    }
    let preview = &answer["chunks_preview"][0];
    assert!(
        preview["content_preview"].as_str().unwrap().contains("open from nine"),
        "{answer}"
    );
    assert!(preview["token_count"].as_u64().unwrap() > 5, "{answer}");
    assert_eq!(answer["token_count"], preview["token_count"]);
    has(
        &answer,
        &json!({ "size": HOURS.len(), "collection_id": app.default_collection(&owner).await }),
    );
}

#[tokio::test]
async fn what_waits_is_being_processed() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = id(&app.upload(&owner, "a.txt", HOURS).await);
    let answer = owner.document(&app, &document).await;
    let waiting = json!({
        "status": "PROCESSING", "chunk_count": 0, "chunks_preview": [], "language": null,
        "progress": { "stage": "queued", "percent": 0, "error": null }
    });
    has(&answer, &waiting);
    for (stage, least) in [("parsing", 1), ("indexing", 31)] {
        let sql = format!("UPDATE documents SET status = 'PROCESSING', stage = '{stage}'");
        app.sql.execute(&sql, &[]);
        let answer = owner.document(&app, &document).await;
        has(
            &answer,
            &json!({ "status": "PROCESSING", "progress": { "stage": stage } }),
        );
        let percent = answer["progress"]["percent"].as_u64().unwrap();
        assert!((least..100).contains(&percent), "{answer}");
    }
}

#[tokio::test]
async fn the_list_is_filtered_by_collection_status_and_title() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let other = owner.collection(&app, "Other").await;
    let default = app.default_collection(&owner).await;
    let guide = owner.upload_and_index(&app, "User Guide.txt", HOURS).await;
    let failed = owner
        .upload_and_index(&app, "empty page.html", "<html><body></body></html>")
        .await;
    let waiting = id(&owner
        .send_file(&app, &other, "100%_guide.txt", b"Another text.")
        .await
        .expect(202));
    for (query, expected) in [
        (String::new(), vec![&waiting, &failed, &guide]),
        ("?status=COMPLETED".into(), vec![&guide]),
        ("?status=FAILED".into(), vec![&failed]),
        ("?status=PROCESSING".into(), vec![&waiting]),
        (format!("?collection_id={other}"), vec![&waiting]),
        (format!("?collection_id={default}"), vec![&failed, &guide]),
        ("?collection_id=col_0".into(), vec![]),
        ("?search=guide".into(), vec![&waiting, &guide]),
        ("?search=USER%20GUIDE".into(), vec![&guide]),
        ("?search=".into(), vec![&waiting, &failed, &guide]),
        // No wildcards.
        ("?search=%25_".into(), vec![&waiting]),
        ("?search=u_er".into(), vec![]),
        (format!("?search={}", "long".repeat(50)), vec![]),
        (
            format!("?collection_id={default}&status=COMPLETED&search=user"),
            vec![&guide],
        ),
        (format!("?collection_id={other}&status=COMPLETED"), vec![]),
    ] {
        let list = owner.get(&app, &format!("/documents{query}")).await.expect(200);
        let expected: Vec<Value> = expected.iter().map(|it| json!({ "id": it })).collect();
        has(&list, &json!({ "total": expected.len(), "documents": expected }));
    }
    for wrong in ["QUEUED", "completed", ""] {
        let answer = owner.get(&app, &format!("/documents?status={wrong}")).await;
        assert_eq!(
            answer.refusal(),
            (400, "VALIDATION_ERROR".into(), Some("status".into())),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn a_deleted_document_is_not_found_by_anybody_any_more() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "hours.md", HOURS).await;
    let kept = owner
        .upload_and_index(&app, "parking.md", "# Parking\n\nThere is a car park behind the shop.")
        .await;
    let agent = lenient(&app, &owner).await;
    assert!(
        owner
            .test(&app, &agent, QUESTION)
            .await
            .to_string()
            .contains("nine in the morning")
    );
    let path = format!("/documents/{document}");
    is(
        &owner.delete(&app, &path).await.expect(200),
        &json!({ "message": "<text>" }),
    );
    // At once, before any work in the background.
    let answer = owner.test(&app, &agent, QUESTION).await.to_string();
    assert!(
        !answer.contains("nine in the morning") && !answer.contains(&document),
        "{answer}"
    );
    assert_eq!(owner.get(&app, &path).await.refusal(), not_found());
    assert_eq!(owner.delete(&app, &path).await.refusal(), not_found());
    let reprocess = owner.post(&app, &format!("{path}/reprocess"), json!({})).await;
    assert_eq!(reprocess.refusal(), not_found());
    let list = owner.get(&app, "/documents").await.expect(200);
    has(&list, &json!({ "documents": [{ "id": kept }], "total": 1 }));
    app.clock.advance(2 * MINUTE);
    app.drain(&owner).await;
    let uploads = app
        .blobs
        .keys()
        .into_iter()
        .filter(|it| it.starts_with("upload/"))
        .count();
    assert_eq!(uploads, 1, "the file itself is erased");
    // It may come back, as a new one.
    let again = owner.upload_and_index(&app, "hours.md", HOURS).await;
    assert_ne!(again, document);
    assert!(
        owner
            .test(&app, &agent, QUESTION)
            .await
            .to_string()
            .contains("nine in the morning")
    );
}

#[tokio::test]
async fn a_document_deleted_before_it_was_processed_never_appears() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = id(&app.upload(&owner, "hours.md", HOURS).await);
    owner.delete(&app, &format!("/documents/{document}")).await.expect(200);
    app.drain(&owner).await;
    let agent = lenient(&app, &owner).await;
    has(
        &owner.test(&app, &agent, QUESTION).await,
        &json!({ "answered": false, "sources": [] }),
    );
    app.clock.advance(2 * MINUTE);
    app.drain(&owner).await;
    assert_eq!(
        app.blobs.keys().iter().filter(|it| it.starts_with("upload/")).count(),
        0
    );
}

#[tokio::test]
async fn a_document_is_reprocessed_without_gap_or_duplicates() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "hours.md", HOURS).await;
    let agent = lenient(&app, &owner).await;
    let before = owner.test(&app, &agent, QUESTION).await;
    let shown = owner.document(&app, &document).await;
    let path = format!("/documents/{document}/reprocess");
    let documented = json!({ "id": document, "status": "PROCESSING", "message": "<text>" });
    is(&owner.post(&app, &path, json!({})).await.expect(202), &documented);
    // Asked for twice, done once; the old passages answer meanwhile.
    is(
        &owner.call(&app, Method::POST, &path).send().await.expect(202),
        &documented,
    );
    assert_eq!(app.sql.column("SELECT id FROM jobs").len(), 1);
    has(
        &owner.document(&app, &document).await,
        &json!({ "status": "PROCESSING" }),
    );
    assert_eq!(owner.test(&app, &agent, QUESTION).await["response"], before["response"]);
    app.drain(&owner).await;
    assert_eq!(owner.document(&app, &document).await, shown);
    let after = owner.test(&app, &agent, QUESTION).await;
    assert_eq!(
        (&after["response"], &after["sources"]),
        (&before["response"], &before["sources"])
    );
}

#[tokio::test]
async fn the_same_bytes_twice_are_one_document() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let first = app.upload(&owner, "hours.md", HOURS).await;
    let waiting = app.upload(&owner, "copy.md", HOURS).await;
    has(
        &waiting,
        &json!({ "id": first["id"], "title": "hours.md", "status": "PROCESSING", "duplicate": true }),
    );
    app.drain(&owner).await;
    let done = app.upload(&owner, "copy.md", HOURS).await;
    has(
        &done,
        &json!({ "id": first["id"], "title": "hours.md", "status": "COMPLETED", "duplicate": true }),
    );
    assert_eq!(owner.get(&app, "/documents").await.expect(200)["total"], json!(1));
    assert_eq!(app.sql.column("SELECT id FROM jobs").len(), 0);
}

#[tokio::test]
async fn the_same_bytes_twice_at_once_are_one_document() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let (a, b) = tokio::join!(app.upload(&owner, "a.md", HOURS), app.upload(&owner, "b.md", HOURS));
    assert_eq!(a["id"], b["id"]);
    assert_ne!(a["duplicate"], b["duplicate"]);
    app.drain(&owner).await;
    let list = owner.get(&app, "/documents").await.expect(200);
    has(
        &list,
        &json!({ "documents": [{ "id": a["id"], "status": "COMPLETED" }], "total": 1 }),
    );
}

#[tokio::test]
async fn the_same_bytes_in_two_collections_are_two_documents() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let other = owner.collection(&app, "Other").await;
    let first = owner.upload_and_index(&app, "hours.md", HOURS).await;
    let second = owner
        .send_file(&app, &other, "hours.md", HOURS.as_bytes())
        .await
        .expect(202);
    has(&second, &json!({ "duplicate": false }));
    assert_ne!(second["id"], json!(first));
    app.drain(&owner).await;
    owner.delete(&app, &format!("/documents/{first}")).await.expect(200);
    app.drain(&owner).await;
    // The file of the other document has stayed, so it can be processed again.
    let path = format!("/documents/{}/reprocess", id(&second));
    owner.post(&app, &path, json!({})).await.expect(202);
    app.drain(&owner).await;
    has(
        &owner.document(&app, &id(&second)).await,
        &json!({ "status": "COMPLETED" }),
    );
    let body = json!({
        "name": "Bot", "collection_ids": [other], "response_config": { "confidence_threshold": 0.0 }
    });
    let agent = owner.agent(&app, body).await;
    has(
        &owner.test(&app, &agent, QUESTION).await,
        &json!({ "answered": true, "sources": [{ "document_id": id(&second) }] }),
    );
}
