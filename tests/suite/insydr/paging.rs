//! Lists: complete up to a thousand, in pages when asked, never cut in silence.
use crate::harness::{Owner, TestApp};
use serde_json::{Value, json};

/// The paged lists: where, and the plural.
const LISTS: [(&str, &str); 3] = [
    ("/api/v1/workspaces", "workspaces"),
    ("/agents", "agents"),
    ("/documents", "documents"),
];

async fn list(app: &TestApp, owner: &Owner, path: &str, query: &str) -> crate::harness::request::Answer {
    let path = if path.starts_with("/api") {
        path.to_owned()
    } else {
        owner.path(path)
    };
    app.get(&format!("{path}{query}")).bearer(&owner.token).send().await
}

/// Adds one more of what a list lists.
async fn add(app: &TestApp, owner: &Owner, plural: &str, number: usize) {
    let name = format!("Number {number}");
    match plural {
        "workspaces" => {
            let call = app.post("/api/v1/workspaces", json!({ "name": name }));
            call.bearer(&owner.token).send().await.expect(201);
        }
        "agents" => drop(owner.agent(app, json!({ "name": name })).await),
        _ => drop(app.upload(owner, &format!("{name}.txt"), &name).await),
    }
}

fn ids(page: &Value, plural: &str) -> Vec<String> {
    let rows = page[plural].as_array().unwrap();
    rows.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_add_up_to_the_list_without_a_row_twice_or_left_out() {
    for (path, plural) in LISTS {
        let app = TestApp::new();
        let owner = app.owner("ann@example.com").await;
        for number in 0..7 {
            add(&app, &owner, plural, number).await;
        }
        let whole = list(&app, &owner, path, "").await.expect(200);
        assert_eq!(whole["next_cursor"], json!(null), "{whole}");
        let whole = ids(&whole, plural);
        for limit in [1, 2, 3, 7, 8] {
            let (mut found, mut query, mut pages) = (vec![], format!("?limit={limit}"), 0);
            loop {
                let page = list(&app, &owner, path, &query).await.expect(200);
                assert!(page[plural].as_array().unwrap().len() <= limit);
                assert_eq!(page["total"], json!(whole.len()), "the total is of all pages");
                found.extend(ids(&page, plural));
                pages += 1;
                assert!(pages < 20, "{plural}: the pages do not end");
                match page["next_cursor"].as_str() {
                    Some(cursor) => query = format!("?limit={limit}&cursor={cursor}"),
                    None => break,
                }
            }
            assert_eq!(found, whole, "{plural} by {limit}");
        }
    }
}

#[tokio::test]
async fn what_is_added_while_one_reads_does_not_move_the_pages() {
    for (path, plural) in LISTS {
        let app = TestApp::new();
        let owner = app.owner("ann@example.com").await;
        for number in 0..5 {
            add(&app, &owner, plural, number).await;
        }
        let whole = ids(&list(&app, &owner, path, "").await.expect(200), plural);
        let first = list(&app, &owner, path, "?limit=2").await.expect(200);
        add(&app, &owner, plural, 5).await;
        let cursor = first["next_cursor"].as_str().unwrap();
        let rest = list(&app, &owner, path, &format!("?cursor={cursor}")).await.expect(200);
        let found: Vec<String> = ids(&first, plural).into_iter().chain(ids(&rest, plural)).collect();
        assert_eq!(found, whole, "{plural}");
    }
}

#[tokio::test]
async fn newest_come_first_also_within_a_millisecond() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for number in 0..6 {
        add(&app, &owner, "agents", number).await;
    }
    app.sql.execute("UPDATE agents SET created_at = 1", &[]);
    let whole = ids(&list(&app, &owner, "/agents", "").await.expect(200), "agents");
    let first = list(&app, &owner, "/agents", "?limit=4").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = list(&app, &owner, "/agents", &format!("?limit=4&cursor={cursor}"))
        .await
        .expect(200);
    let found: Vec<String> = ids(&first, "agents").into_iter().chain(ids(&rest, "agents")).collect();
    assert_eq!(found, whole);
}

#[tokio::test]
async fn a_limit_and_a_cursor_that_will_not_do_are_named() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for (path, _) in LISTS {
        let refusal = async |query: &str| list(&app, &owner, path, query).await.refusal();
        for limit in ["0", "-1", "1.5", "many", "", "99999999999999999999"] {
            let named = (400, "VALIDATION_ERROR".into(), Some("limit".into()));
            assert_eq!(refusal(&format!("?limit={limit}")).await, named, "{path} {limit}");
        }
        // Nothing, no base64, base64 of nothing sensible: `123`, `a:b`, a byte that is no text.
        for cursor in ["", "!", "x", "MTIz", "YTpi", "_w", "%00"] {
            let named = (400, "VALIDATION_ERROR".into(), Some("cursor".into()));
            assert_eq!(refusal(&format!("?cursor={cursor}")).await, named, "{path} {cursor}");
        }
    }
}

