//! Every statement that the product runs in a test, parsed: each row of a tenant that it touches is found by the
//! tenant.
//!
//! A table of a tenant is one with a `workspace_id`. In every SELECT, UPDATE and DELETE each such table is compared by
//! its tenant with a parameter or with a table around it, or its rows are reached by an id from a table that is. An
//! INSERT names the column. What is found otherwise, by a credential or by a sweep over all tenants, is listed below.
use sqlparser::ast::{
    BinaryOperator, Expr, FromTable, InTarget, Query, Select, SetExpr, Statement, TableFactor, TableObject,
    TableWithJoins, Value, Visit, Visitor,
};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Mutex;

/// Statements that touch rows of tenants without naming one: what they hold, and why it is right.
const EXCEPTIONS: &[(&str, &[&str])] = &[
    (
        "A credential is looked up, which then tells the tenant.",
        &[
            "FROM api_keys WHERE hash = ?1 OR id = ?2",
            "api_keys.hash = ?1 OR api_keys.id = ?2",
            "key_hashes.hash = ?1 OR key_hashes.key_id = ?2",
        ],
    ),
    (
        "The frame of a published agent is for every page; the agent's id is all that its address has.",
        &["FROM agents WHERE id = ?1 AND status = 'PUBLISHED'"],
    ),
    (
        "A person's own memberships and invitations, in whichever workspaces they are.",
        &[
            "FROM memberships WHERE account_id = ?1",
            "own.account_id = ?1",
            "memberships.account_id = ?1",
            "FROM invitations WHERE email = ?1",
            "FROM invitations WHERE email = (SELECT email FROM accounts WHERE id = ?1)",
            "FROM invitations WHERE id = ?1 AND email = ?2",
            "FROM invitations WHERE id = ?2 AND email = ?3",
            "FROM invitations WHERE invited_by = ?1",
            "invitations.expires_at > ?1 AND invitations.email = ?2",
            "FROM invitations WHERE expires_at > ?1 AND email = ?2",
        ],
    ),
    (
        "What an account made ends with it in every workspace.",
        &["WHERE created_by_account_id = ?1"],
    ),
    (
        "A sweep over all tenants, by age.",
        &[
            "DELETE FROM attempts WHERE (workspace_id, work) IN",
            "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE created_at < ?1",
            "DELETE FROM invitations WHERE expires_at < ?1",
            "json_extract(task, '$.letter.invitation_id') NOT IN (SELECT id FROM invitations)",
            "DELETE FROM mail_ledger WHERE created_at < ?1",
            "FROM escalations WHERE status = 'open' AND coalesce(changed_at, created_at) < ?1",
            "FROM jobs WHERE parked_at < ?2",
            "FROM jobs WHERE parked_at IS NULL AND run_at <= ?1 GROUP BY workspace_id",
            "FROM jobs WHERE parked_at IS NULL AND json_extract(task, '$.task') = ?1 GROUP BY workspace_id",
            "row_number() OVER (PARTITION BY workspace_id ORDER BY next_step_at)",
            "row_number() OVER (PARTITION BY deliveries.workspace_id",
        ],
    ),
    (
        "Mails to one address are counted over all tenants.",
        &[
            "FROM mail_ledger WHERE recipient = ?1",
            "FROM mail_ledger WHERE recipient = ?2",
        ],
    ),
    (
        "A change of the installation's secret concerns the sealed texts of all tenants.",
        &[
            "FROM webhooks WHERE id > ?2 AND (substr(sealed_secret",
            "FROM webhooks, json_each(?1) AS marks",
            "SELECT mark, count(*) AS n FROM (",
        ],
    ),
    (
        "Pages of a source that the same batch has found by its tenant.",
        &["INSERT INTO crawl_pages"],
    ),
];

