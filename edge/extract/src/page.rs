//! Pages of websites: what is read in them, and their lists.
use serde::{Deserialize, Serialize};

/// A page, read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub title: Option<String>,
    /// The main content as Markdown, without navigation and what else surrounds it; empty when there is none.
    pub text: String,
    /// Addresses it links to and wants to be followed to, in the order of the page, each once.
    pub links: Vec<String>,
    /// The address that it wants to be known by.
    pub canonical: Option<String>,
    /// The address that it sends its visitors on to at once.
    pub refresh: Option<String>,
    /// Whether it wants to be in no index.
    pub is_noindex: bool,
    /// Whether none of its links is to be followed.
    pub is_nofollow: bool,
    /// As the page names it, such as `en` or `pt-BR`.
    pub language: Option<String>,
}

/// A sitemap, read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sitemap {
    /// Addresses of pages.
    pub pages: Vec<String>,
    /// Addresses of further sitemaps.
    pub sitemaps: Vec<String>,
}
