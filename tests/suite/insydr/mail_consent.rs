//! What an address says about mail: it confirms before a reply comes, and it can end all of it.
use crate::harness::request::Answer;
use crate::harness::shape::has;
use crate::harness::{OPERATOR_TOKEN, Owner, World};
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
    pub(super) async fn new(world: &World) -> Self {
        let owner = world.owner(ANN).await;
        let agent = world.published_agent(&owner, json!({})).await;
        let key = world.widget_key(&owner).await;
        Self { owner, agent, key }
    }

    /// Raises an escalation of a session and returns its path.
    pub(super) async fn raised(&self, world: &World, session: &str) -> String {
        let body = json!({ "agent_id": self.agent, "session_id": session, "email": JO, "message": "Where is it?" });
        let call = world.post("/api/v1/widget/escalate", body).widget(&self.key);
        let answer = call.send().await.expect(201);
        format!("/escalations/{}", answer["escalation_id"].as_str().unwrap())
    }

    pub(super) async fn reply(&self, world: &World, path: &str) -> Answer {
        let body = json!({ "message": TEXT });
        self.owner.post(world, &format!("{path}/reply"), body).await
    }

    pub(super) async fn status(&self, world: &World, path: &str) -> Value {
        self.owner.get(world, path).await.expect(200)["reply_status"].clone()
    }

    async fn stop_mail(&self, world: &World, is_stopped: bool) {
        let path = format!("/api/v1/operator/workspaces/{}/mail", self.owner.workspace);
        let call = world
            .call(Method::PUT, &path)
            .header("x-operator-token", OPERATOR_TOKEN);
        let answer = call.json(&json!({ "is_stopped": is_stopped })).send().await;
        let expected = json!({ "workspace_id": self.owner.workspace, "is_stopped": is_stopped });
        assert_eq!(answer.expect(200), expected);
    }
}

/// Presses a button of the page behind a link.
pub(super) async fn press(world: &World, link: &str, form: &str) -> Answer {
    let call = world.call(Method::POST, link);
    let call = call.header("content-type", "application/x-www-form-urlencoded");
    call.body(form).send().await
}

#[tokio::test]
async fn a_reply_waits_until_its_visitor_wants_it() {
    let world = World::new();
    let site = Site::new(&world).await;
    let path = site.raised(&world, "s").await;
    let replied = site.reply(&world, &path).await.expect(200);
    has(
        &replied,
        &json!({ "status": "RESOLVED", "reply_status": "WAITING_FOR_CONFIRMATION" }),
    );
    world.drain(&site.owner).await;
    let mails = world.mailbox.sent_to(JO);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text.contains("\"My Company\""), "{}", mails[0].text);
    for theirs in ["marmalade", "shop.example", "Where is it?"] {
        assert!(!mails[0].text.contains(theirs) && !mails[0].subject.contains(theirs));
    }
    let link = world.mailbox.link_for(JO, "confirm");
    // A mail scanner follows the link.
    let page = world.get(&link).send().await;
    assert_eq!((page.status, page.text().contains("method=\"post\"")), (200, true));
    world.drain(&site.owner).await;
    assert_eq!(world.mailbox.sent_to(JO).len(), 1);
    assert_eq!(site.status(&world, &path).await, "WAITING_FOR_CONFIRMATION");
    // And then a person presses the button, twice.
    for _ in 0..2 {
        assert_eq!(press(&world, &link, "").await.status, 200);
        world.drain(&site.owner).await;
    }
    let mails = world.mailbox.sent_to(JO);
    assert_eq!(mails.len(), 2);
    assert!(mails[1].text.starts_with(TEXT), "{}", mails[1].text);
    assert_eq!(site.status(&world, &path).await, "SENT");
}

#[tokio::test]
async fn who_has_confirmed_gets_later_replies_at_once() {
    let world = World::new();
    let site = Site::new(&world).await;
    let (first, second) = (site.raised(&world, "s").await, site.raised(&world, "t").await);
    for path in [&first, &second] {
        site.reply(&world, path).await.expect(200);
    }
    world.drain(&site.owner).await;
    // Asked once, and both wait for it.
    assert_eq!(world.mailbox.sent_to(JO).len(), 1);
    press(&world, &world.mailbox.link_for(JO, "confirm"), "").await;
    world.drain(&site.owner).await;
    assert_eq!(world.mailbox.sent_to(JO).len(), 3);
    let third = site.raised(&world, "u").await;
    let replied = site.reply(&world, &third).await.expect(200);
    assert_eq!(replied["reply_status"], "QUEUED");
    world.drain(&site.owner).await;
    assert_eq!(world.mailbox.sent_to(JO).len(), 4);
    assert_eq!(site.status(&world, &third).await, "SENT");
}

