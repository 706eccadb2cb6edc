//! The databases of a state, brought to the newest migration.
use super::{Plan, config::databases};
use crate::paths::{MIGRATIONS, files_below, root, write};
use crate::progress::run_in;
use anyhow::{Context as _, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Where wrangler keeps which migrations a database has had.
const TABLE: &str = "CREATE TABLE d1_migrations(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT UNIQUE,
    applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);";

/// Applies the migrations that the databases of this state have not seen. Asking wrangler takes seconds, so it is asked
/// only when one is new.
pub(super) fn apply(plan: &Plan, config: &Path) -> Result<()> {
    let mut files = files_below(&root().join(MIGRATIONS))?;
    files.retain(|file| file.extension().is_some_and(|it| it == "sql"));
    let store = plan.state.join("store");
    let is_new = files_below(&store)?.is_empty();
    for (index, database) in databases(config)?.iter().enumerate() {
        // A further database is bound to a state that may have been there for long.
        let begun = plan.state.join(format!("{database}.begun"));
        let is_new = if index == 0 { is_new } else { !begun.exists() };
        write(&begun, "")?;
        apply_to(plan, config, database, &files, is_new)?;
    }
    Ok(())
}

fn apply_to(plan: &Plan, config: &Path, database: &str, files: &[PathBuf], is_new: bool) -> Result<()> {
    let note = plan.state.join(match database {
        "DB" => "migrations.txt".to_owned(),
        other => format!("migrations-{other}.txt"),
    });
    let names = names(files).join("\n");
    if fs::read_to_string(&note).is_ok_and(|noted| noted == names) {
        return Ok(());
    }
    let mut command = plan.tools.wrangler(config, &plan.state);
    command.arg("d1");
    if is_new {
        let all = plan.state.join("migrations.sql");
        write(&all, in_one(files)?)?;
        command.args(["execute", database, "--yes", "--file"]).arg(all);
    } else {
        command.args(["migrations", "apply", database]);
    }
    command.args(["--local", "--persist-to"]).arg(plan.state.join("store"));
    run_in(&plan.state.join("migrations.log"), &mut command).context("applying the migrations")?;
    fs::write(note, names)?;
    Ok(())
}

fn names(files: &[PathBuf]) -> Vec<&str> {
    files.iter().filter_map(|file| file.file_name()?.to_str()).collect()
}

/// All migrations for a new database, noted as wrangler notes them: by itself it starts workerd for each of them.
fn in_one(files: &[PathBuf]) -> Result<String> {
    let mut all = String::new();
    for file in files {
        all += &fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
        all += "\n";
    }
    let rows: Vec<String> = names(files).iter().map(|name| format!("('{name}')")).collect();
    Ok(format!(
        "{all}\n{TABLE}\nINSERT INTO d1_migrations (name) VALUES {};\n",
        rows.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::in_one;
    use std::fs;

    #[test]
    fn a_new_database_gets_all_migrations_in_order_and_notes_them() {
        let folder = std::env::temp_dir().join(format!("migrations-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let files = ["0001_a.sql", "0002_b.sql"].map(|name| folder.join(name));
        fs::write(&files[0], "CREATE TABLE a(x);").unwrap();
        fs::write(&files[1], "CREATE TABLE b(x);").unwrap();
        let all = in_one(&files).unwrap();
        assert!(all.starts_with("CREATE TABLE a(x);\nCREATE TABLE b(x);\n"), "{all}");
        assert!(all.ends_with("VALUES ('0001_a.sql'), ('0002_b.sql');\n"), "{all}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
