//! The limits that two sides must agree on, each said once: the model and the dialects hold to them, the dashboard and
//! the widget tell people of them before a request is sent. The unit is in the name or the type; characters are Unicode
//! scalar values. `public/docs/limits.md` says the same to people, which `tests/suite/limits.rs` holds.
use std::ops::RangeInclusive;
use std::time::Duration;

/// The name of a thing or of a person, a file name, a title.
pub const NAME_CHARS: RangeInclusive<usize> = 1..=200;
/// A description.
pub const DESCRIPTION_CHARS: RangeInclusive<usize> = 0..=2_000;
/// A line that an agent says by itself, such as its greeting.
pub const PHRASE_CHARS: RangeInclusive<usize> = 0..=1_000;
/// A question to an agent.
pub const QUESTION_CHARS: RangeInclusive<usize> = 1..=10_000;
/// A person's reply to a question.
pub const REPLY_CHARS: RangeInclusive<usize> = 1..=5_000;
/// A client's name for a conversation.
pub const SESSION_KEY_CHARS: RangeInclusive<usize> = 1..=128;
/// A visitor's comment on an answer.
pub const COMMENT_CHARS: RangeInclusive<usize> = 0..=2_000;
/// A password.
pub const PASSWORD_CHARS: RangeInclusive<usize> = 8..=128;
/// An e-mail address (RFC 5321, 4.5.3.1.3).
pub const MAX_EMAIL_BYTES: usize = 254;
/// A mailed code.
pub const CODE_DIGITS: usize = 6;

/// How long an agent lets an answer be.
pub const ANSWER_CHARS: RangeInclusive<u32> = 50..=4_000;
/// How round the widget's corners are, in CSS pixels.
pub const BORDER_RADIUS_PX: RangeInclusive<u32> = 0..=32;
/// When the widget's greeting appears, after the page has loaded.
pub const GREETING_DELAY_MS: RangeInclusive<u32> = 0..=60_000;
/// How many questions the widget suggests.
pub const MAX_SUGGESTIONS: usize = 6;
/// How long each of them may be.
pub const MAX_SUGGESTION_CHARS: usize = 200;

/// An uploaded file.
pub const MAX_UPLOAD_BYTES: usize = 20 * 1024 * 1024;
/// How many pages are taken in of a site.
pub const CRAWL_PAGES: RangeInclusive<u32> = 1..=5_000;
/// How many, when nothing is said.
pub const DEFAULT_CRAWL_PAGES: u32 = 100;
/// How long a workspace keeps its conversations.
pub const RETENTION_DAYS: RangeInclusive<u32> = 0..=3_650;
/// How many days there are figures of.
pub const FIGURE_DAYS: RangeInclusive<u32> = 1..=366;

/// How many rows a page of a list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// Unless the caller says otherwise.
    pub usual: u32,
    pub most: u32,
}

/// A list of names and figures: complete up to 1,000 rows.
pub const SHORT_ROWS: Rows = Rows {
    usual: 1_000,
    most: 1_000,
};
/// A list with texts of visitors or members.
pub const TEXT_ROWS: Rows = Rows { usual: 100, most: 500 };
/// A list of what was asked most.
pub const QUESTION_ROWS: Rows = Rows { usual: 20, most: 500 };

/// A stream of an answer without an event for so long gets a comment, so that the connection is known to be alive.
pub const STREAM_HEARTBEAT: Duration = Duration::from_secs(10);
/// After so long without a byte a client gives a stream up. Several heartbeats fit in, since a network may lose some.
pub const STREAM_SILENCE: Duration = Duration::from_secs(45);
const _: () = assert!(STREAM_SILENCE.as_millis() >= 4 * STREAM_HEARTBEAT.as_millis());
