//! Mails are counted: to an address, by an account, from a workspace, and for a new account there are few.
use crate::harness::request::Answer;
use crate::harness::{Owner, TestApp};
use edge_model::time::{DAY, HOUR, MINUTE};
use futures_util::future::join_all;
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";
const VICTIM: &str = "victim@example.com";

async fn invite(app: &TestApp, owner: &Owner, email: &str) -> Answer {
    let body = json!({ "email": email, "role": "VIEWER" });
    owner.post(app, "/invitations", body).await
}

/// Another workspace of the same person's.
async fn another(app: &TestApp, owner: &Owner) -> Owner {
    let body = json!({ "name": "Another" });
    let made = app.post("/api/v1/workspaces", body).bearer(&owner.token).send().await;
    let workspace = made.expect(201)["id"].as_str().unwrap().to_owned();
    Owner {
        token: owner.token.clone(),
        workspace,
    }
}

/// Signs a person in again, whose session has ended.
async fn again(app: &TestApp, owner: &Owner, email: &str) -> Owner {
    let body = json!({ "email": email, "password": "correct horse battery" });
    let answer = app.post("/api/v1/auth/login", body).send().await.expect(200);
    Owner {
        token: answer["access_token"].as_str().unwrap().to_owned(),
        workspace: owner.workspace.clone(),
    }
}

/// Raises an escalation with an address and returns its path.
async fn raised(app: &TestApp, owner: &Owner, email: &str) -> String {
    let agent = app.published_agent(owner, json!({})).await;
    let key = app.widget_key(owner).await;
    let body = json!({ "agent_id": agent, "session_id": "s", "email": email, "message": "Where is it?" });
    let answer = app.post("/api/v1/widget/escalate", body).widget(&key).send().await;
    format!("/escalations/{}", answer.expect(201)["escalation_id"].as_str().unwrap())
}

async fn reply(app: &TestApp, owner: &Owner, path: &str, message: &str) -> Answer {
    owner
        .post(app, &format!("{path}/reply"), json!({ "message": message }))
        .await
}

fn rate_limited() -> (u16, String, Option<String>) {
    (429, "RATE_LIMITED".into(), None)
}

fn seconds(answer: &Answer) -> i64 {
    answer.header("retry-after").unwrap().parse().unwrap()
}

#[tokio::test]
async fn forty_replies_to_a_stranger_are_one_mail_without_their_text() {
    let app = TestApp::new();
    let owner = app.owner(ANN).await;
    let path = raised(&app, &owner, VICTIM).await;
    for number in 0..40 {
        let text = format!("Buy {number} pills at https://evil.example/{number}");
        reply(&app, &owner, &path, &text).await.expect(200);
    }
    app.drain(&owner).await;
    let mails = app.mailbox.sent_to(VICTIM);
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert!(
        !mail.text.contains("evil.example") && !mail.text.contains("Where is it?"),
        "{}",
        mail.text
    );
}

#[tokio::test]
async fn sixty_invitations_to_one_address_are_three_mails_an_hour() {
    let app = TestApp::new();
    let owner = app.owner(ANN).await;
    let mut all = vec![owner.clone()];
    for _ in 0..2 {
        all.push(another(&app, &owner).await);
    }
    let (mut unmailed, mut refused) = (0, 0);
    for workspace in &all {
        for _ in 0..20 {
            let answer = invite(&app, workspace, VICTIM).await;
            if answer.status == 429 {
                assert_eq!(answer.refusal(), rate_limited());
                // The limit that refuses is the account's, not the address's.
                assert!(answer.text().contains("you have sent"), "{}", answer.text());
                refused += 1;
            } else if !is_mailed(&answer) {
                unmailed += 1;
            }
            app.drain(workspace).await;
        }
    }
    assert_eq!((unmailed, refused, app.mailbox.sent_to(VICTIM).len()), (7, 50, 3));
}

fn is_mailed(answer: &Answer) -> bool {
    answer.expect(201)["is_mailed"].as_bool().unwrap()
}

