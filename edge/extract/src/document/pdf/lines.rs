//! Lines of a region: runs on the same height, with wide gaps between cells.
use super::page::Run;

/// So wide a gap parts cells, in parts of the letters' size.
const BETWEEN_CELLS: f32 = 0.9;

/// A line as it is read.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// One, but for rows of tables.
    pub(super) cells: Vec<Run>,
    pub(super) x0: f32,
    pub(super) y: f32,
    pub(super) size: f32,
    pub(super) is_bold: bool,
    /// Counts regions: lines of different ones are not next to each other.
    pub(super) region: usize,
}

impl Line {
    pub(super) fn text(&self) -> String {
        let cells: Vec<&str> = self.cells.iter().map(|it| it.text.trim()).collect();
        cells.join(" ")
    }
}

/// Returns the lines of a region from top to bottom.
pub(super) fn lines(mut runs: Vec<Run>, region: usize) -> Vec<Line> {
    runs.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut rows: Vec<Vec<Run>> = Vec::new();
    for run in runs {
        match rows.last_mut() {
            Some(row) if row.iter().any(|it| is_level(it, &run)) => row.push(run),
            _ => rows.push(vec![run]),
        }
    }
    rows.into_iter().filter_map(|row| line(row, region)).collect()
}

fn is_level(a: &Run, b: &Run) -> bool {
    (b.y - a.y).abs() < 0.4 * a.size.min(b.size)
}

fn line(mut runs: Vec<Run>, region: usize) -> Option<Line> {
    runs.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    let mut cells: Vec<Run> = Vec::new();
    for run in runs {
        match cells.last_mut() {
            Some(cell) if run.x0 - cell.x1 < BETWEEN_CELLS * cell.size.min(run.size) => cell.join(&run),
            _ => cells.push(run),
        }
    }
    // The size of most of its letters.
    let widest = cells.iter().max_by_key(|it| it.text.len())?;
    Some(Line {
        x0: cells.first()?.x0,
        y: widest.y,
        size: widest.size,
        is_bold: cells.iter().all(|it| it.is_bold),
        region,
        cells,
    })
}
