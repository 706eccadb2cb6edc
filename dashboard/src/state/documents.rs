//! The list of documents: what is asked for, and what a status means.
use crate::paths::encode;
use shared::knowledge::DocumentSummary;

/// How many documents are shown at first, and how many more each time.
pub const PAGE: usize = 50;

/// What the list is narrowed to. It lives in the page's address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The id of a collection.
    pub collection: Option<String>,
    /// A status of the wire.
    pub status: Option<Status>,
    /// Words of the title.
    pub search: String,
}

/// Where a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It is being read.
    Processing,
    /// It can be answered from.
    Completed,
    /// It could not be read.
    Failed,
}

impl Status {
    /// All of them, in the order of the filter.
    pub const ALL: [Self; 3] = [Self::Completed, Self::Processing, Self::Failed];

    /// Returns the status that the wire names.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Returns the word of the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "PROCESSING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }

    /// Returns the word shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Processing => "Processing",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
        }
    }
}

impl Filter {
    /// Reads the filter from the members of an address. What it does not know is left out.
    pub fn read(member: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            collection: member("collection").filter(|id| !id.is_empty()),
            status: member("status").and_then(|name| Status::named(&name)),
            search: member("q").unwrap_or_default(),
        }
    }

    /// Returns the members of the page's address with `document` open, with their question mark; nothing when there is
    /// nothing to say.
    pub fn address(&self, document: Option<&str>) -> String {
        members([
            ("collection", self.collection.as_deref()),
            ("status", self.status.map(Status::as_str)),
            ("q", self.words()),
            ("document", document),
        ])
    }

    /// Returns the members of the request, with their question mark, for `limit` documents after `cursor`.
    pub fn request(&self, limit: usize, cursor: Option<&str>) -> String {
        let limit = limit.to_string();
        members([
            ("collection_id", self.collection.as_deref()),
            ("status", self.status.map(Status::as_str)),
            ("search", self.words()),
            ("limit", Some(limit.as_str())),
            ("cursor", cursor),
        ])
    }

    /// Says whether anything but the collection narrows the list.
    pub fn narrows(&self) -> bool {
        self.status.is_some() || self.words().is_some()
    }

    fn words(&self) -> Option<&str> {
        Some(self.search.trim()).filter(|words| !words.is_empty())
    }
}

fn members<const N: usize>(members: [(&str, Option<&str>); N]) -> String {
    let pairs: Vec<String> = members
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", encode(value?))))
        .collect();
    if pairs.is_empty() {
        String::new()
    } else {
        format!("?{}", pairs.join("&"))
    }
}

/// Says whether any of the documents still moves, so that the list is worth asking for again.
pub fn any_processing(documents: &[DocumentSummary]) -> bool {
    documents
        .iter()
        .any(|document| Status::named(&document.status) == Some(Status::Processing))
}

/// Returns what a document's stage means to the person who waits.
pub fn stage_label(stage: &str) -> &'static str {
    match stage {
        "queued" => "Waiting",
        "parsing" => "Reading",
        "indexing" => "Indexing",
        "done" => "Done",
        "failed" => "Failed",
        _ => "Working",
    }
}

/// Returns a size in bytes as people read it.
pub fn size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    const MIB: u64 = KIB * KIB;
    match bytes {
        0..KIB => format!("{bytes} B"),
        KIB..MIB => format!("{} KB", bytes.div_ceil(KIB)),
        _ => format!("{}.{} MB", bytes / MIB, (bytes % MIB) * 10 / MIB),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter() -> Filter {
        Filter {
            collection: Some("col_1".to_owned()),
            status: Some(Status::Failed),
            search: " price list ".to_owned(),
        }
    }

    #[test]
    fn a_filter_survives_its_address() {
        assert_eq!(filter().address(None), "?collection=col_1&status=FAILED&q=price%20list");
        assert_eq!(Filter::default().address(Some("doc_1")), "?document=doc_1");
        let read = Filter::read(|name| match name {
            "collection" => Some("col_1".to_owned()),
            "status" => Some("FAILED".to_owned()),
            "q" => Some("price list".to_owned()),
            _ => None,
        });
        assert_eq!(
            read,
            Filter {
                search: "price list".to_owned(),
                ..filter()
            }
        );
    }

    #[test]
    fn no_filter_is_no_address() {
        assert_eq!(Filter::default().address(None), "");
        assert!(
            !Filter {
                search: "  ".to_owned(),
                ..Filter::default()
            }
            .narrows()
        );
    }

    #[test]
    fn an_unknown_status_in_the_address_is_left_out() {
        let read = Filter::read(|name| (name == "status").then(|| "LOST".to_owned()));
        assert_eq!(read, Filter::default());
    }

    #[test]
    fn the_request_names_members_as_the_server_does() {
        assert_eq!(
            filter().request(200, Some("a/b")),
            "?collection_id=col_1&status=FAILED&search=price%20list&limit=200&cursor=a%2Fb"
        );
    }

    #[test]
    fn sizes_are_rounded_as_people_expect() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KB"),
            (1025, "2 KB"),
            (20 << 20, "20.0 MB"),
            (1_600_000, "1.5 MB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
