//! The modules of `edge/core` and `edge/dialects` stand on floors: none uses one that uses it, directly or by way of
//! others.
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use syn::visit::Visit;
use syn::{Attribute, ItemMod, UseTree};

type Graph = BTreeMap<String, BTreeSet<String>>;

/// What a file names after `crate::`, in `use` lines and elsewhere, its tests aside.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !item.attrs.iter().any(is_for_tests) {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if let UseTree::Path(path) = &item.tree
            && path.ident == "crate"
        {
            self.add_first_names(&path.tree);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut names = path.segments.iter().map(|it| it.ident.to_string());
        if names.next().as_deref() == Some("crate") {
            self.0.extend(names.next());
        }
        syn::visit::visit_path(self, path);
    }
}

impl Names {
    fn add_first_names(&mut self, tree: &UseTree) {
        match tree {
            UseTree::Path(it) => drop(self.0.insert(it.ident.to_string())),
            UseTree::Name(it) => drop(self.0.insert(it.ident.to_string())),
            UseTree::Rename(it) => drop(self.0.insert(it.ident.to_string())),
            UseTree::Group(group) => group.items.iter().for_each(|it| self.add_first_names(it)),
            UseTree::Glob(_) => {}
        }
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|it| it.is_ident("test"))
}

/// Returns which module of a crate uses which others; a file in a folder belongs to the module of the folder.
fn graph(folder: &str) -> Graph {
    let mut graph = Graph::new();
    for (path, text) in super::tidy::files(folder, &[".rs"]) {
        let inner = path.strip_prefix(folder).unwrap().trim_start_matches('/');
        let module = inner.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        if module == "lib" || Path::new(inner).ends_with("tests.rs") {
            continue;
        }
        let mut names = Names::default();
        names.visit_file(&syn::parse_file(&text).unwrap());
        names.0.remove(&module);
        graph.entry(module).or_default().extend(names.0);
    }
    // What is left is no module, but a type that `lib.rs` names again.
    let modules: BTreeSet<String> = graph.keys().cloned().collect();
    graph
        .values_mut()
        .for_each(|it| it.retain(|name| modules.contains(name)));
    graph
}

/// Returns the modules that stand on no floor: those of a cycle, and what uses them.
fn without_floor(mut graph: Graph) -> Graph {
    loop {
        let floor: BTreeSet<String> = graph
            .iter()
            .filter(|it| it.1.is_empty())
            .map(|it| it.0.clone())
            .collect();
        if floor.is_empty() {
            return graph;
        }
        graph.retain(|name, _| !floor.contains(name));
        graph
            .values_mut()
            .for_each(|it| it.retain(|name| !floor.contains(name)));
    }
}

#[test]
fn no_module_of_core_uses_one_that_uses_it() {
    let graph = graph("edge/core/src");
    assert!(graph.len() > 50 && graph["document"].contains("changes"), "{graph:?}");
    assert_eq!(without_floor(graph), Graph::new());
}

#[test]
fn no_module_of_the_dialects_uses_one_that_uses_it() {
    let graph = graph("edge/dialects/src");
    assert!(graph["registry"].contains("twin"), "{graph:?}");
    assert_eq!(without_floor(graph), Graph::new());
}

#[test]
fn a_cycle_of_modules_is_found() {
    let graph = [("a", "b"), ("b", "c"), ("c", "b"), ("d", "e")];
    let mut graph: Graph = graph.map(|(a, b)| (a.into(), BTreeSet::from([b.into()]))).into();
    graph.insert("e".into(), BTreeSet::new());
    let cyclic: Vec<String> = without_floor(graph).into_keys().collect();
    assert_eq!(cyclic, ["a", "b", "c"]);
}
