//! What an address says about mail: it confirms before a reply comes, and it can end all of it.
use crate::harness::request::Answer;
use crate::harness::shape::has;
use crate::harness::{OPERATOR_TOKEN, Owner, TestApp};
use edge_model::time::HOUR;
use http::Method;
use serde_json::{Value, json};

pub(super) const ANN: &str = "ann@example.com";
pub(super) const JO: &str = "jo@example.com";
pub(super) const TEXT: &str = "We have found the marmalade: https://shop.example/jam";

pub(super) struct Site {
    pub(super) owner: Owner,
    pub(super) agent: String,
    pub(super) key: String,
}

impl Site {
    pub(super) async fn new(app: &TestApp) -> Self {
        let owner = app.owner(ANN).await;
        let agent = app.published_agent(&owner, json!({})).await;
        let key = app.widget_key(&owner).await;
        Self { owner, agent, key }
    }

    /// Raises an escalation of a session and returns its path.
    pub(super) async fn raised(&self, app: &TestApp, session: &str) -> String {
        let body = json!({ "agent_id": self.agent, "session_id": session, "email": JO, "message": "Where is it?" });
        let call = app.post("/api/v1/widget/escalate", body).widget(&self.key);
        let answer = call.send().await.expect(201);
        format!("/escalations/{}", answer["escalation_id"].as_str().unwrap())
    }

    pub(super) async fn reply(&self, app: &TestApp, path: &str) -> Answer {
        let body = json!({ "message": TEXT });
        self.owner.post(app, &format!("{path}/reply"), body).await
    }

    pub(super) async fn status(&self, app: &TestApp, path: &str) -> Value {
        self.owner.get(app, path).await.expect(200)["reply_status"].clone()
    }

    async fn stop_mail(&self, app: &TestApp, is_stopped: bool) {
        let path = format!("/api/v1/operator/workspaces/{}/mail", self.owner.workspace);
        let call = app.call(Method::PUT, &path).header("x-operator-token", OPERATOR_TOKEN);
        let answer = call.json(&json!({ "is_stopped": is_stopped })).send().await;
        let expected = json!({ "workspace_id": self.owner.workspace, "is_stopped": is_stopped });
        assert_eq!(answer.expect(200), expected);
    }
}

/// Presses a button of the page behind a link.
pub(super) async fn press(app: &TestApp, link: &str, form: &str) -> Answer {
    let call = app.call(Method::POST, link);
    let call = call.header("content-type", "application/x-www-form-urlencoded");
    call.body(form).send().await
}

#[tokio::test]
async fn a_reply_waits_until_its_visitor_wants_it() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app, "s").await;
    let replied = site.reply(&app, &path).await.expect(200);
    has(
        &replied,
        &json!({ "status": "RESOLVED", "reply_status": "WAITING_FOR_CONFIRMATION" }),
    );
    app.drain(&site.owner).await;
    let mails = app.mailbox.sent_to(JO);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text.contains("\"My Company\""), "{}", mails[0].text);
    for theirs in ["marmalade", "shop.example", "Where is it?"] {
        assert!(!mails[0].text.contains(theirs) && !mails[0].subject.contains(theirs));
    }
    let link = app.mailbox.link_for(JO, "confirm");
    // A mail scanner follows the link.
    let page = app.get(&link).send().await;
    assert_eq!((page.status, page.text().contains("method=\"post\"")), (200, true));
    app.drain(&site.owner).await;
    assert_eq!(app.mailbox.sent_to(JO).len(), 1);
    assert_eq!(site.status(&app, &path).await, "WAITING_FOR_CONFIRMATION");
    // And then a person presses the button, twice.
    for _ in 0..2 {
        assert_eq!(press(&app, &link, "").await.status, 200);
        app.drain(&site.owner).await;
    }
    let mails = app.mailbox.sent_to(JO);
    assert_eq!(mails.len(), 2);
    assert!(mails[1].text.starts_with(TEXT), "{}", mails[1].text);
    assert_eq!(site.status(&app, &path).await, "SENT");
}

#[tokio::test]
async fn who_has_confirmed_gets_later_replies_at_once() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let (first, second) = (site.raised(&app, "s").await, site.raised(&app, "t").await);
    for path in [&first, &second] {
        site.reply(&app, path).await.expect(200);
    }
    app.drain(&site.owner).await;
    // Asked once, and both wait for it.
    assert_eq!(app.mailbox.sent_to(JO).len(), 1);
    press(&app, &app.mailbox.link_for(JO, "confirm"), "").await;
    app.drain(&site.owner).await;
    assert_eq!(app.mailbox.sent_to(JO).len(), 3);
    let third = site.raised(&app, "u").await;
    let replied = site.reply(&app, &third).await.expect(200);
    assert_eq!(replied["reply_status"], "QUEUED");
    app.drain(&site.owner).await;
    assert_eq!(app.mailbox.sent_to(JO).len(), 4);
    assert_eq!(site.status(&app, &third).await, "SENT");
}

