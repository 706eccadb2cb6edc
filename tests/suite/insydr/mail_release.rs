//! What leaves once an address has confirmed, and what holds for every spelling of a mailbox.
use super::mail_consent::{ANN, JO, Site, TEXT, press};
use crate::harness::TestApp;
use edge_model::time::HOUR;
use serde_json::{Value, json};

#[tokio::test]
async fn waiting_replies_go_out_a_few_at_a_time() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let mut paths = vec![];
    for number in 0..12 {
        app.clock.advance(1_000);
        let path = site.raised(&app, &format!("s{number}")).await;
        site.reply(&app, &path).await.expect(200);
        paths.push(path);
    }
    app.drain(&site.owner).await;
    press(&app, &app.mailbox.link_for(JO, "confirm"), "").await;
    let mut sent = vec![];
    for (hours, count) in [(0, 3), (1, 6), (2, 9), (3, 10), (10, 10), (24, 12)] {
        while sent.len() < hours {
            app.clock.advance(HOUR);
            app.drain(&site.owner).await;
            sent.push(hours);
        }
        app.drain(&site.owner).await;
        let replies = app.mailbox.sent_to(JO).len() - 1;
        assert_eq!(replies, count, "after {hours} hours");
        if hours == 0 {
            let statuses = [site.status(&app, &paths[11]).await, site.status(&app, &paths[0]).await];
            assert_eq!(statuses, ["SENT", "QUEUED"], "the newest first");
        }
    }
    let open = "SELECT id FROM escalations WHERE reply_status <> 'sent'";
    assert_eq!(app.sql.column(open).len(), 0);
}

#[tokio::test]
async fn more_waiting_replies_than_one_batch_has_all_leave_in_time() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    let path = site.raised(&app, "s").await;
    site.reply(&app, &path).await.expect(200);
    app.drain(&site.owner).await;
    let columns = app
        .sql
        .column("SELECT group_concat(name) FROM pragma_table_info('escalations') WHERE name <> 'id'");
    let columns = &columns[0];
    app.sql.execute(
        &format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
             INSERT INTO escalations (id, {columns}) SELECT 'esc_' || i, {columns} FROM escalations JOIN n"
        ),
        &[],
    );
    press(&app, &app.mailbox.link_for(JO, "confirm"), "").await;
    for _ in 0..24 * 9 {
        app.drain(&site.owner).await;
        app.clock.advance(HOUR);
    }
    let open = "SELECT id FROM escalations WHERE reply_status <> 'sent'";
    assert_eq!(app.sql.column(open).len(), 0);
    assert_eq!(app.mailbox.sent_to(JO).len(), 62);
}

#[tokio::test]
async fn a_confirmation_releases_what_waits_for_other_spellings() {
    let app = TestApp::new();
    let site = Site::new(&app).await;
    for (session, email) in [("s", "jo@gmail.com"), ("t", "j.o+shop@gmail.com")] {
        let body = json!({ "agent_id": site.agent, "session_id": session, "email": email, "message": "Where is it?" });
        let call = app.post("/api/v1/widget/escalate", body).widget(&site.key);
        let id = call.send().await.expect(201)["escalation_id"]
            .as_str()
            .unwrap()
            .to_owned();
        site.reply(&app, &format!("/escalations/{id}")).await.expect(200);
    }
    app.drain(&site.owner).await;
    press(&app, &app.mailbox.link_for("jo@gmail.com", "confirm"), "").await;
    app.drain(&site.owner).await;
    let last = |email: &str| app.mailbox.sent_to(email).last().unwrap().text.clone();
    assert!(last("jo@gmail.com").starts_with(TEXT));
    assert!(
        last("j.o+shop@gmail.com").starts_with(TEXT),
        "to the address as it was written"
    );
}

#[tokio::test]
async fn no_mail_holds_for_every_spelling_of_a_mailbox() {
    let app = TestApp::new();
    let owner = app.owner(ANN).await;
    let invite = async |email: &str| -> Value {
        let body = json!({ "email": email, "role": "VIEWER" });
        owner.post(&app, "/invitations", body).await.expect(201)["is_mailed"].clone()
    };
    assert_eq!(invite("jo+a@example.com").await, true);
    app.drain(&owner).await;
    press(&app, &app.mailbox.link_for("jo+a@example.com", "unsubscribe"), "").await;
    assert_eq!(invite("jo+b@example.com").await, false);
    assert_eq!(invite("jo@example.com").await, false);
    // What an earlier version of ours kept for the address as it was written still holds.
    let kept = edge_core::secret::sha256("mail recipient:eve+a@example.com");
    let sql = "INSERT INTO mail_unsubscribes (recipient, created_at) VALUES (?1, 1)";
    app.sql.execute(sql, &[&&kept[..32]]);
    assert_eq!(invite("eve+a@example.com").await, false);
}
