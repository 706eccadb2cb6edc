//! Canaries: a word of its own in each place where personal data can lie, and none left after the erasure.
use crate::harness::acts::id;
use crate::harness::receiver::{HOOK, Reply};
use crate::harness::request::Call;
use crate::harness::site::{SITE, page};
use crate::harness::{Owner, TestApp};
use crate::places::{Holds, PLACES};
use edge_model::key::KeyKind;
use edge_model::time::MINUTE;
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What visitors, members and workspaces are known by here: each is said in one place.
const VISITOR: [&str; 12] = [
    "zzsession",
    "zzquestion",
    "zzpage",
    "zzbrowser",
    "zzcomment",
    "zzplea",
    "zzmail",
    "zzreply",
    "zzecho",
    "zztwin",
    "zzcontext",
    "zzasker",
];
const WORKSPACE: [&str; 14] = [
    "zzcompany",
    "zzagent",
    "zzprompt",
    "zzcollection",
    "zztitle",
    "zzfile",
    "zztext",
    "zzhook",
    "zzheader",
    "zzkey",
    "zzinvited",
    "zzsource",
    "zznote",
    "zzowner",
];
const MEMBER: [&str; 3] = ["zzperson", "zzname", "zzpassword"];

/// Returns the places that hold one of these words: `table.column`, and the places outside of the database.
fn places(app: &TestApp, words: &[&str]) -> BTreeMap<String, String> {
    let columns = app.sql.column(
        "SELECT tables.name || '.' || columns.name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
         WHERE tables.type = 'table'",
    );
    let mut texts = vec![];
    for place in columns {
        let (table, column) = place.split_once('.').unwrap();
        for value in app.sql.column(&format!("SELECT \"{column}\" FROM \"{table}\"")) {
            texts.push((place.clone(), value));
        }
    }
    texts.extend(app.blobs.keys().into_iter().map(|it| ("KV keys".to_owned(), it)));
    for (_, bytes) in app.blobs.all() {
        texts.push(("KV values".to_owned(), String::from_utf8_lossy(&bytes).into_owned()));
    }
    texts.extend(app.limiter.scopes().into_iter().map(|it| ("limiter".to_owned(), it)));
    texts.extend(app.log.lock().unwrap().iter().map(|it| ("log".to_owned(), it.clone())));
    let found = texts.into_iter().filter_map(|(place, text)| {
        let word = words.iter().find(|it| text.to_lowercase().contains(*it))?;
        Some((place, format!("{word} in {text}")))
    });
    found.collect()
}

/// Places that no canary can sing in, and why.
const SILENT: [&str; 29] = [
    // Hashes and sealed texts.
    "accounts.password_hash",
    "api_keys.hash",
    "api_keys.display",
    "api_keys.last_used_network",
    "document_versions.content_hash",
    "documents.content_hash",
    "sign_ups.password_hash",
    "question_resolutions.question_hash",
    "idempotency_keys.sealed_answer",
    "webhooks.sealed_headers",
    "webhooks.sealed_secret",
    "webhooks.sealed_old_secret",
    "index_snapshots.manifest",
    "mail_ledger.recipient",
    "mail_recipients.recipient",
    "mail_unsubscribes.recipient",
    // What hosts, files and our own failures say of themselves, and settings from lists.
    "crawl_pages.etag",
    "crawl_pages.last_modified",
    "crawl_pages.leads_to",
    "crawl_pages.origin",
    "delivery_attempts.error",
    "delivery_attempts.headers",
    "documents.error",
    "sources.error",
    "jobs.last_error",
    "workspaces.logo_url",
    "workspaces.settings",
    "workspaces.timezone",
    "sources.allowed_hosts",
];

/// A workspace in which something was said in every way, each request with an `Idempotency-Key`.
struct Planted {
    owner: Owner,
    agent: String,
    page: String,
    webhook: String,
}

