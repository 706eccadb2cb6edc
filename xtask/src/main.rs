//! `cargo xtask`: the daily work, one subcommand each.
use anyhow::Result;
use clap::{Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use xtask::bench::Bench;
use xtask::build::Profile;
use xtask::paths::root;
use xtask::test::Gate;
use xtask::{bench, build, deploy_check, dev, eval, fuzz, process, soak, test};

/// Where `dev` keeps what it writes, from the top of the repository, unless it is told otherwise.
const STATE: &str = ".dev";

/// The daily work on Edgewise.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything, start it on this machine with a demo in it, rebuild what an edit touches.
    Dev {
        /// The port of <http://127.0.0.1>.
        #[arg(long, default_value_t = 8787)]
        port: u16,
        /// Forget what earlier runs stored.
        #[arg(long)]
        fresh: bool,
        /// Build what would be deployed, instead of what builds fast.
        #[arg(long)]
        release: bool,
        /// Where all that the run writes is kept: what is built and served, state, credentials, logs.
        #[arg(long, default_value = STATE)]
        state: PathBuf,
    },
    /// Run every check; ends with `N passed, N failed`.
    Test {
        /// Only these, separated by commas.
        #[arg(long, value_delimiter = ',')]
        only: Vec<Gate>,
    },
    /// Build what `npx wrangler deploy` uploads: edge/build/ and dist/.
    Build {
        /// What `dev` builds, in .dev/.
        #[arg(long, conflicts_with = "release")]
        dev: bool,
        /// What is deployed; the default.
        #[arg(long)]
        release: bool,
        /// Only these steps, separated by commas: site, model, reference, worker, parser, embedder, widget, dashboard,
        /// openapi.
        #[arg(long, value_delimiter = ',')]
        only: Vec<String>,
    },
    /// Measure, compared with a Worker that does nothing.
    Bench {
        /// Only these, separated by commas.
        #[arg(long, value_delimiter = ',')]
        only: Vec<Bench>,
    },
    /// Measure how well questions are answered, over passages and questions as JSON lines; `eval --help` has the
    /// options.
    #[command(disable_help_flag = true)]
    Eval {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        options: Vec<OsString>,
    },
    /// Feed everything that reads what strangers send with made-up inputs. Needs a C++ compiler.
    Fuzz {
        /// How long each target runs.
        #[arg(long, default_value_t = 10.0)]
        minutes: f64,
        /// Only these targets, separated by commas.
        #[arg(long, value_delimiter = ',')]
        only: Vec<String>,
    },
    /// Put mixed load and hostile files on a release build, then kill it again and again.
    Soak {
        /// How long the load goes on.
        #[arg(long, default_value_t = 10)]
        minutes: u32,
        /// How often the server is killed afterwards.
        #[arg(long, default_value_t = 10)]
        crashes: u32,
    },
    /// Build, and let wrangler say what it would upload, without uploading.
    DeployCheck,
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(code) => code,
        Err(why) => {
            eprintln!("\nerror: {why:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    process::end_on_signals()?;
    match task {
        Task::Dev {
            port,
            fresh,
            release,
            state,
        } => {
            let profile = if release { Profile::Release } else { Profile::Quick };
            dev::run(&dev::Options {
                port,
                fresh,
                profile,
                state,
            })?;
        }
        Task::Test { only } => {
            return Ok(if test::run(&only)? {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
        Task::Build { dev, release: _, only } => {
            build::run(dev.then(|| root().join(STATE)), &only)?;
        }
        Task::Bench { only } => bench::run(&only)?,
        Task::Eval { options } => eval::run(&options)?,
        Task::Fuzz { minutes, only } => fuzz::run(minutes, &only)?,
        Task::Soak { minutes, crashes } => soak::run(minutes, crashes)?,
        Task::DeployCheck => deploy_check::run()?,
    }
    Ok(ExitCode::SUCCESS)
}
