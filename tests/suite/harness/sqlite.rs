//! The `Sql` port over an in-memory SQLite with the real migrations.
use super::tenant_guard;
use crate::halves::{Half, half};
use async_trait::async_trait;
use edge_core::memory::Memory;
use edge_store::{Constraint, Sql, SqlError, Statement};
use rusqlite::Connection;
use rusqlite::types::{ToSql, ValueRef};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::oneshot;

/// No read of the product may come near what D1 refuses to answer with, which is 32 MiB.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

pub(crate) struct Sqlite {
    connection: Arc<Mutex<Connection>>,
    /// What a test asks behind the product's back, where there is another database beside this one.
    both: Option<Both>,
    /// What its rows reserve from, as those of D1 do.
    memory: Option<Memory>,
    /// The tables whose rows belong to a tenant.
    tenant_tables: BTreeSet<String>,
    trips: Arc<Trips>,
}

/// What is known of the round trips to all databases of an installation, and what befalls them.
#[derive(Default)]
struct Trips {
    /// Every one, as the statements it took.
    all: Mutex<Vec<Vec<&'static str>>>,
    /// Makes the next batch that contains this text fail.
    fault: Mutex<Option<String>>,
    /// Which ones lose their connection.
    losses: Mutex<Losses>,
    /// Makes the next one that contains this text wait.
    hold: Mutex<Option<(String, Hold)>>,
}

/// Two databases as if they were one, with each row once.
struct Both {
    reader: Mutex<Connection>,
    second: Arc<Mutex<Connection>>,
}

/// Copies memberships to the database of their workspaces, as the product does.
const COPY_MEMBERS: &str = "
    INSERT INTO second.accounts (id, email, full_name, password_hash, created_at)
        SELECT id, id, full_name, '', created_at FROM main.accounts WHERE true ON CONFLICT DO NOTHING;
    INSERT INTO second.memberships SELECT * FROM main.memberships
        WHERE workspace_id IN (SELECT id FROM second.workspaces) ON CONFLICT DO NOTHING;";

/// The largest integer that D1 takes: its numbers are those of JavaScript.
const LARGEST_INTEGER: u64 = (1 << 53) - 1;

/// When a round trip loses its connection, if it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    None,
    Before,
    /// The statements were applied, and the answer is lost.
    After,
}

/// Loses the connection of every n-th round trip, before and after its statements in turn.
#[derive(Debug, Default)]
struct Losses {
    every: Option<u32>,
    trips: u32,
}

impl Losses {
    fn next(&mut self) -> Loss {
        let Some(every) = self.every else {
            return Loss::None;
        };
        self.trips += 1;
        match (self.trips % every, self.trips / every % 2) {
            (0, 0) => Loss::Before,
            (0, _) => Loss::After,
            _ => Loss::None,
        }
    }
}

/// A round trip that waits.
struct Hold {
    reached: oneshot::Sender<()>,
    released: oneshot::Receiver<()>,
}

/// Returns the files of `edge/migrations`, in their order.
pub(crate) fn migrations() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../edge/migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    files.sort();
    let name = |it: &std::path::PathBuf| it.file_name().unwrap().to_string_lossy().into_owned();
    files
        .iter()
        .map(|it| (name(it), std::fs::read_to_string(it).unwrap()))
        .collect()
}

impl Sqlite {
    pub(crate) fn migrated() -> Self {
        Self::migrate(Connection::open_in_memory().unwrap())
    }

    /// Makes a database in a new file.
    pub(crate) fn in_file(path: &std::path::Path) -> Self {
        Self::migrate(Connection::open(path).unwrap())
    }

    fn migrate(connection: Connection) -> Self {
        // D1 enforces references, too.
        connection.execute_batch("PRAGMA foreign_keys = ON").unwrap();
        for (name, sql) in migrations() {
            connection
                .execute_batch(&sql)
                .unwrap_or_else(|why| panic!("{name}: {why}"));
        }
        Self {
            tenant_tables: tenant_tables(&connection),
            connection: Arc::new(Mutex::new(connection)),
            both: None,
            memory: None,
            trips: Arc::default(),
        }
    }

    /// Makes two databases of an installation. A test that looks into the first sees the rows of both.
    pub(crate) fn pair() -> [Self; 2] {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let address = |name: &str| format!("file:{name}-{number}?mode=memory&cache=shared");
        let [mut first, mut second] =
            ["first", "second"].map(|it| Self::migrate(Connection::open(address(it)).unwrap()));
        let reader = Connection::open(address("first")).unwrap();
        reader
            .execute("ATTACH DATABASE ?1 AS second", [address("second")])
            .unwrap();
        let tables = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        for table in first.column(tables) {
            let rows = both(&table);
            reader
                .execute_batch(&format!("CREATE TEMP VIEW \"{table}\" AS {rows}"))
                .unwrap();
        }
        second.trips = first.trips.clone();
        first.both = Some(Both {
            reader: Mutex::new(reader),
            second: second.connection.clone(),
        });
        [first, second]
    }

