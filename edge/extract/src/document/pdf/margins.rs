//! What stands on the margin of page after page: running titles and page numbers, which answer no question.
use super::lines::Line;
use std::collections::HashMap;

/// The part of a page's height that is margin, above and below.
const MARGIN: f32 = 0.1;
/// Lines on one margin: more are text.
const MOST_LINES: usize = 3;

/// The lines of a page in reading order.
pub(super) struct Sheet {
    pub(super) lines: Vec<Line>,
    pub(super) height: f32,
}

/// Drops the running titles and page numbers of all pages.
pub(super) fn drop(sheets: &mut [Sheet]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for sheet in sheets.iter() {
        let mut own: Vec<String> = on_margin(sheet).into_iter().map(|it| form(&it.text())).collect();
        own.sort();
        own.dedup();
        for form in own {
            *seen.entry(form).or_default() += 1;
        }
    }
    let pages = sheets.len();
    let is_running = |form: &str| pages > 1 && seen.get(form).is_some_and(|it| *it >= 2 && *it * 2 >= pages);
    for sheet in sheets {
        let gone: Vec<(f32, f32)> = on_margin(sheet)
            .into_iter()
            .filter(|line| {
                let form = form(&line.text());
                is_running(&form) || is_number(&form)
            })
            .map(|it| (it.x0, it.y))
            .collect();
        sheet.lines.retain(|it| !gone.contains(&(it.x0, it.y)));
    }
}

fn on_margin(sheet: &Sheet) -> Vec<&Line> {
    let margin = sheet.height * MARGIN;
    let sides: [Vec<&Line>; 2] = [
        sheet.lines.iter().filter(|it| it.y < margin).collect(),
        sheet.lines.iter().filter(|it| it.y > sheet.height - margin).collect(),
    ];
    sides
        .into_iter()
        .filter(|it| it.len() <= MOST_LINES)
        .flatten()
        .collect()
}

/// A line with its numbers made alike.
fn form(text: &str) -> String {
    let mut form = String::new();
    for letter in text.chars() {
        let letter = if letter.is_numeric() { '#' } else { letter };
        if !(letter == '#' && form.ends_with('#')) {
            form.push(letter);
        }
    }
    form
}

/// `3`, `- 3 -`, `3/9`, `Page 3 of 9`, in any language with words that short.
fn is_number(form: &str) -> bool {
    let letters = form.chars().filter(|it| it.is_alphabetic()).count();
    let others = form.chars().filter(|it| !it.is_alphabetic() && !it.is_whitespace());
    form.contains('#')
        && form.chars().count() <= 16
        && letters <= 9
        && others.clone().all(|it| "#-–—/|.".contains(it))
        && (letters == 0
            || form.starts_with(|it: char| it.is_alphabetic()) && form.ends_with('#') && others.count() <= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers_are_told_from_text() {
        for number in ["3", "- 3 -", "12/90", "Page 3 of 9", "Seite 3 von 9", "Page 3", "iii 3"] {
            assert!(is_number(&form(number)), "{number}");
        }
        for text in ["Room 12 is closed.", "3 apples", "Total: 40", "Notes"] {
            assert!(!is_number(&form(text)), "{text}");
        }
    }
}
