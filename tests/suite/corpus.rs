//! Files made with ordinary tools, read: order, headings, lists, tables, labels. What is expected lies beside them, and
//! was read by people. See `tests/corpus/make.py`.
use edge_extract::{Hint, document_at_once};
use std::fmt::Write as _;
use std::path::Path;

/// What is no file of the corpus.
const TOOLS: [&str; 2] = ["py", "txt.license"];

#[test]
fn every_file_is_read_as_people_read_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    files.retain(|it| it.is_file() && !TOOLS.iter().any(|ending| it.to_string_lossy().ends_with(ending)));
    files.retain(|it| it.file_name().is_some_and(|it| it != "requirements.txt"));
    files.sort();
    assert!(files.len() >= 30, "{} files", files.len());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder.join("expected"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let read = read_file(&name, &std::fs::read(&file).unwrap());
        assert_eq!(
            name.starts_with("refused-"),
            read.starts_with("refused"),
            "{name}: {read}"
        );
        settings.bind(|| insta::assert_snapshot!(name.as_str(), read));
    }
}

fn read_file(name: &str, bytes: &[u8]) -> String {
    let hint = Hint {
        name: name.into(),
        media_type: "application/octet-stream".into(),
    };
    match document_at_once(bytes, &hint) {
        Err(refusal) => format!("refused, {:?}: {}", refusal.reason, refusal.message),
        Ok(read) => {
            let mut text = format!("{:?}, {}", read.kind, read.title.unwrap_or_default());
            for block in read.blocks {
                let path = block.heading_path.join(" > ");
                write!(text, "\n\n[{:?}] {path}\n{}", block.kind, block.text).unwrap();
            }
            text
        }
    }
}
