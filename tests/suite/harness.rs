//! A whole installation in memory: the real router, core and SQL over ports that tests can look into.

pub(crate) mod acts;
pub(crate) mod embedding_server;
pub(crate) mod kv;
pub(crate) mod model_server;
pub(crate) mod ports;
pub(crate) mod program;
pub(crate) mod receiver;
pub(crate) mod request;
pub(crate) mod shape;
pub(crate) mod site;
pub(crate) mod sqlite;
pub(crate) mod tenant_guard;
pub(crate) mod visits;

use axum::Router;
use edge_core::App;
use edge_core::embedding::openai::OpenAiEmbeddings;
use edge_core::embedding::{EmbeddingModel, EmbeddingModels};
use edge_core::index_cache::Indexes;
use edge_core::memory;
use edge_core::model::LanguageModel;
use edge_core::model::openai::OpenAi;
use edge_core::ports::Blobs;
use edge_core::settings::{ModelChoice, Settings};
use edge_model::time::TimeDelta;
use edge_model::workspace::Embedder;
use edge_model::{DatabaseName, Timestamp, WorkspaceId};
use edge_store::retry::Retrying;
use edge_store::{Sql, Store};
use embedding_server::EmbeddingServer;
use http::Method;
use model_server::ModelServer;
use ports::{CountingLimiter, Files, Mailbox, Memory, NoPause, Reader, RecordedWakes, SeededRandom, SetClock};
use receiver::Receiver;
use request::Call;
use serde_json::{Value, json};
use sqlite::Sqlite;
use std::env;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// 2026-01-26T00:00:00Z, the day of the documents' examples.
pub(crate) const START: i64 = 1_769_385_600_000;
/// The usual secret of the tests.
pub(crate) const AUTH_SECRET: &str = "0123456789abcdef0123456789abcdef";
/// What opens the operator's routes.
pub(crate) const OPERATOR_TOKEN: &str = "operator-token-of-the-tests";

/// Set for a run of the whole suite with two databases, where new workspaces go to the second.
const TWO_DATABASES: &str = "SUITE_WITH_TWO_DATABASES";

/// Where the tests' installation is reached.
pub(crate) const PUBLIC_URL: &str = "https://edgewise.example";

/// An installation.
pub(crate) struct TestApp {
    pub(crate) inner: App,
    pub(crate) router: Router,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) blobs: Arc<Memory>,
    pub(crate) sql: Arc<Sqlite>,
    /// The databases beside the first, which new workspaces go to the last of.
    pub(crate) others: Vec<Arc<Sqlite>>,
    pub(crate) wakes: Arc<RecordedWakes>,
    /// What answers at `LLM_BASE_URL`, when it is set.
    pub(crate) model_server: Arc<ModelServer>,
    /// What answers at `EMBED_BASE_URL`, when it is set.
    pub(crate) embedding_server: Arc<EmbeddingServer>,
    pub(crate) limiter: Arc<CountingLimiter>,
    /// Whether mails stay with their jobs until the test lets them go.
    pub(crate) holds_mails: AtomicBool,
    /// What answers at the addresses of webhooks.
    pub(crate) receiver: Arc<Receiver>,
    /// What was logged of requests, a line each.
    pub(crate) log: Arc<Mutex<Vec<String>>>,
}

/// Reads settings that may differ from the tests' usual ones.
fn read(settings: &[(&str, &str)]) -> Settings {
    let usual = [
        ("AUTH_SECRET", AUTH_SECRET),
        ("OPERATOR_TOKEN", OPERATOR_TOKEN),
        ("PUBLIC_URL", PUBLIC_URL),
        ("DEFAULT_DATABASE", env::var(TWO_DATABASES).map_or("DB", |_| "DB_2")),
    ];
    let all = settings.iter().chain(&usual);
    let lookup = |name: &str| all.clone().find(|it| it.0 == name).map(|it| it.1.to_owned());
    Settings::read(lookup).expect("the tests' settings are right")
}

fn store(databases: &[Arc<Sqlite>], settings: &Settings) -> Store {
    let named = |(place, sql): (usize, &Arc<Sqlite>)| {
        let name = match place {
            0 => "DB".to_owned(),
            more => format!("DB_{}", more + 1),
        };
        let sql: Arc<dyn Sql> = Arc::new(Retrying::new(sql.clone(), Arc::new(NoPause)));
        (DatabaseName::new(name), sql)
    };
    let databases = databases.iter().enumerate().map(named).collect();
    Store::new(databases, settings.default_database.clone()).unwrap()
}

/// A signed-in person, and their first workspace.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) token: String,
    pub(crate) workspace: String,
}

impl Owner {
    /// Returns a path below the owner's workspace.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/api/v1/workspaces/{}{rest}", self.workspace)
    }
}

