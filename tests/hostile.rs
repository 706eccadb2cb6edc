//! Files and websites that are made to do harm. Big ones, so they are made when they are needed.
mod archives;
mod pdfs;
mod sites;
mod texts;
mod websites;

pub use websites::{Content, HostileSite, websites};

/// What is to become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It is refused, when it is uploaded or when it is read.
    Refused,
    /// Either will do, as long as it ends.
    Any,
}

/// A file to upload.
pub struct Hostile {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub end: End,
}

/// Returns them all, one made after the other.
pub fn files() -> impl Iterator<Item = Hostile> {
    let makers = archives::ALL.iter().chain(pdfs::ALL).chain(texts::ALL);
    makers.map(|(name, end, make)| Hostile {
        name,
        bytes: make(),
        end: *end,
    })
}

/// What a site may answer at `/robots.txt`, and whether it forbids `/a/page`.
pub fn robots() -> Vec<(&'static str, Vec<u8>, bool)> {
    sites::ROBOTS
        .iter()
        .map(|(name, make, forbids)| (*name, make(), *forbids))
        .collect()
}

/// What a site may answer where its sitemap is. Each is refused, or lists nothing.
pub fn sitemaps() -> Vec<(&'static str, Vec<u8>)> {
    sites::SITEMAPS.iter().map(|(name, make)| (*name, make())).collect()
}

/// How a file is made.
type Maker = (&'static str, End, fn() -> Vec<u8>);

/// Packs bytes as PDF and ZIP do.
fn zlib(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, 1)
}
