//! Settings: read once, checked once, named in words when they will not do.
use crate::keyring::KeyRing;
use crate::ssrf::{PrivateHost, PublicUrl};
use edge_model::DatabaseName;
use edge_model::plan::Plan;
use edge_model::time::TimeDelta;
use std::time::Duration;

/// How this installation is set up. Every member is documented in `public/docs/configuration.md`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Sign tokens and seal rows.
    pub auth_keys: KeyRing,
    /// The plan of a new workspace.
    pub default_plan: Plan,
    /// The binding of the database that new workspaces go to.
    pub default_database: DatabaseName,
    /// Opens the operator's routes; at least 16 characters; none closes them.
    pub operator_token: Option<String>,
    /// Where this installation is reached, for links in mails; empty when unknown.
    pub public_url: String,
    /// The sender of our mails.
    pub mail_from: String,
    /// Hosts that may be reached although they are private: development only.
    pub allow_private_hosts: Vec<PrivateHost>,
    /// How long a host is left alone between two requests of crawls.
    pub crawl_delay: TimeDelta,
    /// Segments of as many passages are searched by a graph of near vectors; the largest number stands for never.
    pub graph_from: usize,
    /// The language model that puts answers into words; none leaves them to extraction.
    pub model: Option<ModelChoice>,
    /// How long the language model may take to its first word.
    pub first_word_timeout: Duration,
    /// A server that turns texts into vectors.
    pub embedding_server: Option<ModelServer>,
    /// A model of the platform's own that does, by its name.
    pub platform_embedding_model: Option<String>,
}

/// Which language model this installation asks.
#[derive(Clone, Debug)]
pub enum ModelChoice {
    Server(ModelServer),
    /// A model of the platform's own, by its name.
    Platform(String),
}

/// A server that speaks OpenAI's protocol.
#[derive(Clone, Debug)]
pub struct ModelServer {
    /// Where it is asked.
    pub url: PublicUrl,
    pub model: String,
    pub key: Option<String>,
}

impl Settings {
    /// Reads the settings from wherever `lookup` finds them; an empty value counts as absent.
    ///
    /// # Errors
    /// Names the setting that is missing or malformed and says why.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let get = |name: &str| lookup(name).map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
        let auth_secret = get("AUTH_SECRET").ok_or("AUTH_SECRET is not set: it signs sign-in tokens")?;
        let auth_keys = KeyRing::new(&auth_secret, &get("AUTH_SECRET_PREVIOUS").unwrap_or_default())?;
        let operator_token = get("OPERATOR_TOKEN");
        if operator_token.as_ref().is_some_and(|it| it.chars().count() < 16) {
            return Err("OPERATOR_TOKEN must be at least 16 characters long".into());
        }
        let plan = get("DEFAULT_PLAN").unwrap_or_else(|| "FREE".into());
        let default_plan = Plan::parse(&plan)
            .ok_or_else(|| format!("DEFAULT_PLAN must be FREE, STARTER, PROFESSIONAL or ENTERPRISE, is `{plan}`"))?;
        let public_url = get("PUBLIC_URL").unwrap_or_default();
        if !public_url.is_empty() && url::Url::parse(&public_url).is_err() {
            return Err(format!("PUBLIC_URL must be a URL, is `{public_url}`"));
        }
        let allow_private_hosts = get("ALLOW_PRIVATE_HOSTS")
            .iter()
            .flat_map(|it| it.split(','))
            .map(|it| PrivateHost::new(&it.trim().to_lowercase()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|why| format!("ALLOW_PRIVATE_HOSTS {why}"))?;
        let patience = get("LLM_PATIENCE").unwrap_or_else(|| "15".into());
        let first_word_timeout = match patience.parse::<u64>() {
            Ok(seconds @ 1..=120) => Duration::from_secs(seconds),
            _ => return Err(format!("LLM_PATIENCE must be 1 to 120 seconds, is `{patience}`")),
        };
        let crawl_delay = get("CRAWL_DELAY").unwrap_or_else(|| "1000".into());
        let crawl_delay = match crawl_delay.parse::<i64>() {
            Ok(millis @ 0..=60_000) => TimeDelta::milliseconds(millis),
            _ => {
                return Err(format!(
                    "CRAWL_DELAY must be 0 to 60000 milliseconds, is `{crawl_delay}`"
                ));
            }
        };
        let graph_from = match get("GRAPH_FROM").map(|it| (it.parse::<usize>(), it)) {
            None => usize::MAX,
            Some((Ok(count @ 1..), _)) => count,
            Some((_, text)) => return Err(format!("GRAPH_FROM must be a number of passages, is `{text}`")),
        };
        let server = |names, path| server(&get, &allow_private_hosts, names, path);
        let embedding_server = server(EMBED, "embeddings")?;
        let server = server(LLM, "chat/completions")?.map(ModelChoice::Server);
        Ok(Self {
            auth_keys,
            default_plan,
            default_database: DatabaseName::new(get("DEFAULT_DATABASE").unwrap_or_else(|| "DB".into())),
            operator_token,
            public_url: public_url.trim_end_matches('/').into(),
            mail_from: get("MAIL_FROM").unwrap_or_else(|| "no-reply@edgewise.example".into()),
            model: server.or_else(|| get("WORKERS_AI_MODEL").map(ModelChoice::Platform)),
            first_word_timeout,
            embedding_server,
            platform_embedding_model: get("WORKERS_AI_EMBED_MODEL"),
            crawl_delay,
            graph_from,
            allow_private_hosts,
        })
    }
}

