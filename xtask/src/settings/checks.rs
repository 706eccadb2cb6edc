//! Which values will do. Each sentence goes on after the setting's name.
use std::net::Ipv6Addr;

type Verdict = Result<(), String>;

fn unless(ok: bool, why: &str) -> Verdict {
    if ok { Ok(()) } else { Err(why.into()) }
}

pub(super) fn anything(_: &str) -> Verdict {
    Ok(())
}

pub(super) fn at_least<const LENGTH: usize>(value: &str) -> Verdict {
    unless(
        value.chars().count() >= LENGTH,
        &format!("must have at least {LENGTH} characters"),
    )
}

pub(super) fn each_at_least<const LENGTH: usize>(value: &str) -> Verdict {
    let mut listed = value.split([',', ' ']).filter(|it| !it.is_empty());
    unless(
        listed.all(|it| it.chars().count() >= LENGTH),
        &format!("must list secrets of at least {LENGTH} characters"),
    )
}

pub(super) fn one_word(value: &str) -> Verdict {
    unless(
        !value.is_empty() && !value.contains(char::is_whitespace),
        "must be one word",
    )
}

pub(super) fn one_word_or_nothing(value: &str) -> Verdict {
    unless(!value.contains(char::is_whitespace), "must be one word, or nothing")
}

pub(super) fn patience(value: &str) -> Verdict {
    unless(
        matches!(value.parse::<u32>(), Ok(1..=120)),
        "must be a number of seconds from 1 to 120",
    )
}

pub(super) fn crawl_delay(value: &str) -> Verdict {
    unless(
        matches!(value.parse::<u32>(), Ok(0..=60_000)),
        "must be a number of milliseconds from 0 to 60000",
    )
}

pub(super) fn count_or_nothing(value: &str) -> Verdict {
    unless(
        value.is_empty() || matches!(value.parse::<usize>(), Ok(1..)),
        "must be a number from 1 on, or nothing",
    )
}

pub(super) fn plan(value: &str) -> Verdict {
    let plans = ["FREE", "STARTER", "PROFESSIONAL", "ENTERPRISE"];
    unless(
        plans.contains(&value),
        "must be FREE, STARTER, PROFESSIONAL or ENTERPRISE",
    )
}

pub(super) fn url_or_nothing(value: &str) -> Verdict {
    unless(
        value.is_empty() || after_scheme(value).is_some(),
        "must be a URL of http or https, or nothing",
    )
}

pub(super) fn origin_or_nothing(value: &str) -> Verdict {
    let is_origin = after_scheme(value).is_some_and(|rest| !rest.contains(['/', '?', '#']));
    unless(
        value.is_empty() || is_origin,
        "must be like https://chat.example.com, without a path, or nothing",
    )
}

pub(super) fn mail_address(value: &str) -> Verdict {
    let whole = value.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && is_host(host) && host.contains('.') && !value.contains(char::is_whitespace)
    });
    unless(whole, "must be a mail address")
}

pub(super) fn hosts(value: &str) -> Verdict {
    let all = value.split(',').all(|host| is_host_with_port(host.trim()));
    unless(
        value.is_empty() || all,
        "must be hosts separated by commas, such as localhost:9000, or nothing",
    )
}

fn after_scheme(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    (!rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace)).then_some(rest)
}

/// The same hosts as `edge_core::ssrf::PrivateHost` takes.
fn is_host_with_port(text: &str) -> bool {
    if text.parse::<Ipv6Addr>().is_ok() {
        return true;
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !text.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let bracketed = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let is_known = bracketed.map_or_else(|| is_host(host), |it| it.parse::<Ipv6Addr>().is_ok());
    is_known && port.is_none_or(|it| it.parse::<u16>().is_ok())
}

fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || ".-_".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_judged() {
        type Check = fn(&str) -> Verdict;
        let table: [(Check, &[&str], &[&str]); 8] = [
            (patience, &["1", "120"], &["", "0", "121", "1.5"]),
            (at_least::<4>, &["abcd", "äöüß"], &["abc", ""]),
            (one_word, &["re_123"], &["", "a b"]),
            (plan, &["FREE", "ENTERPRISE"], &["free", "GOLD", ""]),
            (
                url_or_nothing,
                &["", "http://127.0.0.1:11434/v1"],
                &["localhost", "ftp://x", "https://", "https:///x"],
            ),
            (
                origin_or_nothing,
                &["", "https://a.example", "http://localhost:1"],
                &["https://a.example/", "a.example"],
            ),
            (
                mail_address,
                &["no-reply@edgewise.example"],
                &["", "a@b", "a b@c.d", "@c.d"],
            ),
            (
                hosts,
                &["", "localhost", "localhost:9000, 10.0.0.1", "::1", "[::1]:9000"],
                &["http://x", "a b", "x:y", ",", "[::1", "x:99999"],
            ),
        ];
        for (check, good, bad) in table {
            for value in good {
                assert_eq!(check(value), Ok(()), "{value}");
            }
            for value in bad {
                assert!(check(value).is_err(), "{value}");
            }
        }
    }
}
