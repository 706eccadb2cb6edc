//! Tables: lines whose cells stand below each other.
use super::lines::Line;
use retrieval::parse::Blocks;

/// Rows are so far apart at most, in times the letters' size.
const ROW: f32 = 3.2;
/// What goes on in the row above it is nearer.
const WITHIN_ROW: f32 = 1.6;

/// Returns how many lines from the first one on are a table; zero if they are none.
pub(super) fn rows(lines: &[&Line]) -> usize {
    let Some(first) = lines.first().filter(|it| it.cells.len() > 1) else {
        return 0;
    };
    let mut end = 1;
    let mut full = 1;
    for pair in lines.windows(2) {
        let [above, line] = pair else { break };
        let apart = line.y - above.y;
        if line.region != first.region || apart <= 0.0 || apart > ROW * first.size {
            break;
        }
        if line.cells.len() > 1 {
            full += 1;
        } else if !(apart < WITHIN_ROW * line.size && is_below_later_cell(first, line)) {
            break;
        }
        end += 1;
    }
    let table = lines.get(..end).unwrap_or_default();
    if full > 1 && columns(table).len() > 1 { end } else { 0 }
}

/// Adds the lines as a table.
pub(super) fn add(lines: &[&Line], blocks: &mut Blocks) {
    let columns = columns(lines);
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in lines {
        if line.cells.len() > 1 || rows.is_empty() {
            rows.push(vec![String::new(); columns.len()]);
        }
        for cell in &line.cells {
            let middle = (cell.x0 + cell.x1) / 2.0;
            let column = columns
                .iter()
                .position(|it| middle >= it.0 && middle <= it.1)
                .unwrap_or_default();
            if let Some(text) = rows.last_mut().and_then(|it| it.get_mut(column)) {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(cell.text.trim());
            }
        }
    }
    blocks.start_table();
    for row in rows {
        blocks.start_row();
        for cell in row {
            blocks.start_cell();
            blocks.text(&cell);
            blocks.end_cell();
        }
    }
    blocks.end_table();
}

fn is_below_later_cell(first: &Line, line: &Line) -> bool {
    first.cells.get(1).is_some_and(|it| line.x0 > it.x0 - line.size)
}

/// Returns from where to where each column reaches: cells that overlap are in the same one.
fn columns(lines: &[&Line]) -> Vec<(f32, f32)> {
    let mut spans: Vec<(f32, f32)> = lines.iter().flat_map(|it| &it.cells).map(|it| (it.x0, it.x1)).collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut columns: Vec<(f32, f32)> = Vec::new();
    for (x0, x1) in spans {
        match columns.last_mut() {
            Some(column) if x0 < column.1 => column.1 = column.1.max(x1),
            _ => columns.push((x0, x1)),
        }
    }
    columns
}
