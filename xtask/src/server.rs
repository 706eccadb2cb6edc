//! The Worker on this machine: `wrangler dev` in a process group of its own, with its own state.
mod config;
mod migrations;

use crate::build::{Build, has_minilm};
use crate::paths::root;
use crate::process::{Group, check_not_ending};
use crate::progress::last_lines;
use crate::settings::{Values, write_for_wrangler};
use crate::tools::Tools;
use anyhow::{Context as _, Result, bail, ensure};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a start may take before it counts as failed.
const START_TIMEOUT: Duration = Duration::from_secs(90);

/// What to serve, and where.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The tools it runs on.
    pub tools: Tools,
    /// The Worker's script.
    pub script: PathBuf,
    /// The script of the Worker for background work; the same, unless a test has another.
    pub jobs_script: PathBuf,
    /// The script of the Worker that reads files.
    pub parser: PathBuf,
    /// The script of the Worker that runs all-MiniLM-L6-v2, when the model has been made.
    pub embedder: Option<PathBuf>,
    /// The folder of files.
    pub dist: PathBuf,
    /// The folder for everything it stores: what is acknowledged outlives the process here.
    pub state: PathBuf,
    /// The port of 127.0.0.1.
    pub port: u16,
    /// Settings that differ from wrangler.toml.
    pub settings: Values,
}

/// A running Worker. Ended when dropped.
pub struct Server {
    plan: Plan,
    group: Group,
}

impl Plan {
    /// Serves what `build` made.
    #[must_use]
    pub fn new(build: &Build, state: PathBuf, port: u16, settings: Values) -> Self {
        Self {
            tools: build.tools().clone(),
            script: build.script(),
            jobs_script: build.script(),
            parser: build.parser_script(),
            embedder: has_minilm().then(|| build.embedder_script()),
            dist: build.dist(),
            state,
            port,
            settings,
        }
    }

    /// `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Mails lie in a folder below this one, each as a file.
    #[must_use]
    pub fn mail_dir(&self) -> PathBuf {
        self.state.join("tmp")
    }

    /// Everything the Worker and wrangler said.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.state.join("wrangler.log")
    }
}

impl Server {
    /// Applies new migrations, starts the Worker, and waits until `/health` answers.
    ///
    /// # Errors
    /// When a migration fails, the port is taken, or the Worker does not come up; the end of its log is part of it.
    pub fn start(plan: Plan) -> Result<Self> {
        wait_for_port(plan.port)?;
        for folder in ["tmp", "config", "store"] {
            fs::create_dir_all(plan.state.join(folder))?;
        }
        let settings = plan.state.join("settings.env");
        let mut values = plan.settings.clone();
        // Mails have links, which lead here unless a setting says otherwise.
        let public_url = values.entry("PUBLIC_URL".into()).or_default();
        if public_url.is_empty() {
            *public_url = plan.base_url();
        }
        write_for_wrangler(&settings, &values)?;
        let log = OpenOptions::new().create(true).append(true).open(plan.log())?;
        let configs = config::write_all(&plan, &values)?;
        let (own, beside) = configs.split_first().context("there is no configuration")?;
        migrations::apply(&plan, own)?;
        let mut command = plan.tools.wrangler(own, &plan.state);
        for config in beside {
            command.arg("--config").arg(config);
        }
        command.args([
            "dev",
            "--local",
            "--ip",
            "127.0.0.1",
            "--inspector-port",
            "0",
            "--show-interactive-dev-session=false",
        ]);
        command
            .arg("--port")
            .arg(plan.port.to_string())
            .arg("--persist-to")
            .arg(plan.state.join("store"));
        command.arg("--env-file").arg(settings);
        let group = Group::start(command.stdout(log.try_clone()?).stderr(log))?;
        fs::write(id_file(&plan.state), group.id().to_string())?;
        let mut server = Self { plan, group };
        server.wait()?;
        Ok(server)
    }

    /// What it was started with.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// # Errors
    /// When it has ended by itself.
    pub fn check_runs(&mut self) -> Result<()> {
        match self.group.ended()? {
            None => Ok(()),
            Some(status) => bail!("wrangler ended ({status}):\n{}", self.last_words()),
        }
    }

    /// How much memory each of its Workers holds after a garbage collection, in bytes; known on Linux alone.
    ///
    /// # Errors
    /// When the inspector of workerd does not say.
    pub fn retained(&self) -> Result<BTreeMap<String, u64>> {
        if !cfg!(target_os = "linux") {
            return Ok(BTreeMap::new());
        }
        let mut command = self.plan.tools.node();
        let script = root().join("tests/worker/retained.mjs");
        let said = command.arg(script).arg(self.group.id().to_string()).output()?;
        ensure!(
            said.status.success(),
            "the memory of the Workers is not known: {}",
            String::from_utf8_lossy(&said.stderr)
        );
        Ok(serde_json::from_slice(&said.stdout)?)
    }

    /// Ends it as a power cut would; answers what a new start on the same state needs.
    #[must_use]
    pub fn kill(mut self) -> Plan {
        self.group.kill();
        self.plan.clone()
    }

    /// Runs the Worker's cron triggers, which do not fire by themselves on this machine.
    pub fn fire_cron(&self) {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(20)))
            .build()
            .new_agent();
        // Its errors are in the log.
        agent
            .get(format!(
                "{}/cdn-cgi/local/scheduled?cron=*+*+*+*+*",
                self.plan.base_url()
            ))
            .call()
            .ok();
    }

    fn wait(&mut self) -> Result<()> {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(5)))
            .build()
            .new_agent();
        let health = format!("{}/health", self.plan.base_url());
        let started = Instant::now();
        while started.elapsed() < START_TIMEOUT {
            check_not_ending()?;
            self.check_runs()?;
            if agent.get(&health).call().is_ok_and(|answer| answer.status() == 200) {
                return Ok(());
            }
            sleep(Duration::from_millis(100));
        }
        bail!(
            "{health} did not answer 200 within {} s:\n{}",
            START_TIMEOUT.as_secs(),
            self.last_words()
        )
    }

    fn last_words(&self) -> String {
        let log = fs::read(self.plan.log()).unwrap_or_default();
        last_lines(&String::from_utf8_lossy(&log), 40)
    }
}

/// Holds the process group of the server that last ran on a state.
#[must_use]
pub fn id_file(state: &Path) -> PathBuf {
    state.join("wrangler.pid")
}

/// A free port.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Waits for a port: the system takes a moment to give back that of a process that was just ended.
fn wait_for_port(port: u16) -> Result<()> {
    let started = Instant::now();
    while TcpListener::bind(("127.0.0.1", port)).is_err() {
        if started.elapsed() > Duration::from_secs(3) {
            bail!("port {port} is taken; choose another one with --port");
        }
        sleep(Duration::from_millis(50));
    }
    Ok(())
}
