//! Saying what happens and how long it takes: a line per step, and a sign of life while a long one runs.
use crate::paths::root;
use crate::process::{Group, check_not_ending};
use anyhow::{Context as _, Result, bail};
use std::fs::{self, File};
use std::io::{IsTerminal as _, Write as _, stdout};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often a long step says that it still runs.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// How many lines of its log a failed step shows.
const LINES_SHOWN: usize = 60;

/// Does `work` and says what it was and how long it took, in one line.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    // On a terminal the line gives way to the one that says how long it took.
    let is_watched = stdout().is_terminal();
    if is_watched {
        print!("\r\x1b[2K  {name} …");
        stdout().flush().ok();
    }
    let started = Instant::now();
    let done = work();
    if is_watched {
        print!("\r\x1b[2K");
    }
    let done = done.with_context(|| name.to_owned())?;
    println!("  {name}: {}", spent(started.elapsed()));
    Ok(done)
}

/// Runs a program with its output in `target/xtask/<log>.log`; shows the end of it when the program fails.
pub fn run(log: &str, command: &mut Command) -> Result<()> {
    run_in(&log_file(log)?, command)
}

/// The same with its output in this file.
pub fn run_in(log: &Path, command: &mut Command) -> Result<()> {
    let (ok, spoken) = run_logged(log, command)?;
    if ok {
        return Ok(());
    }
    eprintln!("{}", last_lines(&spoken, LINES_SHOWN));
    bail!("{} failed; all it said is in {}", name_of(command), log.display())
}

/// Runs a program with its output in a file; answers whether it succeeded, and what it said.
///
/// # Errors
/// When the program cannot be started, or the person asked for the end.
pub fn run_logged(log: &Path, command: &mut Command) -> Result<(bool, String)> {
    let file = File::create(log).with_context(|| format!("making {}", log.display()))?;
    let mut group = Group::start(command.stdout(file.try_clone()?).stderr(file))?;
    let started = Instant::now();
    let mut next_sign = SIGN_OF_LIFE;
    loop {
        if let Some(status) = group.ended()? {
            return Ok((status.success(), String::from_utf8_lossy(&fs::read(log)?).into_owned()));
        }
        check_not_ending()?;
        if started.elapsed() >= next_sign {
            next_sign += SIGN_OF_LIFE;
            let clear = if stdout().is_terminal() { "\r\x1b[2K" } else { "" };
            let (name, spent) = (name_of(command), spent(started.elapsed()));
            println!("{clear}    {name}, {spent} so far: {}", last_word(log));
        }
        sleep(Duration::from_millis(50));
    }
}

/// What a program writes to its standard output.
pub fn output_of(command: &mut Command) -> Result<Vec<u8>> {
    let output = command
        .output()
        .with_context(|| format!("starting {}", name_of(command)))?;
    if !output.status.success() {
        bail!(
            "{} failed: {}",
            name_of(command),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(output.stdout)
}

/// `target/xtask/<name>.log`, in a folder that exists.
pub fn log_file(name: &str) -> Result<PathBuf> {
    let folder = root().join("target/xtask");
    fs::create_dir_all(&folder)?;
    Ok(folder.join(format!("{name}.log")))
}

/// A length of time for a person, such as `2 min 5 s` or `0.4 s`.
#[must_use]
pub fn spent(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        seconds @ 10..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// The last `count` lines of a text.
#[must_use]
pub fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

fn last_word(log: &Path) -> String {
    let spoken = fs::read(log).unwrap_or_default();
    let spoken = String::from_utf8_lossy(&spoken);
    spoken
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or("nothing said yet")
        .to_owned()
}

fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::{last_lines, spent};
    use std::time::Duration;

    #[test]
    fn times_are_written_for_people() {
        assert_eq!(spent(Duration::from_millis(420)), "0.4 s");
        assert_eq!(spent(Duration::from_secs(59)), "59 s");
        assert_eq!(spent(Duration::from_secs(125)), "2 min 5 s");
    }

    #[test]
    fn the_last_lines_are_the_last_ones() {
        assert_eq!(last_lines("a\nb\nc", 2), "b\nc");
        assert_eq!(last_lines("a", 2), "a");
    }
}