#[tokio::test]
async fn a_list_is_complete_up_to_a_thousand_and_says_so_beyond() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    let many = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1100)
         INSERT INTO agents (id, workspace_id, name, agent_type, status, draft, created_at, updated_at)
         SELECT 'agent_' || n, ?1, 'Number ' || n, 'SUPPORT', 'DRAFT', '{}', n, n FROM numbers";
    app.sql.execute(many, &[&owner.workspace]);
    for query in ["", "?limit=5000", "?limit=1000", "?limit=1001"] {
        let page = list(&app, &owner, "/agents", query).await.expect(200);
        assert_eq!(ids(&page, "agents").len(), 1_000, "{query}");
        assert_eq!(page["total"], json!(1_100));
        let rest = format!("?cursor={}", page["next_cursor"].as_str().expect("there is more"));
        let rest = list(&app, &owner, "/agents", &rest).await.expect(200);
        assert_eq!((ids(&rest, "agents").len(), &rest["next_cursor"]), (100, &json!(null)));
    }
}

#[tokio::test]
async fn keys_come_in_pages_those_that_work_first() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let mut keys = vec![];
    for number in 0..5 {
        let body = json!({ "name": format!("Key {number}"), "kind": "twig" });
        keys.push(owner.post(&app, "/api-keys", body).await.expect(201)["id"].clone());
        app.clock.advance(1_000);
    }
    for revoked in [4, 2] {
        let path = format!("/api-keys/{}", keys[revoked].as_str().unwrap());
        owner.delete(&app, &path).await.expect(200);
    }
    let (mut found, mut query) = (vec![], "?limit=2".to_owned());
    loop {
        let page = owner.get(&app, &format!("/api-keys{query}")).await.expect(200);
        assert_eq!(page["total"], 5);
        found.extend(ids(&page, "api_keys"));
        match page["next_cursor"].as_str() {
            Some(cursor) => query = format!("?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    let expected = [3, 1, 0, 4, 2].map(|it| keys[it].as_str().unwrap().to_owned());
    assert_eq!(found, expected);
}

#[tokio::test]
async fn invitations_come_in_pages_and_none_is_out_of_reach() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let bob = app.owner("bob@example.com").await;
    let now = edge_core::ports::Clock::now(&*app.clock).0;
    let numbers = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1005)";
    let of_workspace = "INSERT INTO invitations (id, workspace_id, email, role, expires_at, created_at)
        SELECT 'inv_' || n, ?1, n || '@example.com', 'MEMBER', ?2, n FROM numbers";
    let params: [&dyn rusqlite::ToSql; 2] = [&owner.workspace, &(now + 1_000)];
    app.sql.execute(&format!("{numbers} {of_workspace}"), &params);
    let first = owner.get(&app, "/invitations").await.expect(200);
    assert_eq!(
        (&first["total"], ids(&first, "invitations").len()),
        (&json!(1_005), 1_000)
    );
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = owner
        .get(&app, &format!("/invitations?cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(ids(&rest, "invitations"), ["inv_5", "inv_4", "inv_3", "inv_2", "inv_1"]);
    assert_eq!(rest["next_cursor"], json!(null));
    // As many workspaces have invited one address.
    app.sql.execute(
        &format!(
            "{numbers} INSERT INTO workspaces (id, name, slug, timezone, plan, owner_id, created_at)
             SELECT 'ws_' || n, 'W', 's' || n, 'UTC', 'FREE', (SELECT owner_id FROM workspaces WHERE id = ?1), 0
             FROM numbers"
        ),
        &[&owner.workspace],
    );
    app.sql.execute(
        &format!(
            "{numbers} INSERT INTO invitations (id, workspace_id, email, role, expires_at, created_at)
             SELECT 'to_' || n, 'ws_' || n, 'bob@example.com', 'MEMBER', ?1, n FROM numbers"
        ),
        &[&(now + 1_000)],
    );
    let path = "/api/v1/invitations";
    let first = list(&app, &bob, path, "").await.expect(200);
    assert_eq!(
        (&first["total"], ids(&first, "invitations").len()),
        (&json!(1_005), 1_000)
    );
    let query = format!("?cursor={}", first["next_cursor"].as_str().unwrap());
    let rest = list(&app, &bob, path, &query).await.expect(200);
    assert_eq!(ids(&rest, "invitations").len(), 5);
    let accept = app.post(&format!("{path}/to_1/accept"), json!({}));
    accept.bearer(&bob.token).send().await.expect(200);
}