#[tokio::test]
async fn an_address_gets_ten_invitations_a_day_from_everybody() {
    let app = TestApp::new();
    for number in 0..4 {
        let owner = app.owner(&format!("owner{number}@example.com")).await;
        let expected = if number == 3 { 1 } else { 3 };
        for attempt in 0..4 {
            let answer = invite(&app, &owner, VICTIM).await;
            assert_eq!(is_mailed(&answer), attempt < expected, "{number} {attempt}");
            app.drain(&owner).await;
        }
        app.clock.advance(HOUR);
    }
    assert_eq!(app.mailbox.sent_to(VICTIM).len(), 10);
}

#[tokio::test]
async fn invitations_of_a_stranger_keep_no_owner_from_inviting() {
    let app = TestApp::new();
    let stranger = app.owner("eve@example.com").await;
    for spelling in ["victim@example.com", "victim+a@example.com", "victim+b@example.com"] {
        assert!(is_mailed(&invite(&app, &stranger, spelling).await));
    }
    let owner = app.owner(ANN).await;
    let invited = invite(&app, &owner, VICTIM).await;
    assert!(!is_mailed(&invited));
    let list = owner.get(&app, "/invitations").await.expect(200);
    assert_eq!(list["invitations"][0]["is_mailed"], false);
    // The invited person finds the invitation all the same.
    let token = app.sign_up(VICTIM).await;
    let received = app.get("/api/v1/invitations").bearer(&token).send().await.expect(200);
    let received = received["invitations"].as_array().unwrap().clone();
    let own = received
        .iter()
        .find(|it| it["id"] == invited.expect(201)["id"])
        .unwrap();
    let accept = format!("/api/v1/invitations/{}/accept", own["id"].as_str().unwrap());
    app.post(&accept, json!({})).bearer(&token).send().await.expect(200);
    // An invitation without a mail does not count against the address's mails.
    app.clock.advance(HOUR);
    let owner = app.owner("bob@example.com").await;
    assert!(is_mailed(&invite(&app, &owner, "victim+c@example.com").await));
}

#[tokio::test]
async fn invitations_that_come_together_are_counted_together() {
    let app = TestApp::new();
    let owner = app.owner(ANN).await;
    let to_one = join_all((0..20).map(|_| invite(&app, &owner, VICTIM))).await;
    let invited: Vec<_> = to_one.iter().filter(|it| it.status == 201).collect();
    assert_eq!(invited.len(), 10);
    assert_eq!(invited.iter().filter(|it| is_mailed(it)).count(), 3);
    let other = app.owner("bob@example.com").await;
    let addresses: Vec<_> = (0..20).map(|it| format!("guest{it}@example.com")).collect();
    let to_many = join_all(addresses.iter().map(|it| invite(&app, &other, it))).await;
    assert_eq!(to_many.iter().filter(|it| it.status == 201).count(), 5);
    assert_eq!(
        app.sql
            .column("SELECT id FROM mail_ledger WHERE kind = 'invitation'")
            .len(),
        15
    );
}

#[tokio::test]
async fn a_new_account_has_five_open_invitations_and_ten_a_day() {
    let app = TestApp::new();
    let owner = app.owner(ANN).await;
    let other = another(&app, &owner).await;
    for number in 0..5 {
        let workspace = if number % 2 == 0 { &owner } else { &other };
        invite(&app, workspace, &format!("guest{number}@example.com"))
            .await
            .expect(201);
    }
    let refusal = invite(&app, &other, VICTIM).await;
    assert_eq!(refusal.refusal(), rate_limited());
    assert!(refusal.text().contains("open"), "{}", refusal.text());
    // Inviting again takes the place of what is open.
    invite(&app, &owner, "guest0@example.com").await.expect(201);
    app.sql.execute("DELETE FROM invitations", &[]);
    for number in 10..14 {
        invite(&app, &owner, &format!("guest{number}@example.com"))
            .await
            .expect(201);
    }
    app.sql.execute("DELETE FROM invitations", &[]);
    let refusal = invite(&app, &owner, VICTIM).await;
    assert_eq!(refusal.refusal(), rate_limited());
    assert!((HOUR / 1_000..=DAY / 1_000).contains(&seconds(&refusal)));
}

