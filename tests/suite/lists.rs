//! Every list: bounded in rows and bytes, never cut in silence, with cursors that callers cannot make.
//!
//! The harness refuses any read whose rows take more than 4 MiB.
use crate::harness::program::Program;
use crate::harness::{Owner, TestApp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_model::key::KeyKind;
use http::Method;
use serde_json::{Value, json};

/// How long a list may be, with what stands around its rows.
const MAX_LIST_BYTES: usize = 1_050_000;
/// A text of 10,000 characters of four bytes.
fn long() -> String {
    "\u{1d11e}".repeat(10_000)
}

/// What bounds the answer of a route that reads.
#[derive(Clone, Copy, PartialEq)]
enum Bound {
    /// Rows and bytes, with a cursor.
    Pages,
    /// Few rows of names and figures, whose number something else bounds.
    Short,
    /// Figures or texts that a query bounds.
    Figures,
    /// No list.
    One,
}

use Bound::{Figures, One, Pages, Short};

/// Every route that reads.
const READS: [(&str, Bound); 41] = [
    ("/api/v1/auth/me", One),
    ("/api/v1/workspaces", Pages),
    ("/api/v1/workspaces/{workspace_id}", One),
    ("/api/v1/workspaces/{workspace_id}/api-keys", Pages),
    ("/api/v1/workspaces/{workspace_id}/api-keys/{key_id}", One),
    ("/api/v1/workspaces/{workspace_id}/agents", Pages),
    ("/api/v1/workspaces/{workspace_id}/agents/{agent_id}", One),
    ("/api/v1/workspaces/{workspace_id}/collections", Short),
    ("/api/v1/workspaces/{workspace_id}/documents", Pages),
    ("/api/v1/workspaces/{workspace_id}/documents/{document_id}", One),
    ("/api/v1/workspaces/{workspace_id}/messages/{message_id}/trace", One),
    ("/api/v1/workspaces/{workspace_id}/escalations", Pages),
    ("/api/v1/workspaces/{workspace_id}/escalations/{escalation_id}", One),
    ("/api/v1/workspaces/{workspace_id}/webhooks", Short),
    ("/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}", One),
    (
        "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/deliveries",
        Pages,
    ),
    (
        "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/deliveries/{delivery_id}",
        One,
    ),
    ("/api/v1/widget/config/{agent_id}", One),
    ("/api/v1/widget/chat/{message_id}/events", One),
    ("/api/v1/workspaces/{workspace_id}/usage", Figures),
    ("/api/v1/workspaces/{workspace_id}/analytics/overview", Figures),
    ("/api/v1/workspaces/{workspace_id}/analytics/conversations", Figures),
    ("/api/v1/workspaces/{workspace_id}/analytics/questions", Figures),
    ("/api/v1/workspaces/{workspace_id}/analytics/unanswered", Figures),
    ("/api/v1/workspaces/{workspace_id}/members", Pages),
    ("/api/v1/workspaces/{workspace_id}/invitations", Pages),
    ("/api/v1/invitations", Pages),
    ("/api/v1/workspaces/{workspace_id}/agents/{agent_id}/versions", Short),
    (
        "/api/v1/workspaces/{workspace_id}/agents/{agent_id}/versions/{version}",
        One,
    ),
    (
        "/api/v1/workspaces/{workspace_id}/documents/{document_id}/versions",
        Short,
    ),
    (
        "/api/v1/workspaces/{workspace_id}/documents/{document_id}/versions/{version}",
        One,
    ),
    ("/api/v1/workspaces/{workspace_id}/documents/{document_id}/pages", Pages),
    ("/api/v1/workspaces/{workspace_id}/conversations", Pages),
    (
        "/api/v1/workspaces/{workspace_id}/conversations/{conversation_id}",
        Pages,
    ),
    ("/api/webhooks", Short),
    ("/api/webhooks/{webhook_id}", One),
    ("/v1/kb", Pages),
    ("/v1/kb/{document_id}", One),
    ("/v1/escalations", Pages),
    ("/v1/agents/{agent_id}/webhooks", Short),
    ("/v1/agents/{agent_id}/webhooks/{webhook_id}", One),
];
/// Those with one row that are no lists and belong to no tenant.
const ELSEWHERE: [&str; 7] = [
    "/health",
    "/embed/",
    "/mail/",
    "/dashboard",
    "/v1/stats",
    "/v1/settings",
    "/operator/",
];

#[test]
fn every_route_that_reads_says_what_bounds_it() {
    let routes = edge_dialects::routes();
    let reads = routes.iter().filter(|it| it.method == Method::GET).map(|it| it.path);
    let reads: Vec<&str> = reads
        .filter(|it| ELSEWHERE.iter().all(|other| !it.contains(other)))
        .collect();
    let known: Vec<&str> = READS.iter().map(|it| it.0).collect();
    let unknown: Vec<_> = reads.iter().filter(|it| !known.contains(it)).collect();
    assert!(unknown.is_empty(), "what bounds {unknown:?}?");
    let gone: Vec<_> = known.iter().filter(|it| !reads.contains(it)).collect();
    assert!(gone.is_empty(), "{gone:?} are no routes");
}

/// A workspace where everything that strangers write is as long as it may be.
async fn full(app: &TestApp) -> Owner {
    let owner = app.owner("ann@example.com").await;
    let agent = owner.agent(app, json!({ "name": "Bot" })).await;
    let collection = app.default_collection(&owner).await;
    let (ws, text) = (owner.workspace.clone(), long());
    let numbers = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ";
    let run = |most: u32, insert: &str, params: &[&dyn rusqlite::ToSql]| {
        app.sql.execute(&format!("{numbers}{most}) {insert}"), params)
    };
    run(
        1_000,
        "INSERT INTO conversations (id, workspace_id, agent_id, session_key, page_url, user_agent, created_at,
            last_message_at) SELECT 'conv_' || n, ?1, ?2, 's' || n, ?3, ?3, n, n FROM numbers",
        &[&ws, &agent, &text],
    );
    run(
        1_000,
        "INSERT INTO messages (id, workspace_id, conversation_id, agent_id, author, status, text, created_at)
         SELECT 'msg_' || n, ?1, 'conv_' || n, ?2, 'visitor', 'complete', ?3, n FROM numbers",
        &[&ws, &agent, &text],
    );
    run(
        300,
        "INSERT INTO messages (id, workspace_id, conversation_id, agent_id, author, status, text, created_at)
         SELECT 'more_' || n, ?1, 'conv_1', ?2, 'visitor', 'complete', ?3, n + 1 FROM numbers",
        &[&ws, &agent, &text],
    );
    let citation = json!([{ "document_id": "doc_1", "title": "T", "url": null, "heading_path": [], "chunk_index": 0,
        "text": "x".repeat(20_000), "score": 0.5 }]);
    run(
        300,
        "INSERT INTO messages (id, workspace_id, conversation_id, agent_id, author, status, text, citations, created_at)
         SELECT 'cites_' || n, ?1, 'conv_2', ?2, 'agent', 'complete', 'Yes', ?3, n + 2 FROM numbers",
        &[&ws, &agent, &citation.to_string()],
    );
    run(
        600,
        "INSERT INTO escalations (id, workspace_id, agent_id, question, asked_by, reason, reason_text, status, reply,
            reply_status, created_at)
         SELECT 'esc_' || n, ?1, ?2, ?3, 'Ann', 'visitor', 'Asked', 'open', ?3, 'sent', n FROM numbers",
        &[&ws, &agent, &text],
    );
    let preview = json!([{ "index": 0, "text": text, "tokens": 1 }]).to_string();
    run(
        1_000,
        "INSERT INTO documents (id, workspace_id, collection_id, title, source_type, source_url, file_name, media_type,
            content_hash, size, version, status, stage, preview, created_at, updated_at)
         SELECT 'doc_' || n, ?1, ?2, 'Title', 'FILE', ?3, ?3, '', n, 1, 1, 'COMPLETED', 'done', ?4, n, n FROM numbers",
        &[&ws, &collection, &text, &preview],
    );
    app.sql.execute("UPDATE plan_quotas SET amount = 1000000000000", &[]);
    let sources = "INSERT INTO sources (id, workspace_id, collection_id, kind, name, url, max_pages, include_patterns,
            refresh, status, run, started_at, created_at, updated_at)
         SELECT 'src_' || n, ?1, ?2, 'WEBSITE', 'Site', 'https://example.com/' || n, 1, ?3, 'NEVER', 'COMPLETED', 1, 0,
            n, n FROM numbers";
    let patterns = json!([text]).to_string();
    run(300, sources, &[&ws, &collection, &patterns]);
    let links: Vec<String> = (0..400)
        .map(|it| format!("https://example.com/{it}/{}", "x".repeat(1_900)))
        .collect();
    run(
        100,
        "INSERT INTO crawl_pages (source_id, workspace_id, url, kind, origin, run, state, depth, hops, links, title, reason)
         SELECT 'src_1', ?1, 'https://example.com/' || n, 'page', 'https://example.com', 1, 'done', 1, 0, ?2, ?3, ?3
         FROM numbers",
        &[&ws, &json!(links).to_string(), &text],
    );
    owner
}

