//! What the product depends on: licenses, bans and sources by `.cargo/deny.toml`, and nothing that no source names.
//!
//! The settings are those of cargo-deny and cargo-machete, as far as they are used here, so that both programs find the
//! same where they are installed. They take minutes to compile, which this does not.
use crate::tidy;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The only place that packages come from, beside this repository.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Where a dependency stands that no source names and that is needed all the same.
const IGNORED: &str = "/cargo-machete/ignored";

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: BTreeSet<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Package {
    id: String,
    name: String,
    license: Option<String>,
    source: Option<String>,
    dependencies: Vec<Dependency>,
    manifest_path: PathBuf,
    metadata: serde_json::Value,
}

#[derive(Clone, Debug, Deserialize)]
struct Dependency {
    name: String,
    rename: Option<String>,
    req: String,
    path: Option<PathBuf>,
}

/// `.cargo/deny.toml`; a setting that is not read here is an error, since it would do nothing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Licenses {
    allow: BTreeSet<String>,
    exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Bans {
    multiple_versions: String,
    wildcards: String,
    allow_wildcard_paths: bool,
    deny: Vec<Banned>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Banned {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Sources {
    unknown_registry: String,
    unknown_git: String,
}

/// Every package of the workspace's graph, for every platform.
static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version=1", "--locked"]);
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
});

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read_toml<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn deny() -> Deny {
    read_toml(&root().join(".cargo/deny.toml"))
}

impl Licenses {
    /// Tells whether one may use a package under licenses that are allowed; notes which of them that took.
    fn permit(&self, package: &Package, used: &mut BTreeSet<String>) -> bool {
        let own = self.exceptions.iter().filter(|it| it.name == package.name);
        let own: BTreeSet<&String> = own.flat_map(|it| &it.allow).collect();
        let text = package.license.as_deref().unwrap_or_default();
        let Ok(license) = spdx::Expression::parse_mode(text, spdx::ParseMode::LAX) else {
            return false;
        };
        license.evaluate(|requirement| {
            let name = requirement
                .license
                .id()
                .map(|id| id.name.to_owned())
                .unwrap_or_default();
            let is_allowed = requirement.addition.is_none() && (self.allow.contains(&name) || own.contains(&name));
            if is_allowed {
                used.insert(name);
            }
            is_allowed
        })
    }
}

fn faults_of_licenses(licenses: &Licenses, packages: &[Package]) -> Vec<String> {
    let mut used = BTreeSet::new();
    let refused = packages.iter().filter(|it| !licenses.permit(it, &mut used));
    let mut faults: Vec<String> = refused
        .map(|it| format!("{}: {}", it.name, it.license.as_deref().unwrap_or("no license")))
        .collect();
    let unused = licenses.allow.iter().filter(|it| !used.contains(*it));
    faults.extend(unused.map(|it| format!("{it} is allowed, and nothing is under it")));
    let gone = licenses
        .exceptions
        .iter()
        .filter(|it| packages.iter().all(|package| package.name != it.name));
    faults.extend(gone.map(|it| format!("{} is an exception, and is not there", it.name)));
    faults
}

#[test]
fn every_license_is_allowed() {
    tidy::none(faults_of_licenses(&deny().licenses, &METADATA.packages), "licenses");
}

fn faults_of_bans(bans: &Bans, packages: &[Package], members: &BTreeSet<String>) -> Vec<String> {
    let banned = |package: &Package| bans.deny.iter().find(|it| it.name == package.name);
    let mut faults: Vec<String> = packages
        .iter()
        .filter_map(|it| banned(it).map(|why| format!("{}: {}", it.name, why.reason)))
        .collect();
    for package in packages.iter().filter(|it| members.contains(&it.id)) {
        let open = package
            .dependencies
            .iter()
            .filter(|it| it.req == "*" && it.path.is_none());
        faults.extend(open.map(|it| format!("{}: any version of {}", package.name, it.name)));
    }
    faults
}

#[test]
fn nothing_that_is_banned_is_there() {
    let bans = deny().bans;
    assert_eq!(
        (bans.multiple_versions.as_str(), bans.wildcards.as_str()),
        ("allow", "deny")
    );
    assert!(bans.allow_wildcard_paths);
    tidy::none(
        faults_of_bans(&bans, &METADATA.packages, &METADATA.workspace_members),
        "bans",
    );
}

fn faults_of_sources(packages: &[Package]) -> Vec<String> {
    let foreign = packages
        .iter()
        .filter(|it| it.source.as_deref().is_some_and(|it| it != CRATES_IO));
    foreign.map(|it| format!("{}: {:?}", it.name, it.source)).collect()
}

#[test]
fn every_package_is_from_crates_io_or_from_here() {
    let sources = deny().sources;
    assert_eq!(
        (sources.unknown_registry.as_str(), sources.unknown_git.as_str()),
        ("deny", "deny")
    );
    tidy::none(faults_of_sources(&METADATA.packages), "sources");
}

/// Tells whether a source names a crate: as the beginning of a path, or in a `use`.
fn names(text: &str, name: &str) -> bool {
    let is_of_name = |it: char| it.is_alphanumeric() || it == '_';
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let is_whole = !before.ends_with(is_of_name) && !after.starts_with(is_of_name);
        let is_imported = ["use ", "extern crate "].iter().any(|it| before.ends_with(it));
        is_whole && (after.starts_with("::") || is_imported)
    })
}

