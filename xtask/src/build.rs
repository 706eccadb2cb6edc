//! What the Worker is deployed from: its script, and the folder of files it serves.
//!
//! A list of steps, each with what it reads. A step whose inputs are as they were is passed over, so that a build in
//! which nothing changed takes no time, and `dev` can ask for one several times a second.
mod dashboard;
mod docs;
mod embedder;
mod markdown;
mod model;
mod openapi;
mod parser;
mod reference;
mod site;
mod widget;
mod worker;

use crate::paths::{MINILM, root};
use crate::process::check_not_ending;
use crate::progress::{log_file, spent, step};
use crate::stamp;
use crate::tools::Tools;
use anyhow::{Context as _, Result, bail};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How it is compiled, and where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Compiles fast, into `.dev/`: for `dev`.
    Quick,
    /// What is deployed, into `edge/build/` and `dist/`, where wrangler.toml looks.
    Release,
}

impl Profile {
    const fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Release => "release",
        }
    }

    /// The profile in Cargo.toml of what browsers download.
    const fn web(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Release => "web",
        }
    }
}

/// A build: where it goes and what it is made with.
pub struct Build {
    profile: Profile,
    tools: Tools,
}

struct Step {
    name: &'static str,
    /// Files and folders, from the top of the repository.
    inputs: &'static [&'static str],
    /// Whether cargo has a part in it, so that the workspace's own files count as well.
    compiled: bool,
    /// Makes the outputs and says which they are.
    make: fn(&Build) -> Result<Vec<PathBuf>>,
}

/// In the order in which they are made; what is quick comes first, so that a mistake there is seen early.
const STEPS: [Step; 9] = [
    Step {
        name: "site",
        inputs: &["public"],
        compiled: false,
        make: site::make,
    },
    Step {
        name: "model",
        inputs: &["shared/retrieval/model"],
        compiled: false,
        make: model::make,
    },
    Step {
        name: "reference",
        inputs: &["package-lock.json"],
        compiled: false,
        make: reference::make,
    },
    Step {
        name: "worker",
        inputs: &[
            "shared/Cargo.toml",
            "shared/src",
            "shared/chat",
            "shared/retrieval/Cargo.toml",
            "shared/retrieval/src",
            "edge/Cargo.toml",
            "edge/build.rs",
            "edge/src",
            "edge/extract",
            "edge/model",
            "edge/store",
            "edge/core",
            "edge/permit",
            "edge/dialects",
        ],
        compiled: true,
        make: worker::make,
    },
    Step {
        name: "parser",
        inputs: &[
            "shared/retrieval/Cargo.toml",
            "shared/retrieval/src",
            "edge/extract",
            "edge/permit",
            "edge/budget",
            "edge/parser/Cargo.toml",
            "edge/parser/build.rs",
            "edge/parser/src",
        ],
        compiled: true,
        make: parser::make,
    },
    Step {
        name: EMBEDDER,
        inputs: &[
            "shared/retrieval/Cargo.toml",
            "shared/retrieval/src",
            "shared/retrieval/minilm/Cargo.toml",
            "shared/retrieval/minilm/src",
            "shared/retrieval/model/tokenizer.json",
            "edge/budget",
            "edge/embedder/Cargo.toml",
            "edge/embedder/build.rs",
            "edge/embedder/src",
        ],
        compiled: true,
        make: embedder::make,
    },
    Step {
        name: "widget",
        inputs: &["shared/Cargo.toml", "shared/src", "shared/chat", "widget"],
        compiled: true,
        make: widget::make,
    },
    Step {
        name: "dashboard",
        inputs: &[
            "shared/Cargo.toml",
            "shared/src",
            "shared/chat",
            "public/tokens.css",
            "dashboard",
            "Trunk.toml",
        ],
        compiled: true,
        make: dashboard::make,
    },
    Step {
        name: "openapi",
        inputs: &[
            "shared/Cargo.toml",
            "shared/src",
            "shared/chat",
            "edge/model",
            "edge/store",
            "edge/core",
            "edge/dialects",
        ],
        compiled: true,
        make: openapi::make,
    },
];

/// The step that is passed over where nobody has made the model, unless it is asked for by name.
const EMBEDDER: &str = "embedder";

/// Tells whether somebody has made the model of all-MiniLM-L6-v2.
#[must_use]
pub fn has_minilm() -> bool {
    root().join(MINILM).exists()
}

/// Counted up when the steps change what they make of the same inputs.
const WAY: &str = "2";