/// Statements that were looked at already; each has one text for as long as the program runs.
static CHECKED: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Fails the test that runs a statement which could touch rows of another tenant.
///
/// # Panics
/// When it could, or when the parser does not know its syntax.
pub(crate) fn check(sql: &'static str, tenant_tables: &BTreeSet<String>) {
    if CHECKED.lock().unwrap().contains(sql) {
        return;
    }
    let faults = without_tenant(sql, tenant_tables);
    assert!(faults.is_empty(), "no tenant for {}:\n{sql}", faults.join(", "));
    CHECKED.lock().unwrap().insert(sql);
}

/// Returns the tables of tenants that a statement touches without naming the tenant, unless it is an exception.
///
/// # Panics
/// When the parser does not know its syntax.
pub(crate) fn without_tenant(sql: &str, tenant_tables: &BTreeSet<String>) -> Vec<String> {
    let line = one_line(sql);
    let mut parts = EXCEPTIONS.iter().flat_map(|(_, parts)| *parts);
    if parts.any(|it| line.contains(it)) {
        return vec![];
    }
    faults(sql, tenant_tables)
}

/// Returns the tables of tenants that a statement touches without naming the tenant.
fn faults(sql: &str, tenant_tables: &BTreeSet<String>) -> Vec<String> {
    let statements = Parser::parse_sql(&SQLiteDialect {}, sql).unwrap_or_else(|why| panic!("{why}:\n{sql}"));
    let mut guard = Guard {
        tenant_tables,
        faults: Vec::new(),
    };
    let _ = statements.visit(&mut guard);
    guard.faults
}

fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Guard<'a> {
    tenant_tables: &'a BTreeSet<String>,
    faults: Vec<String>,
}

impl Visitor for Guard<'_> {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        match statement {
            Statement::Query(_) => {}
            Statement::Insert(insert) => {
                let TableObject::TableName(name) = &insert.table else {
                    panic!("an INSERT into something that is no table: {statement}");
                };
                let names_tenant = insert.columns.iter().any(|it| it.to_string() == "workspace_id");
                if self.tenant_tables.contains(&name.to_string()) && !names_tenant {
                    self.faults.push(name.to_string());
                }
            }
            Statement::Update(update) => self.check(std::slice::from_ref(&update.table), update.selection.as_ref()),
            Statement::Delete(delete) => {
                let (FromTable::WithFromKeyword(tables) | FromTable::WithoutKeyword(tables)) = &delete.from;
                self.check(tables, delete.selection.as_ref());
            }
            other => panic!("a kind of statement that is not expected: {other}"),
        }
        ControlFlow::Continue(())
    }

    // Called for every query, however deep it lies.
    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let mut bodies = vec![&*query.body];
        while let Some(body) = bodies.pop() {
            match body {
                SetExpr::Select(select) => self.check_select(select),
                SetExpr::SetOperation { left, right, .. } => bodies.extend([&**left, &**right]),
                // Visited by itself.
                SetExpr::Query(_) | SetExpr::Values(_) => {}
                other => panic!("a kind of query that is not expected: {other}"),
            }
        }
        ControlFlow::Continue(())
    }
}

impl Guard<'_> {
    fn check_select(&mut self, select: &Select) {
        self.check(&select.from, select.selection.as_ref());
    }

    /// Notes the tables of tenants in `from` that neither the condition nor a join ties to one.
    fn check(&mut self, from: &[TableWithJoins], selection: Option<&Expr>) {
        let mut tables = BTreeMap::new();
        let mut conditions: Vec<&Expr> = selection.into_iter().collect();
        for table in from {
            add(&table.relation, &mut tables);
            for join in &table.joins {
                add(&join.relation, &mut tables);
                conditions.extend(condition(&join.join_operator));
            }
        }
        let tied = tied(&conditions, &tables, self.tenant_tables);
        for (alias, table) in &tables {
            if self.tenant_tables.contains(table) && !tied.contains(alias) {
                self.faults.push(table.clone());
            }
        }
    }
}

