//! Layers: there and back, damage, holes, merging, and what they do to an order.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, LazyLock};

use super::*;
use crate::embed::Embedder;
use crate::index::{Index, SearchOptions};
use crate::parse::plain;
use crate::passage::passages;
use crate::segment::{DocumentInput, SegmentBuilder};

static EMBEDDER: LazyLock<Embedder> = LazyLock::new(|| {
    let table: &[u8] = include_bytes!("../../model/static-30k-256-int8.safetensors");
    Embedder::from_shared(Arc::from(table), include_bytes!("../../model/tokenizer.json")).unwrap()
});

fn segment(documents: &[(&str, &str)]) -> Segment {
    let mut builder = SegmentBuilder::new(&EMBEDDER);
    for (id, text) in documents {
        builder.add(&DocumentInput {
            document_id: id,
            collection_id: "",
            title: "",
            url: None,
            language: Some("en"),
            passages: &passages(&plain(text)),
        });
    }
    Segment::decode(builder.finish().unwrap()).unwrap()
}

fn layer(vectors: &[Option<[f32; 3]>]) -> Layer {
    let mut builder = LayerBuilder::new(3, vectors.len());
    for (passage, vector) in vectors.iter().enumerate() {
        if let Some(vector) = vector {
            assert!(builder.set(passage, vector));
        }
    }
    Layer::decode(builder.finish().unwrap()).unwrap()
}

#[test]
fn a_layer_goes_there_and_back_with_its_holes() {
    let layer = layer(&[Some([3.0, 4.0, 0.0]), None, Some([0.0, 0.0, 9.0])]);
    assert_eq!((layer.len(), layer.covered(), layer.dimensions()), (3, 2, 3));
    assert_eq!(layer.holes().collect::<Vec<_>>(), [1]);
    let query = QueryEmbedding::new("e", &[1.0, 0.0, 0.0], &[]).unwrap();
    assert!((layer.cosine(&query, 0).unwrap() - 0.6).abs() < 0.01);
    assert_eq!(layer.cosine(&query, 1), None);
    assert!(layer.cosine(&query, 2).unwrap().abs() < 0.01);
    assert_eq!(layer.cosine(&query, 3), None);
    let again = LayerBuilder::from_layer(&layer).finish().unwrap();
    assert_eq!(again, layer.bytes.to_vec());
}

#[test]
fn what_has_no_direction_or_another_size_is_refused() {
    let mut builder = LayerBuilder::new(3, 1);
    for wrong in [
        &[0.0; 3][..],
        &[1.0; 2],
        &[1.0; 4],
        &[f32::NAN; 3],
        &[f32::INFINITY; 3],
        &[],
    ] {
        assert!(!builder.set(0, wrong), "{wrong:?}");
        assert!(
            QueryEmbedding::new("e", wrong, &[(1.0, &[1.0; 3])]).is_none() || wrong.len() != 3,
            "{wrong:?}"
        );
    }
    assert!(!builder.set(1, &[1.0; 3]), "there is no such passage");
    assert!(QueryEmbedding::new("e", &[1.0; 3], &[(0.5, &[1.0; 2])]).is_none());
}

#[test]
fn a_damaged_layer_is_an_error_wherever_the_damage_is() {
    let whole = LayerBuilder::from_layer(&layer(&[Some([1.0, 2.0, 3.0]), None]))
        .finish()
        .unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        assert!(Layer::decode(bytes).is_err(), "byte {at}");
        assert!(Layer::decode(&whole[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn what_was_said_before_draws_a_question_towards_it() {
    let layer = layer(&[Some([1.0, 0.0, 0.0]), Some([0.0, 1.0, 0.0])]);
    let cosines = |query: &QueryEmbedding| [0, 1].map(|row| layer.cosine(query, row).unwrap());
    let alone = cosines(&QueryEmbedding::new("e", &[2.0, 0.0, 0.0], &[]).unwrap());
    let drawn = cosines(&QueryEmbedding::new("e", &[2.0, 0.0, 0.0], &[(0.5, &[0.0, 7.0, 0.0])]).unwrap());
    assert!(
        alone[1] < 0.01 && drawn[1] > 0.4 && drawn[0] > drawn[1],
        "{alone:?} {drawn:?}"
    );
}

#[test]
fn merging_keeps_the_vectors_of_what_is_kept() {
    let one = segment(&[("a", "Cats purr."), ("b", "Dogs bark.")]);
    let two = segment(&[("c", "Cows moo."), ("d", "Pigs grunt.")]);
    let first = layer(&[Some([1.0, 0.0, 0.0]), Some([0.0, 1.0, 0.0])]);
    let keep = |id: &str, _: usize| id != "a";
    let merged = merge(&[(&one, Some(&first)), (&two, None)], keep).unwrap().unwrap();
    let merged = Layer::decode(merged).unwrap();
    let same = Segment::decode(crate::merge(&[&one, &two], keep).unwrap()).unwrap();
    assert_eq!(merged.len(), same.len());
    assert_eq!(merged.holes().collect::<Vec<_>>(), [1, 2]);
    let query = QueryEmbedding::new("e", &[0.0, 1.0, 0.0], &[]).unwrap();
    assert!(merged.cosine(&query, 0).unwrap() > 0.99);
    assert!(merge(&[(&one, None), (&two, None)], keep).unwrap().is_none());
    let other = Layer::decode({
        let mut builder = LayerBuilder::new(2, 2);
        assert!(builder.set(0, &[1.0, 0.0]) && builder.set(1, &[1.0, 0.0]));
        builder.finish().unwrap()
    });
    let merged = merge(&[(&one, Some(&first)), (&two, Some(&other.unwrap()))], keep)
        .unwrap()
        .unwrap();
    assert_eq!(Layer::decode(merged).unwrap().covered(), 1);
    assert!(merge(&[(&one, Some(&first))], |_, _| false).unwrap().is_none());
}

#[test]
fn a_layer_decides_between_passages_whose_words_do_not() {
    let passages = [
        ("a", "The office opens at nine."),
        ("b", "Parcels leave the warehouse on Mondays."),
        ("c", "Invoices are sent by mail."),
    ];
    let segment = Arc::new(segment(&passages));
    let vectors = layer(&[Some([1.0, 0.1, 0.0]), Some([0.0, 1.0, 0.0]), Some([0.0, 0.0, 1.0])]);
    let query = [QueryEmbedding::new("better", &[0.0, 0.0, 1.0], &[]).unwrap()];
    let index = Index::new(vec![Arc::clone(&segment)], |_, _| false);
    let bare = index.memory_bytes();
    let index = index.with_layers([Some(("better".to_owned(), Arc::new(vectors)))]);
    assert!(index.memory_bytes() > bare);
    let best = |query_embeddings: &[QueryEmbedding]| {
        let options = SearchOptions {
            query_embeddings,
            ..SearchOptions::default()
        };
        let found = index.search(&EMBEDDER, "xylophone", &options);
        found.hits.first().map(|it| it.document_id.clone()).unwrap()
    };
    assert_eq!(best(&query), "c");
    let other = [QueryEmbedding::new("another", &[0.0, 1.0, 0.0], &[]).unwrap()];
    assert_eq!(best(&other), best(&[]), "vectors of another embedder say nothing");
}
