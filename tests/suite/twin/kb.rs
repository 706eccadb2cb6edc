//! The knowledge base: added, listed, changed, deleted, and answered from.
use super::{POLICY, Program, refused};
use crate::harness::TestApp;
use serde_json::{Value, json};

async fn docs(program: &Program, app: &TestApp, query: &str) -> (Vec<Value>, u64) {
    let list = program.get(app, &format!("/v1/kb{query}")).await.expect(200);
    (
        list["docs"].as_array().unwrap().clone(),
        list["total"].as_u64().unwrap(),
    )
}

#[tokio::test]
async fn the_type_is_sop_unless_another_is_named() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    for (kind, shown) in [(None, "sop"), (Some("slack"), "slack"), (Some("note"), "note")] {
        let mut body = json!({ "title": format!("As {shown}"), "content": "Some text." });
        if let Some(kind) = kind {
            body["type"] = json!(kind);
        }
        let made = program.post(&app, "/v1/kb", body).await.expect(201);
        assert_eq!(made["doc"]["type"], shown);
    }
    let (found, total) = docs(&program, &app, "?type=slack").await;
    assert_eq!((found.len(), total, &found[0]["title"]), (1, 1, &json!("As slack")));
    assert_eq!(docs(&program, &app, "?type=drive").await.1, 0);
    assert_eq!(docs(&program, &app, "").await.1, 3);
    let wrong = "type must be sop, policy, email, slack, drive or note.";
    refused(&program.get(&app, "/v1/kb?type=song").await, 400, wrong);
    let body = json!({ "title": "A", "content": "B", "type": "song" });
    refused(&program.post(&app, "/v1/kb", body).await, 400, wrong);
}

#[tokio::test]
async fn a_list_has_50_documents_and_200_at_most_and_counts_them_all() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let collection = app.default_collection(&program.owner).await;
    let sql = "INSERT INTO documents (id, workspace_id, collection_id, title, source_type, media_type, content_hash, size,
            version, status, stage, created_at, updated_at)
         SELECT 'doc_' || value, ?1, ?2, 'Page ' || value, 'TEXT', 'text/plain', 'h' || value, 1, 1, 'COMPLETED', 'done',
            value, value
         FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 210) SELECT value FROM n)";
    app.sql.execute(sql, &[&program.owner.workspace, &collection]);
    for (query, count) in [
        ("", 50),
        ("?limit=3", 3),
        ("?limit=200", 200),
        ("?limit=100000000000", 200),
    ] {
        let (found, total) = docs(&program, &app, query).await;
        assert_eq!((found.len(), total), (count, 210), "{query}");
        assert_eq!(found[0]["title"], "Page 210", "the newest first");
    }
    for query in ["?limit=0", "?limit=-1", "?limit=ten", "?limit="] {
        let answer = program.get(&app, &format!("/v1/kb{query}")).await;
        refused(&answer, 400, "limit must be a number of at least 1.");
    }
}

#[tokio::test]
async fn a_text_is_measured_in_characters() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let add = |content: String| program.post(&app, "/v1/kb", json!({ "title": "Long", "content": content }));
    assert_eq!(add("€".repeat(50_000)).await.status, 201);
    refused(
        &add("€".repeat(50_001)).await,
        400,
        "Content too long (max 50000 chars).",
    );
    let title = |title: String| program.post(&app, "/v1/kb", json!({ "title": title, "content": "Text." }));
    assert_eq!(title("é".repeat(200)).await.status, 201);
    refused(&title("é".repeat(201)).await, 400, "Title too long (max 200 chars).");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    for (body, text) in [
        (json!({ "content": "B" }), "title is required."),
        (json!({ "title": " ", "content": "B" }), "title is required."),
        (json!({ "title": "A" }), "content is required."),
        (json!({ "title": "A", "content": "\n" }), "content is required."),
        (json!({ "title": "A", "content": null }), "content is required."),
    ] {
        refused(&program.post(&app, "/v1/kb", body).await, 400, text);
    }
}

#[tokio::test]
async fn equal_texts_under_two_titles_are_two_documents() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let add = |title: &str| program.post(&app, "/v1/kb", json!({ "title": title, "content": POLICY }));
    let first = add("Expenses").await.expect(201);
    assert_eq!(add("Expenses").await.expect(201), first);
    assert_ne!(add("Spesen").await.expect(201)["doc"]["id"], first["doc"]["id"]);
    let (a, b) = tokio::join!(add("At once"), add("At once"));
    assert_eq!(a.expect(201)["doc"]["id"], b.expect(201)["doc"]["id"]);
    assert_eq!(docs(&program, &app, "").await.1, 3);
}

