//! Server-sent events that another host sends (WHATWG HTML, 9.2): bytes in, the data of each event out.
use crate::ports::{ByteStream, Fault, TextStream};
use futures_util::stream::{self, StreamExt as _};
use std::collections::VecDeque;

/// The most that one answer may have, in bytes.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// What the data of an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The next piece of the text, or an empty one.
    Text(String),
    /// The text is whole.
    End,
}

/// Cuts bytes into events, wherever the network has cut them.
#[derive(Debug, Default)]
struct Lines {
    line: Vec<u8>,
    data: Option<String>,
    was_return: bool,
}

impl Lines {
    /// Takes the next bytes and returns the data of the events that are whole.
    fn take(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut whole = vec![];
        for byte in bytes {
            match byte {
                // The second half of a line's end.
                b'\n' if self.was_return => {}
                b'\n' | b'\r' => whole.extend(self.end_line()),
                byte => self.line.push(*byte),
            }
            self.was_return = *byte == b'\r';
        }
        whole
    }

    fn end_line(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return self.data.take();
        }
        if let Some(value) = line.strip_prefix(b"data:") {
            let value = String::from_utf8_lossy(value.strip_prefix(b" ").unwrap_or(value)).into_owned();
            match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(&value);
                }
                None => self.data = Some(value),
            }
        }
        // Comments and the other fields say nothing of a text.
        None
    }
}

struct Reading<R> {
    bytes: ByteStream,
    lines: Lines,
    waiting: VecDeque<String>,
    size: usize,
    read: R,
}

/// Reads the events of a body as the pieces of a text. `read` tells what the data of an event says; a body that ends
/// before the text does has broken off.
pub fn text(bytes: ByteStream, read: impl Fn(&str) -> Result<Said, Fault> + Send + 'static) -> TextStream {
    let reading = Reading {
        bytes,
        lines: Lines::default(),
        waiting: VecDeque::new(),
        size: 0,
        read,
    };
    let pieces = stream::unfold(Some(reading), |reading| async {
        let mut reading = reading?;
        match next(&mut reading).await {
            Ok(Said::Text(text)) => Some((Ok(text), Some(reading))),
            Ok(Said::End) => None,
            Err(fault) => Some((Err(fault), None)),
        }
    });
    Box::pin(pieces)
}

async fn next<R: Fn(&str) -> Result<Said, Fault>>(reading: &mut Reading<R>) -> Result<Said, Fault> {
    loop {
        if let Some(data) = reading.waiting.pop_front() {
            return (reading.read)(&data);
        }
        let bytes = match reading.bytes.next().await {
            Some(bytes) => bytes.map_err(Fault::Connection)?,
            None => return Err(Fault::Connection("the answer ended before its end".into())),
        };
        reading.size += bytes.len();
        if reading.size > MAX_ANSWER_BYTES {
            return Err(Fault::Endless);
        }
        reading.waiting.extend(reading.lines.take(&bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] =
        ": hello\r\n\r\nevent: x\ndata: Grüße\n\ndata:a\rdata:  b\r\rid: 1\n\ndata: \n\ndata: unfinished\n".as_bytes();

    #[test]
    fn events_are_the_same_however_the_bytes_are_cut() {
        let expected = ["Grüße", "a\n b", ""];
        for size in 1..BODY.len() {
            let mut lines = Lines::default();
            let found: Vec<String> = BODY.chunks(size).flat_map(|it| lines.take(it)).collect();
            assert_eq!(found, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_do_no_harm() {
        assert_eq!(Lines::default().take(b"data: \xff\xfe\n\n\0\n\n"), ["\u{fffd}\u{fffd}"]);
    }
}