    pub(crate) fn tenant_tables(&self) -> &BTreeSet<String> {
        &self.tenant_tables
    }

    /// Has rows reserve their memory.
    pub(crate) fn reserving_from(mut self, memory: Memory) -> Self {
        self.memory = Some(memory);
        self
    }

    /// Runs a statement behind the product's back.
    pub(crate) fn execute(&self, sql: &str, params: &[&dyn ToSql]) -> usize {
        let run = |it: &Mutex<Connection>| it.lock().unwrap().execute(sql, params).unwrap();
        let Some(both) = &self.both else {
            return run(&self.connection);
        };
        let table = sql.split_once("INSERT INTO ").map(|it| it.1);
        match table.and_then(|it| it.split_whitespace().next()) {
            // A row that is copied is one.
            None => run(&self.connection).max(run(&both.second)),
            Some("memberships") => {
                let inserted = run(&self.connection);
                let reader = both.reader.lock().unwrap();
                reader.execute_batch(COPY_MEMBERS).unwrap();
                inserted
            }
            Some(table) if half(table) == Half::Tenant => run(&both.second),
            Some(_) => run(&self.connection),
        }
    }

    /// Returns the first column of every row, as text.
    pub(crate) fn column(&self, sql: &str) -> Vec<String> {
        let connection = self.both.as_ref().map_or(&*self.connection, |it| &it.reader);
        let connection = connection.lock().unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok(show(row.get_ref(0)?))).unwrap();
        rows.map(|it| it.unwrap().as_str().map_or_else(|| "null".into(), str::to_owned))
            .collect()
    }

    /// Forgets the round trips so far.
    pub(crate) fn begin_counting(&self) {
        self.trips.all.lock().unwrap().clear();
    }

    /// Returns how many round trips there were since.
    pub(crate) fn trips(&self) -> usize {
        self.trips.all.lock().unwrap().len()
    }

    /// Returns how many statements the longest round trip had since.
    pub(crate) fn longest_trip(&self) -> usize {
        self.trips
            .all
            .lock()
            .unwrap()
            .iter()
            .map(Vec::len)
            .max()
            .unwrap_or_default()
    }

    /// Returns the statements since that were to change something.
    pub(crate) fn writes(&self) -> Vec<&'static str> {
        let trips = self.trips.all.lock().unwrap();
        let is_write = |it: &&&'static str| !it.trim_start().starts_with("SELECT");
        trips.iter().flatten().filter(is_write).copied().collect()
    }

    /// Makes the next batch with this text in one of its statements fail, and do nothing.
    pub(crate) fn fail_next(&self, text: &str) {
        *self.trips.fault.lock().unwrap() = Some(text.to_owned());
    }

    /// Loses the connection of every n-th round trip from now on, or of none.
    pub(crate) fn lose_connections(&self, every: Option<u32>) {
        *self.trips.losses.lock().unwrap() = Losses { every, trips: 0 };
    }

    /// Makes the next round trip with this text in one of its statements wait, until `meanwhile` is over.
    pub(crate) async fn hold_next(&self, text: &str, meanwhile: impl Future<Output = ()>) {
        let (reached, is_reached) = oneshot::channel();
        let (release, released) = oneshot::channel();
        *self.trips.hold.lock().unwrap() = Some((text.to_owned(), Hold { reached, released }));
        is_reached.await.unwrap();
        meanwhile.await;
        release.send(()).unwrap();
    }

    /// Forgets what was to wait and was not come to.
    pub(crate) fn hold_nothing(&self) {
        *self.trips.hold.lock().unwrap() = None;
    }

    /// Gives others their turn, as they have it while a database is asked, and waits if the test wants it to.
    async fn wait(&self, statements: &[Statement]) {
        tokio::task::yield_now().await;
        let is_meant = |it: &mut (String, Hold)| statements.iter().any(|sql| sql.sql.contains(&it.0));
        let hold = self.trips.hold.lock().unwrap().take_if(is_meant);
        if let Some((_, hold)) = hold {
            hold.reached.send(()).unwrap();
            hold.released.await.unwrap();
        }
    }

    fn run(&self, statements: &[Statement]) -> Result<Vec<Vec<Value>>, SqlError> {
        assert!(!statements.is_empty(), "a round trip for nothing");
        self.trips
            .all
            .lock()
            .unwrap()
            .push(statements.iter().map(|it| it.sql).collect());
        let mut fault = self.trips.fault.lock().unwrap();
        if fault
            .as_ref()
            .is_some_and(|text| statements.iter().any(|it| it.sql.contains(text.as_str())))
        {
            *fault = None;
            return Err(SqlError::Other("the database has failed".into()));
        }
        let loss = self.trips.losses.lock().unwrap().next();
        if loss == Loss::Before {
            return Err(SqlError::Lost("Network connection lost".into()));
        }
        let mut connection = self.connection.lock().unwrap();
        let transaction = connection.transaction().map_err(error)?;
        for statement in statements {
            tenant_guard::check(statement.sql, &self.tenant_tables);
        }
        let answers: Vec<Vec<Value>> = statements
            .iter()
            .map(|it| rows(&transaction, it))
            .collect::<Result<_, _>>()?;
        transaction.commit().map_err(error)?;
        if loss == Loss::After {
            return Err(SqlError::Lost("Network connection lost".into()));
        }
        let length = serde_json::to_vec(&answers).unwrap().len();
        let read = || statements.iter().map(|it| it.sql).collect::<Vec<_>>().join("; ");
        assert!(length <= LONGEST_ANSWER, "an answer of {length} bytes: {}", read());
        let _reservation = self.memory.as_ref().map(|it| it.reserve_for_rows(length)).transpose()?;
        Ok(answers)
    }
}

