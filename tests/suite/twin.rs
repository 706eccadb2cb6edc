//! The Twin dialect, a file per noun; the first of them the document's own samples.
mod answering;
mod escalations;
mod kb;
mod limits;
mod refusals;
mod samples;
mod settings;
mod stats;

use crate::harness::TestApp;
pub(crate) use crate::harness::program::Program;
use crate::harness::request::Answer;
use edge_model::key::KeyKind;
use serde_json::{Value, json};

/// The policy of the document's samples.
pub(crate) const POLICY: &str = "Under $50 no pre-approval needed. $50–$500 requires manager email approval before \
    purchase. Submit via Expensify by the 20th.";

impl Program {
    pub(crate) async fn new(app: &TestApp) -> Self {
        Self::of(app, KeyKind::Twin).await
    }

    /// Adds a document and waits until it is answered from. Returns its id.
    pub(crate) async fn upload_and_index(&self, app: &TestApp, title: &str, content: &str) -> String {
        let body = json!({ "title": title, "content": content, "type": "policy" });
        let answer = self.post(app, "/v1/kb", body).await.expect(201);
        app.drain(&self.owner).await;
        answer["doc"]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn ask(&self, app: &TestApp, message: &str) -> Value {
        self.post(app, "/v1/twin", json!({ "message": message }))
            .await
            .expect(200)
    }
}

/// Asserts status and text of a refusal.
#[track_caller]
pub(crate) fn refused(answer: &Answer, status: u16, text: &str) {
    assert_eq!(answer.expect(status), json!({ "error": text }));
}
