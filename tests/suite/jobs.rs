//! Background work: written with its cause, done at least once, put off, set aside.
use crate::harness::TestApp;
use crate::harness::receiver::HOOK;
use edge_model::time::{DAY, MINUTE, SECOND, TimeDelta};
use serde_json::json;

const PAGE: &str = "# Opening hours\n\nThe shop is open from nine in the morning to five in the afternoon.\n";

async fn status(app: &TestApp, owner: &crate::harness::Owner, id: &str) -> (String, String) {
    let document = app
        .get(&owner.path(&format!("/documents/{id}")))
        .bearer(&owner.token)
        .send()
        .await
        .expect(200);
    (
        document["status"].as_str().unwrap().to_owned(),
        document["progress"]["stage"].as_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn an_acknowledged_upload_leaves_a_job_and_a_woken_worker() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.wakes.take();
    let document = app.upload(&owner, "hours.md", PAGE).await;
    assert_eq!(app.sql.column("SELECT task FROM jobs").len(), 1);
    // Woken before the job is written, so that a crash in between loses nothing, and after it, so that it is quick; and
    // once before, for the order that erases the bytes if no document comes to name them.
    assert_eq!(app.wakes.take().len(), 3);
    let id = document["id"].as_str().unwrap();
    assert_eq!(status(&app, &owner, id).await, ("PROCESSING".into(), "queued".into()));
    assert_eq!(app.drain(&owner).await, None);
    assert_eq!(status(&app, &owner, id).await, ("COMPLETED".into(), "done".into()));
    assert_eq!(app.sql.column("SELECT id FROM jobs").len(), 0);
}

#[tokio::test]
async fn a_failed_upload_leaves_nothing() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let collection = app.default_collection(&owner).await;
    app.sql.fail_next("INSERT INTO documents");
    let answer = app
        .call(http::Method::POST, &owner.path("/documents"))
        .bearer(&owner.token)
        .form(&[
            ("collection_id", None, collection.as_bytes()),
            ("file", Some("a.md"), PAGE.as_bytes()),
        ])
        .send()
        .await;
    assert_eq!(answer.refusal(), (500, "INTERNAL".into(), None));
    // But the order to erase its bytes, which were kept before.
    app.clock.advance(5 * MINUTE);
    app.drain(&owner).await;
    assert!(app.blobs.keys().iter().all(|it| !it.starts_with("upload/")));
    for table in ["documents", "document_versions", "jobs"] {
        assert_eq!(app.sql.column(&format!("SELECT 1 FROM {table}")).len(), 0, "{table}");
    }
}

#[tokio::test]
async fn work_that_was_interrupted_anywhere_is_done_by_the_next() {
    for point in ["stage = ?4", "index_snapshots", "DELETE FROM jobs"] {
        let app = TestApp::new();
        let owner = app.owner("ann@example.com").await;
        let document = app.upload(&owner, "hours.md", PAGE).await;
        app.sql.fail_next(point);
        // Where the end of the job itself fails the drain reports it; its lease runs out.
        let workspace = edge_model::WorkspaceId::new(owner.workspace.as_str());
        let _ = edge_core::workers::drain(&app.inner, &workspace, TimeDelta::minutes(1)).await;
        app.clock.advance(2 * MINUTE);
        assert_eq!(app.drain(&owner).await, None, "{point}");
        let id = document["id"].as_str().unwrap();
        assert_eq!(status(&app, &owner, id).await.0, "COMPLETED", "{point}");
        let segments = app
            .sql
            .column("SELECT json_array_length(manifest, '$.segments') FROM index_snapshots");
        assert_eq!(segments, ["1"], "{point}: done twice is done once");
    }
}

#[tokio::test]
async fn a_failing_job_is_retried_with_backoff_and_then_parked() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let poison = app.upload(&owner, "poison.md", PAGE).await;
    let lost = app.blobs.lose_all();
    let healthy = app
        .upload(
            &owner,
            "healthy.md",
            "# Parking\n\nThere is a car park behind the shop.",
        )
        .await;
    for delay in [2 * SECOND, 10 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE] {
        let next = app.drain(&owner).await.expect("it is tried again").0;
        let now = edge_core::ports::Clock::now(&*app.clock).0;
        assert!((next - now - delay).abs() < 1_000, "{} is about {delay}", next - now);
        app.clock.advance(delay + 1_000);
    }
    assert_eq!(app.drain(&owner).await, None);
    let reasons = app
        .sql
        .column("SELECT last_error FROM jobs WHERE parked_at IS NOT NULL");
    assert!(
        reasons.len() == 1 && reasons[0].starts_with("process_document: blob"),
        "{reasons:?}"
    );
    let id = poison["id"].as_str().unwrap();
    assert_eq!(status(&app, &owner, id).await.0, "FAILED");
    assert_eq!(
        status(&app, &owner, healthy["id"].as_str().unwrap()).await.0,
        "COMPLETED"
    );
    app.blobs.restore(lost);
    owner
        .post(&app, &format!("/documents/{id}/reprocess"), json!({}))
        .await
        .expect(202);
    app.drain(&owner).await;
    assert_eq!(status(&app, &owner, id).await.0, "COMPLETED");
}