#[tokio::test]
async fn who_wants_no_more_mail_may_confirm_again() {
    let world = World::new();
    let site = Site::new(&world).await;
    let path = site.raised(&world, "s").await;
    site.reply(&world, &path).await.expect(200);
    world.drain(&site.owner).await;
    let (link, end) = (
        world.mailbox.link_for(JO, "confirm"),
        world.mailbox.link_for(JO, "unsubscribe"),
    );
    let asks = async || world.get(&link).send().await.text().contains("Do you want the reply?");
    assert!(asks().await);
    press(&world, &link, "").await;
    assert!(!asks().await);
    press(&world, &end, "from=everybody").await;
    assert!(asks().await);
}

#[tokio::test]
async fn a_confirmation_is_for_one_workspace() {
    let world = World::new();
    let site = Site::new(&world).await;
    let path = site.raised(&world, "s").await;
    world.confirm_replies(&site.owner, &path, JO).await;
    let bob = world.owner("bob@example.com").await;
    let agent = world.published_agent(&bob, json!({})).await;
    let key = world.widget_key(&bob).await;
    let bobs = Site { owner: bob, agent, key };
    let path = bobs.raised(&world, "s").await;
    let replied = bobs.reply(&world, &path).await.expect(200);
    assert_eq!(replied["reply_status"], "WAITING_FOR_CONFIRMATION");
}

