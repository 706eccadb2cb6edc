//! The application over the bindings, built once per isolate.
use crate::ai::WorkersAi;
use crate::ai_embeddings::WorkersAiEmbeddings;
use crate::assets::WorkerAssets;
use crate::background::BackgroundObjects;
use crate::clock::WorkerClock;
use crate::crawls_do::DurableCrawls;
use crate::d1::{D1, PlatformPause};
use crate::deliveries_do::DurableDeliveries;
use crate::embedder::ServiceEmbeddings;
use crate::fetcher::WorkerFetcher;
use crate::jobs_do::DurableJobs;
use crate::kv_blobs::KvBlobs;
use crate::limiter_do::DurableLimiter;
use crate::log;
use crate::mail::WorkerMailer;
use crate::parser::ServiceParser;
use crate::random::WorkerRandom;
use crate::role::Role;
use edge_core::App;
use edge_core::embedding::openai::OpenAiEmbeddings;
use edge_core::embedding::{EmbeddingModel, EmbeddingModels};
use edge_core::index_cache::Indexes;
use edge_core::memory::{self, Memory};
use edge_core::model::LanguageModel;
use edge_core::model::openai::OpenAi;
use edge_core::password::allocate_arena;
use edge_core::ports::Fault;
use edge_core::ports::{Embeddings, Model};
use edge_core::settings::{ModelChoice, Settings};
use edge_model::DatabaseName;
use edge_model::workspace::Embedder;
use edge_store::retry::Retrying;
use edge_store::{Sql, Store};
use std::cell::OnceCell;
use std::sync::Arc;
use std::time::Duration;
use worker::Env;

thread_local! {
    static APP: OnceCell<Result<App, String>> = const { OnceCell::new() };
}

/// Returns the application.
///
/// # Errors
/// Says in words which setting or binding will not do, the same for as long as the isolate lives.
pub(crate) fn get(env: &Env) -> Result<App, String> {
    let make = || build(env).inspect_err(|why| log::failure("configuration", why));
    APP.with(|it| it.get_or_init(make).clone())
}

fn build(env: &Env) -> Result<App, String> {
    let settings = Settings::read(|name| text(env, name))?;
    let mailer = match text(env, "RESEND_API_KEY").filter(|it| !it.is_empty()) {
        Some(key) => WorkerMailer::over_resend(key, &settings.mail_from),
        None => WorkerMailer::over_binding(env.send_email("MAIL").map_err(missing("MAIL"))?, &settings.mail_from),
    };
    let embeddings = embeddings(env, &settings)?;
    let choice = settings.model.as_ref();
    let model = choice
        .map(|it| model(env, it, settings.first_word_timeout))
        .transpose()?;
    let background = |binding| {
        let objects = env.durable_object(binding).map_err(missing(binding))?;
        Ok::<_, String>(BackgroundObjects::new(objects, &settings))
    };
    let indexes = Arc::new(Indexes::default());
    let memory = Memory::new(budget(env)?, &indexes);
    let store = store(env, &settings, &memory)?;
    Ok(App {
        store,
        clock: Arc::new(WorkerClock),
        random: Arc::new(WorkerRandom),
        blobs: Arc::new(KvBlobs::new(env.kv("BLOBS").map_err(missing("BLOBS"))?)),
        assets: Arc::new(WorkerAssets::new(env.assets("ASSETS").map_err(missing("ASSETS"))?)),
        mailer: Arc::new(mailer),
        limiter: Arc::new(DurableLimiter::new(
            env.durable_object("LIMITER").map_err(missing("LIMITER"))?,
        )),
        jobs: Arc::new(DurableJobs::new(background("JOBS")?)),
        deliveries: Arc::new(DurableDeliveries::new(background("DELIVERIES")?)),
        crawls: Arc::new(DurableCrawls::new(background("CRAWLS")?)),
        envelopes: Arc::new(edge_dialects::registry::Dialects),
        fetcher: Arc::new(WorkerFetcher),
        parser: Arc::new(ServiceParser::new(
            env.service("PARSER").map_err(missing("PARSER"))?,
            memory.all.clone(),
        )),
        settings: Arc::new(settings),
        permits: Arc::default(),
        indexes,
        memory,
        model: model.map(Arc::new),
        ids: None,
        embeddings,
        own_work: None,
    })
}

