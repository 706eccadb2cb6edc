//! Chooses the pieces that make up the answer.

use super::pieces::{Kind, Piece};
use super::score::Scored;
use super::{ExtractOptions, Style};
use crate::tuning::{
    BESIDE_HEADED_FROM, BLOCK_ELSEWHERE_FROM, FURTHER_ELSEWHERE_FROM, FURTHER_FROM, SAME_MEANING_FROM, SAME_STEMS_FROM,
    SINGLE_ITEM_FACTOR, THIRD_ELSEWHERE_FROM,
};

impl Style {
    fn most_sentences(self) -> usize {
        match self {
            Self::Concise => 2,
            Self::Conversational => 3,
            Self::Detailed => 4,
        }
    }
}

/// Returns the numbers of the chosen pieces, in no order that matters.
pub(super) fn choose(
    pieces: &[Piece<'_>],
    scored: &[Scored],
    asks_for_list: bool,
    options: &ExtractOptions,
) -> Vec<usize> {
    let mut order: Vec<usize> = (0..pieces.len().min(scored.len())).collect();
    let score = |number: usize| scored.get(number).map_or(0.0, |scored| scored.score);
    order.sort_by(|a, b| score(*b).total_cmp(&score(*a)).then(a.cmp(b)));
    let mut chosen = Chosen {
        pieces,
        scored,
        numbers: Vec::new(),
        sentences: 0,
        characters: 0,
        options,
    };
    let Some(&best) = order.first() else { return Vec::new() };
    let hit = |number: usize| pieces.get(number).map(|piece| piece.hit);
    let is_headed = scored.get(best).is_some_and(|best| best.is_headed);
    if is_headed
        && let Some(lead) = pieces.iter().position(|piece| Some(piece.hit) == hit(best))
        && pieces.get(lead).is_some_and(|lead| lead.kind == Kind::Prose)
    {
        chosen.take(lead, asks_for_list);
    }
    for number in order {
        let is_prose = pieces.get(number).is_some_and(|piece| piece.kind == Kind::Prose);
        let least = match (hit(number) == hit(best), is_prose) {
            (true, _) => FURTHER_FROM,
            (false, _) if is_headed => BESIDE_HEADED_FROM,
            (false, true) if chosen.sentences >= 2 => THIRD_ELSEWHERE_FROM,
            (false, true) => FURTHER_ELSEWHERE_FROM,
            (false, false) => BLOCK_ELSEWHERE_FROM,
        };
        if chosen.sentences >= options.style.most_sentences() {
            break;
        }
        if score(number) >= least * score(best) {
            chosen.take(number, asks_for_list);
        }
    }
    chosen.numbers
}

struct Chosen<'a> {
    pieces: &'a [Piece<'a>],
    scored: &'a [Scored],
    numbers: Vec<usize>,
    /// A list, table or code block counts as one sentence.
    sentences: usize,
    characters: usize,
    options: &'a ExtractOptions,
}