impl Planted {
    async fn new(app: &TestApp) -> Self {
        let signup =
            json!({ "email": "zzperson@example.com", "password": "zzpassword and more", "full_name": "Zzname" });
        app.post("/api/v1/auth/signup", signup)
            .key("k1")
            .send()
            .await
            .expect(201);
        let code = json!({ "email": "zzperson@example.com", "otp_code": app.mailbox.code_for("zzperson@example.com") });
        app.post("/api/v1/auth/verify-otp", code)
            .key("k1")
            .send()
            .await
            .expect(200);
        let login = json!({ "email": "zzperson@example.com", "password": "zzpassword and more" });
        let signed_in = app.post("/api/v1/auth/login", login).key("k1").send().await.expect(200);
        let token = signed_in["access_token"].as_str().unwrap().to_owned();
        let made = app
            .post("/api/v1/workspaces", json!({ "name": "Zzcompany" }))
            .bearer(&token);
        let workspace = id(&made.key("k1").send().await.expect(201));
        let owner = Owner { token, workspace };
        app.set_plan(&owner, "ENTERPRISE").await;
        let mut planted = Self {
            owner,
            agent: String::new(),
            page: String::new(),
            webhook: String::new(),
        };
        planted.plant_content(app).await;
        planted.plant_visits(app).await;
        planted
    }

    async fn make(&self, app: &TestApp, path: &str, body: Value) -> Value {
        let made = self
            .owner
            .call(app, Method::POST, path)
            .json(&body)
            .key("k1")
            .send()
            .await;
        assert!((200..300).contains(&made.status), "{path}: {}", made.text());
        made.expect(made.status)
    }

    async fn plant_content(&mut self, app: &TestApp) {
        let collection = id(&self
            .make(
                app,
                "/collections",
                json!({ "name": "Zzcollection", "description": "zzcollection" }),
            )
            .await);
        let text = "# Zztitle\n\nThe zztext plan costs 49 dollars a month.";
        let form = [
            ("collection_id", None, collection.as_bytes()),
            ("file", Some("zzfile.md"), text.as_bytes()),
        ];
        let upload = self.owner.call(app, Method::POST, "/documents").form(&form).key("k1");
        upload.send().await.expect(202);
        app.drain(&self.owner).await;
        app.receiver.site.has("/zzsource", page("zzsource", &["/zzsource-two"]));
        let settings = json!({
            "url": format!("{SITE}/zzsource"), "include_patterns": ["/zzsource*"], "exclude_patterns": ["/zzsource-3*"],
        });
        let source = self.owner.crawl(app, settings).await;
        self.owner.take_all_steps(app, &source).await;
        let hook = json!({
            "name": "Zzhook", "url": format!("{HOOK}/zzhook"), "headers": { "x-zzheader": "zzheader" },
            "event_types": ["CONVERSATION_STARTED", "MESSAGE_ANSWERED", "FEEDBACK_RECEIVED", "LEAD_CAPTURED",
                "ESCALATION_CREATED", "ESCALATION_RESOLVED"],
        });
        self.webhook = id(&self.make(app, "/webhooks", hook).await);
        let agent = json!({
            "name": "Zzagent", "description": "zzprompt", "collection_ids": [collection],
            "response_config": { "confidence_threshold": 0.0, "show_sources": true },
        });
        self.agent = id(&self.make(app, "/agents", agent).await);
        self.make(app, &format!("/agents/{}/publish", self.agent), json!({}))
            .await;
        let key = json!({ "name": "Zzkey", "allowed_domains": ["example.com", "zzkey.example"] });
        self.page = self.make(app, "/api-keys", key).await["key"]
            .as_str()
            .unwrap()
            .to_owned();
        app.drain(&self.owner).await;
        let invited = json!({ "email": "zzinvited@example.com", "role": "VIEWER" });
        app.mailbox.fail_next();
        self.make(app, "/invitations", invited).await;
        app.drain(&self.owner).await;
    }