/// What every compiled step reads besides.
const WORKSPACE: [&str; 4] = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "rust-toolchain.toml"];

/// `cargo xtask build`.
///
/// # Errors
/// When a tool cannot be had or a step fails.
pub fn run(profile: Profile, only: &[String]) -> Result<()> {
    let started = Instant::now();
    if let Some(unknown) = only.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        bail!("there is no step {unknown}; there are {}", names.join(", "));
    }
    let build = Build::new(profile, Tools::ready()?);
    match only {
        [] => build.make()?,
        only => build.make_only(|name| only.iter().any(|it| it == name))?,
    }
    build.without_demo()?;
    println!(
        "Built {} and {} in {}.",
        shown(&build.script()),
        shown(&build.dist()),
        spent(started.elapsed())
    );
    Ok(())
}

impl Build {
    /// A build of this profile.
    #[must_use]
    pub fn new(profile: Profile, tools: Tools) -> Self {
        Self { profile, tools }
    }

    /// The folder of files that are served as they are.
    #[must_use]
    pub fn dist(&self) -> PathBuf {
        match self.profile {
            Profile::Quick => root().join(".dev/dist"),
            Profile::Release => root().join("dist"),
        }
    }

    /// The Worker's script; the WebAssembly lies beside it.
    #[must_use]
    pub fn script(&self) -> PathBuf {
        self.worker().join("index.js")
    }

    /// The script of the Worker that reads files.
    #[must_use]
    pub fn parser_script(&self) -> PathBuf {
        self.parser().join("index.js")
    }

    /// The script of the Worker that runs all-MiniLM-L6-v2.
    #[must_use]
    pub fn embedder_script(&self) -> PathBuf {
        self.embedder().join("index.js")
    }

    /// The tools it is made with.
    #[must_use]
    pub fn tools(&self) -> &Tools {
        &self.tools
    }

    fn worker(&self) -> PathBuf {
        match self.profile {
            Profile::Quick => root().join(".dev/worker"),
            Profile::Release => root().join("edge/build"),
        }
    }

    fn parser(&self) -> PathBuf {
        match self.profile {
            Profile::Quick => root().join(".dev/parser"),
            Profile::Release => root().join("edge/parser/build"),
        }
    }

    fn embedder(&self) -> PathBuf {
        match self.profile {
            Profile::Quick => root().join(".dev/embedder"),
            Profile::Release => root().join("edge/embedder/build"),
        }
    }

    /// Does the steps whose inputs have changed.
    ///
    /// # Errors
    /// Those of the first step that fails.
    pub fn make(&self) -> Result<()> {
        self.make_only(|name| name != EMBEDDER || has_minilm())
    }

    /// Removes what `dev --release` leaves in `dist/` for its demo page.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn without_demo(&self) -> Result<()> {
        let demo = self.dist().join("demo.json");
        if demo.exists() {
            fs::remove_file(demo)?;
        }
        Ok(())
    }

    fn make_only(&self, wanted: impl Fn(&str) -> bool) -> Result<()> {
        // Two that build at once, such as `dev` and `test`, take turns; the second finds the first one's work done.
        let turn = File::create(log_file("build-turn")?)?;
        turn.lock().context("waiting for another build")?;
        for it in STEPS.iter().filter(|it| wanted(it.name)) {
            check_not_ending()?;
            let inputs = self.fingerprint(it)?;
            if stamp::is_fresh(&self.stamp(it), inputs) {
                continue;
            }
            let outputs = step(it.name, || (it.make)(self))?;
            stamp::note(&self.stamp(it), inputs, outputs)?;
        }
        Ok(())
    }

    /// A number that changes when anything that is read changes.
    ///
    /// # Errors
    /// When a file cannot be looked at.
    pub fn state_of_inputs(&self) -> Result<Vec<u64>> {
        STEPS.iter().map(|it| self.fingerprint(it)).collect()
    }

    fn fingerprint(&self, step: &Step) -> Result<u64> {
        let workspace = if step.compiled { &WORKSPACE[..] } else { &[] };
        let inputs: Vec<PathBuf> = step
            .inputs
            .iter()
            .chain(workspace)
            .map(|input| root().join(input))
            .collect();
        stamp::fingerprint(&inputs, WAY)
    }

    fn stamp(&self, step: &Step) -> String {
        format!("{}-{}", self.profile.name(), step.name)
    }
}

/// A path as a person at the top of the repository would write it.
#[must_use]
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
