//! `cargo xtask fuzz`: everything that reads what strangers send, against libFuzzer.
//!
//! The targets are in `tests/fuzz`, each with a corpus whose seeds are in the repository; what a run finds beside them
//! stays on this machine. An input that a target fails on lies in `tests/fuzz/artifacts/<target>/`.
use crate::paths::root;
use crate::process::check_not_ending;
use crate::progress::{run_logged, spent};
use crate::tools::fuzzer;
use anyhow::{Context as _, Result, bail};
use std::fs;
use std::process::Command;
use std::time::Instant;

/// The folder of the targets.
const FOLDER: &str = "tests/fuzz";
/// How much memory an input may take: what an isolate has, and what the fuzzer itself needs.
const MEMORY_LIMIT_MIB: u32 = 512;
/// How long one input may take, in seconds. Unoptimized checks and a busy machine are in it.
const INPUT_TIMEOUT_S: u32 = 20;
/// The largest input that is tried, in bytes: limits of megabytes are tested by the hostile files instead.
const INPUT_LIMIT: u32 = 64 * 1024;

/// Runs each target for so many minutes, or those in `only`.
///
/// # Errors
/// When a target fails on an input, with the file that holds it, or when the fuzzer cannot be had.
pub fn run(minutes: f64, only: &[String]) -> Result<()> {
    let fuzzer = fuzzer()?;
    let targets = targets()?;
    if let Some(unknown) = only.iter().find(|it| !targets.contains(it)) {
        bail!("there is no target {unknown}; there are {}", targets.join(", "));
    }
    let seconds = (minutes * 60.0).max(1.0).round();
    let mut failed = Vec::new();
    for target in targets.iter().filter(|it| only.is_empty() || only.contains(it)) {
        check_not_ending()?;
        let started = Instant::now();
        let log = root().join("target/xtask").join(format!("fuzz-{target}.log"));
        let mut command = Command::new(&fuzzer);
        command.current_dir(root());
        command.args(["fuzz", "run", "--fuzz-dir", FOLDER]);
        // Without a sanitizer it builds with the stable compiler; the code under test has no unsafe blocks of its own.
        command.args(["--sanitizer", "none", target]);
        command.arg("--").args([
            format!("-max_total_time={seconds}"),
            format!("-rss_limit_mb={MEMORY_LIMIT_MIB}"),
            format!("-timeout={INPUT_TIMEOUT_S}"),
            format!("-max_len={INPUT_LIMIT}"),
            "-print_final_stats=1".into(),
        ]);
        let (is_ok, said) = run_logged(&log, &mut command)?;
        let end = if is_ok { "nothing found" } else { "FAILED" };
        println!(
            "{target:<10} {end}, {} in {}",
            executions(&said),
            spent(started.elapsed())
        );
        if !is_ok {
            failed.push(format!("{target}, see {}", log.display()));
        }
    }
    if !failed.is_empty() {
        bail!("{} failed:\n{}", failed.len(), failed.join("\n"));
    }
    Ok(())
}

/// The names of the targets, as their files say.
fn targets() -> Result<Vec<String>> {
    let folder = root().join(FOLDER).join("targets");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "rs") {
            names.extend(path.file_stem().and_then(|it| it.to_str()).map(str::to_owned));
        }
    }
    names.sort();
    Ok(names)
}

/// How many inputs were tried, as libFuzzer says at its end.
fn executions(said: &str) -> String {
    let figure = said
        .lines()
        .find_map(|it| it.strip_prefix("stat::number_of_executed_units:"));
    figure.map_or_else(|| "no inputs".into(), |it| format!("{} inputs", it.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_seeds_in_the_repository() {
        for target in targets().unwrap() {
            let folder = root().join(FOLDER).join("corpus").join(&target);
            let names: Vec<_> = fs::read_dir(&folder)
                .unwrap()
                .map(|it| it.unwrap().file_name())
                .collect();
            assert!(
                names.iter().any(|it| it.to_string_lossy().starts_with("seed-")),
                "{target} has no seed in {}",
                folder.display()
            );
        }
    }

    #[test]
    fn every_target_is_a_program_of_the_crate() {
        let manifest = fs::read_to_string(root().join(FOLDER).join("Cargo.toml")).unwrap();
        for target in targets().unwrap() {
            assert!(
                manifest.contains(&format!("path = \"targets/{target}.rs\"")),
                "{target}"
            );
        }
    }

    #[test]
    fn the_number_of_inputs_is_read_from_the_last_words() {
        let said = "Done\nstat::number_of_executed_units: 1234\n";
        assert_eq!(executions(said), "1234 inputs");
        assert_eq!(executions("error"), "no inputs");
    }
}