    fn visit(
        &self,
        app: &TestApp,
        path: &str,
        mut body: Value,
    ) -> impl Future<Output = crate::harness::request::Answer> {
        body["agent_id"] = json!(self.agent);
        body["session_id"] = json!("zzsession");
        let call: Call<'_> = app
            .post(&format!("/api/v1/widget/{path}"), body)
            .widget(&self.page)
            .key("k1");
        call.send()
    }

    async fn plant_visits(&self, app: &TestApp) {
        app.receiver
            .always(&format!("{HOOK}/zzhook"), Reply::Says(200, "we have got zzecho".into()));
        let metadata = json!({ "page_url": "https://example.com/zzpage", "user_agent": "zzbrowser" });
        let body = json!({ "message": "What does the zzquestion plan cost?", "metadata": metadata });
        let asked = self.visit(app, "chat", body).await;
        let message = asked.frames()[0]["message_id"].clone();
        let body = json!({ "message_id": message, "feedback_type": "THUMBS_DOWN", "comment": "zzcomment" });
        self.visit(app, "feedback", body).await.expect(201);
        let body = json!({ "email": "zzmail@example.com", "message": "zzplea" });
        let raised = self.visit(app, "escalate", body).await.expect(201);
        let path = format!("/escalations/{}/reply", raised["escalation_id"].as_str().unwrap());
        // The mail does not leave, and waits with its text.
        app.mailbox.fail_next();
        self.make(app, &path, json!({ "message": "zzreply" })).await;
        app.drain(&self.owner).await;
        self.owner.deliver(app, &self.webhook).await;
        let twin = self
            .make(app, "/api-keys?of=twin", json!({ "name": "Zzkey", "kind": "twin" }))
            .await;
        let twin = twin["key"].as_str().unwrap().to_owned();
        let body =
            json!({ "message": "Can you approve the $15k zztwin?", "context": "zzcontext", "askedBy": "zzasker" });
        let call = app.post("/v1/twin", body).keyed(KeyKind::Twin, &twin);
        call.key("k1").send().await.expect(200);
        let body = json!({ "title": "zznote", "content": "The zznote costs nothing." });
        let call = app.post("/v1/kb", body).keyed(KeyKind::Twin, &twin);
        call.key("k1").send().await.expect(201);
        let call = app.call(Method::PUT, "/v1/settings").keyed(KeyKind::Twin, &twin);
        call.json(&json!({ "ownerName": "zzowner" })).send().await.expect(200);
        // A mail that does not leave waits with its address.
        app.mailbox.fail_next();
        let forgot = json!({ "email": "zzperson@example.com" });
        app.post("/api/v1/auth/forgot-password", forgot)
            .send()
            .await
            .expect(200);
    }

    /// Tells how many answers are kept sealed.
    fn sealed(app: &TestApp) -> usize {
        let kept = "SELECT id FROM idempotency_keys WHERE sealed_answer IS NOT NULL";
        app.sql.column(kept).len()
    }
}

#[tokio::test]
async fn every_place_of_personal_data_has_its_canary() {
    let app = TestApp::new();
    let planted = Planted::new(&app).await;
    let words = [VISITOR.as_slice(), &WORKSPACE, &MEMBER].concat();
    let found = places(&app, &words);
    let mut faults = vec![];
    for (table, columns, _) in PLACES
        .iter()
        .filter(|it| !matches!(it.2, Holds::Nothing | Holds::Website))
    {
        let listed = columns.split(' ').map(|it| format!("{table}.{it}"));
        faults.extend(listed.filter(|it| found.contains_key(it) == SILENT.contains(&it.as_str())));
    }
    assert!(faults.is_empty(), "no canary, or one in a silent place: {faults:?}");
    for place in ["KV keys", "limiter", "log"] {
        assert_eq!(found.get(place), None);
    }
    assert!(found.contains_key("KV values"));
    assert_eq!(
        app.blobs
            .keys()
            .iter()
            .filter(|it| it.contains(&planted.owner.workspace))
            .count(),
        app.blobs.keys().len()
    );
}