#[tokio::test]
async fn who_wants_no_more_mail_may_confirm_again() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app, "s").await;
    site.reply(&app, &path).await.expect(200);
    app.drain(&site.owner).await;
    let (link, end) = (
        app.mailbox.link_for(JO, "confirm"),
        app.mailbox.link_for(JO, "unsubscribe"),
    );
    let asks = async || app.get(&link).send().await.text().contains("Do you want the reply?");
    assert!(asks().await);
    press(&app, &link, "").await;
    assert!(!asks().await);
    press(&app, &end, "from=everybody").await;
    assert!(asks().await);
}

#[tokio::test]
async fn a_confirmation_is_for_one_workspace() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app, "s").await;
    app.confirm_replies(&site.owner, &path, JO).await;
    let bob = app.owner("bob@example.com").await;
    let agent = app.published_agent(&bob, json!({})).await;
    let key = app.widget_key(&bob).await;
    let bobs = Site { owner: bob, agent, key };
    let path = bobs.raised(&app, "s").await;
    let replied = bobs.reply(&app, &path).await.expect(200);
    assert_eq!(replied["reply_status"], "WAITING_FOR_CONFIRMATION");
}

#[tokio::test]
async fn a_link_that_is_not_ours_does_nothing() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app, "s").await;
    site.reply(&app, &path).await.expect(200);
    app.drain(&site.owner).await;
    let link = app.mailbox.link_for(JO, "confirm");
    let token = link.rsplit('/').next().unwrap();
    let (stem, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(signature.len(), 32);
    let unsubscribe = app.mailbox.link_for(JO, "unsubscribe");
    let swapped = unsubscribe.rsplit('/').next().unwrap();
    let forged = format!("{stem}.{}", "0".repeat(32));
    for wrong in [forged.as_str(), stem, "x", "a.b.c", "a.b.c.d", swapped] {
        app.sql.begin_counting();
        let answer = press(&app, &format!("/mail/confirm/{wrong}"), "").await;
        assert_eq!((answer.status, app.sql.trips()), (404, 0), "{wrong}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    }
    assert_eq!(site.status(&app, &path).await, "WAITING_FOR_CONFIRMATION");
}

#[tokio::test]
async fn a_page_shows_names_as_text_and_runs_nothing() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let name = "<script>x</script> {{buttons}}";
    site.owner.patch(&app, "", json!({ "name": name })).await.expect(200);
    let path = site.raised(&app, "s").await;
    site.reply(&app, &path).await.expect(200);
    app.drain(&site.owner).await;
    for kind in ["confirm", "unsubscribe"] {
        let page = app.get(&app.mailbox.link_for(JO, kind)).send().await;
        let text = page.text();
        assert!(!text.contains("<script") && text.contains("&lt;script&gt;"), "{text}");
        assert!(text.contains("{{buttons}}") && !text.contains("{{t"), "{text}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("form-action 'self'"),
            "{policy}"
        );
    }
}

#[tokio::test]
async fn mails_that_are_no_codes_say_how_to_get_no_more() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let body = json!({ "email": JO, "role": "VIEWER" });
    site.owner.post(&app, "/invitations", body).await.expect(201);
    let path = site.raised(&app, "s").await;
    app.confirm_replies(&site.owner, &path, JO).await;
    let known = json!({ "email": ANN, "password": "correct horse battery", "full_name": "Ann" });
    app.post("/api/v1/auth/signup", known).send().await.expect(201);
    let (codes, others): (Vec<_>, Vec<_>) = app
        .mailbox
        .all()
        .into_iter()
        .partition(|it| it.subject.contains("code"));
    // A key was added, and that is told as well.
    assert_eq!((codes.len(), others.len()), (1, 5));
    assert!(codes.iter().all(|it| it.headers.is_empty()));
    for mail in others {
        let header = |name: &str| mail.headers.iter().find(|it| it.0 == name).unwrap().1.clone();
        let url = header("List-Unsubscribe");
        let url = url.strip_prefix('<').and_then(|it| it.strip_suffix('>')).unwrap();
        assert!(mail.text.contains(url), "{}", mail.text);
        assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    }
}