#[tokio::test]
async fn a_changed_document_answers_with_its_new_text_alone() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let id = program
        .upload_and_index(&app, "Opening hours", "The office is open from nine to five.")
        .await;
    let path = format!("/v1/kb/{id}");
    let change = json!({ "content": "The office is open from ten to six." });
    let changed = program.put(&app, &path, change).await.expect(200);
    assert_eq!(changed["doc"]["content"], "The office is open from ten to six.");
    assert_eq!(
        (&changed["doc"]["title"], &changed["doc"]["type"]),
        (&json!("Opening hours"), &json!("policy"))
    );
    // The old text answers until the new one does.
    let before = program.ask(&app, "When is the office open?").await;
    assert!(before["response"].as_str().unwrap().contains("nine"), "{before}");
    app.drain(&program.owner).await;
    let after = program.ask(&app, "When is the office open?").await;
    let response = after["response"].as_str().unwrap();
    assert!(response.contains("ten to six") && !response.contains("nine"), "{after}");
    assert_eq!(
        program.get(&app, &path).await.expect(200)["doc"]["content"],
        changed["doc"]["content"]
    );
}

#[tokio::test]
async fn a_new_title_is_cited_and_a_new_type_alone_changes_no_text() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let id = program
        .upload_and_index(&app, "Hours", "The office is open from nine to five.")
        .await;
    let path = format!("/v1/kb/{id}");
    let kind = program.put(&app, &path, json!({ "type": "email" })).await.expect(200);
    assert_eq!(kind["doc"]["type"], "email");
    assert_eq!(app.sql.column("SELECT version FROM documents"), ["1"]);
    program
        .put(&app, &path, json!({ "title": "Opening hours" }))
        .await
        .expect(200);
    assert_eq!(app.sql.column("SELECT version FROM documents"), ["2"]);
    app.drain(&program.owner).await;
    let answer = program.ask(&app, "When is the office open?").await;
    assert_eq!(answer["sources"], json!(["Opening hours"]), "{answer}");
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_refused_and_none_is_lost() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let id = program.upload_and_index(&app, "Hours", "From nine to five.").await;
    let path = format!("/v1/kb/{id}");
    let change = |text: &str| program.put(&app, &path, json!({ "content": text }));
    let (a, b) = tokio::join!(change("From ten to six."), change("From eight to four."));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", a.text(), b.text());
    let (won, lost) = if a.status == 200 { (a, b) } else { (b, a) };
    refused(&lost, 409, "somebody else changed the document just now; try again.");
    assert_eq!(program.get(&app, &path).await.expect(200), won.expect(200));
}

#[tokio::test]
async fn a_document_cannot_become_the_same_as_another_one() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    program.upload_and_index(&app, "Hours", "From nine to five.").await;
    let id = program.upload_and_index(&app, "Hours", "From ten to six.").await;
    let change = json!({ "content": "From nine to five." });
    let answer = program.put(&app, &format!("/v1/kb/{id}"), change).await;
    refused(&answer, 409, "the same text is here already, under the same title.");
}

#[tokio::test]
async fn a_deleted_document_is_answered_from_no_more() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let id = program
        .upload_and_index(&app, "Hours", "The office is open from nine to five.")
        .await;
    program.delete(&app, &format!("/v1/kb/{id}")).await.expect(200);
    let answer = program.ask(&app, "When is the office open?").await;
    assert_eq!(
        (&answer["shouldEscalate"], &answer["sources"]),
        (&json!(true), &json!([]))
    );
    refused(
        &program.delete(&app, &format!("/v1/kb/{id}")).await,
        404,
        "document not found.",
    );
}

#[tokio::test]
async fn uploads_to_the_default_collection_are_listed_alone() {
    let app = TestApp::new();
    let program = Program::new(&app).await;
    let owner = &program.owner;
    let uploaded = owner
        .upload_and_index(&app, "hours.md", "# Hours\n\nFrom nine to five.")
        .await;
    let (found, _) = docs(&program, &app, "").await;
    assert_eq!(
        (&found[0]["id"], &found[0]["source"]),
        (&json!(uploaded), &json!("upload"))
    );
    let shown = program.get(&app, &format!("/v1/kb/{uploaded}")).await.expect(200);
    assert_eq!(shown["doc"]["content"], "# Hours\n\nFrom nine to five.");
    let other = owner.collection(&app, "Other").await;
    let elsewhere = owner.send_file(&app, &other, "b.txt", b"Elsewhere.").await.expect(202);
    let path = format!("/v1/kb/{}", elsewhere["id"].as_str().unwrap());
    refused(&program.get(&app, &path).await, 404, "document not found.");
    refused(&program.delete(&app, &path).await, 404, "document not found.");
    assert_eq!(docs(&program, &app, "").await.1, 1);
    // And the other way round.
    let made = program.upload_and_index(&app, "Note", "A note.").await;
    assert_eq!(owner.document(&app, &made).await["source_type"], "TEXT");
}
