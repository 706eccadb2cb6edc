//! Files of several kinds and encodings: what of them is answered from, and what is said of those that cannot be read.
use crate::harness::acts::id;
use crate::harness::shape::has;
use crate::harness::{Owner, TestApp};
use serde_json::{Value, json};

async fn upload_and_index(app: &TestApp, owner: &Owner, name: &str, bytes: &[u8]) -> Value {
    let collection = app.default_collection(owner).await;
    let accepted = owner.send_file(app, &collection, name, bytes).await.expect(202);
    app.drain(owner).await;
    owner.document(app, &id(&accepted)).await
}

fn preview(document: &Value) -> String {
    let chunks = document["chunks_preview"].as_array().unwrap();
    chunks
        .iter()
        .map(|it| it["content_preview"].as_str().unwrap())
        .collect()
}

async fn ask(app: &TestApp, owner: &Owner, question: &str) -> Value {
    let body = json!({ "name": "Bot", "response_config": { "confidence_threshold": 0.0 } });
    let agent = owner.agent(app, body).await;
    owner.test(app, &agent, question).await
}

#[tokio::test]
async fn of_a_page_only_what_people_read_is_answered_from() {
    let page = r#"<!DOCTYPE html><html><head><title>Opening hours</title>
        <style>.stylesecret { color: red }</style><script>var scriptsecret = "We are open at midnight";</script></head>
        <body><h1>Opening hours</h1><p>The shop is open from nine to <b>five</b> &amp; on Sundays.</p>
        <script type="application/json">{"jsonsecret": "The shop is open at midnight"}</script>
        <noscript>noscriptsecret</noscript><!-- commentsecret --><template>templatesecret</template>
        </body></html>"#;
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for (name, is_named) in [("page.html", true), ("page", false)] {
        let text = if is_named {
            page.to_owned()
        } else {
            format!("  \n{page}\n")
        };
        let document = upload_and_index(&app, &owner, name, text.as_bytes()).await;
        has(&document, &json!({ "status": "COMPLETED" }));
        let shown = preview(&document);
        assert!(
            shown.contains("open from nine to") && shown.contains("& on Sundays"),
            "{shown}"
        );
        for hidden in ["secret", "midnight", "<p>", "color: red", "var "] {
            assert!(!shown.contains(hidden), "{hidden} in {shown}");
        }
    }
    let answer = ask(&app, &owner, "When is the shop open?").await.to_string();
    assert!(
        answer.contains("nine") && !answer.contains("midnight") && !answer.contains("secret"),
        "{answer}"
    );
}

#[tokio::test]
async fn markdown_keeps_its_headings_as_a_path() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let text = "# Handbook\n\nWelcome to the handbook of our company.\n\n## Travel\n\n### Trains\n\n\
        Train tickets are booked by the front desk, second class.\n\n## Meals\n\nLunch is at noon.\n";
    upload_and_index(&app, &owner, "handbook.md", text.as_bytes()).await;
    let answer = ask(&app, &owner, "Who books train tickets?").await;
    assert!(answer["response"].as_str().unwrap().contains("front desk"), "{answer}");
    let path: Vec<&str> = answer["sources"][0]["heading_path"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(path.ends_with(&["Travel", "Trains"]), "{path:?}");
}

#[tokio::test]
async fn plain_text_is_not_read_as_markup() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let text = "In HTML the <script> element holds programs, and a < b & c are compared.\n";
    let document = upload_and_index(&app, &owner, "notes.txt", text.as_bytes()).await;
    assert!(
        preview(&document).contains("the <script> element holds programs, and a < b & c"),
        "{document}"
    );
}