#[tokio::test]
async fn one_click_of_a_mail_program_ends_the_mail_of_a_workspace() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app, "s").await;
    site.reply(&app, &path).await.expect(200);
    app.drain(&site.owner).await;
    let link = app.mailbox.link_for(JO, "unsubscribe");
    let before = app.mailbox.sent_to(JO).len();
    assert_eq!(app.get(&link).send().await.status, 200);
    assert_eq!(site.status(&app, &path).await, "WAITING_FOR_CONFIRMATION");
    assert_eq!(press(&app, &link, "List-Unsubscribe=One-Click").await.status, 200);
    assert_eq!(site.status(&app, &path).await, "UNSUBSCRIBED");
    let refusal = site.reply(&app, &path).await;
    assert_eq!(refusal.refusal(), (409, "CONFLICT".into(), None));
    assert!(refusal.text().contains("unsubscribed"), "{}", refusal.text());
    let body = json!({ "email": JO, "role": "VIEWER" });
    let invited = site.owner.post(&app, "/invitations", body.clone()).await.expect(201);
    assert_eq!(invited["is_mailed"], false);
    let list = site.owner.get(&app, "/invitations").await.expect(200);
    assert_eq!(list["invitations"][0]["is_mailed"], false);
    app.drain(&site.owner).await;
    assert_eq!(app.mailbox.sent_to(JO).len(), before);
    // Others may mail, and so may this one again once the address lets it.
    let bob = app.owner("bob@example.com").await;
    assert_eq!(
        bob.post(&app, "/invitations", body.clone()).await.expect(201)["is_mailed"],
        true
    );
    press(&app, &link, "from=nobody").await;
    assert_eq!(
        site.owner.post(&app, "/invitations", body).await.expect(201)["is_mailed"],
        true
    );
}

#[tokio::test]
async fn an_address_can_end_the_mail_of_everybody() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app, "s").await;
    app.confirm_replies(&site.owner, &path, JO).await;
    press(&app, &app.mailbox.link_for(JO, "unsubscribe"), "from=everybody").await;
    let bob = app.owner("bob@example.com").await;
    let body = json!({ "email": JO, "role": "VIEWER" });
    assert_eq!(
        bob.post(&app, "/invitations", body).await.expect(201)["is_mailed"],
        false
    );
    app.clock.advance(HOUR);
    assert_eq!(site.reply(&app, &path).await.status, 409);
    // It outlives the workspace whose mail it came with, and a link of that still lets mail come again.
    let link = app.mailbox.link_for(JO, "unsubscribe");
    site.owner.delete(&app, "").await.expect(200);
    assert!(app.get(&link).send().await.text().contains("You get no more mail"));
    let before = app.mailbox.all().len();
    // Codes come all the same.
    app.sign_up(JO).await;
    assert_eq!(app.mailbox.all().len(), before + 1);
}

#[tokio::test]
async fn the_operator_stops_the_mail_of_a_workspace() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app, "s").await;
    app.confirm_replies(&site.owner, &path, JO).await;
    app.clock.advance(HOUR);
    let invitation = json!({ "email": "eve@example.com", "role": "VIEWER" });
    site.owner
        .post(&app, "/invitations", invitation.clone())
        .await
        .expect(201);
    site.reply(&app, &path).await.expect(200);
    let before = app.mailbox.all().len();
    site.stop_mail(&app, true).await;
    app.drain(&site.owner).await;
    assert_eq!(app.mailbox.all().len(), before);
    assert_eq!(site.status(&app, &path).await, "STOPPED");
    app.clock.advance(HOUR);
    for answer in [
        site.reply(&app, &path).await,
        site.owner.post(&app, "/invitations", invitation.clone()).await,
    ] {
        assert_eq!(answer.refusal(), (403, "FORBIDDEN".into(), None));
        assert!(answer.text().contains("operator"), "{}", answer.text());
    }
    site.stop_mail(&app, false).await;
    site.reply(&app, &path).await.expect(200);
    site.owner.post(&app, "/invitations", invitation).await.expect(201);
    app.drain(&site.owner).await;
    assert_eq!(app.mailbox.all().len(), before + 2);
    let unknown = app.call(Method::PUT, "/api/v1/operator/workspaces/ws_0/mail");
    let unknown = unknown
        .header("x-operator-token", OPERATOR_TOKEN)
        .json(&json!({ "is_stopped": true }));
    assert_eq!(unknown.send().await.refusal(), (404, "NOT_FOUND".into(), None));
}

#[tokio::test]
async fn a_waiting_reply_and_its_mail_go_with_the_visitor() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app, "philippa").await;
    site.reply(&app, &path).await.expect(200);
    let stored = || app.everything();
    assert!(stored().iter().any(|it| it.contains("confirm_reply")));
    // The row of the mail itself names no person.
    let jobs = app.sql.column("SELECT task FROM jobs");
    assert!(
        jobs.iter().all(|it| !it.contains(JO) && !it.contains("marmalade")),
        "{jobs:?}"
    );
    app.sql
        .execute("UPDATE jobs SET parked_at = 1, last_error = 'why'", &[]);
    site.owner.delete(&app, "/visitors/philippa").await.expect(200);
    let traces = ["confirm_reply", "marmalade", JO];
    assert!(!stored().iter().any(|it| traces.iter().any(|trace| it.contains(trace))));
}

