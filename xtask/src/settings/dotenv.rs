//! The format of `.dev.vars`: `NAME=value` lines, values bare or in quotes, comments after `#`.
use std::collections::BTreeMap;

const QUOTES: [char; 3] = ['\'', '"', '`'];

/// Names and values; says the line that is no setting.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut values = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = setting(line).ok_or_else(|| format!("line {} is not NAME=value", number + 1))?;
        if values.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(format!("line {} sets {name} again", number + 1));
        }
    }
    Ok(values)
}

fn setting(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
    let name = name.trim();
    let proper = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if name.is_empty() || !name.chars().all(proper) {
        return None;
    }
    let value = value.trim();
    let Some(quote) = value.chars().next().filter(|first| QUOTES.contains(first)) else {
        return Some((
            name,
            value.split_once(" #").map_or(value, |(value, _)| value.trim_end()),
        ));
    };
    let (value, rest) = value.strip_prefix(quote)?.split_once(quote)?;
    let rest = rest.trim();
    (rest.is_empty() || rest.starts_with('#')).then_some((name, value))
}

/// The format as wrangler reads it, which replaces `$NAME` even inside quotes unless it is escaped.
pub(super) fn write(values: &BTreeMap<String, String>) -> Result<String, String> {
    let mut text = String::new();
    for (name, value) in values {
        let quote = QUOTES.into_iter().find(|quote| !value.contains(*quote));
        let quote = quote
            .filter(|_| !value.contains(['\n', '\r']))
            .ok_or_else(|| format!("{name} cannot be quoted"))?;
        text.push_str(&format!("{name}={quote}{}{quote}\n", value.replace('$', "\\$")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{parse, write};

    #[test]
    fn values_may_be_bare_quoted_and_commented() {
        let text = "# a\n\nA=1\nexport B = \"two words # not a comment\" # a comment\nC='x\"y'\nD=\nE=bare # comment\n";
        let values = parse(text).unwrap();
        let all: Vec<_> = values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            all,
            [
                ("A", "1"),
                ("B", "two words # not a comment"),
                ("C", "x\"y"),
                ("D", ""),
                ("E", "bare")
            ]
        );
    }

    #[test]
    fn a_line_that_is_no_setting_is_named() {
        for (text, said) in [
            ("A=1\nnonsense\n", "line 2 is not NAME=value"),
            ("A-B=1", "line 1 is not NAME=value"),
            ("A=\"open", "line 1 is not NAME=value"),
            ("A='1' 2", "line 1 is not NAME=value"),
            ("A=1\nA=2", "line 2 sets A again"),
        ] {
            assert_eq!(parse(text).unwrap_err(), said, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_quoted_and_escaped() {
        let values = parse("A='$x \"y\" # z'\nB=\"it's\"\nC=").unwrap();
        assert_eq!(write(&values).unwrap(), "A='\\$x \"y\" # z'\nB=\"it's\"\nC=''\n");
    }
}