/// Opens the databases: `DB`, which is the directory, and `DB_2`, `DB_3` and so on, as far as they are bound.
fn store(env: &Env, settings: &Settings, memory: &Memory) -> Result<Store, String> {
    let open = |database| -> Arc<dyn Sql> {
        let d1 = D1::new(database, memory.clone());
        Arc::new(Retrying::new(d1, Arc::new(PlatformPause)))
    };
    let first = env.d1("DB").map_err(missing("DB"))?;
    let mut databases = vec![(DatabaseName::new("DB"), open(first))];
    while let Ok(next) = env.d1(&format!("DB_{}", databases.len() + 1)) {
        let name = DatabaseName::new(format!("DB_{}", databases.len() + 1));
        databases.push((name, open(next)));
    }
    Store::new(databases, settings.default_database.clone())
}

/// Returns how much memory large things may take. Only the main Worker hashes passwords, in memory that it takes at
/// once, while there is room.
fn budget(env: &Env) -> Result<usize, String> {
    match Role::of(env)? {
        Role::Main => {
            if let Err(why) = allocate_arena() {
                log::failure("passwords", why.for_log());
            }
            Ok(memory::SHARED)
        }
        Role::Jobs => Ok(memory::SHARED + memory::PASSWORDS),
    }
}

fn model(env: &Env, choice: &ModelChoice, first_word_timeout: Duration) -> Result<LanguageModel, String> {
    let port: Arc<dyn Model> = match choice {
        ModelChoice::Server(server) => Arc::new(OpenAi::new(Arc::new(WorkerFetcher), server)),
        ModelChoice::Platform(name) => {
            let ai = env.ai("AI").map_err(|why| {
                format!("WORKERS_AI_MODEL is set, which needs the binding AI in wrangler.toml: {why}")
            })?;
            Arc::new(WorkersAi::new(ai, name))
        }
    };
    // Visitors get an answer all the same, so the log is where a fault is seen.
    let report = |fault: &Fault| log::failure("model", fault);
    Ok(LanguageModel::new(port, first_word_timeout, report))
}

fn embeddings(env: &Env, settings: &Settings) -> Result<EmbeddingModels, String> {
    let report = |fault: &Fault| log::failure("embedding", fault);
    let model = |port: Arc<dyn Embeddings>| Arc::new(EmbeddingModel::new(port, report));
    let mut models = Vec::new();
    // An operator who has bound the other Worker has chosen to have it.
    if let Ok(service) = env.service("EMBEDDER") {
        models.push((Embedder::Minilm, model(Arc::new(ServiceEmbeddings::new(service)))));
    }
    if let Some(server) = &settings.embedding_server {
        let port = OpenAiEmbeddings::new(Arc::new(WorkerFetcher), server);
        models.push((Embedder::Openai, model(Arc::new(port))));
    }
    if let Some(name) = &settings.platform_embedding_model {
        let ai = env.ai("AI").map_err(|why| {
            format!("WORKERS_AI_EMBED_MODEL is set, which needs the binding AI in wrangler.toml: {why}")
        })?;
        models.push((Embedder::WorkersAi, model(Arc::new(WorkersAiEmbeddings::new(ai, name)))));
    }
    Ok(EmbeddingModels::new(models))
}

/// Returns a variable or a secret; the platform does not tell them apart.
fn text(env: &Env, name: &str) -> Option<String> {
    env.var(name).ok().map(|it| it.to_string())
}

fn missing(binding: &'static str) -> impl FnOnce(worker::Error) -> String {
    move |why| format!("the binding {binding} is missing: {why}")
}