#[tokio::test]
async fn what_is_deleted_while_it_is_worked_on_does_not_come_back() {
    // As the job reads what the index was, and as it replaces it.
    for point in ["SELECT * FROM index_snapshots", "INTO index_snapshots"] {
        let app = TestApp::new();
        let owner = app.owner("ann@example.com").await;
        app.upload(
            &owner,
            "parking.md",
            "# Parking\n\nThere is a car park behind the shop.",
        )
        .await;
        app.drain(&owner).await;
        let document = app.upload(&owner, "hours.md", PAGE).await;
        let path = format!("/documents/{}", document["id"].as_str().unwrap());
        let deletion = async {
            owner.delete(&app, &path).await.expect(200);
        };
        tokio::join!(app.drain(&owner), app.sql.hold_next(point, deletion));
        app.drain(&owner).await;
        let agent = app
            .published_agent(&owner, json!({ "response_config": { "confidence_threshold": 0.0 } }))
            .await;
        let said = owner.test(&app, &agent, "When does the shop open?").await;
        assert!(
            !said["response"].as_str().unwrap().contains("nine in the morning"),
            "{point}: {said}"
        );
    }
}

#[tokio::test]
async fn a_file_that_is_deleted_and_given_again_at_once_is_kept() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let first = app.upload(&owner, "hours.md", PAGE).await;
    app.drain(&owner).await;
    let path = format!("/documents/{}", first["id"].as_str().unwrap());
    owner.delete(&app, &path).await.expect(200);
    // The bytes are there, and no row names them yet.
    let erasure = async {
        app.drain(&owner).await;
    };
    let (again, ()) = tokio::join!(
        app.upload(&owner, "hours.md", PAGE),
        app.sql.hold_next("INSERT INTO documents", erasure)
    );
    app.drain(&owner).await;
    app.clock.advance(2 * MINUTE);
    app.drain(&owner).await;
    let id = again["id"].as_str().unwrap();
    assert_eq!(status(&app, &owner, id).await.0, "COMPLETED");
    let uploads = || app.blobs.keys().iter().filter(|it| it.starts_with("upload/")).count();
    assert_eq!(uploads(), 1);
}

#[tokio::test]
async fn an_old_order_to_erase_spares_an_upload_under_way() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    // Refused after its bytes were kept, so that the order to erase them stays.
    let collection = app.default_collection(&owner).await;
    let form = [
        ("collection_id", None, collection.as_bytes()),
        ("file", Some("hours.md"), PAGE.as_bytes()),
    ];
    app.sql.fail_next("INSERT INTO documents");
    let refused = owner
        .call(&app, http::Method::POST, "/documents")
        .form(&form)
        .send()
        .await;
    assert_eq!(refused.status, 500);
    app.clock.advance(5 * MINUTE);
    let erasure = async {
        app.drain(&owner).await;
    };
    let (again, ()) = tokio::join!(
        app.upload(&owner, "hours.md", PAGE),
        app.sql.hold_next("INSERT INTO documents", erasure)
    );
    app.drain(&owner).await;
    let id = again["id"].as_str().unwrap();
    assert_eq!(status(&app, &owner, id).await.0, "COMPLETED");
}

#[tokio::test]
async fn many_files_are_erased_some_at_a_time() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = app.upload(&owner, "hours.md", PAGE).await;
    app.drain(&owner).await;
    let id = document["id"].as_str().unwrap();
    let more = "WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < 250)
        INSERT INTO document_versions (document_id, workspace_id, version, content_hash, created_at)
        SELECT ?1, ?2, n, 'hash' || n, 0 FROM n";
    app.sql.execute(more, &[&id, &owner.workspace]);
    for number in 2..=250 {
        let key = format!("upload/{}/hash{number}", owner.workspace);
        edge_core::ports::Blobs::put(&*app.blobs, &key, b"old").await.unwrap();
    }
    let path = format!("/documents/{id}");
    owner.delete(&app, &path).await.expect(200);
    // An invocation may ask for so much and no more: what takes longer than one has to get further with each.
    let sizes = "SELECT json_array_length(task, '$.keys') FROM jobs ORDER BY 1";
    assert_eq!(app.sql.column(sizes), ["50", "100", "100"]);
    app.clock.advance(2 * MINUTE);
    app.drain(&owner).await;
    assert_eq!(
        app.blobs.keys().iter().filter(|it| it.starts_with("upload/")).count(),
        0
    );
}

