//! What plans allow workspaces to store: counted as it is written, refused in the same batch, given back on deletion.
use crate::harness::{Owner, TestApp};
use edge_model::WorkspaceId;
use edge_model::time::MINUTE;
use http::Method;
use serde_json::{Value, json};

/// Lowers what the free plan allows of a resource, so that a test reaches it.
fn allow(app: &TestApp, resource: &str, amount: i64) {
    let sql = "UPDATE plan_quotas SET amount = ?2 WHERE plan = 'FREE' AND resource = ?1";
    assert_eq!(app.sql.execute(sql, &[&resource, &amount]), 1);
}

async fn usage(app: &TestApp, owner: &Owner) -> Value {
    owner.get(app, "/usage").await.expect(200)
}

async fn upload(app: &TestApp, owner: &Owner, name: &str, text: &str) -> (u16, Value) {
    let collection = app.default_collection(owner).await;
    let form: [(&str, Option<&str>, &[u8]); 2] = [
        ("collection_id", None, collection.as_bytes()),
        ("file", Some(name), text.as_bytes()),
    ];
    let call = owner.call(app, Method::POST, "/documents").form(&form);
    let answer = call.send().await;
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

#[tokio::test]
async fn usage_shows_what_is_stored_and_what_the_plan_allows() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    owner.upload_and_index(&app, "a.md", "# One\n\nThe first.").await;
    let found = usage(&app, &owner).await;
    assert_eq!(found["subscription_tier"], "FREE");
    assert_eq!(found["documents"], json!({ "used": 1, "limit": 1_000 }));
    assert_eq!(found["sources"], json!({ "used": 0, "limit": 20 }));
    assert_eq!(found["stored_bytes"], json!({ "used": 17, "limit": 268_435_456 }));
    assert_eq!(found["messages"], json!({ "used": 0, "limit": 100 }));
    assert_eq!(found["messages_reset_at"], "2026-02-01T00:00:00Z");
    app.set_plan(&owner, "PROFESSIONAL").await;
    let found = usage(&app, &owner).await;
    assert_eq!(found["documents"], json!({ "used": 1, "limit": 50_000 }));
}

#[tokio::test]
async fn a_document_beyond_the_plan_is_refused_and_changes_nothing() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    allow(&app, "documents", 1);
    let document = owner.upload_and_index(&app, "a.md", "# One\n\nThe first.").await;
    let (status, body) = upload(&app, &owner, "b.md", "# Two\n\nThe second.").await;
    assert_eq!((status, &body["code"]), (403, &json!("PLAN_LIMIT_REACHED")), "{body}");
    assert!(body["detail"].as_str().unwrap().contains("no more documents"), "{body}");
    assert_eq!(usage(&app, &owner).await["documents"]["used"], 1);
    assert_eq!(app.sql.column("SELECT count(*) FROM document_versions"), ["1"]);
    owner
        .call(&app, Method::DELETE, &format!("/documents/{document}"))
        .send()
        .await
        .expect(200);
    assert_eq!(upload(&app, &owner, "b.md", "# Two\n\nThe second.").await.0, 202);
}

#[tokio::test]
async fn what_is_refused_leaves_no_file() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "a.md", "# One\n\nThe first.").await;
    let files = || {
        let keys = app.blobs.keys().into_iter();
        keys.filter(|it| it.starts_with("upload/")).collect::<Vec<_>>()
    };
    let kept = files();
    allow(&app, "documents", 1);
    assert_eq!(upload(&app, &owner, "b.md", "# Two\n\nThe second.").await.0, 403);
    assert_eq!(files(), kept);
    // Refused by the batch that writes, after its bytes were kept: what another request of that moment has used up.
    let first = async {
        allow(&app, "stored_bytes", 20);
    };
    let put = owner.call(&app, Method::PUT, &format!("/documents/{document}"));
    let put = put.json(&json!({ "text": "# One\n\nThe second." })).send();
    let (answer, ()) = tokio::join!(put, app.sql.hold_next("INSERT INTO document_versions", first));
    assert_eq!(answer.refusal().1, "PLAN_LIMIT_REACHED");
    assert_ne!(files(), kept);
    app.clock.advance(5 * MINUTE);
    app.drain(&owner).await;
    assert_eq!(files(), kept);
}

