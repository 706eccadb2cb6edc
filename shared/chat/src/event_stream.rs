//! Server-sent events out of bytes as they arrive (WHATWG HTML, section 9.2.6), however the network cut them.
//!
//! Of an event only its `data` is kept: no server that we read from names or numbers its events.

/// The largest data of an event that is read, in bytes, unless the reader is told otherwise.
const EVENT_LIMIT: usize = 1 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const FIELD: &[u8] = b"data: ";

/// Collects bytes into lines and lines into events. Bytes may be cut anywhere, also inside a character.
///
/// It holds one line and the data of one event, each of no more than its limit: an event with more data is dropped
/// whole, and the next one is read.
#[derive(Debug)]
pub struct EventReader {
    limit: usize,
    /// The line that has begun, as far as it may matter.
    line: Vec<u8>,
    /// The data of the event that has begun; none as long as it has none.
    data: Option<Vec<u8>>,
    /// Whether the event that has begun has more data than is read.
    is_too_large: bool,
    is_after_return: bool,
    is_after_first_line: bool,
}

impl Default for EventReader {
    fn default() -> Self {
        Self::with_limit(EVENT_LIMIT)
    }
}

impl EventReader {
    /// Returns a reader of events with at most so many bytes of data.
    pub fn with_limit(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            data: None,
            is_too_large: false,
            is_after_return: false,
            is_after_first_line: false,
        }
    }

    /// Takes the next bytes and returns the data of every event that they complete. Bytes that are not UTF-8 become
    /// replacement characters. An event that is not complete when the stream ends is none.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        // With so many bytes of a line, it is known what it is, and whether its data is too large.
        let line_limit = BYTE_ORDER_MARK.len() + FIELD.len() + self.limit + 1;
        let mut events = Vec::new();
        for &byte in bytes {
            let is_second_half = byte == b'\n' && self.is_after_return;
            self.is_after_return = byte == b'\r';
            match byte {
                b'\n' if is_second_half => {}
                b'\n' | b'\r' => events.extend(self.end_line()),
                _ if self.line.len() < line_limit => self.line.push(byte),
                _ => {}
            }
        }
        events
    }

    fn end_line(&mut self) -> Option<String> {
        let is_first = !std::mem::replace(&mut self.is_after_first_line, true);
        let whole = std::mem::take(&mut self.line);
        let line = match whole.strip_prefix(BYTE_ORDER_MARK) {
            Some(line) if is_first => line,
            _ => &whole,
        };
        if line.is_empty() {
            return self.end_event();
        }
        if let Some(value) = data_of(line) {
            self.add(value);
        }
        None
    }

    fn add(&mut self, value: &[u8]) {
        let size = self.data.as_ref().map_or(0, |data| data.len() + 1) + value.len();
        if self.is_too_large || size > self.limit {
            self.is_too_large = true;
            self.data = None;
            return;
        }
        match &mut self.data {
            Some(data) => {
                data.push(b'\n');
                data.extend_from_slice(value);
            }
            None => self.data = Some(value.to_vec()),
        }
    }

    fn end_event(&mut self) -> Option<String> {
        self.is_too_large = false;
        let data = self.data.take()?;
        let text = String::from_utf8(data);
        Some(text.unwrap_or_else(|why| String::from_utf8_lossy(why.as_bytes()).into_owned()))
    }
}

