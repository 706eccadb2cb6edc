//! Documents changed, and what they were before.
use crate::harness::acts::id;
use crate::harness::request::Answer;
use crate::harness::shape::{has, is};
use crate::harness::{Owner, TestApp};
use edge_model::time::MINUTE;
use http::Method;
use serde_json::{Value, json};

const OLD: &str = "# Opening hours\n\nThe shop is open from nine to five.";
const NEW: &str = "# Opening hours\n\nThe shop is open from ten to eight.";

async fn put(app: &TestApp, owner: &Owner, document: &str, body: Value) -> Answer {
    let call = owner.call(app, Method::PUT, &format!("/documents/{document}"));
    call.json(&body).send().await
}

async fn versions(app: &TestApp, owner: &Owner, document: &str) -> Vec<Value> {
    let answer = owner
        .get(app, &format!("/documents/{document}/versions"))
        .await
        .expect(200);
    assert_eq!(answer["total"], answer["versions"].as_array().unwrap().len());
    answer["versions"].as_array().unwrap().clone()
}

async fn ask(app: &TestApp, owner: &Owner, agent: &str) -> String {
    let answer = owner.test(app, agent, "When is the shop open?").await;
    answer["response"].as_str().unwrap().to_owned()
}

async fn lenient(app: &TestApp, owner: &Owner) -> String {
    let settings = json!({ "name": "Bot", "response_config": { "confidence_threshold": 0.0 } });
    owner.agent(app, settings).await
}

#[tokio::test]
async fn the_old_version_answers_until_the_new_one_is_ready() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "hours.md", OLD).await;
    let agent = lenient(&app, &owner).await;
    let answer = put(&app, &owner, &document, json!({ "text": NEW })).await.expect(202);
    let expected = json!({
        "id": document, "title": "hours.md", "status": "PROCESSING", "message": "Document queued for processing",
        "duplicate": false
    });
    is(&answer, &expected);
    assert!(ask(&app, &owner, &agent).await.contains("nine to five"));
    app.drain(&owner).await;
    assert!(ask(&app, &owner, &agent).await.contains("ten to eight"));
    assert!(!ask(&app, &owner, &agent).await.contains("nine to five"));
    let version = |number: u32, name: &str, size: usize, is_current: bool| {
        json!({
            "version": number, "title": "hours.md", "file_name": name, "size": size, "is_current": is_current,
            "created_at": "<time>"
        })
    };
    let found = versions(&app, &owner, &document).await;
    is(&found[0], &version(2, "document.md", NEW.len(), true));
    is(&found[1], &version(1, "hours.md", OLD.len(), false));
    let shown = owner.document(&app, &document).await;
    assert_eq!(
        (shown["versions"].as_array().unwrap().len(), &shown["status"]),
        (2, &json!("COMPLETED"))
    );
}

#[tokio::test]
async fn a_file_can_be_put_in_place_of_another() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "hours.md", OLD).await;
    let send = async |fields: &[(&str, Option<&str>, &[u8])]| {
        let call = owner.call(&app, Method::PUT, &format!("/documents/{document}"));
        call.form(fields).send().await
    };
    let answer = send(&[("file", Some("new.md"), NEW.as_bytes()), ("title", None, b"Hours")])
        .await
        .expect(202);
    has(&answer, &json!({ "title": "Hours", "duplicate": false }));
    app.drain(&owner).await;
    has(
        &versions(&app, &owner, &document).await[0],
        &json!({ "title": "Hours", "file_name": "new.md" }),
    );
    let named = |field: &str| (400, "VALIDATION_ERROR".into(), Some(field.into()));
    assert_eq!(send(&[("title", None, b"Hours")]).await.refusal(), named("file"));
    let program = send(&[("file", Some("a.txt"), b"MZ\x90\x00program")]).await;
    assert_eq!(
        program.refusal(),
        (415, "UNSUPPORTED_MEDIA_TYPE".into(), Some("file".into()))
    );
    for (body, field) in [
        (json!({}), "text"),
        (json!({ "text": " " }), "text"),
        (json!({ "text": "x", "title": "y".repeat(201) }), "title"),
    ] {
        assert_eq!(put(&app, &owner, &document, body).await.refusal(), named(field));
    }
    assert_eq!(versions(&app, &owner, &document).await.len(), 2);
}

#[tokio::test]
async fn what_changes_nothing_is_no_version() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "hours.md", OLD).await;
    let answer = put(&app, &owner, &document, json!({ "text": OLD })).await.expect(202);
    has(&answer, &json!({ "duplicate": true, "status": "COMPLETED" }));
    let path = format!("/documents/{document}");
    for body in [json!({}), json!({ "title": "hours.md" })] {
        let answer = owner.patch(&app, &path, body).await.expect(200);
        assert_eq!(answer["status"], "COMPLETED");
    }
    assert_eq!(versions(&app, &owner, &document).await.len(), 1);
}

