//! Collections: named sets of documents.
use crate::harness::TestApp;
use crate::harness::acts::id;
use crate::harness::shape::{has, is};
use edge_model::time::MINUTE;
use serde_json::json;

const HOURS: &str = "# Opening hours\n\nThe shop is open from nine in the morning to five in the afternoon.\n";

fn not_found() -> (u16, String, Option<String>) {
    (404, "NOT_FOUND".into(), None)
}

#[tokio::test]
async fn collections_are_created_changed_and_deleted_whole() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let body = json!({ "name": "Product Documentation", "description": "All product-related docs" });
    let made = owner.post(&app, "/collections", body).await.expect(201);
    let documented = json!({
        "id": "<col_>",
        "name": "Product Documentation",
        "description": "All product-related docs",
        "document_count": 0,
        "created_at": "2026-01-26T00:00:00Z"
    });
    has(&made, &documented);
    let path = format!("/collections/{}", id(&made));
    let document = id(&owner
        .send_file(&app, &id(&made), "a.md", HOURS.as_bytes())
        .await
        .expect(202));
    app.drain(&owner).await;
    let changed = owner.patch(&app, &path, json!({ "name": "Docs" })).await.expect(200);
    has(
        &changed,
        &json!({ "id": id(&made), "name": "Docs", "description": "All product-related docs", "document_count": 1 }),
    );
    let list = owner.get(&app, "/collections").await.expect(200);
    has(
        &list,
        &json!({ "collections": [{ "is_default": true }, changed], "total": 2 }),
    );
    is(
        &owner.delete(&app, &path).await.expect(200),
        &json!({ "message": "<text>" }),
    );
    assert_eq!(
        owner.get(&app, &format!("/documents/{document}")).await.refusal(),
        not_found()
    );
    assert_eq!(owner.delete(&app, &path).await.refusal(), not_found());
    app.clock.advance(2 * MINUTE);
    app.drain(&owner).await;
    assert_eq!(
        app.blobs.keys().iter().filter(|it| it.starts_with("upload/")).count(),
        0
    );
    for (field, value) in [
        ("name", json!("")),
        ("name", json!(1)),
        ("description", json!("x".repeat(2_001))),
    ] {
        let mut body = json!({ "name": "B" });
        body[field] = value;
        let named = (400, "VALIDATION_ERROR".into(), Some(field.into()));
        assert_eq!(owner.post(&app, "/collections", body).await.refusal(), named);
    }
}

#[tokio::test]
async fn a_collection_that_is_needed_stays() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let default = app.default_collection(&owner).await;
    let needed = owner.collection(&app, "Needed").await;
    owner
        .agent(&app, json!({ "name": "Bot of Needed", "collection_ids": [needed] }))
        .await;
    for collection in [default, needed] {
        let answer = owner.delete(&app, &format!("/collections/{collection}")).await;
        assert_eq!(answer.refusal(), (409, "CONFLICT".into(), None));
    }
    assert_eq!(owner.get(&app, "/collections").await.expect(200)["total"], json!(2));
}
