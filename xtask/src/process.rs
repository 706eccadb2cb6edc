//! Programs in a process group of their own, so that ending one ends everything it started.
use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

static ENDING: AtomicBool = AtomicBool::new(false);

/// How long a group may take to end by itself once asked.
const END_TIMEOUT: Duration = Duration::from_secs(8);

/// Makes Ctrl-C, SIGTERM and SIGHUP end what is under way in an orderly manner; see [`ending`].
pub fn end_on_signals() -> Result<()> {
    ctrlc::set_handler(|| ENDING.store(true, Ordering::Relaxed)).context("setting the signal handler")
}

/// Whether the person asked for the end.
#[must_use]
pub fn ending() -> bool {
    ENDING.load(Ordering::Relaxed)
}

/// # Errors
/// When the person asked for the end.
pub fn check_not_ending() -> Result<()> {
    if ending() {
        bail!("interrupted");
    }
    Ok(())
}

/// A program and all it starts. Ended when dropped.
pub struct Group {
    child: Child,
}

impl Group {
    /// Starts `command` without input.
    pub fn start(command: &mut Command) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("starting {}", command.get_program().to_string_lossy()))?;
        Ok(Self { child })
    }

    /// The process id of the program, which is also the id of its group.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, or `None` while it runs.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Ends the whole group at once, as a crash would.
    pub fn kill(&mut self) {
        signal(self.child.id(), Signal::SIGKILL);
        self.child.wait().ok();
    }

    /// Asks the whole group to end, and ends it when it does not.
    pub fn end(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            // The leader is gone; whatever it left behind goes too.
            signal(self.child.id(), Signal::SIGKILL);
            return;
        }
        signal(self.child.id(), Signal::SIGTERM);
        let asked = Instant::now();
        while asked.elapsed() < END_TIMEOUT && matches!(self.child.try_wait(), Ok(None)) {
            sleep(Duration::from_millis(50));
        }
        self.kill();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

/// Runs a program that speaks to the terminal itself.
///
/// # Errors
/// When it fails, or the person asked for the end.
pub fn to_the_end(command: &mut Command) -> Result<()> {
    let mut group = Group::start(command)?;
    loop {
        check_not_ending()?;
        match group.ended()? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => bail!("{} failed: {status}", command.get_program().to_string_lossy()),
            None => sleep(Duration::from_millis(100)),
        }
    }
}

/// Ends a group that an earlier run left behind.
pub fn kill_group(leader: u32) {
    signal(leader, Signal::SIGKILL);
}

/// Whether a process of this id runs and its command line contains `words`.
#[must_use]
pub fn runs(id: u32, words: &str) -> bool {
    let listed = Command::new("ps")
        .args(["-o", "command=", "-p", &id.to_string()])
        .output();
    listed.is_ok_and(|it| it.status.success() && String::from_utf8_lossy(&it.stdout).contains(words))
}

fn signal(leader: u32, signal: Signal) {
    if let Ok(id) = i32::try_from(leader) {
        // A group that is gone is what was wanted.
        killpg(Pid::from_raw(id), signal).ok();
    }
}