#[tokio::test]
async fn a_title_and_a_collection_can_be_changed_and_answers_follow() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "hours.md", OLD).await;
    let agent = lenient(&app, &owner).await;
    let path = format!("/documents/{document}");
    let renamed = owner
        .patch(&app, &path, json!({ "title": "When we are open" }))
        .await
        .expect(200);
    has(
        &renamed,
        &json!({ "id": document, "title": "When we are open", "status": "PROCESSING" }),
    );
    app.drain(&owner).await;
    let answer = owner.test(&app, &agent, "When is the shop open?").await;
    assert_eq!(answer["sources"][0]["title"], "When we are open");
    let other = owner.collection(&app, "Another").await;
    let moved = owner
        .patch(&app, &path, json!({ "collection_id": other }))
        .await
        .expect(200);
    assert_eq!(moved["collection_id"], other);
    app.drain(&owner).await;
    let answer = owner.test(&app, &agent, "When is the shop open?").await;
    assert_eq!(
        answer["sources"],
        json!([]),
        "the agent answers from the default collection alone"
    );
    assert_eq!(versions(&app, &owner, &document).await.len(), 3);
    let named = owner.patch(&app, &path, json!({ "title": "" })).await;
    assert_eq!(named.refusal(), (400, "VALIDATION_ERROR".into(), Some("title".into())));
    let nowhere = owner.patch(&app, &path, json!({ "collection_id": "col_0" })).await;
    assert_eq!(nowhere.refusal(), (404, "NOT_FOUND".into(), None));
}

#[tokio::test]
async fn two_documents_of_a_collection_are_never_the_same() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "hours.md", OLD).await;
    owner.upload_and_index(&app, "new.md", NEW).await;
    let answer = put(&app, &owner, &document, json!({ "text": NEW })).await;
    assert_eq!(answer.refusal(), (409, "CONFLICT".into(), None));
    assert_eq!(versions(&app, &owner, &document).await.len(), 1);
    assert_eq!(owner.document(&app, &document).await["status"], "COMPLETED");
}

#[tokio::test]
async fn an_old_version_can_be_read_and_restored() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "hours.md", OLD).await;
    let agent = lenient(&app, &owner).await;
    put(&app, &owner, &document, json!({ "text": NEW, "title": "New hours" }))
        .await
        .expect(202);
    app.drain(&owner).await;
    let old = owner
        .get(&app, &format!("/documents/{document}/versions/1"))
        .await
        .expect(200);
    let expected = json!({
        "version": 1, "title": "hours.md", "file_name": "hours.md", "size": OLD.len(), "is_current": false,
        "created_at": "<time>", "text": "<text>", "truncated": false
    });
    is(&old, &expected);
    assert!(
        old["text"]
            .as_str()
            .unwrap()
            .contains("The shop is open from nine to five."),
        "{old}"
    );
    let restored = owner
        .post(&app, &format!("/documents/{document}/versions/1/restore"), json!({}))
        .await;
    has(
        &restored.expect(202),
        &json!({ "id": document, "title": "hours.md", "duplicate": false }),
    );
    app.drain(&owner).await;
    assert!(ask(&app, &owner, &agent).await.contains("nine to five"));
    let found = versions(&app, &owner, &document).await;
    has(
        &found[0],
        &json!({ "version": 3, "title": "hours.md", "is_current": true }),
    );
    for wrong in ["4", "0", "x", "-1"] {
        for answer in [
            owner
                .get(&app, &format!("/documents/{document}/versions/{wrong}"))
                .await,
            owner
                .post(
                    &app,
                    &format!("/documents/{document}/versions/{wrong}/restore"),
                    json!({}),
                )
                .await,
        ] {
            assert_eq!(answer.refusal(), (404, "NOT_FOUND".into(), None), "{wrong}");
        }
    }
}

#[tokio::test]
async fn of_two_changes_at_once_both_are_versions_or_one_is_refused() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "hours.md", OLD).await;
    let (a, b) = tokio::join!(
        put(&app, &owner, &document, json!({ "text": NEW })),
        put(&app, &owner, &document, json!({ "text": "# Hours\n\nAlways open." })),
    );
    let accepted = [&a, &b].iter().filter(|it| it.status == 202).count();
    assert!(
        [&a, &b].iter().all(|it| [202, 409].contains(&it.status)),
        "{} {}",
        a.text(),
        b.text()
    );
    assert_eq!(versions(&app, &owner, &document).await.len(), 1 + accepted);
    app.drain(&owner).await;
    assert_eq!(owner.document(&app, &document).await["status"], "COMPLETED");
}

#[tokio::test]
async fn a_deleted_document_takes_the_files_of_all_versions_with_it() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "hours.md", OLD).await;
    put(&app, &owner, &document, json!({ "text": NEW })).await.expect(202);
    app.drain(&owner).await;
    let uploads = || app.blobs.keys().iter().filter(|it| it.starts_with("upload/")).count();
    assert_eq!(uploads(), 2);
    let other = id(&owner.upload_elsewhere(&app).await);
    owner.delete(&app, &format!("/documents/{document}")).await.expect(200);
    app.clock.advance(2 * MINUTE);
    app.drain(&owner).await;
    assert_eq!(uploads(), 1, "what another document is made of stays");
    assert_eq!(owner.document(&app, &other).await["status"], "COMPLETED");
    assert_eq!(app.sql.column("SELECT document_id FROM document_versions"), [other]);
}

impl Owner {
    /// Uploads the old text into a collection of its own.
    async fn upload_elsewhere(&self, app: &TestApp) -> Value {
        let collection = self.collection(app, "Another").await;
        let answer = self.send_file(app, &collection, "hours.md", OLD.as_bytes()).await;
        answer.expect(202)
    }
}
