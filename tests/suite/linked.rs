//! What each crate of the workspace links, read from the manifests: the Workers that answer people read no files.
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Crates that read HTML, PDF and archives. A hostile file may crash them.
const READERS: [&str; 6] = [
    "dom_smoothie",
    "hayro-syntax",
    "html5ever",
    "quick-xml",
    "scraper",
    "zip",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> Table {
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

/// Returns the texts of a list.
fn texts(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .map(|it| it.as_str().unwrap().to_owned())
        .collect()
}

/// The crates of the workspace and, from `Cargo.lock`, what foreign crates link.
struct Workspace {
    members: HashMap<String, Table>,
    foreign: BTreeMap<String, BTreeSet<String>>,
}

impl Workspace {
    fn read() -> Self {
        let workspace = read(&root().join("Cargo.toml"));
        let manifests = texts(workspace["workspace"].get("members"))
            .into_iter()
            .map(|member| read(&root().join(member).join("Cargo.toml")));
        let members = manifests.map(|it| (it["package"]["name"].as_str().unwrap().to_owned(), it));
        let lock = read(&root().join("Cargo.lock"));
        let mut foreign: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for package in lock["package"].as_array().unwrap() {
            // A dependency may have its version after its name.
            let linked = texts(package.get("dependencies"));
            let linked = linked
                .iter()
                .map(|it| it.split(' ').next().unwrap_or_default().to_owned());
            let name = package["name"].as_str().unwrap().to_owned();
            foreign.entry(name).or_default().extend(linked);
        }
        Self {
            members: members.collect(),
            foreign,
        }
    }

    /// Returns the names of all crates that a crate links when it is built by itself.
    fn linked_by(&self, name: &str) -> BTreeSet<String> {
        let mut linked = BTreeSet::new();
        // Crates to visit, each with the features that are asked of it.
        let mut waiting = vec![(name.to_owned(), vec!["default".to_owned()])];
        let mut visited = BTreeSet::new();
        while let Some((name, features)) = waiting.pop() {
            if !visited.insert((name.clone(), features.clone())) {
                continue;
            }
            match self.members.get(&name) {
                Some(manifest) => waiting.extend(dependencies(manifest, features)),
                None => {
                    let dependencies = self.foreign.get(&name).into_iter().flatten();
                    waiting.extend(dependencies.map(|it| (it.clone(), vec![])));
                }
            }
            linked.insert(name);
        }
        linked
    }
}

/// Returns the dependencies of a member with these features, each with the features that are asked of it.
fn dependencies(manifest: &Table, mut features: Vec<String>) -> Vec<(String, Vec<String>)> {
    let mut chosen = BTreeSet::new();
    while let Some(feature) = features.pop() {
        let parts = manifest.get("features").and_then(|it| it.get(&feature));
        chosen.insert(feature);
        features.extend(texts(parts).into_iter().filter(|it| !chosen.contains(it)));
    }
    let Some(listed) = manifest.get("dependencies").and_then(Value::as_table) else {
        return vec![];
    };
    let is_linked = |name: &str, dependency: &Value| {
        let is_optional = dependency.get("optional").and_then(Value::as_bool) == Some(true);
        let asked = |it: &String| it == name || it == &format!("dep:{name}") || it.starts_with(&format!("{name}/"));
        !is_optional || chosen.iter().any(asked)
    };
    let linked = listed.iter().filter(|(name, dependency)| is_linked(name, dependency));
    linked
        .map(|(name, dependency)| {
            let mut features = texts(dependency.get("features"));
            let prefix = format!("{name}/");
            features.extend(
                chosen
                    .iter()
                    .filter_map(|it| it.strip_prefix(&prefix))
                    .map(str::to_owned),
            );
            features.push("default".to_owned());
            (name.clone(), features)
        })
        .collect()
}

#[test]
fn only_the_parser_links_readers_of_files() {
    let workspace = Workspace::read();
    let readers_of = |name: &str| -> Vec<String> {
        let linked = workspace.linked_by(name).into_iter();
        linked.filter(|it| READERS.contains(&it.as_str())).collect()
    };
    for name in ["retrieval", "edge-core", "edge-dialects", "edge", "edge-embedder"] {
        assert_eq!(readers_of(name), Vec::<String>::new(), "{name}");
    }
    // The walk over the manifests finds what is linked.
    assert_eq!(readers_of("edge-parser"), READERS);
    let by_core = workspace.linked_by("edge-core");
    assert!(by_core.contains("edge-extract") && by_core.contains("pulldown-cmark"));
}
