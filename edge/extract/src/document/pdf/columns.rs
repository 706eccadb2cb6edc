//! In which order the runs of a page are read: columns from left to right, each from top to bottom.
use super::page::Run;

/// Columns of this many lines are columns.
const FEWEST_LINES: usize = 3;
/// A gutter is so wide, in parts of the letters' size.
const GUTTER: f32 = 0.7;
/// A column takes so much of the width that it shares.
const NARROWEST: f32 = 0.2;
/// Deeper columns in columns are none.
const MAX_COLUMN_DEPTH: usize = 4;
/// Letters in a line of a column: fewer are cells of a table.
const FEWEST_LETTERS: usize = 14;

/// Returns the regions of a page in reading order, each with its runs.
pub(super) fn regions(mut runs: Vec<Run>) -> Vec<Vec<Run>> {
    runs.sort_by(|a, b| a.top().total_cmp(&b.top()));
    let mut regions = Vec::new();
    cut(runs, 0, &mut regions);
    regions
}

/// Cuts into bands, and what bands have a gutter in common into columns.
fn cut(runs: Vec<Run>, depth: usize, regions: &mut Vec<Vec<Run>>) {
    let mut bands = bands(runs).into_iter().peekable();
    let mut single: Vec<Run> = Vec::new();
    while let Some(band) = bands.next() {
        let mut gutters = gutters(&band);
        // A line without neighbors stands above the columns.
        gutters.retain(|it| it.0.is_finite() && it.1.is_finite());
        if gutters.is_empty() {
            single.extend(band);
            continue;
        }
        let mut block = vec![band];
        while depth < MAX_COLUMN_DEPTH
            && let Some(next) = bands.peek()
        {
            let common = common(&gutters, &self::gutters(next));
            if common.is_empty() {
                break;
            }
            gutters = common;
            block.extend(bands.next());
        }
        let below = block.split_off(end_of_columns(&block));
        let block: Vec<Run> = block.into_iter().flatten().collect();
        let gutter = gutters.into_iter().find(|it| parts_columns(*it, &block));
        match gutter {
            Some((from, _)) if depth < MAX_COLUMN_DEPTH => {
                push(regions, &mut single);
                let (left, right): (Vec<Run>, Vec<Run>) = block.into_iter().partition(|it| it.x0 < from);
                cut(left, depth + 1, regions);
                cut(right, depth + 1, regions);
            }
            _ => single.extend(block),
        }
        single.extend(below.into_iter().flatten());
    }
    push(regions, &mut single);
}

fn push(regions: &mut Vec<Vec<Run>>, runs: &mut Vec<Run>) {
    if !runs.is_empty() {
        regions.push(std::mem::take(runs));
    }
}

/// Returns the first band that stands below columns instead of in the longest of them: a heading, or one further away.
fn end_of_columns(bands: &[Vec<Run>]) -> usize {
    let is_beside = |band: &Vec<Run>| gutters(band).iter().any(|it| it.0.is_finite() && it.1.is_finite());
    let last = bands.iter().rposition(is_beside).unwrap_or_default();
    let parted = bands.windows(2).enumerate().skip(last).find(|(_, pair)| {
        let [above, below] = pair else { return false };
        let (Some(above), Some(below)) = (above.last(), below.first()) else {
            return false;
        };
        (below.size - above.size).abs() > 0.1 * above.size || below.y - above.y > 2.0 * above.size
    });
    parted.map_or(bands.len(), |it| it.0 + 1)
}

/// Cuts wherever nothing stands on a whole line.
fn bands(runs: Vec<Run>) -> Vec<Vec<Run>> {
    let mut bands: Vec<Vec<Run>> = Vec::new();
    let mut bottom = f32::NEG_INFINITY;
    for run in runs {
        let (top, low) = (run.top(), run.bottom());
        match bands.last_mut() {
            // What hangs over a little is on the next line all the same.
            Some(band) if top < bottom - 0.3 * run.size => band.push(run),
            _ => bands.push(vec![run]),
        }
        bottom = bottom.max(low);
    }
    bands
}

/// Returns where nothing stands from top to bottom: between runs, and beside them.
fn gutters(band: &[Run]) -> Vec<(f32, f32)> {
    let mut spans: Vec<(f32, f32)> = band.iter().map(|it| (it.x0, it.x1)).collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let size = band.iter().map(|it| it.size).fold(f32::INFINITY, f32::min);
    let mut gutters = Vec::new();
    let mut right = f32::NEG_INFINITY;
    for (x0, x1) in spans {
        if x0 - right > GUTTER * size {
            gutters.push((right, x0));
        }
        right = right.max(x1);
    }
    gutters.push((right, f32::INFINITY));
    gutters
}

fn common(a: &[(f32, f32)], b: &[(f32, f32)]) -> Vec<(f32, f32)> {
    let overlap = |x: &(f32, f32), y: &(f32, f32)| (x.0.max(y.0), x.1.min(y.1));
    let pairs = a.iter().flat_map(|x| b.iter().map(move |y| overlap(x, y)));
    pairs.filter(|it| it.1 - it.0 > 4.0).take(50).collect()
}

/// Tells columns of running text, whose lines are full, from those of a table.
fn parts_columns(gutter: (f32, f32), block: &[Run]) -> bool {
    let (left, right): (Vec<&Run>, Vec<&Run>) = block.iter().partition(|it| it.x1 <= gutter.0);
    let edge = |runs: &[&Run]| {
        let from = runs.iter().map(|it| it.x0).fold(f32::INFINITY, f32::min);
        (from, runs.iter().map(|it| it.x1).fold(f32::NEG_INFINITY, f32::max))
    };
    let whole = edge(&right).1 - edge(&left).0;
    [left, right].iter().all(|side| {
        let (from, to) = edge(side);
        let lines = lines_of(side);
        let full = lines.iter().filter(|it| it.1 > from + 0.75 * (to - from)).count();
        let letters = lines.iter().map(|it| it.2).sum::<usize>() / lines.len().max(1);
        lines.len() >= FEWEST_LINES
            && to - from > NARROWEST * whole
            && full * 2 >= lines.len()
            && letters >= FEWEST_LETTERS
    })
}

/// Returns the lines of a column: where each stands, how far it reaches, and how many letters it has.
fn lines_of(runs: &[&Run]) -> Vec<(f32, f32, usize)> {
    let mut lines: Vec<(f32, f32, usize)> = Vec::new();
    let mut sorted = runs.to_vec();
    sorted.sort_by(|a, b| a.y.total_cmp(&b.y));
    for run in sorted {
        match lines.last_mut() {
            Some(line) if run.y - line.0 < 0.4 * run.size => {
                line.1 = line.1.max(run.x1);
                line.2 += run.text.len();
            }
            _ => lines.push((run.y, run.x1, run.text.len())),
        }
    }
    lines
}
