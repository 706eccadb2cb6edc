//! Tenants to test with, and Workers of one's own.
use serde_json::{Value, json};
use shared::agent::{CreateAgent, CreatedAgent, ResponseConfig};
use shared::key::{CreateKey, CreatedKey};
use shared::knowledge::{AcceptedDocument, Collection, CreateCollection};
use shared::operator::SetPlan;
use shared::workspace::{CreateWorkspace, CreatedWorkspace};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;
use std::{env, fs, thread};
use xtask::api::{Answer, Api};
use xtask::build::Build;
use xtask::demo::{Credentials, sign_up, wait_for_documents};
use xtask::secret::random;
use xtask::server::{Plan, Server};
use xtask::tools::Tools;

/// Where a Worker is, and what its operator knows.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) base_url: String,
    mail_dir: PathBuf,
    operator_token: String,
}

/// The Worker that the whole suite shares.
pub(crate) fn shared_worker() -> &'static Place {
    static PLACE: OnceLock<Place> = OnceLock::new();
    PLACE.get_or_init(|| {
        let credentials = demo();
        Place {
            base_url: credentials.base_url,
            mail_dir: credentials.mail_dir,
            operator_token: credentials.operator_token,
        }
    })
}

/// The demo in the shared Worker.
pub(crate) fn demo() -> Credentials {
    let file = env::var("CREDENTIALS").expect("no CREDENTIALS: this suite is run by `cargo xtask test --only live`");
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// What a Worker of one's own, with a new state, is started with.
pub(crate) fn own_plan(name: &str) -> Plan {
    let build = Build::deployed(Tools::ready().unwrap());
    xtask::test::plan(&build, name).unwrap()
}

/// The place of a Worker of one's own.
pub(crate) fn place_of(server: &Server) -> Place {
    let plan = server.plan();
    let operator_token = plan.settings.get("OPERATOR_TOKEN").unwrap().clone();
    Place {
        base_url: plan.base_url(),
        mail_dir: plan.mail_dir(),
        operator_token,
    }
}

/// A new account with a workspace of its own.
pub(crate) struct Tenant {
    pub(crate) place: Place,
    pub(crate) email: String,
    pub(crate) password: String,
    /// Signed in.
    pub(crate) api: Api,
    pub(crate) id: String,
    /// `/api/v1/workspaces/<id>`.
    pub(crate) workspace: String,
}

impl Tenant {
    /// Signs up, confirms the address by mail, makes a workspace of this plan.
    pub(crate) fn new(place: &Place, plan: &str) -> Self {
        let email = new_address();
        let password = random(16).unwrap();
        let open = Api::new(&place.base_url);
        // A network causes only so many mails an hour.
        let elsewhere = open.with("cf-connecting-ip", &new_network());
        let api = open.signed_in(&sign_up(&elsewhere, &place.mail_dir, &email, &password).unwrap());
        let wish = CreateWorkspace {
            name: "Test".into(),
            timezone: None,
            settings: None,
            embedder: None,
        };
        let CreatedWorkspace { id, .. } = api.post("/api/v1/workspaces", &wish).unwrap().ok().unwrap();
        let workspace = format!("/api/v1/workspaces/{id}");
        let tenant = Self {
            place: place.clone(),
            email,
            password,
            api,
            id,
            workspace,
        };
        tenant.set_plan(plan);
        tenant
    }

    /// Does what the operator does when a customer pays.
    pub(crate) fn set_plan(&self, plan: &str) {
        let operator = Api::new(&self.place.base_url).with("x-operator-token", &self.place.operator_token);
        let path = format!("/api/v1/operator/workspaces/{}/plan", self.id);
        operator
            .put(&path, &SetPlan { plan: plan.into() })
            .unwrap()
            .ok::<Value>()
            .unwrap();
    }

    /// A new, empty collection; answers its id.
    pub(crate) fn collection(&self) -> String {
        let wish = CreateCollection {
            name: format!("Facts {}", random(6).unwrap()),
            description: None,
        };
        self.api
            .post(&self.path("collections"), &wish)
            .unwrap()
            .ok::<Collection>()
            .unwrap()
            .id
    }

    /// Uploads a text; answers what the server acknowledged.
    pub(crate) fn upload(&self, collection: &str, name: &str, text: &str) -> AcceptedDocument {
        let fields = [("collection_id", collection)];
        let answer = self
            .api
            .upload(&self.path("documents"), name, text.as_bytes(), &fields)
            .unwrap();
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.ok().unwrap()
    }

    /// Uploads a file, again and again while there is no room for it.
    ///
    /// A refusal that does not read the body often gets lost: what stands before the Worker on this machine then resets
    /// the connection, or says that it was lost.
    pub(crate) fn upload_when_there_is_room(&self, collection: &str, name: &str, bytes: &[u8]) -> Answer {
        let (path, fields) = (self.path("documents"), [("collection_id", collection)]);
        let mut last = String::new();
        for _ in 0..60 {
            match self.api.upload(&path, name, bytes, &fields) {
                Ok(answer) if answer.status == 503 && !answer.header("retry-after").is_empty() => last = answer.text(),
                Ok(answer) if answer.status == 500 && answer.text().contains("Network connection lost") => {
                    last = answer.text();
                }
                Ok(answer) => return answer,
                Err(why) => last = format!("{why:#}"),
            }
            thread::sleep(Duration::from_secs(1));
        }
        panic!("{name}: there was no room for a minute: {last}");
    }

    /// Waits until so many documents are answerable.
    pub(crate) fn wait_for_documents(&self, count: usize) {
        wait_for_documents(&self.api, &self.workspace, count).unwrap();
    }

    /// A published agent that answers from one collection; answers its id.
    pub(crate) fn agent(&self, collection: &str) -> String {
        let wish = CreateAgent {
            name: "Guide".into(),
            fallback_message: Some(FALLBACK.into()),
            response_config: Some(ResponseConfig {
                show_sources: Some(true),
                ..ResponseConfig::default()
            }),
            collection_ids: Some(vec![collection.into()]),
            ..CreateAgent::default()
        };
        let CreatedAgent { id, .. } = self.api.post(&self.path("agents"), &wish).unwrap().ok().unwrap();
        self.api
            .post(&self.path(&format!("agents/{id}/publish")), &json!({}))
            .unwrap()
            .ok::<Value>()
            .unwrap();
        id
    }

    /// A widget key for these domains.
    pub(crate) fn widget_key(&self, domains: &[&str]) -> String {
        let wish = CreateKey {
            name: "Site".into(),
            allowed_domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
            kind: None,
            allow_no_origin: false,
        };
        self.api
            .post(&self.path("api-keys"), &wish)
            .unwrap()
            .ok::<CreatedKey>()
            .unwrap()
            .key
    }

    /// A client that calls with a new key of this kind.
    pub(crate) fn program(&self, kind: &str) -> Api {
        let wish = CreateKey {
            name: "Back end".into(),
            allowed_domains: vec![],
            kind: Some(kind.into()),
            allow_no_origin: false,
        };
        let made = self.api.post(&self.path("api-keys"), &wish).unwrap();
        Api::new(&self.place.base_url).signed_in(&made.ok::<CreatedKey>().unwrap().key)
    }

    /// A client that calls as a page at `origin` with `key` does.
    pub(crate) fn page(&self, key: &str, origin: &str) -> Api {
        Api::new(&self.place.base_url)
            .with("x-api-key", key)
            .with("origin", origin)
    }

    /// A path below the workspace's.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("{}/{rest}", self.workspace)
    }
}

/// What the agents of this suite say when they do not know.
pub(crate) const FALLBACK: &str = "That is not in the documents.";

/// An address without an account.
pub(crate) fn new_address() -> String {
    format!("{}@live.example", random(12).unwrap().to_lowercase())
}

/// The address of a network that no other test uses.
fn new_network() -> String {
    let bits = RandomState::new().build_hasher().finish();
    format!("2001:db8:{:x}:{:x}::1", bits & 0xffff, bits >> 48)
}

/// A facts sheet about a town of this name; no two towns share a number.
pub(crate) fn facts(town: &str, number: usize) -> String {
    format!(
        "# {town}\n\nThe town of {town} lies on the river Wend.\n\n## The bridge of {town}\n\n\
         The stone bridge of {town} was built in the year {year} by the guild of masons.\n\n\
         ## The mill of {town}\n\nThe mill of {town} grinds {number} sacks of grain a day.\n",
        year = 1000 + number,
    )
}
