//! Turns the terms of passages into the passages of terms, in place: the lists are measured first and then written.

use super::FormatError;
use super::bytes::{push_varint, varint_length};
use super::draft::next_number;
use super::packed::PackedTerms;

/// A list while it is measured, and while it is written.
#[derive(Clone, Copy, Default)]
struct List {
    /// The passage that was entered last.
    last: u32,
    document_frequency: u32,
    bytes: u32,
}

/// Writes the postings: of every term, in the order of `codes`, the passages that hold it.
pub(super) fn section<'a>(
    passages: impl Iterator<Item = &'a PackedTerms> + Clone,
    codes: &[u32],
) -> Result<Vec<u8>, FormatError> {
    let mut lists = vec![List::default(); codes.len()];
    each(passages.clone(), codes, |code, passage, _| {
        if let Some(list) = lists.get_mut(code) {
            list.bytes += next_number(varint_length(passage - list.last) + 1);
            list.document_frequency += 1;
            list.last = passage;
        }
    });
    let table = (lists.len() + 1) * 4;
    let mut section = vec![0; 4];
    section.reserve_exact(table);
    let mut end = 0_u32;
    let mut starts = Vec::with_capacity(lists.len());
    for list in &lists {
        starts.push(end as usize + table);
        let length = list.bytes + next_number(varint_length(list.document_frequency));
        end = end.checked_add(length).ok_or(FormatError::TooLarge)?;
        section.extend_from_slice(&end.to_le_bytes());
    }
    section.reserve_exact(end as usize);
    section.resize(table + end as usize, 0);
    let mut entry = Vec::new();
    let mut write = |start: &mut usize, entry: &mut Vec<u8>| {
        if let Some(place) = section.get_mut(*start..*start + entry.len()) {
            place.copy_from_slice(entry);
        }
        *start += entry.len();
        entry.clear();
    };
    for (list, start) in lists.iter_mut().zip(&mut starts) {
        push_varint(&mut entry, list.document_frequency);
        write(start, &mut entry);
        list.last = 0;
    }
    each(passages, codes, |code, passage, frequency| {
        if let (Some(list), Some(start)) = (lists.get_mut(code), starts.get_mut(code)) {
            push_varint(&mut entry, passage - list.last);
            entry.push(frequency);
            write(start, &mut entry);
            list.last = passage;
        }
    });
    Ok(section)
}

fn each<'a>(passages: impl Iterator<Item = &'a PackedTerms>, codes: &[u32], mut visit: impl FnMut(usize, u32, u8)) {
    for (passage, terms) in passages.enumerate() {
        for (term, frequency) in terms.iter() {
            if let Some(code) = codes.get(term as usize) {
                visit(*code as usize, next_number(passage), frequency);
            }
        }
    }
}
