//! Pages, Markdown and tables whose reading could take time that grows with the square, or memory without end.
use super::End::{Any, Refused};
use super::Maker;

const MIB: usize = 1024 * 1024;

pub(super) const ALL: &[Maker] = &[
    ("long.html", Any, || {
        format!("<html><body><p>{}", "word ".repeat(2 * MIB)).into_bytes()
    }),
    ("deep.html", Refused, || {
        format!("<html><body>{}text", "<div>".repeat(100_000)).into_bytes()
    }),
    ("deep-bold.html", Refused, || {
        format!("<html><body>{}text", "<b>".repeat(100_000)).into_bytes()
    }),
    ("fonts.html", Refused, || {
        let fonts: String = (0..2_000).map(|it| format!("<font color={it}>")).collect();
        format!("<html><body>{fonts}{}", "<p>text".repeat(10_000)).into_bytes()
    }),
    ("tables.html", Any, || {
        format!("<html><body>{}text", "<table><tr><td>".repeat(3_000)).into_bytes()
    }),
    ("attributes.html", Refused, || {
        let attributes: String = (0..100_000).map(|it| format!(" a{it}=1")).collect();
        format!("<html><body><p{attributes}>text").into_bytes()
    }),
    ("entities.html", Any, || {
        format!("<html><body><p>{}", "&amp;".repeat(1_000_000)).into_bytes()
    }),
    ("many-elements.html", Refused, || {
        format!("<html><body>{}", "<p>a</p>".repeat(1_000_000)).into_bytes()
    }),
    ("open-comment.html", Any, || {
        format!("<html><body><p>text</p><!--{}", "a".repeat(10 * MIB)).into_bytes()
    }),
    ("wrong-charset.html", Any, || {
        b"<html><meta charset=utf-16><body><p>text \xff\xfe\x80".to_vec()
    }),
    ("forms.html", Any, || {
        "<html><body><p>text"
            .to_owned()
            .into_bytes()
            .into_iter()
            .chain(b"</p></div></b>".repeat(20_000))
            .collect()
    }),
    ("quotes.md", Any, || ">".repeat(100_000).into_bytes()),
    ("brackets.md", Any, || "[".repeat(100_000).into_bytes()),
    ("links.md", Any, || "[a](".repeat(50_000).into_bytes()),
    ("emphasis.md", Any, || "*a _b ".repeat(50_000).into_bytes()),
    ("backticks.md", Any, || {
        (1..1_500)
            .map(|it| format!("{} ", "`".repeat(it)))
            .collect::<String>()
            .into_bytes()
    }),
    ("lists.md", Any, || {
        (0..1_000)
            .map(|it| format!("{}- a\n", "  ".repeat(it)))
            .collect::<String>()
            .into_bytes()
    }),
    ("tables.md", Any, || {
        format!(
            "{}\n{}\n{}",
            "|a".repeat(2_000),
            "|-".repeat(2_000),
            "|b\n".repeat(20_000)
        )
        .into_bytes()
    }),
    ("open-quote.csv", Refused, || {
        format!("a,b\n\"{}", "x,\n".repeat(3 * MIB)).into_bytes()
    }),
    ("wide.csv", Refused, || "a,".repeat(1_000_000).into_bytes()),
    ("long.csv", Refused, || {
        format!("name,price\n{}", "a,1\n".repeat(1_000_000)).into_bytes()
    }),
    ("one-line.txt", Any, || "a".repeat(5 * MIB).into_bytes()),
    ("short-lines.txt", Refused, || {
        "a line of some thirty letters.\n\n".repeat(600_000).into_bytes()
    }),
    ("prose.txt", Any, || {
        "The quick brown fox jumps over the lazy dog. "
            .repeat(430_000)
            .into_bytes()
    }),
    ("long-heading.txt", Any, || {
        format!("{}\n====\n\n{}", "h".repeat(100_000), "below\n\n".repeat(100_000)).into_bytes()
    }),
    ("marks.md", Refused, || "*a _b ".repeat(3 * MIB).into_bytes()),
    ("labels.csv", Refused, || {
        let labels: Vec<String> = (0..900).map(|it| format!("{}{it}", "label".repeat(18))).collect();
        format!(
            "{}\n{}",
            labels.join(","),
            format!("{}\n", ["1"; 900].join(",")).repeat(2_000)
        )
        .into_bytes()
    }),
    ("latin.txt", Any, || {
        "caf\u{e9} "
            .chars()
            .map(|it| it as u8)
            .collect::<Vec<_>>()
            .repeat(3 * MIB)
    }),
    ("strange.txt", Any, || vec![0xff; MIB]),
    ("empty.txt", Refused, Vec::new),
    ("blank.pdf", Refused, || b" \n".repeat(1_000)),
    ("program.pdf", Refused, || {
        [b"MZ\x90\0\x03\0\0\0".as_slice(), &[0; 4096]].concat()
    }),
    ("two-things.pdf", Refused, || {
        [b"\x7fELF\x02\x01\x01\0".as_slice(), &[0; 64], b"%PDF-1.7\nPK\x03\x04"].concat()
    }),
];