impl Chosen<'_> {
    fn take(&mut self, number: usize, asks_for_list: bool) {
        let Some(piece) = self.pieces.get(number) else { return };
        if self.numbers.contains(&number) || self.repeats(number) {
            return;
        }
        let group = match piece.kind {
            Kind::Prose if piece.leads_in() => self.with_what_follows(number),
            Kind::Prose => self.with_antecedent(number),
            Kind::Item if asks_for_list || !self.stands_out(number) => self.whole_block(number),
            Kind::Item => self.with_lead_in(vec![number]),
            Kind::Row => self.rows(number, asks_for_list),
            Kind::Code => self.with_lead_in(vec![number]),
        };
        if piece.kind == Kind::Row && self.block(number).len() == 1 {
            return;
        }
        let group: Vec<usize> = group
            .into_iter()
            .filter(|number| !self.numbers.contains(number))
            .collect();
        let length: usize = group.iter().map(|number| self.length(*number)).sum();
        let too_many = self.sentences + self.count(&group) > self.options.style.most_sentences();
        let too_long = self.characters + length > self.options.max_chars;
        if self.sentences > 0 && (too_many || too_long) {
            return;
        }
        let group = match piece.kind {
            _ if !too_long => group,
            Kind::Row => self.with_header(number),
            // Of a list that is too long, the best part; of one piece that is too long, what fits (see `compose`).
            _ => vec![number],
        };
        self.add(group);
    }

    fn length(&self, number: usize) -> usize {
        self.pieces
            .get(number)
            .map_or(0, |piece| piece.text.chars().count() + 2)
    }

    /// Sentences of running text, or one for a list, table or code block with what leads over to it.
    fn count(&self, group: &[usize]) -> usize {
        let pieces = || group.iter().filter_map(|number| self.pieces.get(*number));
        let whole = pieces().any(|piece| piece.kind != Kind::Prose);
        if whole { 1 } else { pieces().count() }
    }

    fn add(&mut self, group: Vec<usize>) {
        self.sentences += self.count(&group);
        self.characters += group.iter().map(|number| self.length(*number)).sum::<usize>();
        self.numbers.extend(group);
    }

    /// Overlapping passages and similar pages say the same thing twice.
    fn repeats(&self, number: usize) -> bool {
        let Some(new) = self.scored.get(number) else {
            return true;
        };
        self.numbers
            .iter()
            .filter_map(|number| self.scored.get(*number))
            .any(|old| {
                let shared = old.stems.intersection(&new.stems).count() as f32;
                let smaller = old.stems.len().min(new.stems.len()).max(1) as f32;
                shared / smaller >= SAME_STEMS_FROM && new.stems.len() <= old.stems.len() + 2
                    || old.vector.cosine(&new.vector) >= SAME_MEANING_FROM
            })
    }

    fn block(&self, number: usize) -> Vec<usize> {
        let Some(piece) = self.pieces.get(number) else {
            return Vec::new();
        };
        let same = |other: &Piece<'_>| other.hit == piece.hit && other.block.is_some() && other.block == piece.block;
        self.pieces
            .iter()
            .enumerate()
            .filter(|(_, other)| same(other))
            .map(|(number, _)| number)
            .collect()
    }

    fn before(&self, number: usize) -> Option<(usize, &Piece<'_>)> {
        let piece = self.pieces.get(number)?;
        let before = self.pieces.get(number.checked_sub(1)?)?;
        (before.hit == piece.hit).then_some((number - 1, before))
    }

    /// "Do this:" is quoted together with the text after it.
    fn with_what_follows(&self, number: usize) -> Vec<usize> {
        let follows = self
            .pieces
            .get(number + 1)
            .zip(self.pieces.get(number))
            .filter(|(next, piece)| next.hit == piece.hit);
        let mut group = vec![number];
        match follows {
            Some((next, _)) if next.kind == Kind::Prose => group.push(number + 1),
            Some(_) => group.extend(self.block(number + 1)),
            None => {}
        }
        group
    }

    fn with_lead_in(&self, mut group: Vec<usize>) -> Vec<usize> {
        if let Some((before, piece)) = group.first().and_then(|first| self.before(*first))
            && piece.leads_in()
        {
            group.insert(0, before);
        }
        group
    }

    fn whole_block(&self, number: usize) -> Vec<usize> {
        self.with_lead_in(self.block(number))
    }

    /// The whole table when its rows are asked for, or its columns are what fits best; else the row.
    fn rows(&self, number: usize, asks_for_list: bool) -> Vec<usize> {
        let is_header = self.block(number).first() == Some(&number);
        if is_header || asks_for_list && !self.stands_out(number) {
            self.whole_block(number)
        } else {
            self.with_header(number)
        }
    }

    /// A row is read with the header of its table; a header with the best of its rows, and never alone.
    fn with_header(&self, number: usize) -> Vec<usize> {
        let block = self.block(number);
        let Some((&header, rows)) = block.split_first() else {
            return Vec::new();
        };
        let score = |number: &usize| self.scored.get(*number).map_or(0.0, |scored| scored.score);
        let best = rows.iter().copied().max_by(|a, b| score(a).total_cmp(&score(b)));
        let row = if header == number { best } else { Some(number) };
        row.map_or_else(Vec::new, |row| vec![header, row])
    }

    fn stands_out(&self, number: usize) -> bool {
        let score = |number: usize| self.scored.get(number).map_or(0.0, |scored| scored.score);
        let others = self
            .block(number)
            .into_iter()
            .filter(|other| *other != number)
            .map(score);
        score(number) >= SINGLE_ITEM_FACTOR * others.fold(0.0, f32::max)
    }

    /// "It costs 5 USD." is quoted together with the sentence that "it" refers to.
    fn with_antecedent(&self, number: usize) -> Vec<usize> {
        let Some(piece) = self.pieces.get(number) else {
            return Vec::new();
        };
        let mut group = vec![number];
        let mut first = piece;
        while let Some(&number) = group.first()
            && let Some((before, piece_before)) = self.before(number)
            && starts_with_pronoun(first.text)
            && piece_before.kind == Kind::Prose
            && !piece_before.text.ends_with('?')
            && group.len() < self.options.style.most_sentences()
        {
            group.insert(0, before);
            first = piece_before;
        }
        group
    }
}

fn starts_with_pronoun(text: &str) -> bool {
    const PRONOUNS: &[&str] = &[
        "it",
        "its",
        "they",
        "their",
        "them",
        "these",
        "those",
        "this",
        "he",
        "his",
        "she",
        "her",
        "such",
        "er",
        "sie",
        "es",
        "dies",
        "diese",
        "dieser",
        "dieses",
        "il",
        "elle",
        "ils",
        "elles",
        "ce",
        "cela",
        "ceci",
        "cette",
        "este",
        "esta",
        "estos",
        "esto",
        "ellos",
        "questo",
        "questa",
        "essi",
        "both",
        "otherwise",
    ];
    let first = text
        .split(|c: char| !c.is_alphabetic())
        .find(|word| !word.is_empty())
        .unwrap_or_default();
    PRONOUNS.contains(&first.to_lowercase().as_str())
}
