//! Files on their way to a collection: what waits, what is sent, what was refused and why.

use shared::limits::MAX_UPLOAD_BYTES;

/// How many files are sent at the same time.
pub const MAX_CONCURRENT_UPLOADS: usize = 3;

/// One file on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Unlike that of any other upload of this visit.
    pub id: u32,
    /// The file's name.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// The collection that it goes to.
    pub collection: String,
    /// How far it has come.
    pub stage: Stage,
}

/// How far an upload has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Others are before it.
    Waiting,
    /// It is being sent, so many per cent of it.
    Sending(u32),
    /// The server has it and reads it.
    Accepted,
    /// The same bytes were in the collection already.
    Duplicate,
    /// It was refused, or did not arrive.
    Refused {
        /// In a sentence for the person.
        why: String,
        /// Whether sending it again may help.
        again: bool,
    },
}

/// All files of a visit that have not been put away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uploads {
    files: Vec<Upload>,
    last: u32,
}

impl Uploads {
    /// Adds a file and returns its id. A file that cannot be accepted is refused here, before any byte is sent.
    pub fn add(&mut self, name: &str, size: u64, collection: &str) -> u32 {
        self.last += 1;
        let stage = match size {
            0 => Stage::Refused {
                why: "The file is empty.".to_owned(),
                again: false,
            },
            size if usize::try_from(size).is_ok_and(|size| size <= MAX_UPLOAD_BYTES) => Stage::Waiting,
            _ => Stage::Refused {
                why: format!("The file is larger than {} MB.", MAX_UPLOAD_BYTES / 1024 / 1024),
                again: false,
            },
        };
        self.files.push(Upload {
            id: self.last,
            name: name.to_owned(),
            size,
            collection: collection.to_owned(),
            stage,
        });
        self.last
    }

    /// Marks the next waiting file as being sent and returns it, unless enough are being sent already.
    pub fn start_next(&mut self) -> Option<Upload> {
        let sending = self
            .files
            .iter()
            .filter(|file| matches!(file.stage, Stage::Sending(_)))
            .count();
        if sending >= MAX_CONCURRENT_UPLOADS {
            return None;
        }
        let file = self.files.iter_mut().find(|file| file.stage == Stage::Waiting)?;
        file.stage = Stage::Sending(0);
        Some(file.clone())
    }

    /// Records how far a file has come. A file that was put away meanwhile is no longer recorded.
    pub fn set(&mut self, id: u32, stage: Stage) {
        if let Some(file) = self.files.iter_mut().find(|file| file.id == id) {
            file.stage = stage;
        }
    }

    /// Lets a refused file wait for another try.
    pub fn retry(&mut self, id: u32) {
        if let Some(file) = self.files.iter_mut().find(|file| file.id == id)
            && matches!(file.stage, Stage::Refused { again: true, .. })
        {
            file.stage = Stage::Waiting;
        }
    }

    /// Puts away everything that has come to its end.
    pub fn put_away(&mut self) {
        self.files
            .retain(|file| matches!(file.stage, Stage::Waiting | Stage::Sending(_)));
    }

    /// Returns the file with this id.
    pub fn find(&self, id: u32) -> Option<&Upload> {
        self.files.iter().find(|file| file.id == id)
    }

    /// Returns the ids, in the order in which the files were added.
    pub fn ids(&self) -> Vec<u32> {
        self.files.iter().map(|file| file.id).collect()
    }

    /// Says whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Says whether any file is still on its way.
    pub fn under_way(&self) -> bool {
        self.files
            .iter()
            .any(|file| matches!(file.stage, Stage::Waiting | Stage::Sending(_)))
    }

    /// Returns the whole as one line.
    pub fn summary(&self) -> String {
        let count = |wanted: fn(&Stage) -> bool| self.files.iter().filter(|file| wanted(&file.stage)).count();
        let refused = count(|stage| matches!(stage, Stage::Refused { .. }));
        let left = count(|stage| matches!(stage, Stage::Waiting | Stage::Sending(_)));
        match (left, refused) {
            (0, 0) => format!("{} uploaded", files(self.files.len())),
            (0, refused) => format!("{} uploaded, {refused} refused", self.files.len() - refused),
            (left, _) => format!("Uploading {}", files(left)),
        }
    }
}

fn files(count: usize) -> String {
    if count == 1 {
        "1 file".to_owned()
    } else {
        format!("{count} files")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(count: usize) -> Uploads {
        let mut uploads = Uploads::default();
        for number in 0..count {
            uploads.add(&format!("{number}.txt"), 10, "col_1");
        }
        uploads
    }

    #[test]
    fn no_more_than_three_are_sent_at_once() {
        let mut uploads = with(5);
        let started: Vec<u32> = std::iter::from_fn(|| uploads.start_next())
            .map(|file| file.id)
            .collect();
        assert_eq!(started, [1, 2, 3]);
        uploads.set(2, Stage::Accepted);
        assert_eq!(uploads.start_next().map(|file| file.id), Some(4));
    }

    #[test]
    fn what_cannot_be_accepted_is_refused_before_it_is_sent() {
        let mut uploads = Uploads::default();
        uploads.add("empty.txt", 0, "col_1");
        uploads.add("huge.txt", 20 * 1024 * 1024 + 1, "col_1");
        assert_eq!(uploads.start_next(), None);
        assert_eq!(uploads.summary(), "0 uploaded, 2 refused");
    }

    #[test]
    fn the_largest_file_is_accepted() {
        let mut uploads = Uploads::default();
        let id = uploads.add("large.txt", 20 * 1024 * 1024, "col_1");
        assert_eq!(uploads.start_next().map(|file| file.id), Some(id));
    }

    #[test]
    fn only_what_may_help_is_tried_again() {
        let mut uploads = with(2);
        uploads.set(
            1,
            Stage::Refused {
                why: "Not reached.".to_owned(),
                again: true,
            },
        );
        uploads.set(
            2,
            Stage::Refused {
                why: "No such type.".to_owned(),
                again: false,
            },
        );
        uploads.retry(1);
        uploads.retry(2);
        assert_eq!(uploads.find(1).map(|file| &file.stage), Some(&Stage::Waiting));
        assert!(matches!(
            uploads.find(2).map(|file| &file.stage),
            Some(Stage::Refused { .. })
        ));
    }

    #[test]
    fn putting_away_keeps_what_is_under_way() {
        let mut uploads = with(3);
        uploads.set(1, Stage::Accepted);
        uploads.set(2, Stage::Sending(40));
        uploads.put_away();
        assert_eq!(uploads.ids(), [2, 3]);
        assert_eq!(uploads.summary(), "Uploading 2 files");
        assert!(uploads.under_way());
    }
}