#[tokio::test]
async fn of_uploads_at_once_as_many_pass_as_the_plan_allows() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    allow(&app, "documents", 3);
    let texts: Vec<String> = (0..8).map(|it| format!("# Text {it}\n\nIt says {it}.")).collect();
    let uploads = texts.iter().map(|it| upload(&app, &owner, "a.md", it));
    let answers = futures_util::future::join_all(uploads).await;
    let accepted = answers.iter().filter(|it| it.0 == 202).count();
    let refused = answers.iter().filter(|it| it.0 == 403).count();
    assert_eq!((accepted, refused), (3, 5));
}

#[tokio::test]
async fn bytes_are_those_of_all_versions() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "a.md", "# One\n\nThe first.").await;
    allow(&app, "stored_bytes", 40);
    let put = |text: &'static str| {
        let call = owner.call(&app, Method::PUT, &format!("/documents/{document}"));
        call.json(&json!({ "text": text })).send()
    };
    assert_eq!(put("# One\n\nThe second.").await.status, 202);
    assert_eq!(usage(&app, &owner).await["stored_bytes"]["used"], 17 + 18);
    let answer = put("# One\n\nThe third one.").await;
    assert_eq!(answer.refusal().1, "PLAN_LIMIT_REACHED");
}

#[tokio::test]
async fn a_lowered_plan_keeps_what_is_there_and_takes_no_more() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for name in ["a", "b"] {
        owner
            .upload_and_index(&app, &format!("{name}.md"), &format!("# {name}\n\nText."))
            .await;
    }
    allow(&app, "documents", 1);
    assert_eq!(upload(&app, &owner, "c.md", "# c\n\nText.").await.0, 403);
    let found = usage(&app, &owner).await;
    assert_eq!(found["documents"], json!({ "used": 2, "limit": 1 }));
}

#[tokio::test]
async fn a_source_beyond_the_plan_is_refused() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    allow(&app, "sources", 1);
    let collection = app.default_collection(&owner).await;
    let add = |path: &'static str| {
        let body = json!({ "url": format!("https://example.com/{path}"), "collection_id": collection });
        owner.post(&app, "/documents/url", body)
    };
    assert_eq!(add("a").await.status, 202);
    assert_eq!(add("b").await.refusal().1, "PLAN_LIMIT_REACHED");
    assert_eq!(usage(&app, &owner).await["sources"]["used"], 1);
}

#[tokio::test]
async fn the_oldest_versions_go_when_there_are_more_than_twenty() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    let document = owner.upload_and_index(&app, "a.md", "# Text\n\nVersion 1 of it.").await;
    for number in 2..=25 {
        let body = json!({ "text": format!("# Text\n\nVersion {number} of it.") });
        let call = owner.call(&app, Method::PUT, &format!("/documents/{document}"));
        assert_eq!(call.json(&body).send().await.status, 202, "{number}");
        app.drain(&owner).await;
    }
    let kept = app.sql.column("SELECT version FROM document_versions ORDER BY version");
    assert_eq!((kept.len(), kept[0].as_str(), kept[19].as_str()), (20, "6", "25"));
    app.clock.advance(2 * edge_model::time::MINUTE);
    app.drain(&owner).await;
    let workspace = WorkspaceId::new(owner.workspace.as_str());
    let prefix = format!("upload/{workspace}/");
    let files = app.blobs.keys().into_iter().filter(|it| it.starts_with(&prefix));
    assert_eq!(files.count(), 20, "the files of the other versions are erased");
}

