//! Crawls that are cut off, ended early, or of another workspace.
use crate::harness::TestApp;
use crate::harness::site::{SITE, page};
use edge_model::time::{MINUTE, TimeDelta};
use serde_json::json;
use std::collections::BTreeMap;

fn build(app: &TestApp) {
    let site = &app.receiver.site;
    site.has("/", page("home", &["/a", "/b", "/moved"]));
    site.has("/a", page("apples", &["/c"]));
    site.has("/b", page("bananas", &["/a", "/c"]));
    site.has("/c", page("cherries", &[]));
    site.has("/moved", crate::harness::site::Reply::to("/c"));
}

#[tokio::test]
async fn a_crawl_that_is_cut_off_anywhere_goes_on_where_it_was() {
    let points = [
        "INSERT INTO crawl_hosts",
        "UPDATE sources SET kind",
        "INSERT INTO documents",
        "INSERT INTO crawl_pages",
        "UPDATE crawl_pages SET state",
        "state = 'skipped', reason",
        "missing = missing + 1",
        "index_snapshots",
    ];
    for point in points {
        for nth in 0..3 {
            let app = TestApp::new();
            build(&app);
            let owner = app.owner("ann@example.com").await;
            let source = owner.crawl(&app, json!({})).await;
            for _ in 0..nth {
                let _ = owner.steps(&app, &source).await;
                app.clock.advance(1_100);
            }
            app.sql.fail_next(point);
            let _ = owner.steps(&app, &source).await;
            let workspace = edge_model::WorkspaceId::new(owner.workspace.as_str());
            let _ = edge_core::workers::drain(&app.inner, &workspace, TimeDelta::minutes(1)).await;
            app.clock.advance(2 * MINUTE);
            let shown = owner.finish(&app, &source).await;
            app.clock.advance(2 * MINUTE);
            app.drain(&owner).await;
            assert_eq!(shown["status"], "COMPLETED", "{point} {nth}");
            assert_eq!(owner.known_pages(&app).await, ["/", "/a", "/b", "/c"], "{point} {nth}");
            let states = app.sql.column("SELECT status FROM documents");
            assert_eq!(states, ["COMPLETED"; 4], "{point} {nth}");
            // At most the one that was under way is asked for twice.
            let mut times = BTreeMap::new();
            app.receiver
                .site
                .take()
                .into_iter()
                .for_each(|it| *times.entry(it).or_insert(0) += 1);
            assert!(
                times.values().filter(|it| **it > 1).count() <= 1,
                "{point} {nth}: {times:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_accepted_crawl_has_its_rows_and_its_worker_is_woken() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    app.wakes.take_sources();
    owner.crawl(&app, json!({})).await;
    assert_eq!(app.wakes.take_sources().len(), 2);
    edge_core::workers::sweep(&app.inner).await.unwrap();
    assert_eq!(app.wakes.take_sources().len(), 1);
}

#[tokio::test]
async fn a_crawl_can_be_ended_early_and_keeps_what_it_has() {
    let app = TestApp::new();
    build(&app);
    let owner = app.owner("ann@example.com").await;
    let source = owner.crawl(&app, json!({})).await;
    for _ in 0..4 {
        owner.steps(&app, &source).await.unwrap();
        app.clock.advance(1_100);
    }
    let known = owner.known_pages(&app).await.len();
    assert!((1..4).contains(&known), "{known}");
    let path = format!("/documents/{source}");
    for _ in 0..2 {
        owner.post(&app, &format!("{path}/cancel"), json!({})).await.expect(200);
    }
    app.receiver.site.take();
    app.clock.advance(MINUTE);
    assert_eq!(owner.steps(&app, &source).await.unwrap(), None);
    assert_eq!(app.receiver.site.take(), Vec::<String>::new());
    let shown = owner.document(&app, &source).await;
    assert_eq!(
        (&shown["status"], &shown["progress"]["stage"]),
        (&json!("COMPLETED"), &json!("cancelled"))
    );
    assert_eq!(owner.known_pages(&app).await.len(), known);
    owner
        .post(&app, &format!("{path}/reprocess"), json!({}))
        .await
        .expect(202);
    owner.finish(&app, &source).await;
    assert_eq!(owner.known_pages(&app).await.len(), 4);
}

#[tokio::test]
async fn a_source_that_is_deleted_while_it_is_crawled_leaves_nothing() {
    let app = TestApp::new();
    build(&app);
    let owner = app.owner("ann@example.com").await;
    let collection = owner.collection(&app, "Site").await;
    let source = owner.crawl(&app, json!({ "collection_id": collection })).await;
    for _ in 0..4 {
        owner.steps(&app, &source).await.unwrap();
        app.clock.advance(1_100);
    }
    owner
        .delete(&app, &format!("/collections/{collection}"))
        .await
        .expect(200);
    assert_eq!(owner.steps(&app, &source).await.unwrap(), None);
    for table in ["sources", "crawl_pages", "documents"] {
        assert_eq!(app.sql.column(&format!("SELECT 1 FROM {table}")).len(), 0, "{table}");
    }
}

#[tokio::test]
async fn another_tenants_site_is_not_found() {
    let app = TestApp::new();
    build(&app);
    let ann = app.owner("ann@example.com").await;
    let bob = app.owner("bob@example.com").await;
    let source = ann.crawl(&app, json!({})).await;
    ann.finish(&app, &source).await;
    let bob = bob.again(&app, "bob@example.com").await;
    let anns = app.default_collection(&ann.again(&app, "ann@example.com").await).await;
    let nobodys = "src_0000000000000000000000";
    for (method, rest, body) in [
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "/reprocess", Some(json!({}))),
        ("GET", "/pages", None),
        ("POST", "/cancel", Some(json!({}))),
        ("PATCH", "/crawl", Some(json!({ "max_pages": 5 }))),
    ] {
        let mut texts = vec![];
        for id in [source.as_str(), nobodys] {
            let call = bob.call(&app, method.parse().unwrap(), &format!("/documents/{id}{rest}"));
            let answer = match &body {
                Some(body) => call.json(body),
                None => call,
            }
            .send()
            .await;
            assert_eq!(answer.status, 404, "{method} {rest}");
            texts.push(answer.text());
        }
        assert_eq!(texts[0], texts[1], "{method} {rest}");
    }
    let body = json!({ "url": format!("{SITE}/"), "collection_id": anns });
    assert_eq!(bob.post(&app, "/documents/url", body).await.status, 404);
    assert_eq!(app.sql.column("SELECT 1 FROM sources").len(), 1);
}

#[tokio::test]
async fn who_may_only_look_crawls_nothing() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let source = owner.crawl(&app, json!({})).await;
    let collection = app.default_collection(&owner).await;
    let viewer = app.join(&owner, "eve@example.com", "VIEWER").await;
    let body = json!({ "url": format!("{SITE}/x"), "collection_id": collection });
    assert_eq!(viewer.post(&app, "/documents/url", body).await.status, 403);
    let path = format!("/documents/{source}");
    assert_eq!(
        viewer.post(&app, &format!("{path}/cancel"), json!({})).await.status,
        403
    );
    assert_eq!(
        viewer.post(&app, &format!("{path}/reprocess"), json!({})).await.status,
        403
    );
    assert_eq!(
        viewer.patch(&app, &format!("{path}/crawl"), json!({})).await.status,
        403
    );
    assert_eq!(viewer.delete(&app, &path).await.status, 403);
    viewer.get(&app, &format!("{path}/pages")).await.expect(200);
}
