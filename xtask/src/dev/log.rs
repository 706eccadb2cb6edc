//! What the Worker says while it runs, without what is said every time.
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

/// Lines that tell nothing: our own health checks and cron calls, and wrangler's remarks about itself.
const NOISE: [&str; 4] = [
    "GET /health ",
    "GET /cdn-cgi/",
    "Reloading local server",
    "valid header rules",
];

/// Whether a line is worth a person's time. The Worker's own line about a request is, when something went wrong in it;
/// wrangler says the rest.
fn is_telling(line: &str) -> bool {
    let is_routine = line.contains("{\"request.id\"") && !line.contains("\"error.");
    !line.trim().is_empty() && !is_routine && !NOISE.iter().any(|noise| line.contains(noise))
}

/// A log file, read on from where it was.
pub(super) struct Log {
    file: PathBuf,
    position: u64,
    unfinished: String,
}

impl Log {
    /// Reads what is written from now on.
    pub(super) fn at_the_end_of(file: PathBuf) -> Self {
        let position = file.metadata().map_or(0, |facts| facts.len());
        Self {
            file,
            position,
            unfinished: String::new(),
        }
    }

    /// Prints the lines that are new.
    pub(super) fn follow(&mut self) {
        let mut bytes = Vec::new();
        let read = File::open(&self.file).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.position))?;
            file.read_to_end(&mut bytes)
        });
        self.position += read.unwrap_or_default() as u64;
        self.unfinished.push_str(&String::from_utf8_lossy(&bytes));
        while let Some((line, rest)) = self.unfinished.split_once('\n') {
            if is_telling(line) {
                println!("{line}");
            }
            self.unfinished = rest.to_owned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_telling;

    #[test]
    fn errors_and_requests_are_told_and_routine_is_not() {
        assert!(is_telling("[wrangler:info] GET /docs 200 OK (3ms)"));
        assert!(is_telling(r#"{"request.id":"a","status":500,"error.kind":"Internal"}"#));
        assert!(!is_telling(
            r#"[edgewise] {"request.id":"a","status":200,"worker":"main"}"#
        ));
        assert!(!is_telling("[wrangler:info] GET /health 200 OK (3ms)"));
        assert!(!is_telling("  "));
    }
}
