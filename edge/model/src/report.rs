//! What may be said of a value that could not be read: what was expected, never the value, which may be a password.

/// How serde's reports begin that go on with the value.
const WITH_VALUE: [&str; 4] = ["invalid type", "invalid value", "invalid length", "unknown variant"];
/// How its reports begin that go on with a name of our own types.
const WITH_NAME: [&str; 2] = ["missing field", "duplicate field"];

/// Returns serde's report without the value that it is about.
pub fn without_values(report: &str) -> String {
    let report = without_position(report);
    if WITH_NAME.iter().any(|it| report.starts_with(it)) {
        return report.to_owned();
    }
    let Some(kind) = WITH_VALUE.into_iter().find(|it| report.starts_with(it)) else {
        return "the value will not do".to_owned();
    };
    // The value may hold these words, too; serde's own come last.
    match report.rsplit_once(", expected ") {
        Some((_, expected)) => format!("{kind}, expected {expected}"),
        None => kind.to_owned(),
    }
}

/// Drops what `serde_json` ends with, such as "at line 1 column 2"; a value may hold these words, too.
fn without_position(report: &str) -> &str {
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    match report.rsplit_once(" at line ") {
        Some((before, position))
            if position
                .split_once(" column ")
                .is_some_and(|it| is_number(it.0) && is_number(it.1)) =>
        {
            before
        }
        _ => report,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_tells_what_was_expected_and_not_what_came() {
        for (report, said) in [
            (
                "invalid type: integer `1234567890123`, expected a string at line 1 column 40",
                "invalid type, expected a string",
            ),
            (
                "invalid type: string \"hunter2, expected x at line 3\", expected u32",
                "invalid type, expected u32",
            ),
            (
                "invalid type: string \"hunter2, expected x\", expected u32",
                "invalid type, expected u32",
            ),
            (
                "unknown variant `hunter2`, expected `up` or `down`",
                "unknown variant, expected `up` or `down`",
            ),
            ("unknown field `hunter2`, expected `a`", "the value will not do"),
            ("missing field `email`", "missing field `email`"),
            ("anything else with hunter2 in it", "the value will not do"),
        ] {
            assert_eq!(without_values(report), said);
        }
    }
}
