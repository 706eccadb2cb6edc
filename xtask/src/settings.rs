//! The settings of an installation: one table, and where their values come from on this machine.
//!
//! `[vars]` in wrangler.toml, overridden by `.dev.vars`, overridden by the environment.
mod checks;
mod dotenv;

use crate::paths::{root, write_private};
use crate::secret;
use anyhow::{Context as _, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// One setting.
pub struct Setting {
    /// As the Worker and the environment call it.
    pub name: &'static str,
    /// Secrets are kept out of wrangler.toml: `.dev.vars` here, `wrangler secret put` in production.
    pub secret: bool,
    /// What it does, in a sentence.
    pub meaning: &'static str,
    check: fn(&str) -> Result<(), String>,
}

/// Every setting there is. `public/docs/configuration.md` explains each.
pub const SETTINGS: [Setting; 20] = [
    Setting {
        name: "AUTH_SECRET",
        secret: true,
        meaning: "Signs access tokens and visitor tokens and seals secrets; keep the old one below when you change it.",
        check: checks::at_least::<32>,
    },
    Setting {
        name: "AUTH_SECRET_PREVIOUS",
        secret: true,
        meaning: "Earlier values of AUTH_SECRET that are still accepted, separated by commas or blanks.",
        check: checks::each_at_least::<32>,
    },
    Setting {
        name: "OPERATOR_TOKEN",
        secret: true,
        meaning: "Opens the operator's routes in the header X-Operator-Token; without it they answer 404.",
        check: checks::at_least::<16>,
    },
    Setting {
        name: "DEFAULT_PLAN",
        secret: false,
        meaning: "The plan of a new workspace.",
        check: checks::plan,
    },
    Setting {
        name: "DEFAULT_DATABASE",
        secret: false,
        meaning: "The binding of the database that new workspaces go to.",
        check: checks::one_word,
    },
    Setting {
        name: "PUBLIC_URL",
        secret: false,
        meaning: "The address people reach this installation at, for links in mails; on this machine the one that is served.",
        check: checks::origin_or_nothing,
    },
    Setting {
        name: "MAIL_FROM",
        secret: false,
        meaning: "The sender of mails.",
        check: checks::mail_address,
    },
    Setting {
        name: "RESEND_API_KEY",
        secret: true,
        meaning: "Sends mails over Resend instead of the send_email binding.",
        check: checks::one_word,
    },
    Setting {
        name: "LLM_BASE_URL",
        secret: false,
        meaning: "A language model that speaks OpenAI's protocol; without it answers are extracted from the documents.",
        check: checks::url_or_nothing,
    },
    Setting {
        name: "LLM_MODEL",
        secret: false,
        meaning: "The model to ask for at LLM_BASE_URL.",
        check: checks::anything,
    },
    Setting {
        name: "LLM_API_KEY",
        secret: true,
        meaning: "The key of LLM_BASE_URL, when it needs one.",
        check: checks::one_word,
    },
    Setting {
        name: "LLM_PATIENCE",
        secret: false,
        meaning: "How many seconds a language model may take to its first word.",
        check: checks::patience,
    },
    Setting {
        name: "WORKERS_AI_MODEL",
        secret: false,
        meaning: "A model of Workers AI, for an installation with the binding AI and without LLM_BASE_URL.",
        check: checks::one_word_or_nothing,
    },
    Setting {
        name: "EMBED_BASE_URL",
        secret: false,
        meaning: "A server that turns texts into vectors over OpenAI's protocol, for workspaces that choose `openai`.",
        check: checks::url_or_nothing,
    },
    Setting {
        name: "EMBED_MODEL",
        secret: false,
        meaning: "The model to ask for at EMBED_BASE_URL.",
        check: checks::anything,
    },
    Setting {
        name: "EMBED_API_KEY",
        secret: true,
        meaning: "The key of EMBED_BASE_URL, when it needs one.",
        check: checks::one_word,
    },
    Setting {
        name: "WORKERS_AI_EMBED_MODEL",
        secret: false,
        meaning: "A model of Workers AI that turns texts into vectors, for workspaces that choose `workers-ai`.",
        check: checks::one_word_or_nothing,
    },
    Setting {
        name: "CRAWL_DELAY",
        secret: false,
        meaning: "How long a website is left alone between two requests of a crawl, in milliseconds.",
        check: checks::crawl_delay,
    },
    Setting {
        name: "GRAPH_FROM",
        secret: false,
        meaning: "From how many passages on a part of an index is searched by a graph of near vectors.",
        check: checks::count_or_nothing,
    },
    Setting {
        name: "ALLOW_PRIVATE_HOSTS",
        secret: false,
        meaning: "Hosts in private networks that may be fetched from and delivered to, separated by commas.",
        check: checks::hosts,
    },
];

/// Names and values that differ from wrangler.toml.
pub type Values = BTreeMap<String, String>;

/// `.dev.vars` (made with fresh secrets when it is not there), overridden by the environment.
///
/// # Errors
/// When the file does not parse, names a setting that does not exist, or a value will not do.
pub fn of_this_machine() -> Result<Values> {
    let file = root().join(".dev.vars");
    let mut text = fs::read_to_string(&file).unwrap_or_default();
    let known = dotenv::parse(&text).map_err(|why| anyhow::anyhow!(".dev.vars: {why}"))?;
    let missing = [("AUTH_SECRET", 48), ("OPERATOR_TOKEN", 32)].map(|it| (!known.contains_key(it.0)).then_some(it));
    for (name, length) in missing.into_iter().flatten() {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&format!("{name}=\"{}\"\n", secret::random(length)?));
        write_private(&file, &text)?;
    }
    let mut values = dotenv::parse(&text).map_err(|why| anyhow::anyhow!(".dev.vars: {why}"))?;
    let given = SETTINGS
        .iter()
        .filter_map(|it| Some((it.name.to_owned(), std::env::var(it.name).ok()?)));
    values.extend(given);
    check(&values)?;
    Ok(values)
}

