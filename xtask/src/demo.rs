//! A demo that answers questions about Edgewise from its own documentation, made through the public API as a customer
//! would.
use crate::api::Api;
use crate::mailbox::code_for;
use crate::paths::{files_below, root, write_private};
use crate::process::check_not_ending;
use crate::secret;
use crate::server::Server;
use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::agent::{CreateAgent, CreatedAgent, ResponseConfig, WidgetSettings};
use shared::auth::{LoggedIn, Login, Signup, Verified, VerifyOtp};
use shared::key::{CreateKey, CreatedKey};
use shared::knowledge::{AcceptedDocument, CollectionList, DocumentList};
use shared::operator::SetPlan;
use shared::workspace::{CreateWorkspace, CreatedWorkspace};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

/// How long the documentation may take to become answerable.
const INGESTION_TIMEOUT: Duration = Duration::from_secs(120);

/// `credentials.json`: everything it takes to use what was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Credentials {
    pub base_url: String,
    pub email: String,
    pub password: String,
    pub workspace_id: String,
    pub agent_id: String,
    pub collection_id: String,
    pub operator_token: String,
    /// Mails lie below it.
    pub mail_dir: PathBuf,
    pub keys: Keys,
}

/// A key of each kind; none in a file that an earlier release left.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Keys {
    pub twig: Option<String>,
    pub twin: Option<String>,
    pub builder: Option<String>,
    pub widget: Option<String>,
}

impl Credentials {
    /// Where a server with this state keeps them.
    #[must_use]
    pub fn file(state: &Path) -> PathBuf {
        state.join("credentials.json")
    }

    fn read(state: &Path) -> Option<Self> {
        serde_json::from_str(&fs::read_to_string(Self::file(state)).ok()?).ok()
    }

    fn write(&self, state: &Path) -> Result<()> {
        write_private(
            &Self::file(state),
            &format!("{}\n", serde_json::to_string_pretty(self)?),
        )
    }
}

/// The demo of this server, made when it is not there yet; leaves its credentials beside the state.
///
/// # Errors
/// When the server refuses something that everybody may do.
pub fn ready(server: &Server) -> Result<Credentials> {
    let plan = server.plan();
    let api = Api::new(&plan.base_url());
    let operator_token = plan.settings.get("OPERATOR_TOKEN").cloned().unwrap_or_default();
    let known = Credentials::read(&plan.state).and_then(|known| Some((enter(&api, &known)?, known)));
    let credentials = match known {
        Some((api, known)) => Credentials {
            base_url: plan.base_url(),
            mail_dir: plan.mail_dir(),
            operator_token,
            // An earlier release may have left some out.
            keys: program_keys(&api, &known.workspace_id, known.keys)?,
            ..known
        },
        None => make(&api, &plan.base_url(), &plan.mail_dir(), operator_token)?,
    };
    credentials.write(&plan.state)?;
    Ok(credentials)
}

/// Signs in to a demo that an earlier start left; none when it is not there any more.
fn enter(api: &Api, known: &Credentials) -> Option<Api> {
    let login = Login {
        email: known.email.clone(),
        password: known.password.clone(),
    };
    let LoggedIn { access_token, .. } = api.post("/api/v1/auth/login", &login).and_then(|it| it.ok()).ok()?;
    let agent = format!("/api/v1/workspaces/{}/agents/{}", known.workspace_id, known.agent_id);
    let api = api.signed_in(&access_token);
    let is_there = api.get(&agent).is_ok_and(|answer| answer.status == 200);
    is_there.then_some(api)
}

/// Makes the keys for programs that are missing.
fn program_keys(api: &Api, workspace_id: &str, keys: Keys) -> Result<Keys> {
    let made = |known: Option<String>, kind| match known {
        Some(key) => Ok(Some(key)),
        None => program_key(api, workspace_id, kind).map(Some),
    };
    Ok(Keys {
        twig: made(keys.twig, "twig")?,
        twin: made(keys.twin, "twin")?,
        builder: made(keys.builder, "builder")?,
        widget: keys.widget,
    })
}

fn program_key(api: &Api, workspace_id: &str, kind: &str) -> Result<String> {
    let key = CreateKey {
        name: "Demo program".into(),
        allowed_domains: vec![],
        kind: Some(kind.into()),
        allow_no_origin: false,
    };
    let CreatedKey { key, .. } = api
        .post(&format!("/api/v1/workspaces/{workspace_id}/api-keys"), &key)?
        .ok()
        .with_context(|| format!("creating the {kind} key"))?;
    Ok(key)
}

