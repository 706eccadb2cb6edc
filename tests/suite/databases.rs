//! Two databases: people and the directory in one, a workspace's rows in the other, and whatever concerns both done to
//! the end, also when it is cut off between them.
use crate::harness::acts::id;
use crate::harness::receiver::HOOK;
use crate::harness::sqlite::Sqlite;
use crate::harness::{Owner, TestApp};
use async_trait::async_trait;
use edge_model::WorkspaceId;
use edge_model::key::KeyKind;
use edge_model::time::TimeDelta;
use edge_store::{Half as _, Wake, Waker, workspaces};
use http::Method;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// The files of a test's two databases, which go with it.
struct Files(PathBuf);

impl Files {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("edgewise-databases-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Makes an installation over the two, whose new workspaces go to the second.
    fn app(&self) -> TestApp {
        let databases = ["first.sqlite", "second.sqlite"].map(|it| Sqlite::in_file(&self.0.join(it)));
        TestApp::over(databases.into(), &[("DEFAULT_DATABASE", "DB_2")])
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The tables that only a tenant has rows in, of the workspace and its people beside.
const OF_TENANTS: [&str; 13] = [
    "agents",
    "agent_versions",
    "api_keys",
    "collections",
    "conversations",
    "deliveries",
    "document_versions",
    "documents",
    "escalations",
    "events",
    "index_snapshots",
    "messages",
    "webhooks",
];

impl TestApp {
    fn second(&self) -> &Sqlite {
        &self.others[0]
    }

    /// Counts the rows of a table in the second database.
    fn count(&self, table: &str) -> String {
        self.second().column(&format!("SELECT count(*) FROM {table}")).remove(0)
    }

    /// Does all background work of a queue, as of `delay` from now.
    async fn work(&self, queue: &str, delay: TimeDelta) {
        self.clock.advance(delay.num_milliseconds());
        let queue = WorkspaceId::new(queue);
        edge_core::workers::drain(&self.inner, &queue, TimeDelta::minutes(1))
            .await
            .unwrap();
    }

    /// Returns every value of every row of both databases, as text.
    fn everything_in_both(&self) -> Vec<String> {
        let columns = "SELECT 'SELECT \"' || columns.name || '\" FROM \"' || tables.name || '\"'
             FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'";
        let of = |sql: &Sqlite| -> Vec<String> { sql.column(columns).iter().flat_map(|it| sql.column(it)).collect() };
        [of(&self.sql), of(self.second())].concat()
    }

    /// Invites an account, which accepts.
    async fn member(&self, owner: &Owner, email: &str, role: &str) -> Owner {
        let body = json!({ "email": email, "role": role });
        let invitation = id(&owner.post(self, "/invitations", body).await.expect(201));
        let token = self.sign_up(email).await;
        let path = format!("/api/v1/invitations/{invitation}/accept");
        let accepted = self.post(&path, json!({})).bearer(&token).send().await;
        assert!(accepted.status < 300 || accepted.status == 500, "{}", accepted.text());
        Owner {
            token,
            workspace: owner.workspace.clone(),
        }
    }

    fn account(&self, email: &str) -> String {
        let sql = format!("SELECT id FROM accounts WHERE email = '{email}'");
        self.sql.column(&sql).remove(0)
    }
}

/// Fills a workspace: a document, an answer, an escalation, and a delivery.
async fn fill(app: &TestApp, owner: &Owner) -> String {
    let (webhook, _) = owner.webhook(app, HOOK, &["MESSAGE_ANSWERED"]).await;
    owner
        .upload_and_index(app, "hours.md", "# Hours\n\nWe are open from nine to five.")
        .await;
    let settings = json!({ "response_config": { "confidence_threshold": 0.0 } });
    let agent = app.published_agent(owner, settings).await;
    let key = app.widget_key(owner).await;
    let answer = app.ask(&key, &agent, "s", "When are you open?").send().await;
    assert!(answer.streamed().contains("nine"), "{}", answer.text());
    let body = json!({ "agent_id": agent, "session_id": "s", "email": "jo@example.com", "message": "Help!" });
    let raised = app.post("/api/v1/widget/escalate", body).widget(&key).send().await;
    raised.expect(201);
    owner.deliver(app, &webhook).await;
    assert!(!app.receiver.take().is_empty(), "nothing was delivered");
    key
}

/// Wakes no worker.
struct NoWaker;

#[async_trait]
impl Waker for NoWaker {
    async fn wake_before(&self, _: &Wake) -> Result<(), String> {
        Ok(())
    }

    async fn wake_after(&self, _: Vec<Wake>) {}
}

#[tokio::test]
async fn a_batch_of_a_tenant_refuses_statements_of_another() {
    let app = TestApp::new();
    let (ann, bob) = (app.owner("ann@example.com").await, app.owner("bob@example.com").await);
    let [of_ann, of_bob] = [ann, bob].map(|it| WorkspaceId::new(it.workspace));
    let tenant = app.inner.store.databases().last().unwrap().tenant(&of_ann);
    let rename = |id| {
        let changes = workspaces::Changes {
            name: Some("Taken".into()),
            ..Default::default()
        };
        workspaces::update(id, &changes, 1_000)
    };
    let mixed = vec![rename(&of_ann), rename(&of_bob)];
    assert!(tenant.write(mixed, &NoWaker).await.is_err());
    let names = "SELECT DISTINCT name FROM workspaces ORDER BY name";
    assert_eq!(app.sql.column(names), ["My Company"]);
    tenant.write(vec![rename(&of_ann)], &NoWaker).await.unwrap();
    assert_eq!(app.sql.column(names), ["My Company", "Taken"]);
}

#[tokio::test]
async fn a_new_workspace_lives_in_the_second_database() {
    let files = Files::new();
    let app = files.app();
    let owner = app.owner("ann@example.com").await;
    fill(&app, &owner).await;
    for table in OF_TENANTS {
        assert_eq!(
            app.sql.column(&format!("SELECT 1 FROM {table}")),
            Vec::<String>::new(),
            "{table}"
        );
        assert_ne!(app.count(table), "0", "{table}");
    }
    let there = app
        .second()
        .column("SELECT email || full_name || password_hash FROM accounts");
    assert_eq!(there, [format!("{}Ann Example", app.account("ann@example.com"))]);
    let listed = app
        .get("/api/v1/workspaces")
        .bearer(&owner.token)
        .send()
        .await
        .expect(200);
    let first = &listed["workspaces"][0];
    assert_eq!(
        (&first["agent_count"], &first["document_count"]),
        (&json!(1), &json!(1))
    );
    let named = owner
        .patch(&app, "", json!({ "name": "Our Company" }))
        .await
        .expect(200);
    assert_eq!(named["name"], "Our Company");
    assert_eq!(app.sql.column("SELECT name FROM workspaces"), ["Our Company"]);
    app.set_plan(&owner, "ENTERPRISE").await;
    assert_eq!(app.second().column("SELECT plan FROM workspaces"), ["ENTERPRISE"]);
    for kind in [KeyKind::Twin, KeyKind::Twig] {
        owner.program_key(&app, kind).await;
    }
    let twin = owner.program_key(&app, KeyKind::Twin).await;
    let asked = json!({ "message": "When are you open?" });
    app.post("/v1/twin", asked).bearer(&twin).send().await.expect(200);
}

#[tokio::test]
async fn workspaces_of_both_databases_are_one_persons() {
    let files = Files::new();
    let app = files.app();
    let owner = app.owner("ann@example.com").await;
    let first = app.restarted(&[("DEFAULT_DATABASE", "DB")]);
    let answer = first
        .post("/api/v1/workspaces", json!({ "name": "Another" }))
        .bearer(&owner.token)
        .send()
        .await
        .expect(201);
    let other = Owner {
        token: owner.token.clone(),
        workspace: id(&answer),
    };
    fill(&app, &owner).await;
    fill(&app, &other).await;
    let listed = app
        .get("/api/v1/workspaces")
        .bearer(&owner.token)
        .send()
        .await
        .expect(200);
    let counts: Vec<&Value> = listed["workspaces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["document_count"])
        .collect();
    assert_eq!(counts, [&json!(1), &json!(1)]);
    assert_eq!(app.count("documents"), "1");
    assert_eq!(app.sql.column("SELECT count(*) FROM documents"), ["1"]);
}

#[tokio::test]
async fn who_is_removed_can_write_in_neither_database() {
    let files = Files::new();
    let app = files.app();
    let owner = app.owner("ann@example.com").await;
    let bob = app.member(&owner, "bob@example.com", "ADMIN").await;
    let account = app.account("bob@example.com");
    bob.agent(&app, json!({ "name": "Bot" })).await;
    let body = json!({ "email": "eve@example.com", "role": "VIEWER" });
    bob.post(&app, "/invitations", body).await.expect(201);
    let key = bob.program_key(&app, KeyKind::Twin).await;
    // The directory does not hear of it.
    app.sql
        .fail_next("DELETE FROM invitations WHERE workspace_id = ?1 AND invited_by = ?2");
    assert_eq!(owner.delete(&app, &format!("/members/{account}")).await.status, 500);
    let named = json!({ "name": "Late" });
    assert_eq!(bob.post(&app, "/api-keys", named.clone()).await.status, 404);
    assert_eq!(bob.post(&app, "/agents", named).await.status, 404);
    // Renaming copies memberships, and must not bring this one back.
    let renamed = json!({ "full_name": "Robert" });
    let rename = app.patch("/api/v1/auth/me", renamed);
    rename.bearer(&bob.token).send().await.expect(200);
    app.work(&account, TimeDelta::minutes(1)).await;
    assert_eq!(bob.get(&app, "/agents").await.status, 404);
    assert_eq!(
        app.post("/v1/twin", json!({ "message": "?" }))
            .bearer(&key)
            .send()
            .await
            .status,
        401
    );
    app.work(&owner.workspace, TimeDelta::minutes(1)).await;
    assert_eq!(bob.get(&app, "/agents").await.status, 404);
    assert_eq!(app.sql.column("SELECT email FROM invitations"), Vec::<String>::new());
    for sql in [&*app.sql, app.second()] {
        assert_eq!(sql.column("SELECT count(*) FROM memberships"), ["1"]);
    }
}

#[tokio::test]
async fn a_refused_change_of_a_member_changes_neither_database() {
    let files = Files::new();
    let app = files.app();
    let owner = app.owner("ann@example.com").await;
    let bob = app.member(&owner, "bob@example.com", "ADMIN").await;
    let [ann_id, bob_id] = ["ann@example.com", "bob@example.com"].map(|it| app.account(it));
    let ann_path = format!("/members/{ann_id}");
    let bob_path = format!("/members/{bob_id}");
    assert_eq!(owner.delete(&app, &ann_path).await.status, 409);
    let demoted = owner.patch(&app, &ann_path, json!({ "role": "MEMBER" })).await;
    assert_eq!(demoted.status, 409);
    // The tenant's database fails once the directory has made him an owner.
    app.second().fail_next("UPDATE memberships SET role");
    let promoted = owner.patch(&app, &bob_path, json!({ "role": "OWNER" })).await;
    assert_eq!(promoted.status, 500);
    for queue in [&owner.workspace, &ann_id, &bob_id] {
        app.work(queue, TimeDelta::minutes(1)).await;
    }
    let roles = "SELECT role FROM memberships ORDER BY role";
    for sql in [&*app.sql, app.second()] {
        assert_eq!(sql.column(roles), ["ADMIN", "OWNER"]);
    }
    bob.get(&app, "/agents").await.expect(200);
}

#[tokio::test]
async fn a_workspace_opened_too_late_is_refused_and_leaves_nothing() {
    let files = Files::new();
    let app = files.app();
    let token = app.sign_up("ann@example.com").await;
    app.sql.fail_next("INSERT INTO workspaces");
    let call = || {
        app.post("/api/v1/workspaces", json!({ "name": "My Company" }))
            .bearer(&token)
            .header("idempotency-key", "k1")
            .send()
    };
    assert_eq!(call().await.status, 500);
    let left = app.second().column("SELECT id FROM workspaces").remove(0);
    app.work(&left, TimeDelta::minutes(20)).await;
    assert_eq!(call().await.status, 410);
    for sql in [&*app.sql, app.second()] {
        assert_eq!(sql.column("SELECT count(*) FROM workspaces"), ["0"]);
    }
}

#[tokio::test]
async fn who_accepts_an_invitation_can_act_also_after_a_crash() {
    let files = Files::new();
    let app = files.app();
    let owner = app.owner("ann@example.com").await;
    app.second().fail_next("INSERT INTO memberships");
    let bob = app.member(&owner, "bob@example.com", "ADMIN").await;
    let key = json!({ "name": "Key" });
    // The workspace does not know him yet.
    let refused = bob.post(&app, "/api-keys", key.clone()).await;
    assert_eq!((refused.status, app.count("api_keys").as_str()), (404, "0"));
    app.work(&app.account("bob@example.com"), TimeDelta::minutes(1)).await;
    bob.post(&app, "/api-keys", key).await.expect(201);
    let renamed = json!({ "full_name": "Robert" });
    app.patch("/api/v1/auth/me", renamed)
        .bearer(&bob.token)
        .send()
        .await
        .expect(200);
    assert!(
        app.second()
            .column("SELECT full_name FROM accounts")
            .contains(&"Robert".to_owned())
    );
}

#[tokio::test]
async fn a_workspace_that_was_cut_off_while_made_is_erased() {
    let files = Files::new();
    let app = files.app();
    let token = app.sign_up("ann@example.com").await;
    app.sql.fail_next("INSERT INTO workspaces");
    let body = json!({ "name": "My Company" });
    let call = || {
        app.post("/api/v1/workspaces", body.clone())
            .bearer(&token)
            .header("idempotency-key", "k1")
            .send()
    };
    assert_eq!(call().await.status, 500);
    assert_eq!(app.count("workspaces"), "1");
    let made = id(&call().await.expect(201));
    assert_eq!(
        app.second().column("SELECT id FROM workspaces"),
        std::slice::from_ref(&made)
    );
    assert_eq!(id(&call().await.expect(201)), made);
    // This request is not sent again.
    app.sql.fail_next("INSERT INTO workspaces");
    let left = app.post("/api/v1/workspaces", body).bearer(&token).send().await;
    assert_eq!(left.status, 500);
    let workspaces = app.second().column("SELECT id FROM workspaces ORDER BY id");
    for workspace in &workspaces {
        app.work(workspace, TimeDelta::minutes(20)).await;
    }
    assert_eq!(app.second().column("SELECT id FROM workspaces"), [made]);
}

#[tokio::test]
async fn an_erased_workspace_is_gone_from_both_databases() {
    let files = Files::new();
    let app = files.app();
    let owner = app.owner("ann@example.com").await;
    fill(&app, &owner).await;
    // The directory does not hear of it at once.
    app.sql.fail_next("DELETE FROM workspaces");
    assert_eq!(owner.delete(&app, "").await.status, 500);
    assert_eq!(owner.get(&app, "/agents").await.status, 404);
    app.work(&owner.workspace, TimeDelta::zero()).await;
    app.work(&owner.workspace, TimeDelta::minutes(16)).await;
    assert!(!app.everything_in_both().iter().any(|it| it.contains(&owner.workspace)));
    assert_eq!(app.blobs.keys(), Vec::<String>::new());
    let listed = app
        .get("/api/v1/workspaces")
        .bearer(&owner.token)
        .send()
        .await
        .expect(200);
    assert_eq!(listed["workspaces"], json!([]));
}

#[tokio::test]
async fn a_deleted_account_is_gone_from_both_databases() {
    let files = Files::new();
    let app = files.app();
    let ann = app.owner("ann@example.com").await;
    let bob = app.member(&ann, "bob@example.com", "ADMIN").await;
    let own = id(&app
        .post("/api/v1/workspaces", json!({ "name": "Of Bob" }))
        .bearer(&bob.token)
        .send()
        .await
        .expect(201));
    let key = bob.program_key(&app, KeyKind::Twin).await;
    let account = app.account("bob@example.com");
    // Cut off after its own workspace went.
    app.second().fail_next("DELETE FROM accounts");
    let body = json!({ "password": "correct horse battery" });
    let call = app
        .call(Method::DELETE, "/api/v1/auth/me")
        .json(&body)
        .bearer(&bob.token);
    assert_eq!(call.send().await.status, 500);
    app.work(&account, TimeDelta::minutes(2)).await;
    for queue in [&own, &ann.workspace] {
        app.work(queue, TimeDelta::zero()).await;
        app.work(queue, TimeDelta::minutes(16)).await;
    }
    let left: Vec<String> = app.everything_in_both();
    let of_bob = ["bob@example.com", account.as_str(), own.as_str(), "Of Bob"];
    let is_of_bob = |it: &&String| of_bob.iter().any(|text| it.contains(text));
    assert_eq!(left.iter().filter(is_of_bob).collect::<Vec<_>>(), Vec::<&String>::new());
    let asked = app
        .post("/v1/twin", json!({ "message": "?" }))
        .bearer(&key)
        .send()
        .await;
    assert_eq!(asked.status, 401);
    ann.get(&app, "/agents").await.expect(200);
}

#[tokio::test]
async fn sweeps_and_retention_cover_both_databases() {
    let files = Files::new();
    let app = files.app();
    let owner = app.owner("ann@example.com").await;
    let key = fill(&app, &owner).await;
    assert!(!key.is_empty());
    app.upload(&owner, "more.md", "# More\n\nWe are closed on Sundays.")
        .await;
    app.wakes.take();
    edge_core::workers::sweep(&app.inner).await.unwrap();
    let woken = app.wakes.take();
    assert!(woken.iter().any(|it| it.as_str() == owner.workspace), "{woken:?}");
    app.drain(&owner).await;
    owner.patch(&app, "", json!({ "retention_days": 1 })).await.expect(200);
    app.clock.advance(TimeDelta::days(3).num_milliseconds());
    edge_core::retention::tidy(&app.inner).await.unwrap();
    app.drain(&owner).await;
    assert_eq!(app.count("conversations"), "0");
    assert_eq!(app.count("messages"), "0");
    app.clock.advance(TimeDelta::days(40).num_milliseconds());
    edge_core::workers::sweep(&app.inner).await.unwrap();
    assert_eq!(app.count("events"), "0");
}

#[tokio::test]
async fn an_owner_beyond_the_plan_is_made_in_neither_database() {
    let files = Files::new();
    let app = files.app();
    let ann = app.owner("ann@example.com").await;
    let bob = app.member(&ann, "bob@example.com", "MEMBER").await;
    let call = app.post("/api/v1/workspaces", json!({ "name": "Of Bob" }));
    let own = id(&call.bearer(&bob.token).send().await.expect(201));
    for sql in [&*app.sql, app.second()] {
        sql.execute("UPDATE plan_quotas SET amount = 1 WHERE resource = 'workspaces'", &[]);
    }
    let path = format!("/members/{}", app.account("bob@example.com"));
    let promote = || ann.patch(&app, &path, json!({ "role": "OWNER" }));
    let owners = |sql: &Sqlite| {
        let owners = format!(
            "SELECT account_id FROM memberships WHERE role = 'OWNER' AND workspace_id = '{}'",
            ann.workspace
        );
        sql.column(&owners).len()
    };
    assert_eq!(promote().await.status, 403);
    assert_eq!((owners(&app.sql), owners(app.second())), (1, 1));
    let path = format!("/api/v1/workspaces/{own}");
    app.delete(&path).bearer(&bob.token).send().await.expect(200);
    promote().await.expect(200);
    assert_eq!((owners(&app.sql), owners(app.second())), (2, 2));
}
