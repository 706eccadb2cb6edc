//! The figures of answer sets, as numbers, as a table, and as a page of the worst answers.
use super::asked::Expect;
use super::{Asked, Verdict};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// How many of the worst answers the page shows.
const WORST: usize = 60;
/// The bins of the calibration error: most answers are given at high confidence.
const BINS: [(f64, f64); 6] = [
    (0.0, 0.7),
    (0.7, 0.8),
    (0.8, 0.9),
    (0.9, 0.95),
    (0.95, 0.99),
    (0.99, 1.01),
];

fn share<'a>(rows: &[&'a Asked], is: impl Fn(&'a Asked) -> bool) -> Option<f64> {
    let count = rows.iter().filter(|it| is(it)).count();
    (!rows.is_empty()).then(|| count as f64 / rows.len() as f64)
}

/// Returns the figures of some answers.
pub(super) fn figures(rows: &[Asked]) -> Value {
    let of = |is: &dyn Fn(&Asked) -> bool| rows.iter().filter(|it| is(it)).collect::<Vec<_>>();
    let asked = of(&|it| it.question.expect == Expect::Answer && it.verdict != Verdict::DeclinedOr);
    let others = of(&|it| it.question.expect == Expect::Decline);
    let talk = of(&|it| matches!(it.question.expect, Expect::SmallTalk | Expect::Handoff));
    let given = of(&|it| it.answered);
    let is = |verdict: Verdict| move |it: &Asked| it.verdict == verdict;
    let mut times: Vec<f64> = rows.iter().map(|it| it.ms).collect();
    times.sort_by(f64::total_cmp);
    json!({
        "questions": rows.len(),
        "answerable_right": share(&asked, is(Verdict::Right)),
        "answerable_wrong": share(&asked, is(Verdict::Wrong)),
        "answerable_declined": share(&asked, is(Verdict::Declined)),
        "given_right": share(&given, is(Verdict::Right)),
        "decline_right": share(&others, is(Verdict::Right)),
        "talk_right": share(&talk, is(Verdict::Right)),
        "ece_of_given": calibration_error(&given),
        "median_ms": times.get(times.len() / 2),
    })
}

fn calibration_error(given: &[&Asked]) -> f64 {
    let bin = |(low, high): (f64, f64)| {
        let bin: Vec<&Asked> = given
            .iter()
            .copied()
            .filter(|it| (low..high).contains(&it.confidence))
            .collect();
        let right = bin.iter().filter(|it| it.verdict == Verdict::Right).count() as f64;
        let sure: f64 = bin.iter().map(|it| it.confidence).sum();
        (right - sure).abs() / given.len().max(1) as f64
    };
    BINS.into_iter().map(bin).sum()
}

/// Returns the figures on one line.
pub(super) fn line(figures: &Value) -> String {
    let percent = |name: &str| {
        let share = figures.get(name).and_then(Value::as_f64);
        share.map_or_else(|| "-".to_owned(), |it| format!("{:.1} %", it * 100.0))
    };
    let number = |name: &str| figures.get(name).and_then(Value::as_f64).unwrap_or_default();
    format!(
        "{} questions; answerable {} right, {} wrong, {} declined; {} of the answers right; {} of the others declined; \
         small talk {}; calibration error {:.3}; {:.1} ms",
        number("questions"),
        percent("answerable_right"),
        percent("answerable_wrong"),
        percent("answerable_declined"),
        percent("given_right"),
        percent("decline_right"),
        percent("talk_right"),
        number("ece_of_given"),
        number("median_ms"),
    )
}

/// Prints how many answers of each kind are right, wrong and declined.
pub(super) fn print_kinds(rows: &[Asked]) {
    println!(
        "  {:<18}{:>7}{:>7}{:>7}{:>10}",
        "kind", "asked", "right", "wrong", "declined"
    );
    let kinds: BTreeSet<&str> = rows.iter().map(|it| it.question.kind.as_str()).collect();
    for kind in kinds {
        let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
        for row in rows.iter().filter(|it| it.question.kind == kind) {
            *counts.entry(row.verdict).or_default() += 1;
        }
        let count = |verdict| counts.get(&verdict).copied().unwrap_or_default();
        println!(
            "  {kind:<18}{:>7}{:>7}{:>7}{:>10}",
            counts.values().sum::<usize>(),
            count(Verdict::Right),
            count(Verdict::Wrong),
            count(Verdict::Declined) + count(Verdict::DeclinedOr)
        );
    }
}

/// Returns the worst answers as a Markdown page: those that are wrong and sure, then those that are missing.
pub(super) fn worst(rows: &[Asked]) -> String {
    let mut worst: Vec<&Asked> = rows
        .iter()
        .filter(|it| matches!(it.verdict, Verdict::Wrong | Verdict::Declined))
        .collect();
    let badness = |it: &Asked| match it.verdict {
        Verdict::Wrong => 1.0 + it.confidence,
        _ => 1.0 - it.confidence,
    };
    worst.sort_by(|a, b| badness(b).total_cmp(&badness(a)));
    let mut page = String::from("# The worst answers\n");
    for row in worst.into_iter().take(WORST) {
        let must: Vec<String> = row.question.must.iter().map(|it| it.join(" / ")).collect();
        let history: String = row.question.history.iter().map(|it| format!("{it} → ")).collect();
        let quoted = row.answer.replace('\n', "\n> ");
        _ = write!(
            page,
            "\n## {} {} ({}): {:?}, {:.2}\n\n{history}{}\n\n> {quoted}\n\nMust: {}. Must not: {}. Sources: {}.\n",
            row.set,
            row.question.id,
            row.question.kind,
            row.verdict,
            row.confidence,
            row.question.question.trim(),
            must.join("; "),
            row.question.must_not.join("; "),
            row.sources.join(", "),
        );
    }
    page
}