/// Notes a table under the name that the statement calls it by.
fn add(factor: &TableFactor, tables: &mut BTreeMap<String, String>) {
    if let TableFactor::Table { name, alias, args, .. } = factor {
        let alias = alias
            .as_ref()
            .map_or_else(|| name.to_string(), |it| it.name.to_string());
        // A function such as json_each() has rows of its own.
        let table = args.as_ref().map_or_else(|| name.to_string(), |_| String::new());
        tables.insert(alias, table);
    }
}

fn condition(operator: &sqlparser::ast::JoinOperator) -> Option<&Expr> {
    use sqlparser::ast::{JoinConstraint, JoinOperator as Join};
    let (Join::Join(constraint)
    | Join::Inner(constraint)
    | Join::Left(constraint)
    | Join::LeftOuter(constraint)
    | Join::CrossJoin(constraint)) = operator
    else {
        panic!("a kind of join that is not expected: {operator:?}");
    };
    match constraint {
        JoinConstraint::On(condition) => Some(condition),
        _ => None,
    }
}

/// Returns the names of the tables that the conditions, all of which must hold, tie to a tenant.
fn tied(conditions: &[&Expr], tables: &BTreeMap<String, String>, tenant_tables: &BTreeSet<String>) -> BTreeSet<String> {
    let mut tied = BTreeSet::new();
    // A table that is tied to the tenant may tie another that is compared with it, so this repeats until none is new.
    loop {
        let before = tied.len();
        for condition in conditions {
            tied = tie(condition, tables, tenant_tables, tied);
        }
        if tied.len() == before {
            return tied;
        }
    }
}

/// Adds what a condition ties to what is tied already.
fn tie(
    condition: &Expr,
    tables: &BTreeMap<String, String>,
    tenant_tables: &BTreeSet<String>,
    mut tied: BTreeSet<String>,
) -> BTreeSet<String> {
    match condition {
        Expr::Nested(inner) => tie(inner, tables, tenant_tables, tied),
        Expr::BinaryOp { left, op, right } => match op {
            BinaryOperator::And => {
                let tied = tie(left, tables, tenant_tables, tied);
                tie(right, tables, tenant_tables, tied)
            }
            // Either may hold, so that only what both tie is tied.
            BinaryOperator::Or => {
                let by_left = tie(left, tables, tenant_tables, tied.clone());
                let by_right = tie(right, tables, tenant_tables, tied);
                by_left.intersection(&by_right).cloned().collect()
            }
            BinaryOperator::Eq => {
                if let Expr::Subquery(query) = &**right {
                    tied.extend(tied_by_rows(left, query, tables, tenant_tables));
                }
                tied.extend(tied_by_equality(left, right, tables, &tied));
                tied.extend(tied_by_equality(right, left, tables, &tied));
                tied
            }
            _ => tied,
        },
        Expr::In {
            expr,
            target: InTarget::Subquery(subquery),
            negated: false,
            ..
        } => {
            tied.extend(tied_by_rows(expr, subquery, tables, tenant_tables));
            tied
        }
        _ => tied,
    }
}

/// Returns the table of `one` when its comparison with `other` ties it.
fn tied_by_equality(
    one: &Expr,
    other: &Expr,
    tables: &BTreeMap<String, String>,
    tied: &BTreeSet<String>,
) -> Option<String> {
    let (alias, name) = column(one, tables)?;
    let is_tenant = name == "workspace_id" || (name == "id" && tables.get(&alias).is_some_and(|it| it == "workspaces"));
    let is_tied = match column(other, tables) {
        // Of a table around this query, which is checked by itself; or of one that is tied, reached by an id.
        Some((other, _)) if !tables.contains_key(&other) => is_id(&name),
        Some((other, _)) => tied.contains(&other) && is_id(&name),
        None => is_tenant && is_parameter(other),
    };
    is_tied.then_some(alias)
}

