//! Shows what is read in files: `cargo run -p edge-extract --features readers --example read -- FILE…`
#![expect(clippy::print_stdout, reason = "showing is what it is for")]

use edge_extract::{Hint, document_at_once};
use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1).map(PathBuf::from) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let hint = Hint {
            name: name.clone(),
            media_type: String::new(),
        };
        println!("=== {name}");
        match document_at_once(&std::fs::read(&path)?, &hint) {
            Ok(read) => {
                println!("{:?}, title {:?}", read.kind, read.title);
                for block in read.blocks {
                    println!(
                        "\n[{:?}] {}\n{}",
                        block.kind,
                        block.heading_path.join(" > "),
                        block.text
                    );
                }
            }
            Err(refusal) => println!("{:?}: {}", refusal.reason, refusal.message),
        }
        println!();
    }
    Ok(())
}
