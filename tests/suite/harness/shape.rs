//! Answers against patterns: the document's samples, with what differs each time left open.
//!
//! A string in angle brackets is open: `<time>`, `<text>`, `<token>`, `<count>`, `<share>` (0 to 1), and `<doc_>` for
//! an id that begins so.
use serde_json::Value;

/// Asserts that an answer has every member of the pattern. Members that the pattern lacks are extensions and pass.
#[track_caller]
pub(crate) fn has(answer: &Value, pattern: &Value) {
    check(answer, pattern, false);
}

/// Asserts that an answer has the members of the pattern and no others.
#[track_caller]
pub(crate) fn is(answer: &Value, pattern: &Value) {
    check(answer, pattern, true);
}

/// Asserts that an answer is made like a sample: the same members of the same kinds, and lists that have elements. A
/// null of the sample may be anything.
#[track_caller]
pub(crate) fn like(answer: &Value, sample: &Value) {
    if let Err(why) = resemble("", answer, sample) {
        panic!("{why} in {answer:#}");
    }
}

fn resemble(path: &str, answer: &Value, sample: &Value) -> Result<(), String> {
    match (answer, sample) {
        (_, Value::Null)
        | (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_)) => Ok(()),
        (Value::Object(members), Value::Object(wanted)) => wanted.iter().try_for_each(|(name, sample)| {
            let path = format!("{path}.{name}");
            let member = members.get(name).ok_or_else(|| format!("`{path}` is missing"))?;
            resemble(&path, member, sample)
        }),
        (Value::Array(elements), Value::Array(wanted)) => match wanted.first() {
            Some(_) if elements.is_empty() => Err(format!("`{path}` is empty")),
            Some(sample) => elements
                .iter()
                .try_for_each(|it| resemble(&format!("{path}[]"), it, sample)),
            None => Ok(()),
        },
        _ => Err(format!("`{path}` is {answer}, not like {sample}")),
    }
}

#[track_caller]
fn check(answer: &Value, pattern: &Value, is_exact: bool) {
    if let Err(why) = compare("", answer, pattern, is_exact) {
        panic!("{why} in {answer:#}");
    }
}

fn compare(path: &str, answer: &Value, pattern: &Value, is_exact: bool) -> Result<(), String> {
    match (answer, pattern) {
        (_, Value::String(open)) if open.starts_with('<') => {
            let is_it = fits(answer, open.trim_matches(['<', '>']));
            is_it
                .then_some(())
                .ok_or_else(|| format!("`{path}` is {answer}, not {open}"))
        }
        (Value::Object(members), Value::Object(wanted)) => {
            for (name, pattern) in wanted {
                let path = format!("{path}.{name}");
                let member = members.get(name).ok_or_else(|| format!("`{path}` is missing"))?;
                compare(&path, member, pattern, is_exact)?;
            }
            match members.keys().find(|it| is_exact && !wanted.contains_key(*it)) {
                Some(name) => Err(format!("`{path}.{name}` is not documented")),
                None => Ok(()),
            }
        }
        (Value::Array(items), Value::Array(wanted)) if items.len() == wanted.len() => {
            let mut pairs = items.iter().zip(wanted).enumerate();
            pairs.try_for_each(|(index, (item, pattern))| compare(&format!("{path}[{index}]"), item, pattern, is_exact))
        }
        _ if answer == pattern => Ok(()),
        _ => Err(format!("`{path}` is {answer}, not {pattern}")),
    }
}

fn fits(answer: &Value, open: &str) -> bool {
    let is_text = |check: &dyn Fn(&str) -> bool| answer.as_str().is_some_and(check);
    match open {
        "time" => is_text(&is_time),
        "text" => is_text(&|it| !it.is_empty()),
        // The document's samples begin so: HS256.
        "token" => is_text(&|it| it.starts_with("eyJhbGciOiJIUzI1NiIs") && it.split('.').count() == 3),
        "count" => answer.is_u64(),
        "share" => answer.as_f64().is_some_and(|it| (0.0..=1.0).contains(&it)),
        prefix => is_text(&|id| {
            let rest = id.strip_prefix(prefix).unwrap_or_default();
            rest.len() >= 16 && rest.bytes().all(|it| it.is_ascii_alphanumeric())
        }),
    }
}

/// `2026-01-26T00:00:00Z`
fn is_time(text: &str) -> bool {
    const SAMPLE: &[u8] = b"2026-01-26T00:00:00Z";
    let is_alike = |(given, sample): (u8, &u8)| {
        if sample.is_ascii_digit() {
            given.is_ascii_digit()
        } else {
            given == *sample
        }
    };
    text.len() == SAMPLE.len() && text.bytes().zip(SAMPLE).all(is_alike)
}
