//! Questions for a person: raised by visitors, seen to by members, replied to by mail.
use crate::harness::acts::id;
use crate::harness::request::Answer;
use crate::harness::shape::{has, is};
use crate::harness::{Owner, TestApp};
use serde_json::{Value, json};

struct Site {
    owner: Owner,
    agent: String,
    key: String,
}

impl Site {
    async fn new(app: &TestApp) -> Self {
        let owner = app.owner("ann@example.com").await;
        let agent = app.published_agent(&owner, json!({})).await;
        let key = app.widget_key(&owner).await;
        Self { owner, agent, key }
    }

    async fn escalate(&self, app: &TestApp, more: Value) -> Answer {
        let mut body =
            json!({ "session_id": "sess_xyz", "agent_id": self.agent, "message": "I need help with billing" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.post("/api/v1/widget/escalate", body).widget(&self.key).send().await
    }

    /// Raises one with an address and returns its path.
    async fn raised(&self, app: &TestApp) -> String {
        let answer = self
            .escalate(app, json!({ "email": "user@example.com" }))
            .await
            .expect(201);
        format!("/escalations/{}", answer["escalation_id"].as_str().unwrap())
    }
}

#[tokio::test]
async fn a_visitor_asks_for_a_person_as_documented() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    app.ask(&site.key, &site.agent, "sess_xyz", "What does it cost?")
        .send()
        .await
        .frames();
    let raised = site
        .escalate(&app, json!({ "email": "User@Example.com" }))
        .await
        .expect(201);
    is(&raised, &json!({ "escalation_id": "<esc_>", "message": "<text>" }));
    let list = site.owner.get(&app, "/escalations").await.expect(200);
    let pattern = json!({
        "escalations": [{
            "id": raised["escalation_id"],
            "agent_id": site.agent,
            "conversation_id": "<conv_>",
            "message_id": "<msg_>",
            "question": "I need help with billing",
            "asked_by": "user@example.com",
            "email": "user@example.com",
            "confidence": "<share>",
            "reason_code": "VISITOR",
            "reason": "<text>",
            "status": "OPEN",
            "assignee_id": null,
            "reply": null,
            "replied_at": null,
            "reply_status": null,
            "document_id": null,
            "created_at": "<time>",
            "resolved_at": null,
        }],
        "total": 1,
        "next_cursor": null,
    });
    is(&list, &pattern);
}

#[tokio::test]
async fn a_visitor_may_ask_for_a_person_first_and_stay_unknown() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let raised = site.escalate(&app, json!({})).await.expect(201);
    let path = format!("/escalations/{}", raised["escalation_id"].as_str().unwrap());
    let found = site.owner.get(&app, &path).await.expect(200);
    let pattern = json!({ "conversation_id": null, "message_id": null, "confidence": null, "email": null });
    has(&found, &pattern);
    let reply = site
        .owner
        .post(&app, &format!("{path}/reply"), json!({ "message": "Hello" }))
        .await;
    assert_eq!(reply.refusal(), (409, "CONFLICT".into(), None));
}

#[tokio::test]
async fn a_plea_that_will_not_do_is_refused() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    for (more, field) in [
        (json!({ "message": " " }), "message"),
        (json!({ "message": "x".repeat(10_001) }), "message"),
        (json!({ "email": "nobody" }), "email"),
        (json!({ "session_id": "" }), "session_id"),
        (json!({ "agent_id": 1 }), "agent_id"),
    ] {
        let refusal = site.escalate(&app, more).await.refusal();
        assert_eq!(refusal, (400, "VALIDATION_ERROR".into(), Some(field.into())));
    }
    let unknown = site.escalate(&app, json!({ "agent_id": "agent_0" })).await;
    assert_eq!(unknown.refusal().0, 404);
    let draft = site.owner.agent(&app, json!({ "name": "Draft" })).await;
    let unpublished = site.escalate(&app, json!({ "agent_id": draft })).await;
    assert_eq!(unpublished.text(), unknown.text());
    assert_eq!(app.sql.column("SELECT count(*) FROM escalations"), ["0"]);
}

