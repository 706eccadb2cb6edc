//! From Rust to WebAssembly: what cargo does.
use super::Profile;
use crate::paths::root;
use crate::progress::{run, step};
use crate::tools::{WASM, cargo_for_wasm};
use anyhow::Result;
use std::path::PathBuf;

/// A crate that becomes a WebAssembly module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Module {
    package: &'static str,
    /// The profile in Cargo.toml that it is deployed with.
    deployed: &'static str,
    /// The same for `dev`.
    quick: &'static str,
    /// An example of the package instead of its library.
    example: Option<&'static str>,
}

pub(super) const WORKER: Module = Module::worker("edge");
pub(super) const PARSER: Module = Module::worker("edge-parser");
/// With the quick profile a question would take seconds.
pub(super) const EMBEDDER: Module = Module {
    quick: "release",
    ..Module::worker("edge-embedder")
};
pub(super) const WIDGET: Module = Module {
    deployed: "web",
    ..Module::worker("widget")
};
pub(super) const DASHBOARD: Module = Module {
    deployed: "web",
    ..Module::worker("dashboard")
};
/// Prints the description of the API. It is not deployed, so it is always compiled quickly.
pub(super) const OPENAPI: Module = Module {
    deployed: "quick",
    example: Some("openapi"),
    ..Module::worker("edge-dialects")
};

/// What the quick profile compiles in one run of cargo, so that crates in common are compiled once: in runs of its own,
/// each package would have them with other features.
const QUICK: [Module; 5] = [WORKER, PARSER, WIDGET, DASHBOARD, OPENAPI];

impl Module {
    /// A Worker of this package.
    pub(super) const fn worker(package: &'static str) -> Self {
        Self {
            package,
            deployed: "release",
            quick: "quick",
            example: None,
        }
    }

    /// The profile in Cargo.toml.
    pub(super) const fn profile(self, profile: Profile) -> &'static str {
        match profile {
            Profile::Quick => self.quick,
            Profile::Release => self.deployed,
        }
    }

    pub(super) const fn package(self) -> &'static str {
        self.package
    }

    /// What cargo makes of it.
    pub(super) fn file(self, profile: Profile) -> PathBuf {
        let folder = root().join("target").join(WASM).join(self.profile(profile));
        match self.example {
            Some(example) => folder.join("examples").join(format!("{example}.wasm")),
            None => folder.join(format!("{}.wasm", self.package.replace('-', "_"))),
        }
    }
}

/// Compiles these modules. Needs no tool but cargo.
pub(super) fn compile(profile: Profile, modules: &[Module]) -> Result<()> {
    let (quick, others): (Vec<Module>, Vec<Module>) = modules.iter().partition(|it| it.profile(profile) == "quick");
    if !quick.is_empty() {
        let what = match profile {
            Profile::Quick => "compiling Workers, widget and dashboard (minutes the first time, seconds later)",
            Profile::Release => "compiling the description of the API",
        };
        let mut command = cargo_for_wasm();
        command.args(["build", "--target", WASM, "--profile", "quick"]);
        command.args(QUICK.map(|it| format!("--package={}", it.package)));
        command.args(["--features=edge-dialects/openapi", "--example=openapi"]);
        if profile == Profile::Quick {
            command.arg("--lib");
        }
        step(what, || run("compile-quick", &mut command))?;
    }
    for module in others {
        let mut command = cargo_for_wasm();
        command.args(["build", "--target", WASM, "--lib", "--package", module.package]);
        command.args(["--profile", module.profile(profile)]);
        let what = format!("compiling {}, optimised (minutes the first time)", module.package);
        step(&what, || run(&format!("compile-{}", module.package), &mut command))?;
    }
    Ok(())
}