#[tokio::test]
async fn a_new_title_takes_no_more_bytes() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "a.md", "# One\n\nThe first.").await;
    allow(&app, "stored_bytes", 20);
    for number in 1..=15 {
        let body = json!({ "title": format!("Title {number}") });
        let answer = owner.patch(&app, &format!("/documents/{document}"), body).await;
        assert_eq!(answer.status, 200, "{number}: {}", answer.text());
    }
    assert_eq!(usage(&app, &owner).await["stored_bytes"]["used"], 17);
    owner
        .call(&app, Method::DELETE, &format!("/documents/{document}"))
        .send()
        .await
        .expect(200);
    assert_eq!(usage(&app, &owner).await["stored_bytes"]["used"], 0);
}

#[tokio::test]
async fn a_content_counts_once_until_the_last_of_it_goes() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let text = "# One\n\nThe first.";
    let first = owner.upload_and_index(&app, "a.md", text).await;
    let other = owner.collection(&app, "Other").await;
    let answer = owner.send_file(&app, &other, "b.md", text.as_bytes()).await.expect(202);
    let second = answer["id"].as_str().unwrap();
    assert_eq!(usage(&app, &owner).await["stored_bytes"]["used"], 17);
    for (document, left) in [(first.as_str(), 17), (second, 0)] {
        owner.delete(&app, &format!("/documents/{document}")).await.expect(200);
        assert_eq!(usage(&app, &owner).await["stored_bytes"]["used"], left);
    }
}

#[tokio::test]
async fn the_oldest_version_gives_way_before_the_new_one_counts() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "STARTER").await;
    let document = owner.upload_and_index(&app, "a.md", "# Text\n\nVersion 10.").await;
    let put = |number: u32| {
        let call = owner.call(&app, Method::PUT, &format!("/documents/{document}"));
        call.json(&json!({ "text": format!("# Text\n\nVersion {number}.") }))
            .send()
    };
    for number in 11..30 {
        assert_eq!(put(number).await.status, 202, "{number}");
    }
    let full = "UPDATE plan_quotas SET amount = (SELECT used FROM usage WHERE resource = 'stored_bytes')
        WHERE resource = 'stored_bytes'";
    app.sql.execute(full, &[]);
    assert_eq!(put(30).await.status, 202);
}

#[tokio::test]
async fn no_version_goes_whose_file_is_not_erased() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = owner.upload_and_index(&app, "a.md", "# Text\n\nVersion 1 of it.").await;
    app.sql.execute(
        "WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
         INSERT INTO document_versions (document_id, workspace_id, version, content_hash, created_at, size)
         SELECT ?1, ?2, n, 'hash_' || n, n, 1 FROM numbers",
        &[&document, &owner.workspace],
    );
    app.sql.execute("UPDATE documents SET version = 1200", &[]);
    for text in ["# Text\n\nAnother one.", "# Text\n\nAnd another one."] {
        let call = owner.call(&app, Method::PUT, &format!("/documents/{document}"));
        call.json(&json!({ "text": text })).send().await.expect(202);
        let erased = app.sql.column(
            "SELECT count(DISTINCT keys.value) FROM jobs, json_each(task, '$.keys') AS keys
             WHERE json_extract(task, '$.task') = 'erase_blobs'",
        );
        let versions = app.sql.column("SELECT count(*) FROM document_versions");
        let made: u32 = app.sql.column("SELECT version FROM documents")[0].parse().unwrap();
        let gone = made - versions[0].parse::<u32>().unwrap();
        assert_eq!(
            erased,
            [gone.to_string()],
            "each version that is gone has its file erased"
        );
    }
    let kept = app.sql.column("SELECT count(*) FROM document_versions");
    assert_eq!(kept, ["20"], "the second time takes along what the first left");
}