#[tokio::test]
async fn who_is_forgotten_is_asked_again() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app, "philippa").await;
    app.confirm_replies(&site.owner, &path, JO).await;
    let link = app.mailbox.link_for(JO, "unsubscribe");
    site.owner.delete(&app, "/visitors/philippa").await.expect(200);
    assert_eq!(app.sql.column("SELECT recipient FROM mail_recipients").len(), 0);
    let path = site.raised(&app, "philippa").await;
    let before = app.mailbox.sent_to(JO).len();
    let replied = site.reply(&app, &path).await.expect(200);
    assert_eq!(replied["reply_status"], "WAITING_FOR_CONFIRMATION");
    app.drain(&site.owner).await;
    assert_eq!(app.mailbox.sent_to(JO).len(), before + 1);
    // That an address wants no mail is kept.
    press(&app, &link, "").await;
    site.owner.delete(&app, "/visitors/philippa").await.expect(200);
    assert_eq!(app.sql.column("SELECT recipient FROM mail_recipients").len(), 1);
}

#[tokio::test]
async fn an_invitation_and_its_mail_go_with_the_account() {
    let app = TestApp::new();
    let ann = app.owner(ANN).await;
    let jo = app.sign_up(JO).await;
    let body = json!({ "email": JO, "role": "VIEWER" });
    ann.post(&app, "/invitations", body).await.expect(201);
    let mails = "SELECT id FROM jobs WHERE json_extract(task, '$.task') = 'send_mail'";
    assert_eq!(app.sql.column(mails).len(), 1);
    app.sql.execute("UPDATE jobs SET parked_at = 1", &[]);
    let body = json!({ "password": "correct horse battery" });
    let gone = app.delete("/api/v1/auth/me").bearer(&jo).json(&body).send().await;
    gone.expect(200);
    assert_eq!(app.sql.column(mails).len(), 0);
    assert!(!app.everything().iter().any(|it| it.contains(JO)));
}

#[tokio::test]
async fn names_that_deceive_are_refused_and_honest_ones_are_not() {
    let app = TestApp::new();
    let owner = app.owner(ANN).await;
    let rename = |name: &'static str| owner.patch(&app, "", json!({ "name": name }));
    for name in ["Dr. Smith", "Acme Inc.", "Booking.com team", "Café “Zürich”", "דוד"] {
        assert_eq!(rename(name).await.status, 200, "{name}");
    }
    for name in [
        "\u{200b}\u{200d}",
        "Acme\nBcc",
        "gpj\u{202e}exe",
        "a\u{2067}b",
        "a\u{85}b",
        "\u{2060}",
    ] {
        let refusal = rename(name).await.refusal();
        assert_eq!(
            refusal,
            (400, "VALIDATION_ERROR".into(), Some("name".into())),
            "{name:?}"
        );
        let me = app
            .patch("/api/v1/auth/me", json!({ "full_name": name }))
            .bearer(&owner.token);
        let refusal = me.send().await.refusal();
        assert_eq!(
            refusal,
            (400, "VALIDATION_ERROR".into(), Some("full_name".into())),
            "{name:?}"
        );
    }
}

#[tokio::test]
async fn names_in_mails_hold_no_links() {
    let app = TestApp::new();
    let owner = app.owner(ANN).await;
    let evil = "https://evil.example/login www.evil.example ann@evil.example";
    owner.patch(&app, "", json!({ "name": evil })).await.expect(200);
    let me = app
        .patch("/api/v1/auth/me", json!({ "full_name": evil }))
        .bearer(&owner.token);
    me.send().await.expect(200);
    let body = json!({ "email": JO, "role": "VIEWER" });
    owner.post(&app, "/invitations", body).await.expect(201);
    app.drain(&owner).await;
    let mail = app.mailbox.sent_to(JO).pop().unwrap();
    assert!(
        !mail.text.contains("evil.example") && !mail.text.contains("@evil"),
        "{}",
        mail.text
    );
    assert!(mail.text.contains("https evil. example/login"), "{}", mail.text);
}

#[tokio::test]
async fn a_reply_without_a_public_url_is_refused_with_the_reason() {
    let app = TestApp::with_settings(&[("PUBLIC_URL", "")]);
    let site = Site::new(&app).await;
    let path = site.raised(&app, "s").await;
    let refusal = site.reply(&app, &path).await;
    assert_eq!(refusal.refusal(), (409, "CONFLICT".into(), None));
    assert!(refusal.text().contains("PUBLIC_URL"), "{}", refusal.text());
    let body = json!({ "email": JO, "role": "VIEWER" });
    site.owner.post(&app, "/invitations", body).await.expect(201);
    app.drain(&site.owner).await;
    assert_eq!(app.mailbox.sent_to(JO).len(), 1);
}