/// Returns the Rust files of a package, without those of packages in folders below it.
fn sources(package: &Package, all: &[Package]) -> Vec<String> {
    let folder = |it: &Package| it.manifest_path.parent().unwrap().canonicalize().unwrap();
    let own = folder(package);
    let inner: Vec<PathBuf> = all
        .iter()
        .map(folder)
        .filter(|it| it != &own && it.starts_with(&own))
        .collect();
    let path = own.strip_prefix(root().canonicalize().unwrap()).unwrap();
    let files = tidy::files(path.to_str().unwrap(), &[".rs"]).into_iter();
    let is_inner = |path: &str| {
        inner
            .iter()
            .any(|it| root().canonicalize().unwrap().join(path).starts_with(it))
    };
    files.filter(|it| !is_inner(&it.0)).map(|it| it.1).collect()
}

/// Tells which dependencies no source names, and which are said not to be named and are.
fn faults_of_use(package: &Package, sources: &[String]) -> Vec<String> {
    let ignored = package.metadata.pointer(IGNORED).and_then(|it| it.as_array());
    let ignored: BTreeSet<&str> = ignored.into_iter().flatten().filter_map(|it| it.as_str()).collect();
    let mut faults = vec![];
    for dependency in &package.dependencies {
        let key = dependency.rename.as_ref().unwrap_or(&dependency.name);
        let is_named = sources.iter().any(|it| names(it, &key.replace('-', "_")));
        match (is_named, ignored.contains(key.as_str())) {
            (false, false) => faults.push(format!("{}: {key} is named nowhere", package.name)),
            (true, true) => faults.push(format!("{}: {key} is ignored, and is named", package.name)),
            _ => {}
        }
    }
    faults
}

#[test]
fn every_dependency_is_named_in_the_source() {
    let members: Vec<Package> = METADATA
        .packages
        .iter()
        .filter(|it| METADATA.workspace_members.contains(&it.id))
        .cloned()
        .collect();
    let faults = members.iter().flat_map(|it| faults_of_use(it, &sources(it, &members)));
    tidy::none(faults.collect(), "dependencies");
}

#[test]
fn every_shared_dependency_is_one_of_a_member() {
    let root_manifest: toml::Table = read_toml(&root().join("Cargo.toml"));
    let shared = root_manifest["workspace"]["dependencies"].as_table().unwrap();
    let mut inherited = BTreeSet::new();
    for member in root_manifest["workspace"]["members"].as_array().unwrap() {
        let manifest: toml::Table = read_toml(&root().join(member.as_str().unwrap()).join("Cargo.toml"));
        let targets = manifest
            .get("target")
            .and_then(|it| it.as_table())
            .into_iter()
            .flatten();
        let tables = targets.filter_map(|it| it.1.as_table()).chain([&manifest]);
        let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
        let tables = tables.flat_map(|table| kinds.iter().filter_map(|kind| table.get(*kind)));
        inherited.extend(tables.filter_map(|it| it.as_table()).flat_map(|it| it.keys().cloned()));
    }
    let unused = shared.keys().filter(|it| !inherited.contains(*it)).cloned();
    tidy::none(unused.collect(), "dependencies of the workspace that no member has");
}

fn package(name: &str, license: &str, source: Option<&str>, dependencies: &[&str]) -> Package {
    Package {
        id: name.into(),
        name: name.into(),
        license: Some(license.into()),
        source: source.map(str::to_owned),
        dependencies: dependencies
            .iter()
            .map(|it| Dependency {
                name: (*it).into(),
                rename: None,
                req: "*".into(),
                path: None,
            })
            .collect(),
        manifest_path: PathBuf::new(),
        metadata: serde_json::json!({ "cargo-machete": { "ignored": ["hidden"] } }),
    }
}

#[test]
fn what_may_not_be_depended_on_is_found() {
    let licenses = Licenses {
        allow: ["MIT".to_owned()].into(),
        exceptions: vec![],
    };
    let of = |license: &str| faults_of_licenses(&licenses, &[package("a", license, None, &[])]).len();
    assert_eq!((of("MIT"), of("MIT/Apache-2.0"), of("GPL-3.0 OR MIT")), (0, 0, 0));
    // With the license of none comes that nothing is under the one that is allowed.
    assert_eq!((of("GPL-3.0-only"), of("MIT AND GPL-3.0-only"), of("")), (2, 1, 2));
    let bans = deny().bans;
    let members = BTreeSet::from(["a".to_owned()]);
    let banned = [
        package("openssl-sys", "MIT", None, &[]),
        package("a", "MIT", None, &["b"]),
    ];
    assert_eq!(faults_of_bans(&bans, &banned, &members).len(), 2);
    let foreign = package("a", "MIT", Some("git+https://example.com/a"), &[]);
    assert_eq!(faults_of_sources(&[foreign]).len(), 1);
}

#[test]
fn a_dependency_that_no_source_names_is_found() {
    let package = package("a", "MIT", None, &["serde-json", "unused", "hidden"]);
    let sources = ["use serde_json::Value; // unused, not_unused::a, hiddenly::b".to_owned()];
    assert_eq!(faults_of_use(&package, &sources), ["a: unused is named nowhere"]);
    let sources = ["use serde_json; unused::a(); hidden::b()".to_owned()];
    assert_eq!(
        faults_of_use(&package, &sources),
        ["a: hidden is ignored, and is named"]
    );
}
