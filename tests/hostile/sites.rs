//! What hostile sites answer a crawler.

const MIB: usize = 1024 * 1024;

/// How a file of a site is made.
type Maker = fn() -> Vec<u8>;

/// Each forbids `/a/page`, or does not.
pub(super) const ROBOTS: &[(&str, Maker, bool)] = &[
    (
        "26,000 rules that end in $",
        || {
            let rules: String = (0..26_000).map(|it| format!("Disallow: /a{it:05}$\n")).collect();
            format!("User-agent: *\n{rules}Disallow: /a/\n").into_bytes()
        },
        true,
    ),
    (
        "26,000 rules of stars",
        || {
            let rules: String = (0..26_000).map(|it| format!("Disallow: /*{it:05}*\n")).collect();
            format!("User-agent: *\nDisallow: /a/\n{rules}").into_bytes()
        },
        true,
    ),
    (
        "one rule of 150 stars before another",
        || {
            let stars: String = (0..150).map(|it| format!("seg{it:03}*a")).collect();
            format!("User-agent: *\nDisallow: /{stars}$\nDisallow: /\n").into_bytes()
        },
        true,
    ),
    (
        "one rule of 400 KB",
        || format!("User-agent: *\nDisallow: /b{}\n", "*a".repeat(200_000)).into_bytes(),
        false,
    ),
    (
        "no end of names",
        || "User-agent: EdgewiseBot\n".repeat(30_000).into_bytes(),
        false,
    ),
    ("no text", || vec![0xff; MIB], false),
    ("no lines", || vec![b'a'; MIB], false),
    (
        "100,000 sitemaps",
        || {
            (0..100_000)
                .map(|it| format!("Sitemap: https://example.com/{it}.xml\n"))
                .collect::<String>()
                .into_bytes()
        },
        false,
    ),
];

/// Each is refused, or lists nothing.
pub(super) const SITEMAPS: &[(&str, Maker)] = &[
    ("20 MB of 0xFF, packed", || gzip(&vec![0xff; 20 * MIB])),
    ("9 MB of 0xFF, packed", || gzip(&vec![0xff; 9 * MIB])),
    ("9 MB of 0xFF", || vec![0xff; 9 * MIB]),
    ("49 MB of blanks, packed", || gzip(&vec![b' '; 49 * MIB])),
    ("elements without end", || {
        format!("<urlset>{}", "<url>".repeat(MIB)).into_bytes()
    }),
    ("a name of 9 MB", || {
        format!("<urlset><{}>", "a".repeat(9 * MIB)).into_bytes()
    }),
    ("entities of its own", || {
        b"<!DOCTYPE l [<!ENTITY a 'aaaa'>]><urlset><url><loc>https://example.com/&a;</loc></url></urlset>".to_vec()
    }),
    ("cut off", || gzip(&vec![b' '; MIB])[..200].to_vec()),
];

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    packed.extend(miniz_oxide::deflate::compress_to_vec(bytes, 1));
    packed.extend(crc32fast::hash(bytes).to_le_bytes());
    packed.extend((bytes.len() as u32).to_le_bytes());
    packed
}