/// The lists of a member with rows that strangers write: path, plural, how many rows there are.
const MEMBERS: [(&str, &str, usize); 7] = [
    ("/conversations", "conversations", 1_000),
    ("/conversations/conv_1", "messages", 301),
    ("/conversations/conv_2", "messages", 301),
    ("/escalations", "escalations", 600),
    ("/documents", "documents", 1_300),
    ("/documents/src_1/pages", "pages", 100),
    ("/agents", "agents", 1),
];

/// Returns every row, page by page.
async fn pages(app: &TestApp, owner: &Owner, path: &str, plural: &str, limit: Option<usize>) -> Vec<Value> {
    let (mut rows, mut cursor) = (vec![], String::new());
    loop {
        let limit = limit.map_or_else(String::new, |it| format!("limit={it}&"));
        let query = if cursor.is_empty() {
            limit
        } else {
            format!("{limit}cursor={cursor}")
        };
        let answer = owner.get(app, &format!("{path}?{query}")).await;
        assert!(
            answer.body.len() <= MAX_LIST_BYTES,
            "{path}: {} bytes",
            answer.body.len()
        );
        let page = answer.expect(200);
        rows.extend(page[plural].as_array().unwrap().iter().cloned());
        assert!(rows.len() <= 2_000, "{path}: the pages do not end");
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return rows,
        }
        app.clock.advance(edge_model::time::MINUTE / 10);
    }
}

