//! Mails are counted: to an address, by an account, from a workspace, and for a new account there are few.
use crate::harness::request::Answer;
use crate::harness::{Owner, World};
use edge_model::time::{DAY, HOUR, MINUTE};
use futures_util::future::join_all;
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";
const VICTIM: &str = "victim@example.com";

async fn invite(world: &World, owner: &Owner, email: &str) -> Answer {
    let body = json!({ "email": email, "role": "VIEWER" });
    owner.post(world, "/invitations", body).await
}

/// Another workspace of the same person's.
async fn another(world: &World, owner: &Owner) -> Owner {
    let body = json!({ "name": "Another" });
    let made = world.post("/api/v1/workspaces", body).bearer(&owner.token).send().await;
    let workspace = made.expect(201)["id"].as_str().unwrap().to_owned();
    Owner {
        token: owner.token.clone(),
        workspace,
    }
}

/// Signs somebody in again, whose session has ended.
async fn again(world: &World, owner: &Owner, email: &str) -> Owner {
    let body = json!({ "email": email, "password": "correct horse battery" });
    let answer = world.post("/api/v1/auth/login", body).send().await.expect(200);
    Owner {
        token: answer["access_token"].as_str().unwrap().to_owned(),
        workspace: owner.workspace.clone(),
    }
}

/// Raises an escalation with an address and returns its path.
async fn raised(world: &World, owner: &Owner, email: &str) -> String {
    let agent = world.published_agent(owner, json!({})).await;
    let key = world.widget_key(owner).await;
    let body = json!({ "agent_id": agent, "session_id": "s", "email": email, "message": "Where is it?" });
    let answer = world.post("/api/v1/widget/escalate", body).widget(&key).send().await;
    format!("/escalations/{}", answer.expect(201)["escalation_id"].as_str().unwrap())
}

async fn reply(world: &World, owner: &Owner, path: &str, message: &str) -> Answer {
    owner
        .post(world, &format!("{path}/reply"), json!({ "message": message }))
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
    let world = World::new();
    let owner = world.owner(ANN).await;
    let path = raised(&world, &owner, VICTIM).await;
    for number in 0..40 {
        let text = format!("Buy {number} pills at https://evil.example/{number}");
        reply(&world, &owner, &path, &text).await.expect(200);
    }
    world.drain(&owner).await;
    let mails = world.mailbox.sent_to(VICTIM);
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
    let world = World::new();
    let owner = world.owner(ANN).await;
    let mut all = vec![owner.clone()];
    for _ in 0..2 {
        all.push(another(&world, &owner).await);
    }
    let (mut unmailed, mut refused) = (0, 0);
    for workspace in &all {
        for _ in 0..20 {
            let answer = invite(&world, workspace, VICTIM).await;
            if answer.status == 429 {
                assert_eq!(answer.refusal(), rate_limited());
                // What is refused is the account's, and not the address's.
                assert!(answer.text().contains("you have sent"), "{}", answer.text());
                refused += 1;
            } else if !is_mailed(&answer) {
                unmailed += 1;
            }
            world.drain(workspace).await;
        }
    }
    assert_eq!((unmailed, refused, world.mailbox.sent_to(VICTIM).len()), (7, 50, 3));
}

fn is_mailed(answer: &Answer) -> bool {
    answer.expect(201)["is_mailed"].as_bool().unwrap()
}

#[tokio::test]
async fn an_address_gets_ten_invitations_a_day_from_everybody() {
    let world = World::new();
    for number in 0..4 {
        let owner = world.owner(&format!("owner{number}@example.com")).await;
        let expected = if number == 3 { 1 } else { 3 };
        for attempt in 0..4 {
            let answer = invite(&world, &owner, VICTIM).await;
            assert_eq!(is_mailed(&answer), attempt < expected, "{number} {attempt}");
            world.drain(&owner).await;
        }
        world.clock.advance(HOUR);
    }
    assert_eq!(world.mailbox.sent_to(VICTIM).len(), 10);
}

#[tokio::test]
async fn invitations_of_a_stranger_keep_nobody_from_inviting() {
    let world = World::new();
    let stranger = world.owner("eve@example.com").await;
    for spelling in ["victim@example.com", "victim+a@example.com", "victim+b@example.com"] {
        assert!(is_mailed(&invite(&world, &stranger, spelling).await));
    }
    let owner = world.owner(ANN).await;
    let invited = invite(&world, &owner, VICTIM).await;
    assert!(!is_mailed(&invited));
    let list = owner.get(&world, "/invitations").await.expect(200);
    assert_eq!(list["invitations"][0]["is_mailed"], false);
    // Who is invited finds it all the same.
    let token = world.sign_up(VICTIM).await;
    let received = world.get("/api/v1/invitations").bearer(&token).send().await.expect(200);
    let received = received["invitations"].as_array().unwrap().clone();
    let own = received
        .iter()
        .find(|it| it["id"] == invited.expect(201)["id"])
        .unwrap();
    let accept = format!("/api/v1/invitations/{}/accept", own["id"].as_str().unwrap());
    world.post(&accept, json!({})).bearer(&token).send().await.expect(200);
    // What was not mailed uses up no mails of the address.
    world.clock.advance(HOUR);
    let owner = world.owner("bob@example.com").await;
    assert!(is_mailed(&invite(&world, &owner, "victim+c@example.com").await));
}

