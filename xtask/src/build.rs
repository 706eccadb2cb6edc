//! What the Worker is deployed from: its script, and the folder of files it serves.
//!
//! A list of steps, each with what it reads. A step whose inputs are as they were is passed over, so that a build in
//! which nothing changed takes no time, and `dev` can ask for one several times a second.
mod bind;
mod compile;
mod dashboard;
mod docs;
mod markdown;
mod model;
mod openapi;
mod page;
mod reference;
mod site;
mod widget;
pub mod workers;

use crate::paths::{MINILM, root};
use crate::process::check_not_ending;
use crate::progress::{log_file, spent, step};
use crate::stamp;
use crate::tools::Tools;
use anyhow::{Context as _, Result, bail};
use compile::{DASHBOARD, EMBEDDER, Module, OPENAPI, PARSER, WIDGET, WORKER};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How it is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Fast to compile: for `dev`.
    Quick,
    /// What is deployed.
    Release,
}

/// A build: where it goes and what it is made with.
pub struct Build {
    profile: Profile,
    /// The folder of a run of `dev`; without one, the outputs go to where wrangler.toml looks.
    state: Option<PathBuf>,
    tools: Tools,
}

struct Step {
    /// As `cargo xtask build --only` calls it.
    name: &'static str,
    /// For the person who waits.
    what: &'static str,
    /// Files and folders, from the top of the repository.
    inputs: &'static [&'static str],
    /// What cargo has to compile first; the workspace's own files count then as well.
    module: Option<Module>,
    /// Makes the outputs and says which they are.
    make: fn(&Build) -> Result<Vec<PathBuf>>,
}

/// In the order in which they are made; what is quick comes first, so that a mistake there is seen early.
const STEPS: [Step; 9] = [
    Step {
        name: "site",
        what: "public/ and the pages of the documentation",
        inputs: &["public"],
        module: None,
        make: site::make,
    },
    Step {
        name: "model",
        what: "the table of embeddings",
        inputs: &["shared/retrieval/model"],
        module: None,
        make: model::make,
    },
    Step {
        name: "reference",
        what: "the viewer of the API reference",
        inputs: &["package-lock.json"],
        module: None,
        make: reference::make,
    },
    Step {
        name: "worker",
        what: "bindings and bundle of the Worker",
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
            "edge/budget",
            "edge/core",
            "edge/permit",
            "edge/dialects",
            "xtask/src/build/workers",
        ],
        module: Some(WORKER),
        make: workers::worker,
    },
    Step {
        name: "parser",
        what: "bindings and bundle of the Worker that reads files",
        inputs: &[
            "shared/retrieval/Cargo.toml",
            "shared/retrieval/src",
            "edge/extract",
            "edge/permit",
            "edge/budget",
            "edge/parser/Cargo.toml",
            "edge/parser/build.rs",
            "edge/parser/src",
            "xtask/src/build/workers",
        ],
        module: Some(PARSER),
        make: workers::parser,
    },
    Step {
        name: "embedder",
        what: "bindings and bundle of the Worker that runs all-MiniLM-L6-v2",
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
            "xtask/src/build/workers",
        ],
        module: Some(EMBEDDER),
        make: workers::embedder,
    },
    Step {
        name: "widget",
        what: "bindings and style of the widget",
        inputs: &["shared/Cargo.toml", "shared/src", "shared/chat", "widget"],
        module: Some(WIDGET),
        make: widget::make,
    },
    Step {
        name: "dashboard",
        what: "bindings, styles and page of the dashboard",
        inputs: &[
            "shared/Cargo.toml",
            "shared/src",
            "shared/chat",
            "public/tokens.css",
            "dashboard",
            "Trunk.toml",
        ],
        module: Some(DASHBOARD),
        make: dashboard::make,
    },
    Step {
        name: "openapi",
        what: "the description of the API",
        inputs: &[
            "shared/Cargo.toml",
            "shared/src",
            "shared/chat",
            "edge/model",
            "edge/store",
            "edge/core",
            "edge/dialects",
        ],
        module: Some(OPENAPI),
        make: openapi::make,
    },
];

/// Tells whether the model of all-MiniLM-L6-v2 has been made; without it the embedder is built only when asked for.
#[must_use]
pub fn has_minilm() -> bool {
    root().join(MINILM).exists()
}

/// Counted up when the steps change what they make of the same inputs.
const WAY: &str = "4";

/// What every compiled step reads besides.
const WORKSPACE: [&str; 4] = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "rust-toolchain.toml"];

/// `cargo xtask build`: what is deployed, or what `dev` builds in the folder `state`.
///
/// # Errors
/// When a tool cannot be had or a step fails.
pub fn run(state: Option<PathBuf>, only: &[String]) -> Result<()> {
    let started = Instant::now();
    if let Some(unknown) = only.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        bail!("there is no step {unknown}; there are {}", names.join(", "));
    }
    let build = match state {
        None => Build::deployed(Tools::ready_beside(|| compile_all(Profile::Release))?),
        Some(state) => Build::of_run(
            Profile::Quick,
            state,
            Tools::ready_beside(|| compile_all(Profile::Quick))?,
        ),
    };
    match only {
        [] => build.make()?,
        only => build.make_only(|name| only.iter().any(|it| it == name))?,
    }
    println!(
        "Built {} and {} in {}.",
        shown(&build.script()),
        shown(&build.dist()),
        spent(started.elapsed())
    );
    Ok(())
}

