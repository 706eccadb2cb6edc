//! What people do in almost every test, in a word each.
use super::request::{Answer, Call};
use super::{Owner, TestApp};
use edge_model::key::KeyKind;
use http::Method;
use serde_json::{Value, json};

impl Owner {
    /// Calls a path below the workspace.
    pub(crate) fn call<'a>(&self, app: &'a TestApp, method: Method, rest: &str) -> Call<'a> {
        app.call(method, &self.path(rest)).bearer(&self.token)
    }

    pub(crate) async fn get(&self, app: &TestApp, rest: &str) -> Answer {
        self.call(app, Method::GET, rest).send().await
    }

    pub(crate) async fn post(&self, app: &TestApp, rest: &str, body: Value) -> Answer {
        self.call(app, Method::POST, rest).json(&body).send().await
    }

    pub(crate) async fn patch(&self, app: &TestApp, rest: &str, body: Value) -> Answer {
        self.call(app, Method::PATCH, rest).json(&body).send().await
    }

    pub(crate) async fn delete(&self, app: &TestApp, rest: &str) -> Answer {
        self.call(app, Method::DELETE, rest).send().await
    }

    /// Uploads a file into a collection.
    pub(crate) async fn send_file(&self, app: &TestApp, collection: &str, name: &str, bytes: &[u8]) -> Answer {
        let form = [
            ("collection_id", None, collection.as_bytes()),
            ("file", Some(name), bytes),
        ];
        self.call(app, Method::POST, "/documents").form(&form).send().await
    }

    /// Uploads a file into the default collection and waits until it is answered from. Returns its id.
    pub(crate) async fn upload_and_index(&self, app: &TestApp, name: &str, text: &str) -> String {
        let document = app.upload(self, name, text).await;
        app.drain(self).await;
        id(&document)
    }

    /// Returns a document as it stands.
    pub(crate) async fn document(&self, app: &TestApp, id: &str) -> Value {
        self.get(app, &format!("/documents/{id}")).await.expect(200)
    }

    /// Makes a collection and returns its id.
    pub(crate) async fn collection(&self, app: &TestApp, name: &str) -> String {
        let body = json!({ "name": name });
        id(&self.post(app, "/collections", body).await.expect(201))
    }

    /// Makes an agent and returns its id.
    pub(crate) async fn agent(&self, app: &TestApp, body: Value) -> String {
        id(&self.post(app, "/agents", body).await.expect(201))
    }

    /// Makes a key for programs.
    pub(crate) async fn program_key(&self, app: &TestApp, kind: KeyKind) -> String {
        let body = json!({ "name": "Back end", "kind": kind.as_str() });
        let key = self.post(app, "/api-keys", body).await.expect(201);
        key["key"].as_str().unwrap().to_owned()
    }

    /// Asks the draft of an agent.
    pub(crate) async fn test(&self, app: &TestApp, agent: &str, message: &str) -> Value {
        let body = json!({ "message": message });
        self.post(app, &format!("/agents/{agent}/test"), body).await.expect(200)
    }
}

impl TestApp {
    /// Asks an agent, as a page with a widget key does.
    pub(crate) fn ask(&self, key: &str, agent: &str, session: &str, message: &str) -> Call<'_> {
        let body = json!({ "agent_id": agent, "session_id": session, "message": message });
        self.post("/api/v1/widget/chat", body).widget(key)
    }

    /// Replies to an escalation and has its visitor confirm that they want replies, as everybody does once.
    pub(crate) async fn confirm_replies(&self, owner: &Owner, escalation: &str, email: &str) {
        let body = json!({ "message": "We look into it." });
        owner.post(self, &format!("{escalation}/reply"), body).await.expect(200);
        self.drain(owner).await;
        let link = self.mailbox.link_for(email, "confirm");
        assert_eq!(self.call(Method::POST, &link).send().await.status, 200);
        self.drain(owner).await;
    }

    /// Returns every value of every row of every table, as text.
    pub(crate) fn everything(&self) -> Vec<String> {
        let columns = "SELECT 'SELECT \"' || columns.name || '\" FROM \"' || tables.name || '\"'
             FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'";
        let columns = self.sql.column(columns);
        columns.iter().flat_map(|it| self.sql.column(it)).collect()
    }
}

/// Returns the id of what an answer shows.
pub(crate) fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap().to_owned()
}
