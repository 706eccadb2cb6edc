//! Two D1 databases: the rows of new workspaces go to the second, and what concerns both survives a crash.
use crate::harness::{Tenant, facts, own_plan, place_of};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use xtask::api::Body;
use xtask::paths::files_below;
use xtask::server::Server;

/// What one database has: sessions, accounts with an address, agents, documents and workspaces.
type Rows = [i64; 5];

const COUNTS: [&str; 5] = [
    "SELECT count(*) FROM sessions",
    "SELECT count(*) FROM accounts WHERE email <> id",
    "SELECT count(*) FROM agents",
    "SELECT count(*) FROM documents",
    "SELECT count(*) FROM workspaces",
];

/// Reads a copy of every D1 database below a folder, the directory first; the server is dead.
fn rows(state: &Path) -> Vec<Rows> {
    let copy = state.with_extension("copy");
    fs::remove_dir_all(&copy).ok();
    let mut found = vec![];
    for file in files_below(&state.join("store")).unwrap() {
        let to = copy.join(file.strip_prefix(state).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&file, &to).unwrap();
    }
    for file in files_below(&copy).unwrap() {
        if file.extension().is_none_or(|it| it != "sqlite") {
            continue;
        }
        let database = Connection::open(&file).unwrap();
        let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0));
        // The other files are those of Durable Objects and of KV.
        if count("SELECT count(*) FROM plan_quotas").is_ok() {
            found.push(COUNTS.map(|sql| count(sql).unwrap()));
        }
    }
    fs::remove_dir_all(&copy).unwrap();
    found.sort_by_key(|it| std::cmp::Reverse(it[0]));
    found
}

/// Asks as a page does and returns the answer's text.
fn ask(tenant: &Tenant, key: &str, agent: &str) -> String {
    let body =
        json!({ "agent_id": agent, "session_id": "s", "message": "How many sacks does the mill of Aldermere grind?" });
    let page = tenant.page(key, "https://shop.example");
    let events = page.events("/api/v1/widget/chat", &body).unwrap();
    let words = events.filter_map(|it| Some(it.ok()?["content"].as_str()?.to_owned()));
    words.collect()
}

#[test]
fn new_workspaces_live_in_the_second_d1_database() {
    let mut plan = own_plan("databases");
    plan.settings.insert("DEFAULT_DATABASE".into(), "DB_2".into());
    let server = Server::start(plan).unwrap();
    let tenant = Tenant::new(&place_of(&server), "ENTERPRISE");
    let collection = tenant.collection();
    tenant.upload(&collection, "aldermere.md", &facts("Aldermere", 412));
    tenant.wait_for_documents(1);
    let agent = tenant.agent(&collection);
    let key = tenant.widget_key(&["shop.example"]);
    let answer = ask(&tenant, &key, &agent);
    assert!(answer.contains("412"), "{answer}");
    let twin = tenant.program("twin");
    let told: Value = twin.post("/v1/twin", &json!({ "message": "Hello?" })).unwrap().json();
    assert!(told["response"].is_string(), "{told}");
    // Acknowledged, and not worked on yet.
    tenant.upload(&collection, "birchwick.md", &facts("Birchwick", 413));

    let plan = server.kill();
    let [directory, tenants] = rows(&plan.state).try_into().unwrap();
    assert_eq!((directory[1], directory[2], directory[3], directory[4]), (1, 0, 0, 1));
    assert_eq!((tenants[0], tenants[1], tenants[3], tenants[4]), (0, 0, 2, 1));
    assert!(tenants[2] >= 1, "{tenants:?}");

    let server = Server::start(plan).unwrap();
    tenant.wait_for_documents(2);
    let deleted = tenant.api.send("DELETE", &tenant.workspace, Body::Empty).unwrap();
    assert_eq!(deleted.status, 200, "{}", deleted.text());
    assert_eq!(tenant.api.get(&tenant.path("agents")).unwrap().status, 404);
    let plan = server.kill();
    for left in rows(&plan.state) {
        assert_eq!((left[2], left[3], left[4]), (0, 0, 0), "{left:?}");
    }
}