/// Compiles what every build needs. Takes no tool but cargo, so it can be done while tools are installed.
pub fn compile_all(profile: Profile) -> Result<()> {
    let modules: Vec<Module> = STEPS
        .iter()
        .filter(|it| is_made(it))
        .filter_map(|it| it.module)
        .collect();
    let _turn = turn()?;
    compile::compile(profile, &modules)
}

/// Two that build at once, such as `dev` and `test`, take turns; the second finds the first one's work done.
fn turn() -> Result<File> {
    let turn = File::create(log_file("build-turn")?)?;
    turn.lock().context("waiting for another build")?;
    Ok(turn)
}

fn is_made(step: &Step) -> bool {
    step.module != Some(EMBEDDER) || has_minilm()
}

impl Build {
    /// What is deployed, in `edge/build/` and `dist/`, where wrangler.toml looks.
    #[must_use]
    pub fn deployed(tools: Tools) -> Self {
        Self {
            profile: Profile::Release,
            state: None,
            tools,
        }
    }

    /// What one run of `dev` serves, in a folder of its own.
    #[must_use]
    pub fn of_run(profile: Profile, state: PathBuf, tools: Tools) -> Self {
        Self {
            profile,
            state: Some(state),
            tools,
        }
    }

    /// The folder of files that are served as they are.
    #[must_use]
    pub fn dist(&self) -> PathBuf {
        self.place("dist", "dist")
    }

    /// The Worker's script; the WebAssembly lies beside it.
    #[must_use]
    pub fn script(&self) -> PathBuf {
        self.place("edge/build", "worker").join("index.js")
    }

    /// The script of the Worker that reads files.
    #[must_use]
    pub fn parser_script(&self) -> PathBuf {
        self.place("edge/parser/build", "parser").join("index.js")
    }

    /// The script of the Worker that runs all-MiniLM-L6-v2.
    #[must_use]
    pub fn embedder_script(&self) -> PathBuf {
        self.place("edge/embedder/build", "embedder").join("index.js")
    }

    /// The tools it is made with.
    #[must_use]
    pub fn tools(&self) -> &Tools {
        &self.tools
    }

    fn place(&self, deployed: &str, of_run: &str) -> PathBuf {
        match &self.state {
            None => root().join(deployed),
            Some(state) => state.join(of_run),
        }
    }

    /// Does the steps whose inputs have changed.
    pub fn make(&self) -> Result<()> {
        self.make_only(|name| STEPS.iter().any(|it| it.name == name && is_made(it)))
    }

    fn make_only(&self, wanted: impl Fn(&str) -> bool) -> Result<()> {
        let _turn = turn()?;
        let mut stale = Vec::new();
        for step in STEPS.iter().filter(|it| wanted(it.name)) {
            let inputs = self.fingerprint(step)?;
            if !stamp::is_fresh(&self.stamp(step), inputs) {
                stale.push((step, inputs));
            }
        }
        // What is not compiled comes first in the list as well, so that a mistake there is seen early.
        let (compiled, others): (Vec<_>, Vec<_>) = stale.into_iter().partition(|(it, _)| it.module.is_some());
        self.make_each(&others)?;
        let modules: Vec<Module> = compiled.iter().filter_map(|(it, _)| it.module).collect();
        compile::compile(self.profile, &modules)?;
        self.make_each(&compiled)
    }

    fn make_each(&self, steps: &[(&Step, u64)]) -> Result<()> {
        for (it, inputs) in steps {
            check_not_ending()?;
            let outputs = step(&format!("{}: {}", it.name, it.what), || (it.make)(self))?;
            stamp::note(&self.stamp(it), *inputs, outputs)?;
        }
        Ok(())
    }

    /// A number that changes when anything that is read changes.
    pub fn state_of_inputs(&self) -> Result<Vec<u64>> {
        STEPS.iter().map(|it| self.fingerprint(it)).collect()
    }

    fn fingerprint(&self, step: &Step) -> Result<u64> {
        let workspace = if step.module.is_some() { &WORKSPACE[..] } else { &[] };
        let inputs: Vec<PathBuf> = step
            .inputs
            .iter()
            .chain(workspace)
            .map(|input| root().join(input))
            .collect();
        stamp::fingerprint(&inputs, &format!("{WAY} {:?}", self.profile))
    }

    fn stamp(&self, step: &Step) -> PathBuf {
        self.place("target/xtask/stamps", "stamps")
            .join(format!("{}.json", step.name))
    }
}

/// A path as a person at the top of the repository would write it.
#[must_use]
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
