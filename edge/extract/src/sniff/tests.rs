//! Tests of telling files apart.
use super::*;

fn sniffed(name: &str, bytes: &[u8]) -> Result<FileKind, Reason> {
    let hint = Hint {
        name: name.into(),
        media_type: "application/octet-stream".into(),
    };
    kind(bytes, &hint).map_err(|it| it.reason)
}

#[test]
fn the_bytes_decide_before_the_name() {
    assert_eq!(sniffed("a.md", b"# Title"), Ok(FileKind::Markdown));
    assert_eq!(sniffed("a.txt", b"plain"), Ok(FileKind::Text));
    assert_eq!(sniffed("a.csv", b"a;b"), Ok(FileKind::Csv));
    assert_eq!(sniffed("a", b"  <!DOCTYPE html><p>x"), Ok(FileKind::Html));
    assert_eq!(sniffed("a", b"\xff\xfe<\0h\0t\0m\0l\0>\0"), Ok(FileKind::Html));
    assert_eq!(sniffed("a.txt", b"%PDF-1.7\n"), Ok(FileKind::Pdf));
    assert_eq!(sniffed("a.txt", b"\x00\x01junk\n%PDF-1.7\n"), Ok(FileKind::Pdf));
    assert_eq!(sniffed("a.txt", b"A PDF begins with %PDF-1.7"), Ok(FileKind::Text));
    assert_eq!(sniffed("a.pdf", b"MZ\x90\x00\x03"), Err(Reason::Unsupported));
    assert_eq!(sniffed("a.pdf", b"{\\rtf1 text}"), Err(Reason::Unsupported));
    assert_eq!(sniffed("a.txt", b" \n\t "), Err(Reason::Empty));
    assert_eq!(sniffed("a.txt", b""), Err(Reason::Empty));
}

#[test]
fn text_is_text_in_any_encoding() {
    assert_eq!(sniffed("a.txt", b"caf\xe9"), Ok(FileKind::Text));
    assert_eq!(sniffed("a.txt", b"h\0e\0l\0l\0o\0 \0y\0o\0"), Ok(FileKind::Text));
    assert_eq!(
        sniffed("a.txt", "BMP and MZ are letters".as_bytes()),
        Ok(FileKind::Text)
    );
    assert_eq!(sniffed("a.txt", b"a\0b"), Err(Reason::Unsupported));
}

#[test]
fn an_archive_is_called_what_it_is() {
    let empty = b"PK\x03\x04\x14\x00\x06\x00";
    let refused = kind(empty, &Hint::default()).map_err(|it| it.message);
    assert!(refused.is_err_and(|it| it.contains("damaged ZIP")));
}
