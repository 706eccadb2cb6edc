//! How large what is deployed may be.
use super::gate::Tally;
use crate::build::Build;
use crate::progress::output_of;
use anyhow::{Context as _, Result, bail};
use std::path::PathBuf;

/// How bytes are counted: as a browser or Cloudflare would receive them.
#[derive(Clone, Copy)]
enum Coding {
    Gzip,
    Brotli,
}

struct Limit {
    name: &'static str,
    files: Vec<PathBuf>,
    coding: Coding,
    /// In bytes.
    most: u64,
}

pub(super) fn run(build: &Build, tally: &mut Tally) {
    let (script, parser, dist) = (build.script(), build.parser_script(), build.dist());
    let limits = [
        Limit {
            name: "the Worker is at most 3 MB (gzip)",
            files: vec![script.with_file_name("index_bg.wasm"), script],
            coding: Coding::Gzip,
            most: 3_000_000,
        },
        Limit {
            name: "the parser is at most 3 MB (gzip)",
            files: vec![parser.with_file_name("index_bg.wasm"), parser],
            coding: Coding::Gzip,
            most: 3_000_000,
        },
        Limit {
            name: "the widget's module is at most 130 KB (brotli)",
            files: vec![dist.join("embed/app_bg.wasm")],
            coding: Coding::Brotli,
            most: 130_000,
        },
        Limit {
            name: "the loader is at most 5 KB (gzip)",
            files: vec![dist.join("widget.js")],
            coding: Coding::Gzip,
            most: 5_000,
        },
    ];
    for limit in limits {
        tally.check(limit.name, || check(build, &limit));
    }
}

fn check(build: &Build, limit: &Limit) -> Result<()> {
    let mut size = 0;
    for file in &limit.files {
        size += compressed(build, file, limit.coding)?;
    }
    println!("   {size} bytes of {}", limit.most);
    if size > limit.most {
        bail!("{} bytes too many", size - limit.most);
    }
    Ok(())
}

/// Node's zlib measures: it is here anyway, and compresses as servers do.
fn compressed(build: &Build, file: &PathBuf, coding: Coding) -> Result<u64> {
    let call = match coding {
        Coding::Gzip => "gzipSync",
        Coding::Brotli => "brotliCompressSync",
    };
    let script = format!("console.log(require('zlib').{call}(require('fs').readFileSync(process.argv[1])).length)");
    let spoken = output_of(build.tools().node().args(["-e", &script]).arg(file))?;
    String::from_utf8(spoken)?
        .trim()
        .parse()
        .with_context(|| format!("measuring {}", file.display()))
}