#[tokio::test]
async fn a_link_that_is_not_ours_does_nothing() {
    let world = World::new();
    let site = Site::new(&world).await;
    let path = site.raised(&world, "s").await;
    site.reply(&world, &path).await.expect(200);
    world.drain(&site.owner).await;
    let link = world.mailbox.link_for(JO, "confirm");
    let token = link.rsplit('/').next().unwrap();
    let (stem, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(signature.len(), 32);
    let unsubscribe = world.mailbox.link_for(JO, "unsubscribe");
    let swapped = unsubscribe.rsplit('/').next().unwrap();
    let forged = format!("{stem}.{}", "0".repeat(32));
    for wrong in [forged.as_str(), stem, "x", "a.b.c", "a.b.c.d", swapped] {
        world.sql.begin_counting();
        let answer = press(&world, &format!("/mail/confirm/{wrong}"), "").await;
        assert_eq!((answer.status, world.sql.trips()), (404, 0), "{wrong}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    }
    assert_eq!(site.status(&world, &path).await, "WAITING_FOR_CONFIRMATION");
}

#[tokio::test]
async fn a_page_shows_names_as_text_and_runs_nothing() {
    let world = World::new();
    let site = Site::new(&world).await;
    let name = "<script>x</script> {{buttons}}";
    site.owner.patch(&world, "", json!({ "name": name })).await.expect(200);
    let path = site.raised(&world, "s").await;
    site.reply(&world, &path).await.expect(200);
    world.drain(&site.owner).await;
    for kind in ["confirm", "unsubscribe"] {
        let page = world.get(&world.mailbox.link_for(JO, kind)).send().await;
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
    let world = World::new();
    let site = Site::new(&world).await;
    let body = json!({ "email": JO, "role": "VIEWER" });
    site.owner.post(&world, "/invitations", body).await.expect(201);
    let path = site.raised(&world, "s").await;
    world.confirm_replies(&site.owner, &path, JO).await;
    let known = json!({ "email": ANN, "password": "correct horse battery", "full_name": "Ann" });
    world.post("/api/v1/auth/signup", known).send().await.expect(201);
    let (codes, others): (Vec<_>, Vec<_>) = world
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
    let world = World::new();
    let site = Site::new(&world).await;
    let path = site.raised(&world, "s").await;
    site.reply(&world, &path).await.expect(200);
    world.drain(&site.owner).await;
    let link = world.mailbox.link_for(JO, "unsubscribe");
    let before = world.mailbox.sent_to(JO).len();
    assert_eq!(world.get(&link).send().await.status, 200);
    assert_eq!(site.status(&world, &path).await, "WAITING_FOR_CONFIRMATION");
    assert_eq!(press(&world, &link, "List-Unsubscribe=One-Click").await.status, 200);
    assert_eq!(site.status(&world, &path).await, "UNSUBSCRIBED");
    let refusal = site.reply(&world, &path).await;
    assert_eq!(refusal.refusal(), (409, "CONFLICT".into(), None));
    assert!(refusal.text().contains("unsubscribed"), "{}", refusal.text());
    let body = json!({ "email": JO, "role": "VIEWER" });
    let invited = site.owner.post(&world, "/invitations", body.clone()).await.expect(201);
    assert_eq!(invited["is_mailed"], false);
    let list = site.owner.get(&world, "/invitations").await.expect(200);
    assert_eq!(list["invitations"][0]["is_mailed"], false);
    world.drain(&site.owner).await;
    assert_eq!(world.mailbox.sent_to(JO).len(), before);
    // Others may mail, and so may this one again once the address lets it.
    let bob = world.owner("bob@example.com").await;
    assert_eq!(
        bob.post(&world, "/invitations", body.clone()).await.expect(201)["is_mailed"],
        true
    );
    press(&world, &link, "from=nobody").await;
    assert_eq!(
        site.owner.post(&world, "/invitations", body).await.expect(201)["is_mailed"],
        true
    );
}

#[tokio::test]
async fn an_address_can_end_the_mail_of_everybody() {
    let world = World::new();
    let site = Site::new(&world).await;
    let path = site.raised(&world, "s").await;
    world.confirm_replies(&site.owner, &path, JO).await;
    press(&world, &world.mailbox.link_for(JO, "unsubscribe"), "from=everybody").await;
    let bob = world.owner("bob@example.com").await;
    let body = json!({ "email": JO, "role": "VIEWER" });
    assert_eq!(
        bob.post(&world, "/invitations", body).await.expect(201)["is_mailed"],
        false
    );
    world.clock.advance(HOUR);
    assert_eq!(site.reply(&world, &path).await.status, 409);
    // It outlives the workspace whose mail it came with, and a link of that still lets mail come again.
    let link = world.mailbox.link_for(JO, "unsubscribe");
    site.owner.delete(&world, "").await.expect(200);
    assert!(world.get(&link).send().await.text().contains("You get no more mail"));
    let before = world.mailbox.all().len();
    // Codes come all the same.
    world.sign_up(JO).await;
    assert_eq!(world.mailbox.all().len(), before + 1);
}

#[tokio::test]
async fn the_operator_stops_the_mail_of_a_workspace() {
    let world = World::new();
    let site = Site::new(&world).await;
    let path = site.raised(&world, "s").await;
    world.confirm_replies(&site.owner, &path, JO).await;
    world.clock.advance(HOUR);
    let invitation = json!({ "email": "eve@example.com", "role": "VIEWER" });
    site.owner
        .post(&world, "/invitations", invitation.clone())
        .await
        .expect(201);
    site.reply(&world, &path).await.expect(200);
    let before = world.mailbox.all().len();
    site.stop_mail(&world, true).await;
    world.drain(&site.owner).await;
    assert_eq!(world.mailbox.all().len(), before);
    assert_eq!(site.status(&world, &path).await, "STOPPED");
    world.clock.advance(HOUR);
    for answer in [
        site.reply(&world, &path).await,
        site.owner.post(&world, "/invitations", invitation.clone()).await,
    ] {
        assert_eq!(answer.refusal(), (403, "FORBIDDEN".into(), None));
        assert!(answer.text().contains("operator"), "{}", answer.text());
    }
    site.stop_mail(&world, false).await;
    site.reply(&world, &path).await.expect(200);
    site.owner.post(&world, "/invitations", invitation).await.expect(201);
    world.drain(&site.owner).await;
    assert_eq!(world.mailbox.all().len(), before + 2);
    let unknown = world.call(Method::PUT, "/api/v1/operator/workspaces/ws_0/mail");
    let unknown = unknown
        .header("x-operator-token", OPERATOR_TOKEN)
        .json(&json!({ "is_stopped": true }));
    assert_eq!(unknown.send().await.refusal(), (404, "NOT_FOUND".into(), None));
}

#[tokio::test]
async fn a_waiting_reply_and_its_mail_go_with_the_visitor() {
    let world = World::new();
    let site = Site::new(&world).await;
    let path = site.raised(&world, "philippa").await;
    site.reply(&world, &path).await.expect(200);
    let stored = || world.everything();
    assert!(stored().iter().any(|it| it.contains("confirm_reply")));
    // The row of the mail itself names nobody.
    let jobs = world.sql.column("SELECT task FROM jobs");
    assert!(
        jobs.iter().all(|it| !it.contains(JO) && !it.contains("marmalade")),
        "{jobs:?}"
    );
    world
        .sql
        .execute("UPDATE jobs SET parked_at = 1, last_error = 'why'", &[]);
    site.owner.delete(&world, "/visitors/philippa").await.expect(200);
    let traces = ["confirm_reply", "marmalade", JO];
    assert!(!stored().iter().any(|it| traces.iter().any(|trace| it.contains(trace))));
}

#[tokio::test]
async fn who_is_forgotten_is_asked_again() {
    let world = World::new();
    let site = Site::new(&world).await;
    let path = site.raised(&world, "philippa").await;
    world.confirm_replies(&site.owner, &path, JO).await;
    let link = world.mailbox.link_for(JO, "unsubscribe");
    site.owner.delete(&world, "/visitors/philippa").await.expect(200);
    assert_eq!(world.sql.column("SELECT recipient FROM mail_recipients").len(), 0);
    let path = site.raised(&world, "philippa").await;
    let before = world.mailbox.sent_to(JO).len();
    let replied = site.reply(&world, &path).await.expect(200);
    assert_eq!(replied["reply_status"], "WAITING_FOR_CONFIRMATION");
    world.drain(&site.owner).await;
    assert_eq!(world.mailbox.sent_to(JO).len(), before + 1);
    // That an address wants no mail is kept.
    press(&world, &link, "").await;
    site.owner.delete(&world, "/visitors/philippa").await.expect(200);
    assert_eq!(world.sql.column("SELECT recipient FROM mail_recipients").len(), 1);
}

#[tokio::test]
async fn an_invitation_and_its_mail_go_with_the_account() {
    let world = World::new();
    let ann = world.owner(ANN).await;
    let jo = world.sign_up(JO).await;
    let body = json!({ "email": JO, "role": "VIEWER" });
    ann.post(&world, "/invitations", body).await.expect(201);
    let mails = "SELECT id FROM jobs WHERE json_extract(task, '$.task') = 'send_mail'";
    assert_eq!(world.sql.column(mails).len(), 1);
    world.sql.execute("UPDATE jobs SET parked_at = 1", &[]);
    let body = json!({ "password": "correct horse battery" });
    let gone = world.delete("/api/v1/auth/me").bearer(&jo).json(&body).send().await;
    gone.expect(200);
    assert_eq!(world.sql.column(mails).len(), 0);
    assert!(!world.everything().iter().any(|it| it.contains(JO)));
}

#[tokio::test]
async fn names_that_deceive_are_refused_and_honest_ones_are_not() {
    let world = World::new();
    let owner = world.owner(ANN).await;
    let rename = |name: &'static str| owner.patch(&world, "", json!({ "name": name }));
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
        let me = world
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
    let world = World::new();
    let owner = world.owner(ANN).await;
    let evil = "https://evil.example/login www.evil.example ann@evil.example";
    owner.patch(&world, "", json!({ "name": evil })).await.expect(200);
    let me = world
        .patch("/api/v1/auth/me", json!({ "full_name": evil }))
        .bearer(&owner.token);
    me.send().await.expect(200);
    let body = json!({ "email": JO, "role": "VIEWER" });
    owner.post(&world, "/invitations", body).await.expect(201);
    world.drain(&owner).await;
    let mail = world.mailbox.sent_to(JO).pop().unwrap();
    assert!(
        !mail.text.contains("evil.example") && !mail.text.contains("@evil"),
        "{}",
        mail.text
    );
    assert!(mail.text.contains("https evil. example/login"), "{}", mail.text);
}

#[tokio::test]
async fn a_reply_without_a_public_url_is_refused_with_the_reason() {
    let world = World::with_settings(&[("PUBLIC_URL", "")]);
    let site = Site::new(&world).await;
    let path = site.raised(&world, "s").await;
    let refusal = site.reply(&world, &path).await;
    assert_eq!(refusal.refusal(), (409, "CONFLICT".into(), None));
    assert!(refusal.text().contains("PUBLIC_URL"), "{}", refusal.text());
    let body = json!({ "email": JO, "role": "VIEWER" });
    site.owner.post(&world, "/invitations", body).await.expect(201);
    world.drain(&site.owner).await;
    assert_eq!(world.mailbox.sent_to(JO).len(), 1);
}
