//! How much memory building and merging segments takes, counted by the allocator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a test may stop at the first error"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use retrieval::{DocumentInput, Embedder, Passage, Segment, SegmentBuilder, merge};

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK_BYTES: AtomicUsize = AtomicUsize::new(0);

// SAFETY: Everything is left to the system's allocator; the counts change nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK_BYTES.fetch_max(now, Relaxed);
        // SAFETY: The caller keeps the promises that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: As above.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The default `realloc` asks for a new place before it gives back the old one, as an allocator does that cannot grow a
/// place where it lies: the worst case.
fn most_while<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = NOW.load(Relaxed);
    PEAK_BYTES.store(before, Relaxed);
    let done = work();
    (done, PEAK_BYTES.load(Relaxed) - before)
}

/// Text with about as many different words as a company's documents have.
fn add(builder: &mut SegmentBuilder<'_>, documents: std::ops::Range<usize>) {
    const WORDS: [&str; 16] = [
        "the", "customer", "opens", "a", "page", "and", "chooses", "settings", "before", "payment", "returns",
        "within", "thirty", "days", "of", "delivery",
    ];
    let mut state = documents.start as u32;
    let mut random = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize
    };
    for document in documents {
        let passages: Vec<Passage> = (0..10)
            .map(|index| {
                let mut text = String::new();
                for place in 1..=150 {
                    let word = random();
                    text += WORDS[word % 16];
                    if word % 9 == 0 {
                        text += &format!(" item{}", word / 9 % 4000);
                    }
                    text += if place % 12 == 0 { ". " } else { " " };
                }
                Passage {
                    index,
                    heading_path: vec![format!("Part {document}")],
                    text,
                    tokens: 200,
                }
            })
            .collect();
        builder.add(&DocumentInput {
            document_id: &format!("document-{document}"),
            collection_id: "c",
            title: "Settings",
            url: None,
            language: Some("en"),
            passages: &passages,
        });
    }
}

#[test]
fn building_and_merging_take_at_most_three_times_the_size() {
    let table: &[u8] = include_bytes!("../model/static-30k-256-int8.safetensors");
    let embedder = Embedder::from_shared(Arc::from(table), include_bytes!("../model/tokenizer.json")).unwrap();
    let build = |documents: std::ops::Range<usize>| {
        let mut builder = SegmentBuilder::new(&embedder);
        add(&mut builder, documents);
        builder.finish().unwrap()
    };
    let (whole, most) = most_while(|| build(0..300));
    let times = most as f64 / whole.len() as f64;
    println!("building {} bytes took {times:.2} times as many", whole.len());
    assert!(times < 3.0, "building took {times:.2} times the size");

    let parts: Vec<Segment> = (0..6)
        .map(|part| Segment::decode(build(part * 50..(part + 1) * 50)).unwrap())
        .collect();
    let parts: Vec<&Segment> = parts.iter().collect();
    let (merged, most) = most_while(|| merge(&parts, |_, _| true).unwrap());
    let times = most as f64 / merged.len() as f64;
    println!("merging {} bytes took {times:.2} times as many", merged.len());
    assert!(
        times < 3.0,
        "merging took {times:.2} times the size, the sources not counted"
    );
}