impl TestApp {
    /// Returns how many round trips it takes to find the database of a key's workspace.
    pub(crate) fn lookups(&self) -> usize {
        usize::from(!self.others.is_empty())
    }

    /// Makes a fresh one.
    pub(crate) fn new() -> Self {
        Self::with_settings(&[])
    }

    /// Makes a fresh one whose settings differ from the tests' usual ones.
    pub(crate) fn with_settings(settings: &[(&str, &str)]) -> Self {
        match env::var(TWO_DATABASES) {
            Ok(_) => Self::over(Sqlite::pair().into(), settings),
            Err(_) => Self::over(vec![Sqlite::migrated()], settings),
        }
    }

    /// Makes a fresh one over databases, the directory first.
    pub(crate) fn over(databases: Vec<Sqlite>, settings: &[(&str, &str)]) -> Self {
        let clock = Arc::new(SetClock::new(Timestamp(START)));
        let (mailbox, blobs, wakes) = (
            Arc::new(Mailbox::default()),
            Arc::new(Memory::default()),
            Arc::new(RecordedWakes::default()),
        );
        let settings = read(settings);
        let model_server = Arc::new(ModelServer::default());
        let receiver = Arc::new(Receiver::default());
        let model = match &settings.model {
            Some(ModelChoice::Server(server)) => Some(OpenAi::new(model_server.clone(), server)),
            _ => None,
        };
        let embedding_server = Arc::new(EmbeddingServer::default());
        let embeddings = settings.embedding_server.as_ref().map(|server| {
            let port = Arc::new(OpenAiEmbeddings::new(embedding_server.clone(), server));
            (Embedder::Openai, Arc::new(EmbeddingModel::new(port, |_| {})))
        });
        let embeddings = embeddings.into_iter().collect();
        let indexes = Arc::new(Indexes::default());
        let memory = memory::Memory::new(memory::SHARED, &indexes);
        let databases: Vec<_> = databases
            .into_iter()
            .map(|it| Arc::new(it.reserving_from(memory.clone())))
            .collect();
        let limiter = Arc::new(CountingLimiter::new(clock.clone()));
        let inner = App {
            store: store(&databases, &settings),
            clock: clock.clone(),
            random: Arc::new(SeededRandom::default()),
            blobs: blobs.clone(),
            assets: Arc::new(Files),
            mailer: mailbox.clone(),
            limiter: limiter.clone(),
            jobs: wakes.clone(),
            deliveries: wakes.clone(),
            crawls: wakes.clone(),
            envelopes: Arc::new(edge_dialects::registry::Dialects),
            fetcher: receiver.clone(),
            parser: Arc::new(Reader),
            settings: Arc::new(settings),
            permits: Arc::default(),
            indexes,
            memory,
            model: model.map(|it| Arc::new(LanguageModel::new(Arc::new(it), Duration::from_secs(15), |_| {}))),
            ids: None,
            embeddings: EmbeddingModels::new(embeddings),
            own_work: None,
        };
        Self {
            router: edge_dialects::router(inner.clone()),
            inner,
            clock,
            mailbox,
            blobs,
            sql: databases[0].clone(),
            others: databases[1..].to_vec(),
            wakes,
            model_server,
            embedding_server,
            limiter,
            holds_mails: AtomicBool::default(),
            receiver,
            log: Arc::default(),
        }
    }

    /// Starts the installation anew with other settings, over everything that it has stored.
    pub(crate) fn restarted(&self, settings: &[(&str, &str)]) -> Self {
        let settings = read(settings);
        let databases: Vec<_> = std::iter::once(&self.sql).chain(&self.others).cloned().collect();
        let inner = App {
            store: store(&databases, &settings),
            settings: Arc::new(settings),
            ..self.inner.clone()
        };
        Self {
            router: edge_dialects::router(inner.clone()),
            inner,
            clock: self.clock.clone(),
            mailbox: self.mailbox.clone(),
            blobs: self.blobs.clone(),
            sql: self.sql.clone(),
            others: self.others.clone(),
            wakes: self.wakes.clone(),
            model_server: self.model_server.clone(),
            embedding_server: self.embedding_server.clone(),
            limiter: self.limiter.clone(),
            holds_mails: AtomicBool::default(),
            receiver: self.receiver.clone(),
            log: self.log.clone(),
        }
    }

    /// Keeps files elsewhere from now on.
    pub(crate) fn use_blobs(&mut self, blobs: Arc<dyn Blobs>) {
        self.inner.blobs = blobs;
        self.router = edge_dialects::router(self.inner.clone());
    }

    pub(crate) fn get(&self, path: &str) -> Call<'_> {
        self.call(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Call<'_> {
        self.call(Method::POST, path).json(&body)
    }