#[tokio::test]
async fn a_sweep_wakes_workers_that_have_work() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.upload(&owner, "hours.md", PAGE).await;
    app.wakes.take();
    edge_core::workers::sweep(&app.inner).await.unwrap();
    assert_eq!(
        app.wakes
            .take()
            .iter()
            .map(|it| it.as_str().to_owned())
            .collect::<Vec<_>>(),
        [owner.workspace]
    );
}

#[tokio::test]
async fn compaction_merges_small_segments_and_drops_deleted_ones() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let mut ids = vec![];
    for number in 0..12 {
        let text = format!("# Room {number}\n\nRoom {number} has the telephone number 555-{number:04}.");
        ids.push(
            app.upload(&owner, &format!("room-{number}.md"), &text).await["id"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    app.drain(&owner).await;
    owner.delete(&app, &format!("/documents/{}", ids[3])).await.expect(200);
    app.drain(&owner).await;
    app.clock.advance(11 * MINUTE);
    app.drain(&owner).await;
    let segments: usize = app
        .sql
        .column("SELECT json_array_length(manifest, '$.segments') FROM index_snapshots")[0]
        .parse()
        .unwrap();
    assert!(segments < 8, "{segments}");
    let blobs = app.blobs.keys();
    assert_eq!(
        blobs.iter().filter(|it| it.starts_with("index/")).count(),
        segments,
        "replaced segments are erased"
    );
    assert_eq!(
        blobs.iter().filter(|it| it.starts_with("upload/")).count(),
        11,
        "the deleted upload is erased"
    );
    let agent = app
        .published_agent(&owner, json!({ "response_config": { "confidence_threshold": 0.0 } }))
        .await;
    let ask = |number: u32| {
        let body = json!({ "message": format!("What is the telephone number of room {number}?") });
        app.post(&owner.path(&format!("/agents/{agent}/test")), body)
            .bearer(&owner.token)
            .send()
    };
    for number in [0, 7, 11] {
        let answer = ask(number).await.expect(200);
        assert!(
            answer["response"]
                .as_str()
                .unwrap()
                .contains(&format!("555-{number:04}")),
            "{answer}"
        );
    }
    assert!(!ask(3).await.text().contains("555-0003"));
}

#[tokio::test]
async fn a_full_workspace_has_room_again_after_a_deletion() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let first = app.upload(&owner, "hours.md", PAGE).await;
    app.drain(&owner).await;
    // As if the first document were a very long one, of 17 segments of 3 MiB.
    let grow = "UPDATE index_snapshots SET manifest = json_set(manifest, '$.segments', json((
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 17)
            SELECT json_group_array(json(json_set(json_extract(manifest, '$.segments[0]'), '$.size', 3145728 + 0 * n)))
            FROM numbers)))";
    assert_eq!(app.sql.execute(grow, &[]), 1);
    let parking = "# Parking\n\nThere is a car park behind the shop.";
    let second = app.upload(&owner, "parking.md", parking).await;
    app.drain(&owner).await;
    let id = second["id"].as_str().unwrap();
    let document = app
        .get(&owner.path(&format!("/documents/{id}")))
        .bearer(&owner.token)
        .send()
        .await
        .expect(200);
    assert_eq!(document["status"], "FAILED");
    let reason = document["progress"]["error"].as_str().unwrap();
    assert!(reason.starts_with("the workspace is full"), "{reason}");
    let first = first["id"].as_str().unwrap();
    owner.delete(&app, &format!("/documents/{first}")).await.expect(200);
    app.drain(&owner).await;
    let left = "SELECT manifest FROM index_snapshots";
    assert_eq!(app.sql.column(left), [r#"{"segments":[],"deleted":{}}"#]);
    owner
        .post(&app, &format!("/documents/{id}/reprocess"), json!({}))
        .await
        .expect(202);
    app.drain(&owner).await;
    assert_eq!(status(&app, &owner, id).await.0, "COMPLETED");
}

#[tokio::test]
async fn large_segments_get_a_graph_where_it_is_configured() {
    let app = TestApp::with_settings(&[("GRAPH_FROM", "20")]);
    let owner = app.owner("ann@example.com").await;
    let rooms: String = (0..30)
        .map(|number| {
            format!("# Room {number}\n\nRoom {number} has the telephone number 555-{number:04}. Its key hangs at the porter's.\n\n")
        })
        .collect();
    app.upload(&owner, "rooms.md", &rooms).await;
    app.upload(&owner, "hours.md", PAGE).await;
    app.drain(&owner).await;
    let linked = "SELECT json_group_array(json_extract(value, '$.linked') = json_extract(value, '$.chunks')) \
        FROM index_snapshots, json_each(manifest, '$.segments')";
    assert_eq!(app.sql.column(linked), ["[1]"], "every passage is linked");
    let agent = app
        .published_agent(&owner, json!({ "response_config": { "confidence_threshold": 0.0 } }))
        .await;
    for (question, answer) in [
        ("What is the telephone number of room 17?", "555-0017"),
        ("When does the shop open?", "nine in the morning"),
    ] {
        let said = owner.test(&app, &agent, question).await;
        assert!(said["response"].as_str().unwrap().contains(answer), "{said}");
    }
}

#[tokio::test]
async fn a_worker_that_cannot_be_woken_keeps_no_other_from_it() {
    let app = TestApp::new();
    let (ann, bob) = (app.owner("ann@example.com").await, app.owner("bob@example.com").await);
    app.upload(&ann, "hours.md", PAGE).await;
    app.clock.advance(SECOND);
    app.upload(&bob, "hours.md", PAGE).await;
    bob.crawl(&app, json!({})).await;
    let (webhook, _) = bob.webhook(&app, HOOK, &["LEAD_CAPTURED"]).await;
    bob.test_event(&app, &webhook).await;
    app.wakes.take();
    app.wakes.take_sources();
    app.wakes.take_endpoints();
    app.wakes.fail_for(&ann.workspace);
    assert!(edge_core::workers::sweep(&app.inner).await.is_err());
    let woken: Vec<String> = app.wakes.take().iter().map(ToString::to_string).collect();
    assert!(woken.contains(&bob.workspace), "{woken:?}");
    assert_eq!(
        (app.wakes.take_sources().len(), app.wakes.take_endpoints().len()),
        (1, 1)
    );
}

#[tokio::test]
async fn what_is_not_needed_any_more_goes_after_a_month() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let now = edge_core::ports::Clock::now(&*app.clock).0;
    let month = 30 * DAY;
    let park = "INSERT INTO jobs (id, workspace_id, task, run_at, parked_at, last_error, created_at)
        VALUES (?1, ?2, ?3, 0, ?4, 'why', 0)";
    let mail = r#"{"task":"send_mail","to":"eve@example.com","letter":{"letter":"known_address"}}"#;
    let erase = r#"{"task":"erase_workspace","is_last":true}"#;
    let compact = r#"{"task":"compact_index"}"#;
    for (id, task, parked_at) in [
        ("old", compact, now - month - 1),
        ("new", compact, now - month + MINUTE),
        ("old mail", mail, now - 3 * DAY - 1),
        ("new mail", mail, now - 3 * DAY + MINUTE),
        ("erase", erase, now - 2 * month),
    ] {
        app.sql.execute(park, &[&id, &owner.workspace, &task, &parked_at]);
    }
    let host = "INSERT INTO crawl_hosts (origin, rules, robots_at, next_at) VALUES (?1, '{}', 0, ?2)";
    for (origin, next_at) in [
        ("https://old.example", now - month - 1),
        ("https://new.example", now - month + MINUTE),
    ] {
        app.sql.execute(host, &[&origin, &next_at]);
    }
    edge_core::workers::sweep(&app.inner).await.unwrap();
    // This row is the only note of what is still to be erased.
    let left = app.sql.column("SELECT id FROM jobs ORDER BY id");
    assert_eq!(left, ["erase", "new", "new mail"]);
    assert_eq!(
        app.sql.column("SELECT origin FROM crawl_hosts"),
        ["https://new.example"]
    );
}

#[tokio::test]
async fn of_what_is_ordered_again_while_set_aside_one_is_kept() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let order = |id: &str| {
        let insert = "INSERT INTO jobs (id, workspace_id, task, run_at, created_at)
            VALUES (?1, ?2, '{\"task\":\"compact_index\"}', 0, 0)";
        app.sql.execute(insert, &[&id, &owner.workspace]);
    };
    order("job_1");
    crate::traps::crash_at(&app, "index_snapshots", async || {
        let _ = app.drain(&owner).await;
    })
    .await;
    for id in ["job_2", "job_3", "job_4"] {
        order(id);
        app.drain(&owner).await;
    }
    let left = app.sql.column("SELECT id || ': ' || last_error FROM jobs");
    assert_eq!(
        left,
        ["job_4: compact_index: it crashed 3 times while nothing else ran"]
    );
}
