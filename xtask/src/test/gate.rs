//! One check after the other, each under a heading, all counted.
use super::counted::{self, Counts};
use crate::paths::root;
use crate::process::ending;
use crate::progress::{last_lines, log_file, run_logged, spent};
use anyhow::{Result, bail};
use clap::ValueEnum;
use std::process::Command;
use std::time::Instant;

/// A part of the checks that can be asked for by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Gate {
    Fmt,
    Clippy,
    Suite,
    Sizes,
    Trunk,
    Live,
    Soak,
    Browser,
}

impl Gate {
    /// In the order in which they run.
    pub(super) const ALL: [Self; 8] = [
        Self::Fmt,
        Self::Clippy,
        Self::Suite,
        Self::Sizes,
        Self::Trunk,
        Self::Live,
        Self::Soak,
        Self::Browser,
    ];

    /// Whether it looks at what is deployed.
    pub(super) const fn needs_build(self) -> bool {
        matches!(
            self,
            Self::Sizes | Self::Trunk | Self::Live | Self::Soak | Self::Browser
        )
    }
}

/// How many passed and failed so far.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Tally {
    /// A check that counts as one.
    pub(super) fn check(&mut self, name: &str, check: impl FnOnce() -> Result<()>) -> bool {
        let started = heading(name);
        let ok = match check() {
            Ok(()) => true,
            Err(why) => {
                eprintln!("FAILED: {why:#}");
                false
            }
        };
        self.add(
            Counts {
                passed: u64::from(ok),
                failed: u64::from(!ok),
            },
            started,
        );
        ok
    }

    /// A program that runs many tests and says how many passed, in a way that `read` understands.
    pub(super) fn count(&mut self, name: &str, log: &str, command: &mut Command, read: fn(&str) -> Counts) {
        let started = heading(name);
        let counts = match log_file(log).and_then(|log| run_logged(&log, command.current_dir(root()))) {
            Ok((ok, spoken)) => {
                let counts = read(&spoken);
                if !ok || counts.failed > 0 {
                    eprintln!("{}", without_what_passed(&spoken));
                }
                // Failing without a failed test, it did not get as far as running them.
                Counts {
                    failed: counts.failed.max(u64::from(!ok)),
                    ..counts
                }
            }
            Err(why) => {
                eprintln!("FAILED: {why:#}");
                Counts { passed: 0, failed: 1 }
            }
        };
        self.add(counts, started);
    }

    fn add(&mut self, counts: Counts, started: Instant) {
        self.passed += counts.passed;
        self.failed += counts.failed;
        println!(
            "   {} passed, {} failed, in {}",
            counts.passed,
            counts.failed,
            spent(started.elapsed())
        );
    }
}

/// Whether a program succeeds; shows what it said when it does not.
pub(super) fn succeeds(log: &str, command: &mut Command) -> Result<()> {
    let (ok, spoken) = run_logged(&log_file(log)?, command.current_dir(root()))?;
    if !ok {
        bail!("\n{}", last_lines(&without_what_passed(&spoken), 200));
    }
    Ok(())
}

/// Whether a test runner runs exactly one test, and it passes; shows what was said when it does not.
pub(super) fn one_test_passes(log: &str, command: &mut Command) -> Result<()> {
    let (ok, spoken) = run_logged(&log_file(log)?, command.current_dir(root()))?;
    if !ok || counted::cargo(&spoken).passed != 1 {
        bail!("\n{}", last_lines(&without_what_passed(&spoken), 200));
    }
    Ok(())
}

fn heading(name: &str) -> Instant {
    if !ending() {
        println!("\n── {name} ──");
    }
    Instant::now()
}

fn without_what_passed(spoken: &str) -> String {
    const NOISE: [&str; 6] = [
        "Compiling ",
        "Checking ",
        "Downloading ",
        "Downloaded ",
        "Fresh ",
        "Running ",
    ];
    let telling = |line: &&str| {
        let passed = line.starts_with("test ") && line.ends_with(" ok") || line.starts_with("ok ");
        !passed && !line.trim().is_empty() && !NOISE.iter().any(|noise| line.trim_start().starts_with(noise))
    };
    spoken.lines().filter(telling).collect::<Vec<_>>().join("\n")
}
