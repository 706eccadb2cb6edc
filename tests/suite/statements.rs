//! The SQL that stands in the source, whether or not a test runs it: each statement names the tenant of its rows.
//!
//! Texts are put together as the compiler does it: out of literals, `concat!` and the macros of the same file.
use crate::harness::sqlite::Sqlite;
use crate::harness::tenant_guard;
use crate::tidy;
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::Visit;

/// What begins a statement.
const VERBS: [&str; 6] = ["SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"];

/// The macros of a file: the names of their parameters, and what they stand for.
type Macros = BTreeMap<String, (Vec<String>, TokenStream)>;

/// Finds every text that is a statement by itself.
pub(crate) fn statements(text: &str) -> Vec<String> {
    let mut reader = Reader::default();
    let file = syn::parse_file(text).unwrap();
    reader.visit_file(&file);
    let mut found = vec![];
    collect(text.parse().unwrap(), &reader.macros, &mut found);
    found.retain(|text| {
        text.split_once(char::is_whitespace)
            .is_some_and(|(verb, _)| VERBS.contains(&verb))
    });
    found
}

#[derive(Default)]
struct Reader {
    macros: Macros,
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        let Some(name) = item.ident.as_ref().filter(|_| item.mac.path.is_ident("macro_rules")) else {
            return;
        };
        let groups: Vec<_> = item.mac.tokens.clone().into_iter().filter_map(group).collect();
        // What `sql!` stands for is found where it is used.
        if name == "sql" {
            return;
        }
        // One rule: its pattern and its body.
        let [pattern, body] = groups.as_slice() else {
            panic!("{name} has several rules");
        };
        let words: Vec<_> = pattern.clone().into_iter().collect();
        let params = words
            .windows(2)
            .filter(|it| it[0].to_string() == "$" && it[1].to_string() != "(");
        let params = params.map(|it| it[1].to_string()).collect();
        self.macros.insert(name.to_string(), (params, body.clone()));
    }
}

fn group(tree: TokenTree) -> Option<TokenStream> {
    match tree {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    }
}

/// Collects the texts of a stream, and those inside of what is no text.
fn collect(stream: TokenStream, macros: &Macros, found: &mut Vec<String>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut rest = trees.as_slice();
    while let [first, ..] = rest {
        if let [TokenTree::Ident(name), sign, ..] = rest
            && name == "macro_rules"
            && sign.to_string() == "!"
        {
            // Its name and its rules.
            rest = rest.get(4..).unwrap_or_default();
            continue;
        }
        if let Some((text, length)) = text(rest, macros, &BTreeMap::new()) {
            found.push(text);
            rest = &rest[length..];
            continue;
        }
        if let TokenTree::Group(group) = first {
            collect(group.stream(), macros, found);
        }
        rest = &rest[1..];
    }
}

/// Reads the text at the beginning of the tokens; none when there is something else. Returns how many tokens it takes.
fn text(trees: &[TokenTree], macros: &Macros, given: &BTreeMap<String, String>) -> Option<(String, usize)> {
    match trees {
        [TokenTree::Literal(literal), ..] => {
            let literal = syn::parse_str::<syn::LitStr>(&literal.to_string()).ok()?;
            Some((literal.value(), 1))
        }
        [TokenTree::Punct(sign), TokenTree::Ident(name), ..] if sign.as_char() == '$' => {
            Some((given.get(&name.to_string())?.clone(), 2))
        }
        [
            TokenTree::Ident(name),
            TokenTree::Punct(sign),
            TokenTree::Group(args),
            ..,
        ] if sign.as_char() == '!' => {
            let args = texts(args.stream(), macros, given);
            if name == "concat" {
                return Some((args?.concat(), 3));
            }
            let (params, body) = macros.get(&name.to_string())?;
            let given = params.iter().cloned().zip(args?).collect();
            Some((texts(body.clone(), macros, &given)?.concat(), 3))
        }
        _ => None,
    }
}

/// Reads texts with commas between them.
fn texts(stream: TokenStream, macros: &Macros, given: &BTreeMap<String, String>) -> Option<Vec<String>> {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut rest = trees.as_slice();
    let mut found = vec![];
    while !rest.is_empty() {
        let (text, length) = text(rest, macros, given)?;
        found.push(text);
        rest = &rest[length..];
        if let [comma, ..] = rest {
            assert!(comma.to_string() == ",", "a text is followed by {comma}");
            rest = &rest[1..];
        }
    }
    Some(found)
}

/// Tells what is wrong with the statements of a file.
fn faults(path: &str, text: &str, tenant_tables: &BTreeSet<String>) -> Vec<String> {
    let statements = statements(text);
    let faults = statements.iter().filter_map(|sql| {
        let tables = tenant_guard::without_tenant(sql, tenant_tables);
        (!tables.is_empty()).then(|| format!("{path}: no tenant for {}: {sql}", tables.join(", ")))
    });
    faults.collect()
}

#[test]
fn every_statement_on_a_tenant_table_names_the_tenant() {
    let database = Sqlite::migrated();
    let (mut wrong, mut count) = (vec![], 0);
    for (path, text) in tidy::files("edge/store/src", &[".rs"]) {
        wrong.extend(faults(&path, &text, database.tenant_tables()));
        count += statements(&text).len();
    }
    assert!(count > 300, "only {count} statements were found");
    tidy::none(wrong, "a statement that does not name the tenant");
}

#[test]
fn a_statement_without_the_tenant_is_found_in_the_source() {
    let tables = BTreeSet::from(["agents".to_owned()]);
    let of = |text: &str| faults("a.rs", text, &tables).len();
    let good = r#"
        macro_rules! agents {
            ($which:expr) => { concat!("SELECT * FROM agents WHERE workspace_id = ?1 AND ", $which) };
        }
        const ONE: &str = agents!("id = ?2");
        fn a() -> Statement { sql!("DELETE FROM agents WHERE workspace_id = ?1") }
    "#;
    assert_eq!((statements(good).len(), of(good)), (2, 0));
    for bad in [
        r#"fn a() -> Statement { sql!("SELECT workspace_id FROM agents WHERE id = ?1", id) }"#,
        r#"const ONE: &str = "UPDATE agents SET workspace_id = ?1 WHERE id = ?2";"#,
        r#"fn a() -> Statement { sql!(concat!("SELECT * FROM agents ", "WHERE id = ?1"), id) }"#,
        r#"macro_rules! which { () => { "id = ?1" }; }
           macro_rules! agents { ($which:expr) => { concat!("SELECT * FROM agents WHERE ", $which) }; }
           const ONE: &str = concat!(agents!(which!()), " LIMIT 1");"#,
    ] {
        assert_eq!(of(bad), 1, "{bad}");
    }
}