fn make(api: &Api, base_url: &str, mail_dir: &Path, operator_token: String) -> Result<Credentials> {
    // A start that was interrupted may have left an account whose password is not known.
    let email = format!("demo-{}@edgewise.example", secret::random(6)?.to_lowercase());
    let password = secret::random(16)?;
    let api = api.signed_in(&sign_up(api, mail_dir, &email, &password)?);
    let workspace = CreateWorkspace {
        name: "Edgewise demo".into(),
        timezone: None,
        settings: None,
        embedder: None,
    };
    let CreatedWorkspace { id: workspace_id, .. } = api
        .post("/api/v1/workspaces", &workspace)?
        .ok()
        .context("creating the workspace")?;
    let plan = SetPlan {
        plan: "ENTERPRISE".into(),
    };
    let operator = api.with("x-operator-token", &operator_token);
    let path = format!("/api/v1/operator/workspaces/{workspace_id}/plan");
    operator.put(&path, &plan)?.ok::<Value>().context("setting the plan")?;

    let workspace = format!("/api/v1/workspaces/{workspace_id}");
    // The default collection, so that a new agent answers from the documentation at once.
    let CollectionList { collections, .. } = api
        .get(&format!("{workspace}/collections"))?
        .ok()
        .context("listing the collections")?;
    let default = collections.into_iter().find(|it| it.is_default);
    let collection_id = default.context("a workspace has a default collection")?.id;
    upload_documentation(&api, &workspace, &collection_id)?;

    let CreatedAgent { id: agent_id, .. } = api
        .post(&format!("{workspace}/agents"), &guide(&collection_id))?
        .ok()
        .context("creating the agent")?;
    api.post(&format!("{workspace}/agents/{agent_id}/publish"), &json!({}))?
        .ok::<Value>()
        .context("publishing it")?;
    let key = CreateKey {
        name: "Demo page".into(),
        allowed_domains: vec!["localhost".into(), "127.0.0.1".into()],
        kind: Some("widget".into()),
        allow_no_origin: false,
    };
    let CreatedKey { key, .. } = api
        .post(&format!("{workspace}/api-keys"), &key)?
        .ok()
        .context("creating the widget's key")?;
    let keys = Keys {
        twig: None,
        twin: None,
        builder: None,
        widget: Some(key),
    };
    let keys = program_keys(&api, &workspace_id, keys)?;
    let (base_url, mail_dir) = (base_url.into(), mail_dir.into());
    Ok(Credentials {
        base_url,
        email,
        password,
        workspace_id,
        agent_id,
        collection_id,
        operator_token,
        mail_dir,
        keys,
    })
}

/// Makes an account and confirms its address; answers the access token.
///
/// # Errors
/// When the server refuses, or the mail with the code does not come.
pub fn sign_up(api: &Api, mail_dir: &Path, email: &str, password: &str) -> Result<String> {
    let since = SystemTime::now();
    let signup = Signup {
        email: email.into(),
        password: password.into(),
        full_name: "Edgewise Demo".into(),
    };
    api.post("/api/v1/auth/signup", &signup)?
        .ok::<Value>()
        .context("signing up")?;
    let code = VerifyOtp {
        email: email.into(),
        otp_code: code_for(mail_dir, email, since)?,
        signup_id: None,
    };
    let Verified { access_token, .. } = api
        .post("/api/v1/auth/verify-otp", &code)?
        .ok()
        .context("confirming the address")?;
    Ok(access_token)
}

fn upload_documentation(api: &Api, workspace: &str, collection_id: &str) -> Result<()> {
    let files = files_below(&root().join("public/docs"))?;
    let pages: Vec<_> = files
        .iter()
        .filter(|file| file.extension().is_some_and(|it| it == "md"))
        .collect();
    for page in &pages {
        let name = page.file_name().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(page)?;
        // A page's heading says more to a reader than its file's name.
        let title = text.lines().find_map(|it| it.strip_prefix("# ")).unwrap_or(&name);
        let fields = [("collection_id", collection_id), ("title", title)];
        let answer = api.upload(&format!("{workspace}/documents"), &name, text.as_bytes(), &fields)?;
        answer
            .ok::<AcceptedDocument>()
            .with_context(|| format!("uploading {name}"))?;
    }
    wait_for_documents(api, workspace, pages.len())
}

/// Waits until `count` documents of a workspace are answerable.
///
/// # Errors
/// When one fails, or they take too long.
pub fn wait_for_documents(api: &Api, workspace: &str, count: usize) -> Result<()> {
    let started = Instant::now();
    loop {
        check_not_ending()?;
        let DocumentList { documents, .. } = api.get(&format!("{workspace}/documents"))?.ok()?;
        if let Some(failed) = documents.iter().find(|it| it.status == "FAILED") {
            bail!(
                "{} could not be read: {}",
                failed.title,
                failed.progress.error.as_deref().unwrap_or("no reason given")
            );
        }
        let done = documents.iter().filter(|it| it.status == "COMPLETED").count();
        if done >= count {
            return Ok(());
        }
        if started.elapsed() > INGESTION_TIMEOUT {
            bail!(
                "{done} of {count} documents are answerable after {} s",
                INGESTION_TIMEOUT.as_secs()
            );
        }
        sleep(Duration::from_millis(250));
    }
}

fn guide(collection_id: &str) -> CreateAgent {
    let questions = [
        "How do I put the widget on my page?",
        "What are the limits of each plan?",
        "Where is my data kept?",
    ];
    CreateAgent {
        name: "Edgewise guide".into(),
        description: Some("Answers questions about Edgewise from its documentation.".into()),
        agent_type: Some("SUPPORT".into()),
        greeting_message: Some("Hello! Ask me anything about Edgewise.".into()),
        fallback_message: Some("The documentation does not say. Try other words, or look through /docs.".into()),
        response_config: Some(ResponseConfig {
            show_sources: Some(true),
            ..ResponseConfig::default()
        }),
        collection_ids: Some(vec![collection_id.into()]),
        widget: Some(WidgetSettings {
            theme: Some("auto".into()),
            greeting_enabled: Some(true),
            suggested_questions: Some(questions.map(String::from).to_vec()),
            show_powered_by: Some(true),
            ..WidgetSettings::default()
        }),
        ..CreateAgent::default()
    }
}
