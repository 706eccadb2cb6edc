//! The tools that the work needs: found where they are, installed where they are missing.
//!
//! wasm target: rustup. wrangler and a Node it runs on, wasm-opt, esbuild: npm, as package-lock.json says.
//! worker-build, wasm-bindgen, trunk: `cargo install --locked`, which compiles them once.
//! Prebuilt releases of these three exist, but no checksums of theirs are kept here to hold a download against.
mod cargo;
mod chromium;
mod npm;

use crate::paths::root;
use crate::progress::{output_of, run};
use anyhow::{Context as _, Result};
pub use cargo::fuzzer;
pub use chromium::chromium;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What wasm is compiled for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Where the tools are.
#[derive(Clone, Debug)]
pub struct Tools {
    worker_build: PathBuf,
    wasm_bindgen: PathBuf,
    trunk: PathBuf,
    node: PathBuf,
}

impl Tools {
    /// Finds every tool, installing what is missing.
    ///
    /// # Errors
    /// When a tool cannot be installed; the sentence says what to do by hand.
    pub fn ready() -> Result<Self> {
        wasm_target()?;
        let node = npm::ready()?;
        let [worker_build, wasm_bindgen, trunk] = cargo::ready()?;
        Ok(Self {
            worker_build,
            wasm_bindgen,
            trunk,
            node,
        })
    }

    /// `cargo`, told as worker-build tells it how the bindings are to be expanded, so that all wasm builds share theirs.
    #[must_use]
    pub fn cargo_for_wasm(&self) -> Command {
        let mut command = Command::new("cargo");
        command
            .current_dir(root())
            .env("WASM_BINDGEN_USE_JS_SYS", "1")
            .env("CARGO_TARGET_DIR", root().join("target"));
        command
    }

    /// worker-build, with its helpers.
    #[must_use]
    pub fn worker_build(&self) -> Command {
        let mut command = self.with_path(&self.worker_build);
        command
            .env("WASM_BINDGEN_BIN", &self.wasm_bindgen)
            .env("WASM_OPT_BIN", npm::bin("wasm-opt"))
            .env("ESBUILD_BIN", npm::bin("esbuild"));
        command
    }

    /// wasm-bindgen, of the version in Cargo.lock.
    #[must_use]
    pub fn wasm_bindgen(&self) -> Command {
        self.with_path(&self.wasm_bindgen)
    }

    /// trunk, which finds its helpers on the path and stays off the network.
    #[must_use]
    pub fn trunk(&self) -> Command {
        let mut command = self.with_path(&self.trunk);
        command
            .env("TRUNK_OFFLINE", "true")
            .env("TRUNK_SKIP_VERSION_CHECK", "true")
            .env("WASM_BINDGEN_USE_JS_SYS", "1");
        // Trunk takes any value of this variable but true and false for a mistake.
        command.env_remove("NO_COLOR");
        command
    }

    /// wasm-opt of binaryen.
    #[must_use]
    pub fn wasm_opt(&self) -> Command {
        self.with_path(&npm::bin("wasm-opt"))
    }

    /// esbuild.
    #[must_use]
    pub fn esbuild(&self) -> Command {
        self.with_path(&npm::bin("esbuild"))
    }

    /// Node, of a version that wrangler runs on.
    #[must_use]
    pub fn node(&self) -> Command {
        self.with_path(&self.node)
    }

    /// wrangler: silent about itself, off the network, away from the configuration in the home folder.
    #[must_use]
    pub fn wrangler(&self, scratch: &Path) -> Command {
        self.wrangler_for(&root().join("wrangler.toml"), scratch)
    }

    /// The same, for another configuration than that of the product.
    #[must_use]
    pub fn wrangler_for(&self, config: &Path, scratch: &Path) -> Command {
        let mut command = self.node();
        command
            .arg(root().join("node_modules/wrangler/bin/wrangler.js"))
            .arg("--config")
            .arg(config)
            .env("CI", "1")
            .env("WRANGLER_SEND_METRICS", "false")
            .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
            .env("XDG_CONFIG_HOME", scratch.join("config"))
            .env("TMPDIR", scratch.join("tmp"));
        command
    }

    fn with_path(&self, program: &Path) -> Command {
        let mut path: Vec<PathBuf> = vec![root().join("node_modules/.bin")];
        path.extend(self.wasm_bindgen.parent().map(Path::to_path_buf));
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        let mut command = Command::new(program);
        command
            .current_dir(root())
            .env("PATH", env::join_paths(path).unwrap_or_else(|_| OsString::new()))
            // What is made is looked for there, wherever the person's other projects are compiled.
            .env("CARGO_TARGET_DIR", root().join("target"));
        command
    }
}

/// The version that a program says it has: the last word of its first line.
fn version_of(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let spoken = String::from_utf8(output.stdout).ok()?;
    spoken.lines().next()?.split_whitespace().next_back().map(str::to_owned)
}

/// The standard library for wasm.
fn wasm_target() -> Result<()> {
    let folder =
        output_of(
            Command::new("rustc")
                .current_dir(root())
                .args(["--print", "target-libdir", "--target", WASM]),
        )?;
    if Path::new(String::from_utf8(folder)?.trim()).is_dir() {
        return Ok(());
    }
    println!("  the standard library for {WASM} is missing: rustup brings it (half a minute)");
    run(
        "rustup",
        Command::new("rustup").current_dir(root()).args(["target", "add", WASM]),
    )
    .with_context(|| format!("install it by hand: rustup target add {WASM}"))
}