#[tokio::test]
async fn a_reply_leaves_by_mail_with_what_was_asked_and_resolves_it() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app).await;
    app.confirm_replies(&site.owner, &path, "user@example.com").await;
    app.clock.advance(edge_model::time::HOUR);
    app.drain(&site.owner).await;
    let before = app.mailbox.all().len();
    let body = json!({ "message": "We have refunded you." });
    let replied = site.owner.post(&app, &format!("{path}/reply"), body).await.expect(200);
    let pattern = json!({
        "reply": "We have refunded you.", "replied_at": "<time>", "reply_status": "QUEUED",
        "status": "RESOLVED", "resolved_at": "<time>",
    });
    has(&replied, &pattern);
    // It is on its way by a job of the same batch, not by the request.
    assert_eq!(app.mailbox.all().len(), before);
    app.drain(&site.owner).await;
    let mails = app.mailbox.all();
    let mail = mails.last().unwrap();
    assert_eq!(mails.len(), before + 1);
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        ("user@example.com", "My Company replied to your question")
    );
    let (text, footer) = mail.text.split_once("\n-- \n").unwrap();
    assert_eq!(
        text,
        "We have refunded you.\n\nYou asked:\n\n> I need help with billing\n"
    );
    assert!(
        footer.contains(&site.owner.workspace) && footer.contains("/mail/unsubscribe/"),
        "{footer}"
    );
    has(
        &site.owner.get(&app, &path).await.expect(200),
        &json!({ "reply_status": "SENT" }),
    );
    assert_eq!(app.sql.column("SELECT count(*) FROM jobs"), ["0"]);
}

#[tokio::test]
async fn a_reply_and_its_mail_are_kept_together_or_not_at_all() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app).await;
    app.sql.fail_next("INSERT INTO jobs");
    let answer = site
        .owner
        .post(&app, &format!("{path}/reply"), json!({ "message": "Hello" }))
        .await;
    assert_eq!(answer.status, 500);
    has(
        &site.owner.get(&app, &path).await.expect(200),
        &json!({ "reply": null, "status": "OPEN" }),
    );
}

#[tokio::test]
async fn one_is_assigned_resolved_by_a_document_and_reopened() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app).await;
    let owner = &site.owner;
    let member = app.join(owner, "bob@example.com", "MEMBER").await;
    let me = app
        .get("/api/v1/auth/me")
        .bearer(&member.token)
        .send()
        .await
        .expect(200);
    let assigned = owner
        .patch(&app, &path, json!({ "assignee_id": me["id"] }))
        .await
        .expect(200);
    assert_eq!(assigned["assignee_id"], me["id"]);
    let document = owner
        .upload_and_index(&app, "billing.md", "# Billing\n\nBills are sent on the first.")
        .await;
    let closed = json!({ "status": "RESOLVED", "document_id": document });
    let resolved = member.patch(&app, &path, closed).await.expect(200);
    let pattern = json!({
        "status": "RESOLVED", "document_id": document, "assignee_id": me["id"], "resolved_at": "<time>",
    });
    has(&resolved, &pattern);
    let reopened = json!({ "status": "OPEN", "assignee_id": null });
    let open = owner.patch(&app, &path, reopened).await.expect(200);
    has(
        &open,
        &json!({ "status": "OPEN", "assignee_id": null, "resolved_at": null, "document_id": document }),
    );
}

#[tokio::test]
async fn a_change_that_will_not_do_is_refused() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app).await;
    let stranger = app.owner("eve@example.com").await;
    let eve = app
        .get("/api/v1/auth/me")
        .bearer(&stranger.token)
        .send()
        .await
        .expect(200);
    let hers = id(&app.upload(&stranger, "a.txt", "Text.").await);
    for (body, status) in [
        (json!({ "status": "open" }), 400),
        (json!({ "assignee_id": eve["id"] }), 404),
        (json!({ "assignee_id": "user_0" }), 404),
        (json!({ "document_id": hers }), 404),
        (json!({ "document_id": "doc_0" }), 404),
    ] {
        assert_eq!(
            site.owner.patch(&app, &path, body.clone()).await.status,
            status,
            "{body}"
        );
    }
    let viewer = app.join(&site.owner, "vic@example.com", "VIEWER").await;
    assert_eq!(viewer.get(&app, &path).await.status, 200);
    assert_eq!(
        viewer.patch(&app, &path, json!({ "status": "RESOLVED" })).await.status,
        403
    );
    let reply = viewer
        .post(&app, &format!("{path}/reply"), json!({ "message": "Hi" }))
        .await;
    assert_eq!(reply.status, 403);
    for message in ["", "  ", &"x".repeat(5_001)] {
        let reply = site
            .owner
            .post(&app, &format!("{path}/reply"), json!({ "message": message }))
            .await;
        assert_eq!(
            reply.refusal(),
            (400, "VALIDATION_ERROR".into(), Some("message".into()))
        );
    }
}