/// Returns the value of a line that is a `data` field. Comments and other fields say nothing.
fn data_of(line: &[u8]) -> Option<&[u8]> {
    match line.strip_prefix(b"data")? {
        [] => Some(&[]),
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<String> {
        read_up_to(EVENT_LIMIT, pieces)
    }

    fn read_up_to(limit: usize, pieces: &[&[u8]]) -> Vec<String> {
        let mut reader = EventReader::with_limit(limit);
        pieces.iter().flat_map(|piece| reader.push(piece)).collect()
    }

    #[test]
    fn an_event_ends_at_the_empty_line() {
        assert_eq!(read(&[b"data: one\n\ndata: two\n\n"]), ["one", "two"]);
        assert!(read(&[b"data: one\n"]).is_empty());
    }

    #[test]
    fn every_kind_of_line_end_is_understood() {
        for end in ["\n", "\r", "\r\n"] {
            let text = format!("data: a{end}{end}data: b{end}{end}");
            assert_eq!(read(&[text.as_bytes()]), ["a", "b"], "{end:?}");
        }
    }

    #[test]
    fn a_line_end_cut_in_two_is_one_line_end() {
        assert_eq!(read(&[b"data: a\r", b"\n\r", b"\ndata: b\r\n", b"\r\n"]), ["a", "b"]);
    }

    #[test]
    fn a_stream_is_the_same_wherever_it_is_cut() {
        let whole = "\u{feff}: hello\r\n\r\nevent: x\ndata: Grüße 👋 你好\n\ndata:a\rdata:  b\r\rid: 1\n\n\
                     data: \n\ndata: \u{fffd}\n\ndata: unfinished\n";
        let (whole, expected) = (whole.as_bytes(), ["Grüße 👋 你好", "a\n b", "", "\u{fffd}"]);
        assert_eq!(read(&[whole]), expected);
        for cut in 0..whole.len() {
            let (left, right) = whole.split_at(cut);
            assert_eq!(read(&[left, right]), expected, "cut at {cut}");
        }
        for size in 1..whole.len() {
            let pieces: Vec<&[u8]> = whole.chunks(size).collect();
            assert_eq!(read(&pieces), expected, "in pieces of {size}");
        }
    }

    #[test]
    fn comments_and_other_fields_are_read_over() {
        assert_eq!(
            read(&[b": keep-alive\n\nid: 7\nevent: x\nretry: 10\ndatabase: z\n data: y\ndata: a\n\n: bye\n\n"]),
            ["a"]
        );
    }

    #[test]
    fn several_data_lines_are_one_text() {
        assert_eq!(read(&[b"data: a\ndata:b\ndata\ndata:  c\n\n"]), ["a\nb\n\n c"]);
    }

    #[test]
    fn one_byte_order_mark_is_dropped_at_the_start_only() {
        assert_eq!(
            read(&["\u{feff}data: a\n\ndata: \u{feff}b\n\n\u{feff}data: c\n\n".as_bytes()]),
            ["a", "\u{feff}b"]
        );
        assert!(read(&["\u{feff}\u{feff}data: a\n\n".as_bytes()]).is_empty());
    }

    #[test]
    fn invalid_bytes_do_not_end_the_stream() {
        assert_eq!(
            read(&[b"data: a\xff\xfe\n\n\0\n\ndata: b\n\n"]),
            ["a\u{fffd}\u{fffd}", "b"]
        );
    }

    #[test]
    fn an_endless_line_is_dropped_and_the_next_is_read() {
        let long = vec![b'x'; EVENT_LIMIT + 10];
        assert_eq!(read(&[b"data: ", &long, b"\n\ndata: b\n\n"]), ["b"]);
    }

    #[test]
    fn an_event_of_too_much_data_is_dropped_whole() {
        let events: [(&[u8], &[&str]); 6] = [
            (b"data: 1234\n\n", &["1234"]),
            (b"data:12345\n\ndata: b\n\n", &["b"]),
            (b"data: 12\ndata: 3\n\n", &["12\n3"]),
            (b"data: 12\ndata: 34\ndata: 5\n\ndata: b\n\n", &["b"]),
            (b"data: 12345678901234567890\ndata: a\n\ndata: b\n\n", &["b"]),
            // Lines that hold no data have no limit.
            (
                b": 12345678901234567890\nevent: 12345678901234567890\ndata: b\n\n",
                &["b"],
            ),
        ];
        for (bytes, expected) in events {
            assert_eq!(read_up_to(4, &[bytes]), expected, "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(read_up_to(4, &["\u{feff}data: 1234\n\n".as_bytes()]), ["1234"]);
        assert!(read_up_to(4, &["\u{feff}data: 12345\n\n".as_bytes()]).is_empty());
    }

    #[test]
    fn memory_is_bounded_whatever_is_sent() {
        for piece in [&b"data: xxxxxxxxxxxxx\n"[..], b"data: x\n", b"xxxxxxxx", b"data:\n"] {
            let mut reader = EventReader::with_limit(100);
            for _ in 0..10_000 {
                reader.push(piece);
            }
            let held = reader.line.capacity() + reader.data.as_ref().map_or(0, Vec::capacity);
            assert!(held <= 500, "{held}");
        }
    }

    proptest::proptest! {
        #[test]
        fn where_the_network_cuts_makes_no_difference(
            text in "(data: [a-zß👋]{0,6}|: c|id: 1|)(\r\n|\n|\r)",
            times in 1usize..8,
            size in 1usize..9,
            limit in 1usize..9,
        ) {
            let whole = text.repeat(times);
            let pieces: Vec<&[u8]> = whole.as_bytes().chunks(size).collect();
            proptest::prop_assert_eq!(read_up_to(limit, &[whole.as_bytes()]), read_up_to(limit, &pieces));
        }
    }
}
