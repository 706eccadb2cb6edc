//! From what cargo made to what a browser or workerd loads: bindings to JavaScript, and fewer bytes.
//!
//! The bindings are made by the library that `wasm-bindgen` of the command line is made of, so that developers need not
//! install that; both versions are fixed in Cargo.toml.
use super::{Build, Profile, compile::Module};
use crate::paths::root;
use crate::progress::run;
use anyhow::{Context as _, Result};
use std::fs;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// What rustc makes use of; wasm-opt would otherwise refuse it, or emit what browsers do not know yet.
const FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Where a module runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    Browser,
    Worker,
    Node,
}

/// Makes `<name>.js` and `<name>_bg.wasm` of a compiled module; answers the folder they are in.
///
/// # Errors
/// When the module does not fit this version of wasm-bindgen.
pub(super) fn bind(profile: Profile, module: Module, host: Host, name: &str) -> Result<PathBuf> {
    let folder = root()
        .join("target/xtask/bound")
        .join(module.profile(profile))
        .join(module.package());
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module.file(profile))
        .out_name(name)
        .typescript(false)
        .omit_default_module_path(false);
    match host {
        Host::Browser => bindgen.web(true)?,
        Host::Node => bindgen.nodejs_module(true)?,
        // As worker-build asks for it: after a crash, shim.js puts a new instance in the place of the broken one.
        Host::Worker => bindgen
            .module(true)?
            .reset_state_function(true)
            .force_enable_abort_handler(true),
    };
    let bound = bindgen.generate(&folder);
    bound.with_context(|| format!("binding {} to JavaScript", module.package()))?;
    Ok(folder)
}

/// The module as it is served to browsers.
pub(super) fn small(build: &Build, module: &Path) -> Result<PathBuf> {
    let options = ["-Oz", "--strip-producers", "--strip-target-features"];
    optimised(build, module, &options)
}

/// The module as workerd runs it, with the names of its functions for traces of crashes.
pub(super) fn fast(build: &Build, module: &Path, level: &str) -> Result<PathBuf> {
    optimised(build, module, &[level, "--enable-exception-handling", "--debuginfo"])
}

fn optimised(build: &Build, module: &Path, options: &[&str]) -> Result<PathBuf> {
    if build.profile == Profile::Quick {
        return Ok(module.into());
    }
    let smaller = module.with_extension("opt.wasm");
    let mut command = build.tools.wasm_opt();
    command.args(options).args(FEATURES).arg(module).arg("-o").arg(&smaller);
    run("wasm-opt", &mut command)?;
    Ok(smaller)
}
