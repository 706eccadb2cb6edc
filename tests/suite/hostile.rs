//! Files that are made to do harm: each ends, most are refused with the reason, none takes more than it is given.
use edge_extract::{Hint, document_at_once};
use std::time::{Duration, Instant};
use tests::hostile::{End, files};

/// What the Worker does in seconds takes longer without every optimisation, on a machine that does other things as well.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_hostile_file_ends_within_its_budget() {
    let mut faults = vec![];
    for file in files() {
        let hint = Hint {
            name: file.name.into(),
            media_type: String::new(),
        };
        let (size, started) = (file.bytes.len(), Instant::now());
        eprintln!("{} …", file.name);
        let read = document_at_once(&file.bytes, &hint);
        let (spent, name) = (started.elapsed(), file.name);
        let told = read.map(|it| it.blocks.len()).map_err(|it| it.message);
        println!("{name}: {size} bytes, {spent:.1?}: {told:?}");
        if spent > PATIENCE {
            faults.push(format!("{name} took {spent:?}"));
        }
        if file.end == End::Refused && told.is_ok() {
            faults.push(format!("{name} was read: {told:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
