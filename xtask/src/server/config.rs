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
    fn the_embedder_is_bound_once() {
        let commented = "# [[services]]\n# binding = \"EMBEDDER\"\n";
        let bound = bound_to_embedder(commented);
        assert!(bound.starts_with(commented) && bound.ends_with(BINDING), "{bound}");
        assert_eq!(bound_to_embedder(&bound), bound);
    }
}