#[tokio::test]
async fn lists_of_long_texts_are_short_and_their_pages_add_up() {
    let app = TestApp::new();
    let owner = full(&app).await;
    app.set_plan(&owner, "ENTERPRISE").await;
    for (path, plural, count) in MEMBERS {
        for limit in [None, Some(100_000)] {
            let rows = pages(&app, &owner, path, plural, limit).await;
            let name = if plural == "pages" { "url" } else { "id" };
            let mut ids: Vec<&str> = rows.iter().map(|it| it[name].as_str().unwrap()).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!((ids.len(), rows.len()), (count, count), "{path} {limit:?}");
        }
    }
    let list = owner.get(&app, "/conversations").await.expect(200);
    assert_eq!(list["conversations"].as_array().unwrap().len(), 100);
    let first = list["conversations"][0]["first_question"].as_str().unwrap();
    assert_eq!(first.chars().count(), 300);
    let listed = owner.get(&app, "/escalations?limit=1").await.expect(200);
    assert_eq!(listed["escalations"][0]["reply_status"], "SENT");
    let shown = owner.get(&app, "/escalations/esc_1").await.expect(200);
    assert_eq!(shown["question"], long(), "a single one is shown whole");
}

#[tokio::test]
async fn lists_of_a_program_are_bounded_by_bytes() {
    let app = TestApp::new();
    let owner = full(&app).await;
    app.set_plan(&owner, "ENTERPRISE").await;
    let key = owner.program_key(&app, KeyKind::Twin).await;
    let program = Program {
        owner,
        kind: KeyKind::Twin,
        key,
    };
    for (path, plural, count) in [("/v1/escalations", "escalations", 600), ("/v1/kb", "docs", 1_000)] {
        let (mut rows, mut query) = (0, "?limit=200".to_owned());
        loop {
            let answer = program.get(&app, &format!("{path}{query}")).await;
            assert!(
                answer.body.len() <= MAX_LIST_BYTES,
                "{path}: {} bytes",
                answer.body.len()
            );
            let page = answer.expect(200);
            rows += page[plural].as_array().unwrap().len();
            match page["nextCursor"].as_str() {
                Some(next) => query = format!("?limit=200&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(rows, count, "{path}");
    }
}

#[tokio::test]
async fn lists_without_pages_read_no_long_texts() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.set_plan(&owner, "ENTERPRISE").await;
    let agent = owner.agent(&app, json!({ "name": "Bot" })).await;
    let numbers = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 990)";
    let config = json!({ "name": long() }).to_string();
    app.sql.execute(
        &format!(
            "{numbers} INSERT INTO agent_versions (agent_id, workspace_id, version, config, created_at)
             SELECT ?1, ?2, n, ?3, n FROM numbers"
        ),
        &[&agent, &owner.workspace, &config],
    );
    app.sql.execute(
        &format!(
            "{numbers} INSERT INTO collections (id, workspace_id, name, description, is_default, created_at)
             SELECT 'col_' || n, ?1, 'Collection ' || n, ?2, 0, n FROM numbers"
        ),
        &[&owner.workspace, &"\u{1d11e}".repeat(2_000)],
    );
    let versions = owner.get(&app, &format!("/agents/{agent}/versions")).await.expect(200);
    assert_eq!(versions["versions"].as_array().unwrap().len(), 990);
    let collections = owner.get(&app, "/collections").await.expect(200);
    let collections = collections["collections"].as_array().unwrap();
    assert_eq!(collections.len(), 991);
    let length = |at: usize| collections[at]["description"].as_str().unwrap().chars().count();
    assert_eq!((length(0), length(989)), (2_000, 300), "what fits is shown whole");
}

#[tokio::test]
async fn a_forged_cursor_is_refused_by_name_in_every_list() {
    let app = TestApp::new();
    let owner = full(&app).await;
    app.set_plan(&owner, "ENTERPRISE").await;
    let other = app.owner("bob@example.com").await;
    app.set_plan(&other, "ENTERPRISE").await;
    other.agent(&app, json!({ "name": "Bot" })).await;
    let foreign = other.get(&app, "/agents?limit=1").await.expect(200);
    let own = owner.get(&app, "/escalations?limit=1").await.expect(200);
    let forged = [
        // What the database cannot hold, and what it can.
        URL_SAFE_NO_PAD.encode("9223372036854775807:x"),
        URL_SAFE_NO_PAD.encode("1:agent_1"),
        URL_SAFE_NO_PAD.encode([b"0123456789abcdef".as_slice(), b"1:agent_1"].concat()),
        foreign["next_cursor"].as_str().unwrap().to_owned(),
        own["next_cursor"].as_str().unwrap().to_owned(),
        "https://example.com/1".to_owned(),
    ];
    let lists = MEMBERS
        .map(|it| it.0)
        .into_iter()
        .chain(["/members", "/api-keys", "/invitations"]);
    for path in lists {
        for cursor in &forged {
            if path == "/escalations" && Some(cursor.as_str()) == own["next_cursor"].as_str() {
                continue;
            }
            let answer = owner.get(&app, &format!("{path}?cursor={cursor}")).await;
            let refused = (400, "VALIDATION_ERROR".to_owned(), Some("cursor".to_owned()));
            assert_eq!(answer.refusal(), refused, "{path} {cursor}");
        }
        let account = app.get(&format!("/api/v1/workspaces?cursor={}", forged[0]));
        assert_eq!(account.bearer(&owner.token).send().await.status, 400);
    }
    let key = owner.program_key(&app, KeyKind::Twin).await;
    for path in ["/v1/kb", "/v1/escalations"] {
        for cursor in &forged {
            let call = app.get(&format!("{path}?cursor={cursor}")).bearer(&key);
            let answer = call.send().await;
            assert_eq!(answer.status, 400, "{path} {cursor}");
            assert!(answer.text().contains("cursor"), "{path} {cursor}");
        }
    }
}