/// Returns the table of a column that is compared with the rows of a query, when these are of one tenant: the query
/// reads a table of tenants and names the tenant.
fn tied_by_rows(
    one: &Expr,
    query: &Query,
    tables: &BTreeMap<String, String>,
    tenant_tables: &BTreeSet<String>,
) -> Option<String> {
    let (alias, name) = column(one, tables)?;
    let mut inner = Guard {
        tenant_tables,
        faults: Vec::new(),
    };
    let _ = query.visit(&mut inner);
    (is_id(&name) && inner.faults.is_empty() && reads_tenants(query, tenant_tables)).then_some(alias)
}

fn is_id(column: &str) -> bool {
    column == "id" || column.ends_with("_id")
}

fn is_parameter(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if matches!(value.value, Value::Placeholder(_)))
        || matches!(expr, Expr::Subquery(_))
}

/// Returns the table and the name of a column. One without a table is of the only table of the query.
fn column(expr: &Expr, tables: &BTreeMap<String, String>) -> Option<(String, String)> {
    match expr {
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [table, column] => Some((table.value.clone(), column.value.clone())),
            _ => None,
        },
        Expr::Identifier(column) => {
            let mut own = tables.iter().filter(|it| !it.1.is_empty());
            let first = own.next()?.0.clone();
            own.next().is_none().then(|| (first, column.value.clone()))
        }
        _ => None,
    }
}

/// Tells whether the rows of a query come from a table of tenants.
fn reads_tenants(query: &Query, tenant_tables: &BTreeSet<String>) -> bool {
    let SetExpr::Select(select) = &*query.body else {
        return false;
    };
    let mut tables = BTreeMap::new();
    for table in &select.from {
        add(&table.relation, &mut tables);
    }
    tables.values().any(|it| tenant_tables.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(sql: &str) -> Vec<String> {
        let tables = ["agents", "messages", "feedback"].map(str::to_owned);
        faults(sql, &tables.into())
    }

    #[test]
    fn a_statement_that_names_the_tenant_passes() {
        for sql in [
            "SELECT * FROM agents WHERE workspace_id = ?1 AND (name = ?2 OR id = ?3)",
            "SELECT a.id FROM agents a JOIN messages m ON m.agent_id = a.id WHERE a.workspace_id = ?1",
            "UPDATE agents SET name = ?3 WHERE id = ?2 AND workspace_id = ?1",
            "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE workspace_id = ?1 LIMIT 5)",
            "INSERT INTO agents (id, workspace_id) VALUES (?1, ?2)",
            "SELECT (SELECT count(*) FROM messages WHERE messages.workspace_id = agents.workspace_id) AS n
             FROM agents WHERE agents.workspace_id = ?1",
            "SELECT * FROM accounts WHERE email = ?1",
        ] {
            assert_eq!(faults_of(sql), Vec::<String>::new(), "{sql}");
        }
    }

    #[test]
    fn a_statement_that_only_mentions_the_tenant_is_found() {
        for sql in [
            "SELECT workspace_id FROM agents WHERE id = ?1",
            "SELECT * FROM agents WHERE workspace_id = ?1 OR id = ?2",
            "SELECT * FROM agents WHERE workspace_id <> ?1",
            "UPDATE agents SET workspace_id = ?1 WHERE id = ?2",
            "DELETE FROM agents WHERE id IN (SELECT value FROM json_each(?1)) RETURNING workspace_id",
            "DELETE FROM agents WHERE id IN (SELECT id FROM agents WHERE name = ?1)",
            "SELECT * FROM messages, agents WHERE agents.workspace_id = ?1",
            "SELECT * FROM agents JOIN feedback ON feedback.rating = agents.version WHERE agents.workspace_id = ?1",
            "INSERT INTO agents (id) VALUES (?1)",
        ] {
            assert!(!faults_of(sql).is_empty(), "{sql}");
        }
    }
}
