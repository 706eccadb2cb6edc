//! Uploads that will not do, and how they are refused.
use crate::harness::request::Answer;
use crate::harness::{Owner, TestApp};
use http::Method;
use serde_json::json;

const MIB: usize = 1024 * 1024;

type Field<'a> = (&'a str, Option<&'a str>, &'a [u8]);

async fn post(app: &TestApp, owner: &Owner, fields: &[Field<'_>]) -> Answer {
    owner.call(app, Method::POST, "/documents").form(fields).send().await
}

async fn file(app: &TestApp, owner: &Owner, name: &str, bytes: &[u8]) -> Answer {
    let collection = app.default_collection(owner).await;
    owner.send_file(app, &collection, name, bytes).await
}

fn refused(status: u16, code: &str, field: Option<&str>) -> (u16, String, Option<String>) {
    (status, code.into(), field.map(str::to_owned))
}

fn invalid(field: &str) -> (u16, String, Option<String>) {
    refused(400, "VALIDATION_ERROR", Some(field))
}

/// Nothing may have come of a refused upload.
fn assert_nothing_left(app: &TestApp) {
    for table in ["documents", "document_versions", "jobs"] {
        assert_eq!(app.sql.column(&format!("SELECT 1 FROM {table}")).len(), 0, "{table}");
    }
    assert_eq!(app.blobs.keys(), Vec::<String>::new());
}

#[tokio::test]
async fn twenty_mebibytes_are_taken() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let text = "All work and no play.\n".repeat(20 * MIB / 22 + 1);
    let answer = file(&app, &owner, "long.txt", &text.as_bytes()[..20 * MIB])
        .await
        .expect(202);
    let document = owner.document(&app, answer["id"].as_str().unwrap()).await;
    assert_eq!(document["size"], json!(20 * MIB));
}

#[tokio::test]
async fn more_than_twenty_mebibytes_are_refused_naming_the_file() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for size in [20 * MIB + 1, 21 * MIB] {
        let answer = file(&app, &owner, "long.txt", &vec![b'a'; size]).await;
        assert_eq!(
            answer.refusal(),
            refused(413, "PAYLOAD_TOO_LARGE", Some("file")),
            "{size}"
        );
    }
    // Told by the announced length alone.
    let call = owner
        .call(&app, Method::POST, "/documents")
        .form(&[("file", Some("a.txt"), b"text")]);
    let answer = call.header("content-length", &(30 * MIB).to_string()).send().await;
    assert_eq!(answer.refusal(), refused(413, "PAYLOAD_TOO_LARGE", Some("file")));
    assert_nothing_left(&app);
}

#[tokio::test]
async fn an_empty_file_is_unprocessable() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let unprocessable = refused(422, "UNPROCESSABLE_CONTENT", Some("file"));
    for bytes in [b"".as_slice(), b" \n\t\r\n "] {
        let answer = file(&app, &owner, "a.txt", bytes).await;
        assert_eq!(answer.refusal(), unprocessable, "{bytes:?}");
    }
    assert_nothing_left(&app);
}

#[tokio::test]
async fn what_is_no_text_file_is_told_by_its_bytes_whatever_its_name() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let foreign: [&[u8]; 9] = [
        b"{\\rtf1 text}",
        b"text\0text",
        b"PK\x03\x04\x14\x00\x06\x00",
        b"\x7fELF\x02\x01\x01",
        b"MZ\x90\x00\x03",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
        b"GIF89a\x01\0\x01\0",
        b"\x1f\x8b\x08\x00",
    ];
    for bytes in foreign {
        for name in ["a.txt", "a.pdf", "a.html", "a"] {
            let answer = file(&app, &owner, name, bytes).await;
            assert_eq!(
                answer.refusal(),
                refused(415, "UNSUPPORTED_MEDIA_TYPE", Some("file")),
                "{bytes:?}"
            );
        }
        app.clock.advance(edge_model::time::MINUTE);
    }
    assert_nothing_left(&app);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let collection = app.default_collection(&owner).await;
    let given: Field<'_> = ("collection_id", None, collection.as_bytes());
    let content: Field<'_> = ("file", Some("a.txt"), b"text");
    assert_eq!(post(&app, &owner, &[content]).await.refusal(), invalid("collection_id"));
    let blank = [("collection_id", None, b" ".as_slice()), content];
    assert_eq!(post(&app, &owner, &blank).await.refusal(), invalid("collection_id"));
    assert_eq!(post(&app, &owner, &[given]).await.refusal(), invalid("file"));
    let status = post(&app, &owner, &[]).await.status;
    assert_eq!(status, 400);
    let long = "x".repeat(201);
    let titled = [given, ("title", None, long.as_bytes()), content];
    assert_eq!(post(&app, &owner, &titled).await.refusal(), invalid("title"));
    let name = format!("{}.txt", "x".repeat(296));
    assert_eq!(
        post(&app, &owner, &[given, ("file", Some(&name), b"text")])
            .await
            .refusal(),
        invalid("file")
    );
    assert_nothing_left(&app);
}

#[tokio::test]
async fn an_unknown_collection_is_not_found() {
    let app = TestApp::new();
    let (ann, bob) = (app.owner("ann@example.com").await, app.owner("bob@example.com").await);
    let anns = app.default_collection(&ann).await;
    let mut answers = vec![];
    for collection in ["col_0", &anns] {
        let answer = bob.send_file(&app, collection, "a.txt", b"text").await;
        assert_eq!(answer.refusal(), refused(404, "NOT_FOUND", None));
        answers.push(answer.text());
    }
    assert_eq!(answers[0], answers[1]);
    assert_nothing_left(&app);
}

#[tokio::test]
async fn what_is_no_form_is_refused() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let send = |media_type: &'static str, body: &'static str| {
        let call = owner.call(&app, Method::POST, "/documents");
        call.header("content-type", media_type).body(body).send()
    };
    for media_type in [
        "application/json",
        "text/plain",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
    ] {
        let answer = send(media_type, "{}").await;
        assert_eq!(
            answer.refusal(),
            refused(415, "UNSUPPORTED_MEDIA_TYPE", None),
            "{media_type}"
        );
    }
    let answer = owner.call(&app, Method::POST, "/documents").send().await;
    assert_eq!(answer.refusal(), refused(415, "UNSUPPORTED_MEDIA_TYPE", None));
    let form = "multipart/form-data; boundary=BB";
    for broken in [
        "",
        "no form at all",
        "--BB\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\ntext",
        "--BB\r\n\r\n",
    ] {
        assert_eq!(
            send(form, broken).await.refusal(),
            refused(400, "BAD_REQUEST", None),
            "{broken:?}"
        );
    }
    assert_nothing_left(&app);
}

#[tokio::test]
async fn fields_we_do_not_know_are_passed_over() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let collection = app.default_collection(&owner).await;
    let fields: [Field<'_>; 4] = [
        ("status", None, b"COMPLETED"),
        ("file", Some("a.txt"), b"text"),
        ("workspace_id", None, b"ws_0"),
        ("collection_id", None, collection.as_bytes()),
    ];
    let answer = post(&app, &owner, &fields).await.expect(202);
    assert_eq!(answer["status"], json!("PROCESSING"));
    assert_eq!(app.sql.column("SELECT workspace_id FROM documents"), [owner.workspace]);
}