    pub(crate) fn patch(&self, path: &str, body: Value) -> Call<'_> {
        self.call(Method::PATCH, path).json(&body)
    }

    pub(crate) fn delete(&self, path: &str) -> Call<'_> {
        self.call(Method::DELETE, path)
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> Call<'_> {
        Call::new(self, method, path)
    }

    /// Signs a person up by the mailed code.
    pub(crate) async fn sign_up(&self, email: &str) -> String {
        let body = json!({ "email": email, "password": "correct horse battery", "full_name": "Ann Example" });
        self.post("/api/v1/auth/signup", body).send().await.expect(201);
        let code = self.mailbox.code_for(email);
        let body = json!({ "email": email, "otp_code": code });
        let answer = self.post("/api/v1/auth/verify-otp", body).send().await.expect(200);
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// Signs a person up and makes their workspace.
    pub(crate) async fn owner(&self, email: &str) -> Owner {
        let token = self.sign_up(email).await;
        let answer = self
            .post("/api/v1/workspaces", json!({ "name": "My Company" }))
            .bearer(&token)
            .send()
            .await
            .expect(201);
        Owner {
            token,
            workspace: answer["id"].as_str().unwrap().to_owned(),
        }
    }

    /// Makes another person a member of a workspace, in the role.
    pub(crate) async fn join(&self, owner: &Owner, email: &str, role: &str) -> Owner {
        let token = self.sign_up(email).await;
        let sql = "INSERT INTO memberships (workspace_id, account_id, role, created_at)
             SELECT ?1, id, ?2, 0 FROM accounts WHERE email = ?3";
        let role = role.to_owned();
        self.sql.execute(sql, &[&owner.workspace, &role, &email.to_owned()]);
        Owner {
            token,
            workspace: owner.workspace.clone(),
        }
    }

    /// Changes the plan of a workspace, as the operator does.
    pub(crate) async fn set_plan(&self, owner: &Owner, plan: &str) {
        self.call(
            Method::PUT,
            &format!("/api/v1/operator/workspaces/{}/plan", owner.workspace),
        )
        .header("x-operator-token", OPERATOR_TOKEN)
        .json(&json!({ "plan": plan }))
        .send()
        .await
        .expect(200);
    }

    /// Returns the id of the default collection.
    pub(crate) async fn default_collection(&self, owner: &Owner) -> String {
        let answer = self
            .get(&owner.path("/collections"))
            .bearer(&owner.token)
            .send()
            .await
            .expect(200);
        answer["collections"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Uploads a file into the default collection.
    pub(crate) async fn upload(&self, owner: &Owner, name: &str, text: &str) -> Value {
        let collection = self.default_collection(owner).await;
        self.call(Method::POST, &owner.path("/documents"))
            .bearer(&owner.token)
            .form(&[
                ("collection_id", None, collection.as_bytes()),
                ("file", Some(name), text.as_bytes()),
            ])
            .send()
            .await
            .expect(202)
    }

    /// Does all due background work of a workspace.
    pub(crate) async fn drain(&self, owner: &Owner) -> Option<Timestamp> {
        edge_core::workers::drain(
            &self.inner,
            &WorkspaceId::new(owner.workspace.as_str()),
            TimeDelta::minutes(1),
        )
        .await
        .unwrap()
    }

    /// Sends the mails that belong to no workspace, as their alarms do at once.
    pub(crate) async fn send_mails(&self) {
        if self.holds_mails.load(Ordering::Relaxed) {
            return;
        }
        for queue in self.wakes.take_mails() {
            edge_core::workers::drain(&self.inner, &queue, TimeDelta::minutes(1))
                .await
                .unwrap();
        }
    }

    /// Makes an agent with `settings` over the name, and publishes it.
    pub(crate) async fn published_agent(&self, owner: &Owner, settings: Value) -> String {
        let mut body = json!({ "name": "Support Bot" });
        body.as_object_mut()
            .unwrap()
            .extend(settings.as_object().unwrap().clone());
        let agent = self
            .post(&owner.path("/agents"), body)
            .bearer(&owner.token)
            .send()
            .await
            .expect(201);
        let id = agent["id"].as_str().unwrap().to_owned();
        self.post(&owner.path(&format!("/agents/{id}/publish")), json!({}))
            .bearer(&owner.token)
            .send()
            .await
            .expect(200);
        id
    }

    /// Makes a widget key for `https://example.com`.
    pub(crate) async fn widget_key(&self, owner: &Owner) -> String {
        let body = json!({ "name": "Site", "allowed_domains": ["example.com"] });
        let answer = self
            .post(&owner.path("/api-keys"), body)
            .bearer(&owner.token)
            .send()
            .await
            .expect(201);
        answer["key"].as_str().unwrap().to_owned()
    }
}