#[tokio::test]
async fn an_account_with_a_colleague_invites_more_after_a_day() {
    let app = TestApp::new();
    let owner = app.owner(ANN).await;
    app.join(&owner, "bob@example.com", "VIEWER").await;
    let status = async |owner: &Owner, from: usize, count: usize| {
        let mut last = 0;
        for number in from..from + count {
            last = invite(&app, owner, &format!("guest{number}@example.com")).await.status;
        }
        last
    };
    assert_eq!(status(&owner, 0, 6).await, 429);
    app.clock.advance(DAY);
    let owner = again(&app, &owner, ANN).await;
    assert_eq!(status(&owner, 10, 15).await, 201);
    assert_eq!(status(&owner, 30, 1).await, 429);
    app.set_plan(&owner, "STARTER").await;
    assert_eq!(status(&owner, 40, 50).await, 201);
}

#[tokio::test]
async fn deleting_a_workspace_gives_no_mails_back() {
    let app = TestApp::new();
    let owner = app.owner(ANN).await;
    let other = another(&app, &owner).await;
    for _ in 0..3 {
        invite(&app, &other, VICTIM).await.expect(201);
    }
    other.delete(&app, "").await.expect(200);
    assert!(!is_mailed(&invite(&app, &owner, VICTIM).await));
}

#[tokio::test]
async fn a_workspace_sends_as_many_mails_a_day_as_its_plan_has() {
    let app = TestApp::new();
    let owner = app.owner(ANN).await;
    let fill = |count: usize| {
        for number in 0..count {
            let sql =
                "INSERT INTO mail_ledger (id, recipient, kind, workspace_id, created_at) VALUES (?1, ?1, 'x', ?2, ?3)";
            let now = edge_core::ports::Clock::now(&*app.clock).0;
            app.sql
                .execute(sql, &[&format!("x{count}-{number}"), &owner.workspace, &now]);
        }
    };
    fill(49);
    invite(&app, &owner, "guest1@example.com").await.expect(201);
    let refusal = invite(&app, &owner, "guest2@example.com").await;
    assert_eq!(refusal.refusal(), rate_limited());
    assert!(refusal.text().contains("workspace"), "{}", refusal.text());
    app.set_plan(&owner, "STARTER").await;
    invite(&app, &owner, "guest2@example.com").await.expect(201);
}

#[tokio::test]
async fn an_escalation_is_replied_to_by_mail_once_an_hour() {
    let app = TestApp::new();
    let owner = app.owner(ANN).await;
    let path = raised(&app, &owner, VICTIM).await;
    app.confirm_replies(&owner, &path, VICTIM).await;
    let before = app.mailbox.sent_to(VICTIM).len();
    app.clock.advance(30 * MINUTE);
    let refusal = reply(&app, &owner, &path, "Once more.").await;
    assert_eq!(refusal.refusal(), rate_limited());
    assert!((1_700..=1_800).contains(&seconds(&refusal)), "{}", seconds(&refusal));
    let kept: Value = owner.get(&app, &path).await.expect(200);
    assert_eq!(kept["reply"], "We look into it.");
    app.clock.advance(30 * MINUTE);
    reply(&app, &owner, &path, "Once more.").await.expect(200);
    app.drain(&owner).await;
    let mails = app.mailbox.sent_to(VICTIM);
    assert_eq!(mails.len(), before + 1);
    assert!(mails.last().unwrap().text.starts_with("Once more."));
}

#[tokio::test]
async fn what_was_counted_is_forgotten_after_a_day() {
    let app = TestApp::new();
    let owner = app.owner(ANN).await;
    invite(&app, &owner, VICTIM).await.expect(201);
    edge_core::retention::tidy(&app.inner).await.unwrap();
    assert!(!app.sql.column("SELECT id FROM mail_ledger").is_empty());
    app.clock.advance(DAY);
    edge_core::retention::tidy(&app.inner).await.unwrap();
    assert_eq!(app.sql.column("SELECT id FROM mail_ledger").len(), 0);
}
