//! Workers: bound to JavaScript, wrapped so that a crash costs one request, bundled.
//!
//! The same steps as those of worker-build, which takes minutes to compile and needs OpenSSL. `workers/shim.js` is the
//! one of its version [`SHIM_OF`].
use super::bind::{Host, bind, fast};
use super::compile::{EMBEDDER, Module, PARSER, WORKER, compile};
use super::{Build, Profile};
use crate::paths::write;
use crate::progress::run;
use crate::tools::Tools;
use anyhow::{Context as _, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The version of worker-build that the shim is of, and so that of the crate `worker` that it goes with.
#[cfg(test)]
const SHIM_OF: &str = "0.8.7";

const SHIM: &str = include_str!("workers/shim.js");

/// What the platform calls; a Worker exports some of them.
const HANDLERS: [&str; 2] = ["fetch", "scheduled"];

pub(super) fn worker(build: &Build) -> Result<Vec<PathBuf>> {
    make(build, WORKER, "-O3", &build.script())
}

pub(super) fn parser(build: &Build) -> Result<Vec<PathBuf>> {
    make(build, PARSER, "-O2", &build.parser_script())
}

/// Its model is a file beside it.
pub(super) fn embedder(build: &Build) -> Result<Vec<PathBuf>> {
    make(build, EMBEDDER, "-O3", &build.embedder_script())
}

/// Compiles and bundles a Worker that is no part of the product.
pub fn another(tools: &Tools, package: &'static str, script: &Path) -> Result<()> {
    let module = Module::worker(package);
    compile(Profile::Release, &[module])?;
    make(&Build::deployed(tools.clone()), module, "-O3", script)?;
    Ok(())
}

fn make(build: &Build, module: Module, level: &str, script: &Path) -> Result<Vec<PathBuf>> {
    let bound = bind(build.profile, module, Host::Worker, "index")?;
    let exports = fs::read_to_string(bound.join("index.js")).context("reading the bindings")?;
    fs::write(bound.join("shim.js"), shim(&exports))?;
    let bundled = bound.join("bundled.js");
    let mut command = build.tools.esbuild();
    command
        .arg(bound.join("shim.js"))
        .args(["--bundle", "--minify", "--format=esm", "--log-level=warning"])
        .args(["--external:./index_bg.wasm", "--external:cloudflare:*"])
        .arg(format!("--outfile={}", bundled.display()));
    run("esbuild", &mut command)?;
    // wrangler knows modules of WebAssembly by the older form of the import.
    let text = fs::read_to_string(bundled)?.replace("import source ", "import ");
    let wasm = script.with_file_name("index_bg.wasm");
    write(&wasm, fs::read(fast(build, &bound.join("index_bg.wasm"), level)?)?)?;
    write(script, text)?;
    Ok(vec![script.into(), wasm])
}

/// The shim around these bindings: an entry point with the handlers they export, and every class they export.
fn shim(bindings: &str) -> String {
    let exported = |kind: &'static str| {
        let lines = bindings.lines().filter_map(move |line| line.strip_prefix(kind));
        lines.filter_map(|rest| rest.split([' ', '(', '{']).next())
    };
    let functions: Vec<&str> = exported("export function ")
        .chain(exported("export async function "))
        .collect();
    let handlers: String = HANDLERS
        .iter()
        .filter(|it| functions.contains(it))
        .map(|name| {
            format!(
                "Entrypoint.prototype.{name} = function {name} (arg) {{\n  \
                 return exports.{name}.call(this, arg, this.env, this.ctx);\n}}\n"
            )
        })
        .collect();
    let classes: String = exported("export class ")
        .map(|name| format!("export const {name} = new Proxy(exports.{name}, classProxyHooks);\n"))
        .collect();
    SHIM.replace("$HANDLERS", &handlers) + &classes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::locked;

    #[test]
    fn the_shim_is_of_the_version_of_the_workers_crate() {
        assert_eq!(
            locked("worker").unwrap(),
            SHIM_OF,
            "compare workers/shim.js with src/js/shim.js of the new worker-build"
        );
    }

    #[test]
    fn what_a_worker_exports_is_wrapped() {
        let bindings = "export class JobsDo {\n  fetch() {}\n}\n\nexport function fetch(request) {}\n\
                        export function __wbg_reset_state () {}\nexport async function scheduled(event) {}\n";
        let shim = shim(bindings);
        for expected in [
            "exports.fetch.call(this, arg, this.env, this.ctx)",
            "exports.scheduled.call(this, arg, this.env, this.ctx)",
            "export const JobsDo = new Proxy(exports.JobsDo, classProxyHooks);",
            "export default new Proxy(Entrypoint, classProxyHooks);",
        ] {
            assert!(shim.contains(expected), "{expected}\n{shim}");
        }
        assert!(!shim.contains("prototype.__wbg_reset_state"), "{shim}");
    }
}
