//! Another Worker under `wrangler dev`, to measure ours against.
use crate::paths::root;
use crate::process::{Group, check_not_ending};
use crate::server::free_port;
use crate::tools::Tools;
use anyhow::{Result, bail};
use std::fs::{self, File};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a start may take before it counts as failed.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A running Worker. Ended when dropped.
pub(super) struct Yardstick {
    group: Group,
    port: u16,
}

impl Yardstick {
    /// Starts the Worker of a configuration file, named from the top of the repository.
    pub(super) fn start(tools: &Tools, config: &str) -> Result<Self> {
        let scratch = root().join("target/xtask/state/yardstick");
        fs::create_dir_all(scratch.join("tmp"))?;
        let port = free_port()?;
        let mut command = tools.wrangler(&root().join(config), &scratch);
        command.args([
            "dev",
            "--local",
            "--ip",
            "127.0.0.1",
            "--inspector-port",
            "0",
            "--log-level",
            "warn",
        ]);
        command
            .args(["--show-interactive-dev-session=false", "--port"])
            .arg(port.to_string());
        let log = File::create(scratch.join("wrangler.log"))?;
        let mut server = Self {
            group: Group::start(command.stdout(log.try_clone()?).stderr(log))?,
            port,
        };
        server.wait()?;
        Ok(server)
    }

    /// `http://127.0.0.1:<port>`.
    pub(super) fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn wait(&mut self) -> Result<()> {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(5)))
            .build()
            .new_agent();
        let started = Instant::now();
        while started.elapsed() < START_TIMEOUT {
            check_not_ending()?;
            if let Some(status) = self.group.ended()? {
                bail!("wrangler ended ({status}); see target/xtask/state/yardstick/wrangler.log");
            }
            if agent.get(self.base_url()).call().is_ok() {
                return Ok(());
            }
            sleep(Duration::from_millis(100));
        }
        bail!(
            "{} did not answer within {} s",
            self.base_url(),
            START_TIMEOUT.as_secs()
        )
    }
}