#[tokio::test]
async fn questions_to_drafts_are_bounded_by_day() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let agent = owner.agent(&app, json!({ "name": "Bot" })).await;
    let path = format!("/agents/{agent}/test");
    let ask = || owner.post(&app, &path, json!({ "message": "What?" }));
    for number in 0..200 {
        if number % 50 == 0 {
            app.clock.advance(edge_model::time::MINUTE);
        }
        assert_eq!(ask().await.status, 200, "{number}");
    }
    app.clock.advance(edge_model::time::MINUTE);
    assert_eq!(ask().await.refusal().1, "RATE_LIMITED");
    app.clock.advance(edge_model::time::DAY);
    let body = json!({ "email": "ann@example.com", "password": "correct horse battery" });
    let answer = app.post("/api/v1/auth/login", body).send().await.expect(200);
    let token = answer["access_token"].as_str().unwrap().to_owned();
    let owner = Owner { token, ..owner.clone() };
    let answer = owner
        .post(&app, &format!("/agents/{agent}/test"), json!({ "message": "What?" }))
        .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn deleting_a_workspace_gives_everything_back() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    owner.upload_and_index(&app, "a.md", "# One\n\nThe first.").await;
    owner.call(&app, Method::DELETE, "").send().await.expect(200);
    assert_eq!(app.sql.column("SELECT count(*) FROM usage"), ["0"]);
}

#[tokio::test]
async fn one_owners_many_workspaces_do_not_hide_anothers() {
    let app = TestApp::new();
    let many = app.owner("many@example.com").await;
    let few = app.owner("few@example.com").await;
    let numbers = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 120)";
    app.sql.execute(
        &format!(
            "{numbers} INSERT INTO workspaces (id, name, slug, timezone, plan, owner_id, created_at)
             SELECT 'ws_' || n, 'W', 's' || n, 'UTC', 'FREE', (SELECT owner_id FROM workspaces WHERE id = ?1), 0
             FROM numbers"
        ),
        &[&many.workspace],
    );
    let job = |id: &str, workspace: &str, run_at: i64| {
        app.sql.execute(
            "INSERT INTO jobs (id, workspace_id, task, run_at, created_at)
             SELECT ?1 || workspaces.id, workspaces.id, '{\"task\":\"compact_index\"}', ?3, 0
             FROM workspaces WHERE workspaces.id LIKE ?2",
            &[&id, &workspace, &run_at],
        )
    };
    // Those of the one are all due before that of the other.
    assert!(job("job_a", "ws_%", 1) >= 120);
    app.sql
        .execute("DELETE FROM jobs WHERE workspace_id = ?1", &[&few.workspace]);
    assert_eq!(job("job_b", &few.workspace, 2), 1);
    app.wakes.take();
    edge_core::workers::sweep(&app.inner).await.unwrap();
    let woken = app.wakes.take();
    assert!(
        woken.iter().any(|it| it.as_str() == few.workspace),
        "among {}",
        woken.len()
    );
}

#[tokio::test]
async fn one_tenants_many_sources_do_not_hide_anothers() {
    let app = TestApp::new();
    let many = app.owner("many@example.com").await;
    let few = app.owner("few@example.com").await;
    for owner in [&many, &few] {
        app.set_plan(owner, "ENTERPRISE").await;
    }
    let collection = app.default_collection(&many).await;
    for number in 0..120 {
        let body = json!({ "url": format!("https://example.com/{number}"), "collection_id": collection });
        assert_eq!(many.post(&app, "/documents/url", body).await.status, 202);
    }
    let collection = app.default_collection(&few).await;
    let body = json!({ "url": "https://example.org/", "collection_id": collection });
    few.post(&app, "/documents/url", body).await.expect(202);
    app.clock.advance(edge_model::time::MINUTE);
    app.wakes.take_sources();
    edge_core::workers::sweep(&app.inner).await.unwrap();
    let woken = app.wakes.take_sources();
    let is_few = |it: &edge_store::sources::SourceRef| it.workspace_id.as_str() == few.workspace;
    assert!(woken.iter().any(is_few), "among {}", woken.len());
}
