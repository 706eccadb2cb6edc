//! Reads server-sent events from bytes as they arrive, however the network cut them.

/// The longest line that is kept. A longer one is dropped whole: no frame of ours comes near it.
const LINE_LIMIT: usize = 1 << 20;

/// Collects bytes into lines and lines into events. Bytes may be cut anywhere, also inside a character.
#[derive(Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    data: String,
    has_data: bool,
    after_carriage_return: bool,
    too_long: bool,
    started: bool,
}

impl Parser {
    /// Takes the next bytes and returns the `data` of every event that they complete.
    ///
    /// Comments, `id:`, `event:` and `retry:` lines are read over, and so is an event that never ended.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut events = Vec::new();
        for &byte in bytes {
            let second_half_of_line_end = byte == b'\n' && self.after_carriage_return;
            self.after_carriage_return = byte == b'\r';
            match byte {
                b'\n' if second_half_of_line_end => {}
                b'\n' | b'\r' => events.extend(self.end_line()),
                _ if self.line.len() < LINE_LIMIT => self.line.push(byte),
                _ => self.too_long = true,
            }
        }
        events
    }

    fn end_line(&mut self) -> Option<String> {
        let bytes = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.too_long) {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes);
        let first_line = !std::mem::replace(&mut self.started, true);
        let line = if first_line {
            text.trim_start_matches('\u{feff}')
        } else {
            &text
        };
        if line.is_empty() {
            let data = std::mem::take(&mut self.data);
            return std::mem::take(&mut self.has_data).then_some(data);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        if field == "data" {
            if std::mem::replace(&mut self.has_data, true) {
                self.data.push('\n');
            }
            self.data.push_str(value.strip_prefix(' ').unwrap_or(value));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<String> {
        let mut parser = Parser::default();
        pieces.iter().flat_map(|piece| parser.push(piece)).collect()
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
    fn a_character_cut_by_the_network_is_whole_again() {
        let text = "data: Grüße 👋 你好\n\n".as_bytes();
        for cut in 0..text.len() {
            let (left, right) = text.split_at(cut);
            assert_eq!(read(&[left, right]), ["Grüße 👋 你好"], "cut at {cut}");
        }
        let one_by_one: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(read(&one_by_one), ["Grüße 👋 你好"]);
    }

    #[test]
    fn comments_and_other_fields_are_read_over() {
        assert_eq!(
            read(&[b": keep-alive\n\nid: 7\nevent: x\nretry: 10\ndata: a\n\n: bye\n\n"]),
            ["a"]
        );
    }

    #[test]
    fn several_data_lines_are_one_text() {
        assert_eq!(read(&[b"data: a\ndata:b\ndata\ndata:  c\n\n"]), ["a\nb\n\n c"]);
    }

    #[test]
    fn a_byte_order_mark_is_dropped_at_the_start_only() {
        assert_eq!(
            read(&["\u{feff}data: a\n\ndata: \u{feff}b\n\n".as_bytes()]),
            ["a", "\u{feff}b"]
        );
    }

    #[test]
    fn invalid_bytes_do_not_end_the_stream() {
        assert_eq!(read(&[b"data: a\xff\n\ndata: b\n\n"]), ["a\u{fffd}", "b"]);
    }

    #[test]
    fn an_endless_line_is_dropped_and_the_next_is_read() {
        let long = vec![b'x'; LINE_LIMIT + 10];
        assert_eq!(read(&[b"data: ", &long, b"\n\ndata: b\n\n"]), ["b"]);
    }

    proptest::proptest! {
        #[test]
        fn where_the_network_cuts_makes_no_difference(text in "(data: [a-zß👋]{0,6}|: c|id: 1|)(\r\n|\n|\r)", times in 1usize..8, size in 1usize..9) {
            let whole = text.repeat(times);
            let pieces: Vec<&[u8]> = whole.as_bytes().chunks(size).collect();
            proptest::prop_assert_eq!(read(&[whole.as_bytes()]), read(&pieces));
        }
    }
}
