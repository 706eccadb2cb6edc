//! A table on the terminal.
use serde_json::Value;

/// A table of some members of JSON objects; what an object does not have is shown as a dash.
pub(super) fn print(rows: &[Value], columns: &[(&str, &str)]) {
    let mut lines = vec![columns.iter().map(|it| it.1.to_owned()).collect::<Vec<_>>()];
    lines.extend(rows.iter().map(|row| {
        columns
            .iter()
            .map(|it| shown(row.pointer(&format!("/{}", it.0))))
            .collect()
    }));
    println!("{}", laid_out(&lines));
}

fn shown(value: Option<&Value>) -> String {
    match value {
        Some(Value::Number(number)) => match number.as_f64() {
            Some(value) if number.is_f64() && value.abs() < 10.0 => format!("{value:.3}"),
            Some(value) if number.is_f64() => format!("{value:.1}"),
            _ => number.to_string(),
        },
        Some(Value::String(text)) => text.clone(),
        _ => "–".into(),
    }
}

/// The first column is aligned left, the others right.
fn laid_out(lines: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let line = |cells: &Vec<String>| {
        let cells = cells.iter().enumerate().map(|(column, cell)| {
            let width = width(column);
            if column == 0 {
                format!("{cell:<width$}")
            } else {
                format!("{cell:>width$}")
            }
        });
        format!("  {}", cells.collect::<Vec<_>>().join("  "))
            .trim_end()
            .to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{laid_out, shown};
    use serde_json::json;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let lines = [["index", "ms"], ["scan", "0.25"]].map(|line| line.map(str::to_owned).to_vec());
        assert_eq!(laid_out(&lines), "  index    ms\n  scan   0.25");
    }

    #[test]
    fn small_numbers_keep_their_digits() {
        assert_eq!(shown(Some(&json!(0.1234))), "0.123");
        assert_eq!(shown(Some(&json!(1234.56))), "1234.6");
        assert_eq!(shown(Some(&json!(50_000))), "50000");
        assert_eq!(shown(None), "–");
    }
}
