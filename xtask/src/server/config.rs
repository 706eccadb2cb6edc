//! What wrangler reads here: the configurations as they lie in the repository, for scripts that were built elsewhere.
use super::Plan;
use crate::paths::{JOBS_CONFIG, MIGRATIONS, MINILM, root, write};
use crate::settings::{Values, write_for_wrangler};
use anyhow::{Context as _, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The lines of wrangler.toml that are switched on where there is an embedder.
const BINDING: &str = "[[services]]\nbinding = \"EMBEDDER\"\nservice = \"edgewise-embedder\"\n";

/// Writes the configurations; answers that of the main Worker, then those of the Workers that it is bound to. They lie
/// in the folder of the state, as does what wrangler writes beside them.
///
/// # Errors
/// When one cannot be read or written, or lacks a line that it should have.
pub(super) fn write_all(plan: &Plan, settings: &Values) -> Result<Vec<PathBuf>> {
    let parser = plan.state.join("parser.toml");
    write(
        &parser,
        with(&read("edge/parser/wrangler.toml")?, "main", &plan.parser)?,
    )?;
    let mut jobs_config = with(&read(JOBS_CONFIG)?, "main", &plan.jobs_script)?;
    jobs_config = with(&jobs_config, "directory", &plan.dist)?;
    // A folder of its own, since wrangler reads the settings of this Worker from a file beside its configuration.
    let jobs = plan.state.join("jobs/wrangler.toml");
    let own = plan.state.join("worker.toml");
    let mut own_config = with(&read("wrangler.toml")?, "main", &plan.script)?;
    own_config = with(&own_config, "directory", &plan.dist)?;
    own_config = with(&own_config, "migrations_dir", &root().join(MIGRATIONS))?;
    let mut configs = vec![own.clone(), jobs.clone(), parser];
    if let Some(script) = &plan.embedder {
        let embedder = plan.state.join("embedder.toml");
        let config = with(&read("edge/embedder/wrangler.toml")?, "main", script)?;
        let files = root().join(MINILM);
        let files = files.parent().context("the model lies nowhere")?;
        write(&embedder, with(&config, "directory", files)?)?;
        configs.push(embedder);
        own_config = bound_to_embedder(&own_config);
        jobs_config = bound_to_embedder(&jobs_config);
    }
    if let Some(name) = settings.get("DEFAULT_DATABASE") {
        own_config = bound_to_database(&own_config, name);
        jobs_config = bound_to_database(&jobs_config, name);
    }
    write(&own, own_config)?;
    write(&jobs, jobs_config)?;
    write_for_wrangler(&jobs.with_file_name(".env"), settings)?;
    Ok(configs)
}

fn read(config: &str) -> Result<String> {
    let file = root().join(config);
    fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))
}

/// Replaces the path that a line names.
fn with(config: &str, key: &str, path: &Path) -> Result<String> {
    let begins = format!("{key} = ");
    let (before, rest) = config
        .split_once(&begins)
        .with_context(|| format!("it names no {key}"))?;
    let after = rest.split_once('\n').map_or("", |it| it.1);
    Ok(format!("{before}{begins}{:?}\n{after}", path.display().to_string()))
}

fn bound_to_embedder(config: &str) -> String {
    if config.lines().any(|it| it.trim() == "binding = \"EMBEDDER\"") {
        return config.to_owned();
    }
    // A table of its own, so it may stand at the end, whatever stands before it.
    format!("{config}\n{BINDING}")
}

/// Adds the database that new workspaces are to go to, so that a further one can be tried out on this machine.
fn bound_to_database(config: &str, name: &str) -> String {
    if config.lines().any(|it| it.trim() == format!("binding = {name:?}")) {
        return config.to_owned();
    }
    let database = format!("edgewise-{}", name.to_lowercase().replace('_', "-"));
    let migrations = root().join(MIGRATIONS).display().to_string();
    format!(
        "{config}\n[[d1_databases]]\nbinding = {name:?}\ndatabase_name = {database:?}\nmigrations_dir = {migrations:?}\n"
    )
}

/// Returns the bindings of the databases in a configuration.
///
/// # Errors
/// When it is no TOML.
pub(super) fn databases(config: &Path) -> Result<Vec<String>> {
    let config: toml::Table = fs::read_to_string(config)?.parse()?;
    let all = config.get("d1_databases").and_then(toml::Value::as_array);
    let bindings = all.into_iter().flatten().filter_map(|it| it.get("binding")?.as_str());
    Ok(bindings.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_replaced_and_the_rest_is_kept() {
        let config = with("a = 1\nmain = \"x\"\nb = 2\n", "main", Path::new("/y")).unwrap();
        assert_eq!(config, "a = 1\nmain = \"/y\"\nb = 2\n");
        assert!(with("a = 1\n", "main", Path::new("/y")).is_err());
    }

    #[test]
    fn a_database_is_bound_once() {
        let first = "[[d1_databases]]\nbinding = \"DB\"\n";
        assert_eq!(bound_to_database(first, "DB"), first);
        let both = bound_to_database(first, "DB_2");
        assert!(
            both.contains("binding = \"DB_2\"\ndatabase_name = \"edgewise-db-2\"\n"),
            "{both}"
        );
        assert_eq!(bound_to_database(&both, "DB_2"), both);
        let file = std::env::temp_dir().join(format!("edgewise-config-{}.toml", std::process::id()));
        fs::write(&file, both).unwrap();
        assert_eq!(databases(&file).unwrap(), ["DB", "DB_2"]);
        fs::remove_file(&file).unwrap();
    }

    #[test]
    fn the_embedder_is_bound_once() {
        let commented = "# [[services]]\n# binding = \"EMBEDDER\"\n";
        let bound = bound_to_embedder(commented);
        assert!(bound.starts_with(commented) && bound.ends_with(BINDING), "{bound}");
        assert_eq!(bound_to_embedder(&bound), bound);
    }
}