#[tokio::test]
async fn utf_16_and_a_byte_order_mark_are_understood() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let text = "Das Geschäft ist von neun bis fünf Uhr geöffnet und am Sonntag geschlossen.";
    let little: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let big: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_be_bytes)
        .collect();
    let marked = format!("\u{feff}{text}").into_bytes();
    for (name, bytes) in [("le.txt", little), ("be.txt", big), ("mark.txt", marked)] {
        let document = upload_and_index(&app, &owner, name, &bytes).await;
        has(&document, &json!({ "status": "COMPLETED", "language": "de" }));
        assert_eq!(preview(&document).trim(), text, "{name}");
    }
}

#[tokio::test]
async fn each_row_of_a_table_is_a_passage_with_labels() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let document = upload_and_index(&app, &owner, "prices.csv", b"plan,price\nFree,0\nPro,49 dollars\n").await;
    has(&document, &json!({ "status": "COMPLETED", "chunk_count": 2 }));
    assert_eq!(
        document["chunks_preview"][1]["content_preview"],
        "plan: Pro\nprice: 49 dollars"
    );
    let answer = ask(&app, &owner, "What is the price of Pro?").await;
    assert!(answer["response"].as_str().unwrap().contains("49"), "{answer}");
}

#[tokio::test]
async fn a_document_that_failed_says_why_and_may_be_sent_again() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let page = b"<html><head><script>var a = 1;</script></head><body> <p></p> </body></html>";
    let document = upload_and_index(&app, &owner, "empty.html", page).await;
    let failed = json!({
        "status": "FAILED", "chunk_count": 0, "chunks_preview": [], "progress": { "stage": "failed", "error": "<text>" }
    });
    has(&document, &failed);
    assert!(
        document["progress"]["error"].as_str().unwrap().contains("no text"),
        "{document}"
    );
    let list = owner.get(&app, "/documents?status=FAILED").await.expect(200);
    has(
        &list,
        &json!({ "documents": [{ "id": document["id"], "status": "FAILED", "progress": failed["progress"] }] }),
    );
    assert_eq!(
        app.sql.column("SELECT id FROM jobs").len(),
        0,
        "it is not tried for ever"
    );
    let collection = app.default_collection(&owner).await;
    let again = owner.send_file(&app, &collection, "empty.html", page).await.expect(202);
    has(
        &again,
        &json!({ "id": document["id"], "status": "PROCESSING", "duplicate": true }),
    );
    app.drain(&owner).await;
    has(&owner.document(&app, &id(&again)).await, &failed);
    // Its neighbours are none the worse.
    upload_and_index(
        &app,
        &owner,
        "hours.md",
        b"# Opening hours\n\nWe are open from nine to five.",
    )
    .await;
    has(
        &ask(&app, &owner, "When are you open?").await,
        &json!({ "answered": true }),
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_read_says_why() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    for (name, why) in [
        ("refused-scan.pdf", "only pictures"),
        ("refused-password.pdf", "needs a password"),
    ] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("corpus")
            .join(name);
        let document = upload_and_index(&app, &owner, name, &std::fs::read(path).unwrap()).await;
        has(&document, &json!({ "status": "FAILED" }));
        let said = document["progress"]["error"].as_str().unwrap();
        assert!(said.contains(why), "{name}: {said}");
    }
}

#[tokio::test]
async fn a_long_document_is_found_from_end_to_end() {
    let app = TestApp::new();
    let owner = app.owner("ann@example.com").await;
    let rooms: String = (0..400)
        .map(|it| format!("## Room {it}\n\nRoom {it} has the telephone number 555-{it:04} and a window.\n\n"))
        .collect();
    let document = upload_and_index(&app, &owner, "rooms.md", rooms.as_bytes()).await;
    assert!(document["chunk_count"].as_u64().unwrap() > 20, "{document}");
    assert_eq!(document["chunks_preview"].as_array().unwrap().len(), 10);
    for number in [0, 199, 399] {
        let answer = ask(&app, &owner, &format!("What is the telephone number of room {number}?")).await;
        let expected = format!("555-{number:04}");
        assert!(
            answer["response"].as_str().unwrap().contains(&expected),
            "{number}: {answer}"
        );
    }
}