/// Returns what selects the rows of a table out of two databases, each row once.
fn both(table: &str) -> String {
    let first = format!("SELECT * FROM main.\"{table}\"");
    let second = format!("SELECT * FROM second.\"{table}\"");
    match (table, half(table)) {
        // The directory's are copied.
        ("accounts" | "memberships" | "plan_quotas", _) | (_, Half::Directory) => first,
        ("workspaces", _) => format!("{first} WHERE database = 'DB' UNION ALL {second}"),
        // The directory's row of a workspace has counts, too, which stay 0.
        ("usage", _) => format!(
            "{first} WHERE workspace_id IN (SELECT id FROM main.workspaces WHERE database = 'DB') UNION ALL {second}"
        ),
        // What only belongs to notes of the other database.
        ("idempotency_keys", _) => {
            format!("{first} WHERE instr(id, '/') = 0 UNION ALL {second} WHERE instr(id, '/') = 0")
        }
        _ => format!("{first} UNION ALL {second}"),
    }
}

/// Returns the tables that have a column for the tenant.
fn tenant_tables(connection: &Connection) -> BTreeSet<String> {
    let sql = "SELECT tables.name FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS columns
               WHERE tables.type = 'table' AND columns.name = 'workspace_id'";
    let mut statement = connection.prepare(sql).unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.map(|it| it.unwrap()).collect()
}

fn show(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => json!(number.to_string()),
        ValueRef::Real(number) => json!(number.to_string()),
        ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => json!(bytes),
    }
}

/// Says what D1 refuses of a statement, if anything.
fn refusal(statement: &Statement) -> Option<&'static str> {
    let is_too_large = |value: &Value| {
        let integer = value.as_u64().or_else(|| value.as_i64().map(i64::unsigned_abs));
        integer.is_some_and(|it| it > LARGEST_INTEGER)
    };
    let is_too_long = |it: &Value| it.as_str().is_some_and(|it| it.len() > 2_000_000);
    match statement {
        it if it.params.len() > 100 => Some("more than 100 parameters"),
        it if it.sql.len() > 100_000 => Some("a statement of more than 100 KB"),
        it if it.params.iter().any(is_too_long) => Some("a text of more than 2 MB"),
        it if it.params.iter().any(is_too_large) => Some("an integer beyond 2^53"),
        _ => None,
    }
}

fn rows(connection: &Connection, statement: &Statement) -> Result<Vec<Value>, SqlError> {
    if let Some(why) = refusal(statement) {
        return Err(SqlError::Other(format!("D1 refuses {why}: {}", statement.sql)));
    }
    let mut prepared = connection.prepare_cached(statement.sql).map_err(error)?;
    let columns: Vec<String> = prepared.column_names().into_iter().map(str::to_owned).collect();
    let params = rusqlite::params_from_iter(statement.params.iter().map(bind));
    let found = prepared.query_map(params, |row| {
        let mut members = Map::new();
        for (index, column) in columns.iter().enumerate() {
            let value = match row.get_ref(index)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => json!(number),
                // And so is every answer: what is whole looks like an integer.
                ValueRef::Real(number) if number.fract() == 0.0 => json!(number as i64),
                ValueRef::Real(number) => json!(number),
                ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
                ValueRef::Blob(bytes) => json!(bytes),
            };
            members.insert(column.clone(), value);
        }
        Ok(Value::Object(members))
    });
    found.map_err(error)?.collect::<Result<_, _>>().map_err(error)
}

fn bind(value: &Value) -> rusqlite::types::Value {
    match value {
        Value::Null => rusqlite::types::Value::Null,
        Value::Bool(it) => i64::from(*it).into(),
        // To D1 every number is JavaScript's: a double.
        Value::Number(number) => number.as_f64().unwrap().into(),
        Value::String(text) => text.clone().into(),
        other => panic!("{other} is no parameter"),
    }
}

fn error(error: rusqlite::Error) -> SqlError {
    let text = error.to_string();
    Constraint::of_text(&text).map_or(SqlError::Other(text), SqlError::Constraint)
}

#[async_trait]
impl Sql for Sqlite {
    async fn query(&self, statement: Statement) -> Result<Vec<Value>, SqlError> {
        let statements = [statement];
        self.wait(&statements).await;
        Ok(self.run(&statements)?.remove(0))
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Vec<Value>>, SqlError> {
        self.wait(&statements).await;
        self.run(&statements)
    }
}