#[tokio::test]
async fn nothing_of_an_erased_visitor_is_left_anywhere() {
    let app = TestApp::new();
    let planted = Planted::new(&app).await;
    // Every canary sings before.
    for word in VISITOR {
        // The context of a question to the twin is kept nowhere.
        assert_eq!(places(&app, &[word]).is_empty(), word == "zzcontext", "{word}");
    }
    let unanswered = planted.owner.get(&app, "/analytics/unanswered").await.expect(200);
    assert!(unanswered["total"].is_u64());
    let owner = &planted.owner;
    owner.delete(&app, "/visitors/zzsession").await.expect(200);
    // Questions to the twin are a conversation each.
    let list = owner.get(&app, "/conversations").await.expect(200);
    for conversation in list["conversations"].as_array().unwrap() {
        owner
            .delete(&app, &format!("/conversations/{}", id(conversation)))
            .await
            .expect(200);
    }
    app.drain(owner).await;
    assert_eq!(places(&app, &VISITOR), BTreeMap::new());
    let body = json!({ "message": "What does the zzquestion plan cost?",
        "metadata": { "page_url": "https://example.com/zzpage", "user_agent": "zzbrowser" } });
    let again = planted.visit(&app, "chat", body).await;
    assert_eq!(again.status, 410, "{}", again.text());
    assert_eq!(places(&app, &VISITOR), BTreeMap::new());
}

#[tokio::test]
async fn nothing_of_a_deleted_workspace_is_left_anywhere() {
    let app = TestApp::new();
    let planted = Planted::new(&app).await;
    for word in WORKSPACE {
        // Headers of webhooks are sealed but for their names.
        assert!(!places(&app, &[word]).is_empty(), "{word}");
    }
    let owner = &planted.owner;
    owner.delete(&app, "").await.expect(200);
    app.drain(owner).await;
    edge_core::workers::sweep(&app.inner).await.unwrap();
    app.clock.advance(16 * MINUTE);
    app.drain(owner).await;
    let words = [VISITOR.as_slice(), &WORKSPACE].concat();
    assert_eq!(places(&app, &words), BTreeMap::new());
    assert!(places(&app, &[&owner.workspace.to_lowercase()]).is_empty());
    // Those of the sign-ins are the person's, who is still there.
    assert_eq!(Planted::sealed(&app), 3);
}

#[tokio::test]
async fn nothing_of_a_deleted_account_is_left_anywhere() {
    let app = TestApp::new();
    let planted = Planted::new(&app).await;
    let owner = &planted.owner;
    for word in MEMBER {
        // Of a password there is a hash alone.
        assert_eq!(places(&app, &[word]).is_empty(), word == "zzpassword", "{word}");
    }
    let body = json!({ "password": "zzpassword and more" });
    let call = app.delete("/api/v1/auth/me").bearer(&owner.token);
    call.json(&body).send().await.expect(200);
    app.drain(owner).await;
    app.clock.advance(16 * MINUTE);
    app.drain(owner).await;
    let words = [VISITOR.as_slice(), &WORKSPACE, &MEMBER].concat();
    assert_eq!(places(&app, &words), BTreeMap::new());
    assert_eq!(Planted::sealed(&app), 0);
}

#[tokio::test]
async fn network_addresses_are_in_counters_of_limits_alone() {
    let app = TestApp::new();
    let login = json!({ "email": "zzperson@example.com", "password": "zzpassword" });
    let call = app
        .post("/api/v1/auth/login", login)
        .header("cf-connecting-ip", "203.0.113.77");
    assert_eq!(call.key("k1").send().await.status, 401);
    let found = places(&app, &["203.0.113.77"]);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["limiter"]);
    assert_eq!(
        places(&app, &["zzperson"]),
        BTreeMap::new(),
        "addresses are hashed there"
    );
}
