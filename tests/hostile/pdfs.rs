//! PDFs that unpack, repeat or nest without end.
use super::End::{Any, Refused};
use super::{Maker, zlib};

const MIB: usize = 1024 * 1024;

pub(super) const ALL: &[Maker] = &[
    ("bomb.pdf", Refused, || {
        page(&zlib(&vec![b' '; 80 * MIB]), "/Filter /FlateDecode")
    }),
    ("bomb-three-times.pdf", Refused, || {
        let packed = zlib(&zlib(&zlib(&vec![b' '; 80 * MIB])));
        page(&packed, "/Filter [/FlateDecode /FlateDecode /FlateDecode]")
    }),
    ("bomb-as-picture.pdf", Any, || {
        page(&zlib(&vec![b' '; 80 * MIB]), "/Subtype /Image /Filter /FlateDecode")
    }),
    ("packed-ten-times.pdf", Refused, || {
        page(b"x", &format!("/Filter [{}]", "/FlateDecode ".repeat(10)))
    }),
    ("long-content.pdf", Any, || {
        let content = format!("BT /F1 9 Tf {} ET", "1 0 0 1 9 9 Tm (word) Tj ".repeat(700_000));
        page(content.as_bytes(), "")
    }),
    ("states.pdf", Any, || page("q ".repeat(2_000_000).as_bytes(), "")),
    ("deep-arrays.pdf", Any, || {
        page(format!("{} TJ", "[".repeat(100_000)).as_bytes(), "")
    }),
    ("deep-object.pdf", Refused, || {
        file(&[
            "<</Type /Catalog /Pages 2 0 R>>".into(),
            "[".repeat(100_000),
            "<<".repeat(100_000),
        ])
    }),
    ("circle-of-pages.pdf", Refused, || {
        let kids = "<</Type /Pages /Count 9 /Kids [2 0 R 3 0 R]>>".to_owned();
        file(&["<</Type /Catalog /Pages 2 0 R>>".into(), kids.clone(), kids])
    }),
    ("million-pages.pdf", Refused, || {
        let kids = "3 0 R ".repeat(1_000_000);
        let direct = "<</Type /Page>> ".repeat(500_000);
        let pages = format!("<</Type /Pages /Kids [{direct}{kids}]>>");
        file(&[
            "<</Type /Catalog /Pages 2 0 R>>".into(),
            pages,
            "<</Type /Page>>".into(),
        ])
    }),
    ("forms-in-forms.pdf", Refused, forms),
    ("form-in-itself.pdf", Refused, || {
        let form = "<</Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <</XObject <</X 5 0 R>>>> /Length 5>>\nstream\n/X Do\nendstream";
        with_resources("<</XObject <</X 5 0 R>>>>", &[form.into()], "/X Do /X Do")
    }),
    ("same-content.pdf", Refused, || {
        let parts = "4 0 R ".repeat(200_000);
        let page = format!("<</Type /Page /Parent 2 0 R /Contents [{parts}]>>");
        let content = stream(&[b' '; 1000], "");
        file(&[
            "<</Type /Catalog /Pages 2 0 R>>".into(),
            "<</Type /Pages /Kids [3 0 R]>>".into(),
            page,
            content,
        ])
    }),
    ("truncated.pdf", Any, || {
        let whole = page(b"BT /F1 9 Tf (text) Tj ET", "");
        whole[..whole.len() / 2].to_vec()
    }),
    ("giant-table.pdf", Refused, || {
        b"%PDF-1.7\nxref\n0 4294967295\ntrailer\n<</Size 4294967295 /Root 1 0 R /Prev 9>>\nstartxref\n9\n%%EOF".to_vec()
    }),
    ("nothing.pdf", Refused, || {
        [b"%PDF-1.7\n".as_slice(), &[0xff; 100_000]].concat()
    }),
    ("many-objects.pdf", Refused, || {
        let mut bytes = b"%PDF-1.7\n".to_vec();
        (0..900_000).for_each(|it| bytes.extend(format!("{it} 0 obj\n<<>>\n").as_bytes()));
        bytes
    }),
    ("many-streams.pdf", Refused, || {
        [b"%PDF-1.7\n".as_slice(), &b"<</FlateDecode>>stream\n".repeat(400_000)].concat()
    }),
];

/// Ten forms, each of which draws the next one ten times.
fn forms() -> Vec<u8> {
    let forms: Vec<String> = (5..15)
        .map(|number| {
            let content = "/X Do ".repeat(10);
            let next = format!("/Resources <</XObject <</X {} 0 R>>>>", number + 1);
            format!(
                "<</Type /XObject /Subtype /Form /BBox [0 0 9 9] {next} /Length {}>>\nstream\n{content}\nendstream",
                content.len()
            )
        })
        .collect();
    with_resources("<</XObject <</X 5 0 R>>>>", &forms, "/X Do")
}

fn with_resources(resources: &str, more: &[String], content: &str) -> Vec<u8> {
    let mut objects = vec![
        "<</Type /Catalog /Pages 2 0 R>>".to_owned(),
        "<</Type /Pages /Count 1 /Kids [3 0 R]>>".to_owned(),
        format!("<</Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources {resources} /Contents 4 0 R>>"),
        stream(content.as_bytes(), ""),
    ];
    objects.extend_from_slice(more);
    file(&objects)
}

fn page(content: &[u8], filter: &str) -> Vec<u8> {
    let font = "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>";
    let head = format!(
        "%PDF-1.7\n1 0 obj\n<</Type /Catalog /Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type /Pages /Count 1 /Kids [3 0 R]>>\nendobj\n\
         3 0 obj\n<</Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources <</Font <</F1 {font}>>>> /Contents 4 0 R>>\nendobj\n\
         4 0 obj\n<</Length {} {filter}>>\nstream\n",
        content.len()
    );
    let tail = b"\nendstream\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF".as_slice();
    [head.as_bytes(), content, tail].concat()
}

fn stream(content: &[u8], filter: &str) -> String {
    format!(
        "<</Length {} {filter}>>\nstream\n{}\nendstream",
        content.len(),
        String::from_utf8_lossy(content)
    )
}

fn file(objects: &[String]) -> Vec<u8> {
    let mut text = "%PDF-1.7\n".to_owned();
    for (number, object) in objects.iter().enumerate() {
        text += &format!("{} 0 obj\n{object}\nendobj\n", number + 1);
    }
    text += "trailer\n<</Root 1 0 R>>\n%%EOF";
    text.into_bytes()
}