#[tokio::test]
async fn a_list_is_filtered_by_status_and_paged() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    for _ in 0..3 {
        site.escalate(&app, json!({})).await.expect(201);
    }
    let first = site.raised(&app).await;
    site.owner
        .patch(&app, &first, json!({ "status": "RESOLVED" }))
        .await
        .expect(200);
    for (query, count, total) in [
        ("", 4, 4),
        ("?status=OPEN", 3, 3),
        ("?status=RESOLVED", 1, 1),
        ("?limit=2", 2, 4),
    ] {
        let list = site.owner.get(&app, &format!("/escalations{query}")).await.expect(200);
        let shown = list["escalations"].as_array().unwrap().len();
        assert_eq!((shown, list["total"].as_u64()), (count, Some(total)), "{query}");
    }
    let mut seen = vec![];
    let mut query = "?limit=3".to_owned();
    loop {
        let list = site.owner.get(&app, &format!("/escalations{query}")).await.expect(200);
        seen.extend(list["escalations"].as_array().unwrap().iter().map(id));
        match list["next_cursor"].as_str() {
            Some(cursor) => query = format!("?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 4);
    let wrong = site.owner.get(&app, "/escalations?status=open").await.refusal();
    assert_eq!(wrong, (400, "VALIDATION_ERROR".into(), Some("status".into())));
}

#[tokio::test]
async fn webhook_receives_lead_and_escalation_events() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let events = ["LEAD_CAPTURED", "ESCALATION_CREATED", "ESCALATION_RESOLVED"];
    let (webhook, _) = site
        .owner
        .webhook(&app, "https://hooks.example.com/insydr", &events)
        .await;
    let names = || {
        let told = app.receiver.take();
        let mut names: Vec<String> = told
            .iter()
            .map(|it| it.json()["event"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        (names, told)
    };
    let path = site.raised(&app).await;
    site.owner.deliver(&app, &webhook).await;
    let (told, bodies) = names();
    assert_eq!(told, ["ESCALATION_CREATED", "LEAD_CAPTURED"]);
    assert!(bodies.iter().all(|it| it.json()["data"]["email"] == "user@example.com"));
    for status in ["RESOLVED", "RESOLVED"] {
        let change = json!({ "status": status });
        site.owner.patch(&app, &path, change).await.expect(200);
    }
    site.owner.deliver(&app, &webhook).await;
    assert_eq!(names().0, ["ESCALATION_RESOLVED"], "once, however often it is said");
    site.escalate(&app, json!({})).await.expect(201);
    site.owner.deliver(&app, &webhook).await;
    assert_eq!(names().0, ["ESCALATION_CREATED"], "without an address there is no lead");
}

#[tokio::test]
async fn a_reply_reaches_the_visitor_despite_a_new_assignee() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app).await;
    app.confirm_replies(&site.owner, &path, "user@example.com").await;
    app.clock.advance(edge_model::time::HOUR);
    let me = app
        .get("/api/v1/auth/me")
        .bearer(&site.owner.token)
        .send()
        .await
        .expect(200);
    let reply = async {
        site.owner
            .post(&app, &format!("{path}/reply"), json!({ "message": "All is well." }))
            .await
            .expect(200);
    };
    let assigning = site.owner.patch(&app, &path, json!({ "assignee_id": me["id"] }));
    let (assigned, ()) = tokio::join!(assigning, app.sql.hold_next("UPDATE escalations SET", reply));
    assigned.expect(200);
    let pattern = json!({ "reply": "All is well.", "status": "RESOLVED", "assignee_id": me["id"] });
    has(&site.owner.get(&app, &path).await.expect(200), &pattern);
    app.drain(&site.owner).await;
    let mails = app.mailbox.all();
    assert!(mails.last().unwrap().text.starts_with("All is well."), "{mails:?}");
}

#[tokio::test]
async fn a_reply_that_still_waits_is_replaced_by_a_newer_one() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app).await;
    for message in ["We have refunded you.", "It takes two days to arrive."] {
        site.owner
            .post(&app, &format!("{path}/reply"), json!({ "message": message }))
            .await
            .expect(200);
    }
    app.drain(&site.owner).await;
    let link = app.mailbox.link_for("user@example.com", "confirm");
    app.post(&link, json!({})).send().await;
    app.drain(&site.owner).await;
    let mails = app.mailbox.sent_to("user@example.com");
    assert_eq!(mails.len(), 2);
    assert!(mails[1].text.starts_with("It takes two days to arrive."), "{mails:?}");
}
