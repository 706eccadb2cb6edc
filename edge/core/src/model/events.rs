//! The text that a model's host sends as server-sent events: bytes in, the pieces of the text out.
use crate::ports::{ByteStream, Fault, TextStream};
use futures_util::stream::{self, StreamExt as _};
use shared_chat::event_stream::EventReader;
use std::collections::VecDeque;

/// The most that one answer may have, in bytes. No event of it can be larger, so the reader drops none.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// What the data of an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamItem {
    /// The next piece of the text, or an empty one.
    Text(String),
    /// The text is whole.
    End,
}

struct Reading<R> {
    bytes: ByteStream,
    events: EventReader,
    waiting: VecDeque<String>,
    size: usize,
    read: R,
}

/// Reads the events of a body as the pieces of a text. `read` tells what the data of an event says; a body that ends
/// before the text does has broken off.
pub fn text(bytes: ByteStream, read: impl Fn(&str) -> Result<StreamItem, Fault> + Send + 'static) -> TextStream {
    let reading = Reading {
        bytes,
        events: EventReader::with_limit(MAX_ANSWER_BYTES),
        waiting: VecDeque::new(),
        size: 0,
        read,
    };
    let pieces = stream::unfold(Some(reading), |reading| async {
        let mut reading = reading?;
        match next(&mut reading).await {
            Ok(StreamItem::Text(text)) => Some((Ok(text), Some(reading))),
            Ok(StreamItem::End) => None,
            Err(fault) => Some((Err(fault), None)),
        }
    });
    Box::pin(pieces)
}

async fn next<R: Fn(&str) -> Result<StreamItem, Fault>>(reading: &mut Reading<R>) -> Result<StreamItem, Fault> {
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
        reading.waiting.extend(reading.events.push(&bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    /// Reads a body in pieces of a size; `end` is the text's end.
    fn read(body: &[u8], size: usize) -> Vec<Result<String, Fault>> {
        let pieces: Vec<_> = body.chunks(size).map(|it| Ok(it.to_vec())).collect();
        let said = |data: &str| match data {
            "end" => Ok(StreamItem::End),
            text => Ok(StreamItem::Text(text.to_owned())),
        };
        let read = text(Box::pin(stream::iter(pieces)), said);
        read.collect::<Vec<_>>().now_or_never().unwrap_or_default()
    }

    #[test]
    fn a_text_is_the_same_however_its_bytes_are_cut() {
        let body = "\u{feff}data: Grüße\r\n\r\n: hello\n\ndata: a\rdata: b\r\rdata: end\n\n".as_bytes();
        for size in 1..=body.len() {
            assert_eq!(
                read(body, size),
                [Ok("Grüße".into()), Ok("a\nb".into())],
                "in pieces of {size}"
            );
        }
    }

    #[test]
    fn a_body_that_ends_before_its_text_has_broken_off() {
        let read = read(b"data: a\n\ndata: end\n", 4);
        assert!(matches!(read.as_slice(), [Ok(text), Err(Fault::Connection(_))] if text == "a"));
    }

    #[test]
    fn a_body_without_end_is_given_up_at_its_limit() {
        for body in [
            vec![b'x'; 2 * MAX_ANSWER_BYTES],
            b"data: x\n\n".repeat(MAX_ANSWER_BYTES / 8),
        ] {
            assert_eq!(read(&body, 1000).last(), Some(&Err(Fault::Endless)));
        }
    }
}