/// The settings of a server: its address, its model and its key.
type Names = [&'static str; 3];

const LLM: Names = ["LLM_BASE_URL", "LLM_MODEL", "LLM_API_KEY"];
const EMBED: Names = ["EMBED_BASE_URL", "EMBED_MODEL", "EMBED_API_KEY"];

fn server(
    get: &impl Fn(&str) -> Option<String>,
    hosts: &[PrivateHost],
    [base_name, model_name, key_name]: Names,
    path: &str,
) -> Result<Option<ModelServer>, String> {
    let Some(base) = get(base_name) else {
        return Ok(None);
    };
    let url = format!("{}/{path}", base.trim_end_matches('/'));
    let url = match base.contains(['?', '#']) {
        true => Err("must not have a query".to_owned()),
        false => PublicUrl::new(&url, hosts),
    };
    let url = url.map_err(|why| {
        format!("{base_name} {why}, is `{base}`; a server of your own must be among ALLOW_PRIVATE_HOSTS")
    })?;
    let model = get(model_name)
        .ok_or_else(|| format!("{model_name} is not set: it names the model to ask for at {base_name}"))?;
    let key = get(key_name);
    // It is sent in a header.
    if key
        .as_deref()
        .is_some_and(|it| !it.bytes().all(|it| it.is_ascii_graphic()))
    {
        return Err(format!("{key_name} must be one word"));
    }
    Ok(Some(ModelServer { url, model, key }))
}

#[cfg(test)]
#[allow(clippy::panic, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, String> {
        Settings::read(|name| pairs.iter().find(|it| it.0 == name).map(|it| it.1.to_owned()))
    }

    #[test]
    fn what_is_missing_or_malformed_is_named() {
        let secret = ("AUTH_SECRET", "0123456789abcdef0123456789abcdef");
        assert!(read(&[]).is_err_and(|it| it.contains("AUTH_SECRET")));
        assert!(read(&[("AUTH_SECRET", "short")]).is_err_and(|it| it.contains("AUTH_SECRET")));
        assert!(read(&[secret, ("OPERATOR_TOKEN", "fifteen-letters")]).is_err_and(|it| it.contains("OPERATOR_TOKEN")));
        assert!(read(&[secret, ("OPERATOR_TOKEN", "sixteen-letters!")]).is_ok_and(|it| it.operator_token.is_some()));
        assert!(read(&[secret, ("OPERATOR_TOKEN", "")]).is_ok_and(|it| it.operator_token.is_none()));
        let previous = ("AUTH_SECRET_PREVIOUS", "fedcba9876543210fedcba9876543210, short");
        assert!(read(&[secret, previous]).is_err_and(|it| it.contains("AUTH_SECRET_PREVIOUS")));
        assert!(read(&[secret, ("DEFAULT_PLAN", "GOLD")]).is_err_and(|it| it.contains("DEFAULT_PLAN")));
        assert!(read(&[secret, ("PUBLIC_URL", "not a url")]).is_err_and(|it| it.contains("PUBLIC_URL")));
        assert!(read(&[secret, ("ALLOW_PRIVATE_HOSTS", "a b")]).is_err_and(|it| it.contains("ALLOW_PRIVATE_HOSTS")));
        assert!(read(&[secret, ("GRAPH_FROM", "0")]).is_err_and(|it| it.contains("GRAPH_FROM")));
        assert!(read(&[secret, ("CRAWL_DELAY", "-1")]).is_err_and(|it| it.contains("CRAWL_DELAY")));
        assert!(read(&[secret]).is_ok_and(|it| it.crawl_delay == TimeDelta::seconds(1)));
        assert!(read(&[secret, ("GRAPH_FROM", "5000")]).is_ok_and(|it| it.graph_from == 5_000));
        let settings = read(&[secret, ("ALLOW_PRIVATE_HOSTS", "Localhost, 127.0.0.1:9000")]);
        assert_eq!(settings.map(|it| it.allow_private_hosts.len()), Ok(2));
    }

    #[test]
    fn a_language_model_is_checked_before_it_is_asked() {
        let secret = ("AUTH_SECRET", "0123456789abcdef0123456789abcdef");
        let model = ("LLM_MODEL", "small");
        let wrong = [
            (vec![("LLM_BASE_URL", "https://a.example/v1")], "LLM_MODEL is not set"),
            (vec![("LLM_BASE_URL", "a.example"), model], "LLM_BASE_URL must"),
            (
                vec![("LLM_BASE_URL", "https://a.example/v1?x=y"), model],
                "LLM_BASE_URL must",
            ),
            (
                vec![("LLM_BASE_URL", "http://localhost:11434/v1"), model],
                "ALLOW_PRIVATE_HOSTS",
            ),
            (
                vec![
                    ("LLM_BASE_URL", "http://localhost:11434/v1"),
                    model,
                    ("ALLOW_PRIVATE_HOSTS", "localhost:1"),
                ],
                "ALLOW_PRIVATE_HOSTS",
            ),
            (
                vec![("LLM_BASE_URL", "https://a.example/v1"), model, ("LLM_API_KEY", "a b")],
                "LLM_API_KEY must",
            ),
        ];
        for (mut pairs, said) in wrong {
            pairs.push(secret);
            assert!(read(&pairs).is_err_and(|it| it.contains(said)), "{pairs:?}");
        }
        let right = [
            secret,
            model,
            ("LLM_BASE_URL", "http://localhost:11434/v1/"),
            ("ALLOW_PRIVATE_HOSTS", "localhost:11434"),
            ("WORKERS_AI_MODEL", "@cf/meta/llama"),
        ];
        let chosen = read(&right).map(|it| it.model);
        let Ok(Some(ModelChoice::Server(server))) = chosen else {
            panic!("a server comes before the platform's model: {chosen:?}");
        };
        assert_eq!(server.url.as_str(), "http://localhost:11434/v1/chat/completions");
        let platform = read(&[secret, ("WORKERS_AI_MODEL", "@cf/meta/llama")]).map(|it| it.model);
        assert!(matches!(platform, Ok(Some(ModelChoice::Platform(_)))), "{platform:?}");
        for patience in ["0", "121", "1.5", "soon"] {
            assert!(read(&[secret, ("LLM_PATIENCE", patience)]).is_err_and(|it| it.contains("LLM_PATIENCE")));
        }
        assert!(
            read(&[secret, ("LLM_PATIENCE", "90")]).is_ok_and(|it| it.first_word_timeout == Duration::from_secs(90))
        );
        assert!(read(&[secret, model]).is_ok_and(|it| it.model.is_none()));
    }

    #[test]
    fn an_embedding_server_is_checked_in_the_same_way() {
        let secret = ("AUTH_SECRET", "0123456789abcdef0123456789abcdef");
        let base = ("EMBED_BASE_URL", "https://a.example/v1/");
        assert!(read(&[secret, base]).is_err_and(|it| it.contains("EMBED_MODEL is not set")));
        let private = ("EMBED_BASE_URL", "http://10.0.0.1/v1");
        let model = ("EMBED_MODEL", "small");
        assert!(read(&[secret, private, model]).is_err_and(|it| it.contains("EMBED_BASE_URL must")));
        assert!(read(&[secret, base, model, ("EMBED_API_KEY", "a b")]).is_err_and(|it| it.contains("EMBED_API_KEY")));
        let server = read(&[secret, base, model]).map(|it| it.embedding_server.map(|it| it.url.as_str().to_owned()));
        assert_eq!(server, Ok(Some("https://a.example/v1/embeddings".into())));
        let platform = read(&[secret, ("WORKERS_AI_EMBED_MODEL", "@cf/baai/bge-m3")]);
        assert_eq!(
            platform.map(|it| it.platform_embedding_model),
            Ok(Some("@cf/baai/bge-m3".into()))
        );
    }
}