#[tokio::test]
async fn invitations_that_come_together_are_counted_together() {
    let world = World::new();
    let owner = world.owner(ANN).await;
    let to_one = join_all((0..20).map(|_| invite(&world, &owner, VICTIM))).await;
    let invited: Vec<_> = to_one.iter().filter(|it| it.status == 201).collect();
    assert_eq!(invited.len(), 10);
    assert_eq!(invited.iter().filter(|it| is_mailed(it)).count(), 3);
    let other = world.owner("bob@example.com").await;
    let addresses: Vec<_> = (0..20).map(|it| format!("guest{it}@example.com")).collect();
    let to_many = join_all(addresses.iter().map(|it| invite(&world, &other, it))).await;
    assert_eq!(to_many.iter().filter(|it| it.status == 201).count(), 5);
    assert_eq!(
        world
            .sql
            .column("SELECT id FROM mail_ledger WHERE kind = 'invitation'")
            .len(),
        15
    );
}

#[tokio::test]
async fn a_new_account_has_five_open_invitations_and_ten_a_day() {
    let world = World::new();
    let owner = world.owner(ANN).await;
    let other = another(&world, &owner).await;
    for number in 0..5 {
        let workspace = if number % 2 == 0 { &owner } else { &other };
        invite(&world, workspace, &format!("guest{number}@example.com"))
            .await
            .expect(201);
    }
    let refusal = invite(&world, &other, VICTIM).await;
    assert_eq!(refusal.refusal(), rate_limited());
    assert!(refusal.text().contains("open"), "{}", refusal.text());
    // Inviting again takes the place of what is open.
    invite(&world, &owner, "guest0@example.com").await.expect(201);
    world.sql.execute("DELETE FROM invitations", &[]);
    for number in 10..14 {
        invite(&world, &owner, &format!("guest{number}@example.com"))
            .await
            .expect(201);
    }
    world.sql.execute("DELETE FROM invitations", &[]);
    let refusal = invite(&world, &owner, VICTIM).await;
    assert_eq!(refusal.refusal(), rate_limited());
    assert!((HOUR / 1_000..=DAY / 1_000).contains(&seconds(&refusal)));
}

#[tokio::test]
async fn an_account_with_a_colleague_invites_more_after_a_day() {
    let world = World::new();
    let owner = world.owner(ANN).await;
    world.join(&owner, "bob@example.com", "VIEWER").await;
    let status = async |owner: &Owner, from: usize, count: usize| {
        let mut last = 0;
        for number in from..from + count {
            last = invite(&world, owner, &format!("guest{number}@example.com"))
                .await
                .status;
        }
        last
    };
    assert_eq!(status(&owner, 0, 6).await, 429);
    world.clock.advance(DAY);
    let owner = again(&world, &owner, ANN).await;
    assert_eq!(status(&owner, 10, 15).await, 201);
    assert_eq!(status(&owner, 30, 1).await, 429);
    world.set_plan(&owner, "STARTER").await;
    assert_eq!(status(&owner, 40, 50).await, 201);
}

#[tokio::test]
async fn deleting_a_workspace_gives_no_mails_back() {
    let world = World::new();
    let owner = world.owner(ANN).await;
    let other = another(&world, &owner).await;
    for _ in 0..3 {
        invite(&world, &other, VICTIM).await.expect(201);
    }
    other.delete(&world, "").await.expect(200);
    assert!(!is_mailed(&invite(&world, &owner, VICTIM).await));
}

#[tokio::test]
async fn a_workspace_sends_as_many_mails_a_day_as_its_plan_has() {
    let world = World::new();
    let owner = world.owner(ANN).await;
    let fill = |count: usize| {
        for number in 0..count {
            let sql =
                "INSERT INTO mail_ledger (id, recipient, kind, workspace_id, created_at) VALUES (?1, ?1, 'x', ?2, ?3)";
            let now = edge_core::ports::Clock::now(&*world.clock).0;
            world
                .sql
                .execute(sql, &[&format!("x{count}-{number}"), &owner.workspace, &now]);
        }
    };
    fill(49);
    invite(&world, &owner, "guest1@example.com").await.expect(201);
    let refusal = invite(&world, &owner, "guest2@example.com").await;
    assert_eq!(refusal.refusal(), rate_limited());
    assert!(refusal.text().contains("workspace"), "{}", refusal.text());
    world.set_plan(&owner, "STARTER").await;
    invite(&world, &owner, "guest2@example.com").await.expect(201);
}

#[tokio::test]
async fn an_escalation_is_replied_to_by_mail_once_an_hour() {
    let world = World::new();
    let owner = world.owner(ANN).await;
    let path = raised(&world, &owner, VICTIM).await;
    world.confirm_replies(&owner, &path, VICTIM).await;
    let before = world.mailbox.sent_to(VICTIM).len();
    world.clock.advance(30 * MINUTE);
    let refusal = reply(&world, &owner, &path, "Once more.").await;
    assert_eq!(refusal.refusal(), rate_limited());
    assert!((1_700..=1_800).contains(&seconds(&refusal)), "{}", seconds(&refusal));
    let kept: Value = owner.get(&world, &path).await.expect(200);
    assert_eq!(kept["reply"], "We look into it.");
    world.clock.advance(30 * MINUTE);
    reply(&world, &owner, &path, "Once more.").await.expect(200);
    world.drain(&owner).await;
    let mails = world.mailbox.sent_to(VICTIM);
    assert_eq!(mails.len(), before + 1);
    assert!(mails.last().unwrap().text.starts_with("Once more."));
}

#[tokio::test]
async fn what_was_counted_is_forgotten_after_a_day() {
    let world = World::new();
    let owner = world.owner(ANN).await;
    invite(&world, &owner, VICTIM).await.expect(201);
    edge_core::retention::tidy(&world.app).await.unwrap();
    assert!(!world.sql.column("SELECT id FROM mail_ledger").is_empty());
    world.clock.advance(DAY);
    edge_core::retention::tidy(&world.app).await.unwrap();
    assert_eq!(world.sql.column("SELECT id FROM mail_ledger").len(), 0);
}