/// Says everything that is wrong with the values, not only the first thing.
///
/// # Errors
/// When a name is unknown or a value will not do.
pub fn check(values: &Values) -> Result<()> {
    let mut problems: Vec<String> = values.iter().filter_map(|(name, value)| problem(name, value)).collect();
    let is_set = |name: &str| values.get(name).is_some_and(|it| !it.trim().is_empty());
    if is_set("LLM_BASE_URL") && !is_set("LLM_MODEL") {
        problems.push("LLM_MODEL is not set, and LLM_BASE_URL needs it".into());
    }
    if is_set("EMBED_BASE_URL") && !is_set("EMBED_MODEL") {
        problems.push("EMBED_MODEL is not set, and EMBED_BASE_URL needs it".into());
    }
    if problems.is_empty() {
        return Ok(());
    }
    bail!(
        "the settings will not do:\n  {}\nsee public/docs/configuration.md",
        problems.join("\n  ")
    )
}

fn problem(name: &str, value: &str) -> Option<String> {
    let Some(setting) = SETTINGS.iter().find(|it| it.name == name) else {
        let all: Vec<&str> = SETTINGS.iter().map(|it| it.name).collect();
        return Some(format!("{name} is not a setting; there are {}", all.join(", ")));
    };
    let why = (setting.check)(value).err()?;
    // A secret is not repeated on the terminal.
    Some(if setting.secret {
        format!("{name} {why}")
    } else {
        format!("{name} {why}, and is {value:?}")
    })
}

/// Writes the values where wrangler reads them: a file for its owner's eyes, not a command line for everybody's.
///
/// # Errors
/// When a value cannot be quoted or the file cannot be written.
pub fn write_for_wrangler(file: &Path, values: &Values) -> Result<()> {
    write_private(file, &dotenv::write(values).map_err(anyhow::Error::msg)?)
        .context("writing the settings for wrangler")
}

#[cfg(test)]
mod tests {
    use super::{SETTINGS, Values, check};
    use crate::paths::root;
    use std::collections::BTreeSet;
    use std::fs;

    #[test]
    fn wrangler_toml_lists_every_setting_with_a_valid_default() {
        let text = fs::read_to_string(root().join("wrangler.toml")).unwrap();
        let (_, vars) = text.split_once("ROLE = \"main\"\n").unwrap();
        let declared: Values = vars
            .lines()
            .filter_map(|line| line.split_once(" = "))
            .map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()))
            .collect();
        let names: BTreeSet<&str> = declared.keys().map(String::as_str).collect();
        let expected: BTreeSet<&str> = SETTINGS.iter().filter(|it| !it.secret).map(|it| it.name).collect();
        assert_eq!(names, expected);
        check(&declared).unwrap();
    }

    #[test]
    fn every_setting_is_explained_in_the_documentation() {
        let page = fs::read_to_string(root().join("public/docs/configuration.md")).unwrap();
        let missing: Vec<&str> = SETTINGS
            .iter()
            .map(|it| it.name)
            .filter(|name| !page.contains(*name))
            .collect();
        assert!(missing.is_empty(), "configuration.md does not explain {missing:?}");
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once_and_no_secret_with_it() {
        let values = [("DEFAULT_PLAN", "GOLD"), ("LLM_BASE", "x"), ("AUTH_SECRET", "short")];
        let values: Values = values
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        let said = check(&values).unwrap_err().to_string();
        assert!(said.contains("DEFAULT_PLAN") && said.contains("GOLD"), "{said}");
        assert!(said.contains("LLM_BASE is not a setting"), "{said}");
        assert!(
            said.contains("AUTH_SECRET must have at least 32 characters") && !said.contains("short"),
            "{said}"
        );
    }

    #[test]
    fn a_model_at_an_address_needs_a_name() {
        let mut values = Values::from([("LLM_BASE_URL".to_owned(), "https://a.example/v1".to_owned())]);
        assert!(check(&values).unwrap_err().to_string().contains("LLM_MODEL is not set"));
        values.insert("LLM_MODEL".into(), "small".into());
        check(&values).unwrap();
        values.insert("EMBED_BASE_URL".into(), "https://a.example/v1".into());
        assert!(
            check(&values)
                .unwrap_err()
                .to_string()
                .contains("EMBED_MODEL is not set")
        );
        values.insert("EMBED_MODEL".into(), "small".into());
        check(&values).unwrap();
    }
}
