//! Reads any bytes, cut anywhere, as a stream of events: the events do not depend on where the bytes were cut.
#![no_main]
use edge_core::model::events::{StreamItem, text};
use futures_util::stream;
use futures_util::{FutureExt as _, StreamExt as _};
use libfuzzer_sys::fuzz_target;
use shared_chat::event_stream::EventReader;

/// So little that inputs reach it, in bytes.
const LIMIT: usize = 16;

fn read(pieces: Vec<Vec<u8>>) -> Vec<Result<String, String>> {
    let bytes = Box::pin(stream::iter(pieces.into_iter().map(Ok)));
    let read = text(bytes, |data| Ok(StreamItem::Text(data.to_owned())));
    let read = read.map(|it| it.map_err(|why| why.to_string()));
    read.collect::<Vec<_>>().now_or_never().unwrap_or_default()
}

fn read_up_to_limit(pieces: &[Vec<u8>]) -> Vec<String> {
    let mut reader = EventReader::with_limit(LIMIT);
    let events: Vec<String> = pieces.iter().flat_map(|piece| reader.push(piece)).collect();
    // A byte that is no text becomes a character of three.
    assert!(events.iter().all(|event| event.len() <= 3 * LIMIT));
    events
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, bytes) = input;
    let whole = vec![bytes.to_vec()];
    let cut: Vec<Vec<u8>> = bytes.chunks(usize::from(size).max(1)).map(<[u8]>::to_vec).collect();
    assert_eq!(read_up_to_limit(&whole), read_up_to_limit(&cut));
    assert_eq!(read(whole), read(cut));
});
