//! What belongs to a source: its hosts, and the patterns of what is wanted.
use super::address;
use crate::Error;
use edge_model::source::Source;
use url::Url;

/// How many patterns, and hosts, a source may have.
const MAX_PATTERNS: usize = 50;
/// How long a pattern may be, in bytes.
const MAX_PATTERN_BYTES: usize = 300;
/// What stands for `/` where patterns are matched, so that `*` crosses it.
const SLASH: &str = "\u{1}";

/// Tells whether an address is on a host of the source: the start's own, with and without `www`, or one that is
/// allowed.
pub(crate) fn belongs(source: &Source, start: &Url, url: &Url) -> bool {
    let host = address::host(url);
    let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
    let is_allowed = |allowed: &String| match allowed.strip_prefix("*.") {
        Some(parent) => host.strip_suffix(parent).is_some_and(|it| it.ends_with('.')),
        None => *allowed == host,
    };
    bare(&host) == bare(&address::host(start)) || source.allowed_hosts.iter().any(is_allowed)
}

/// Tells whether the patterns let an address be asked for.
pub(crate) fn is_wanted(source: &Source, url: &Url) -> bool {
    let is_any = |patterns: &[String]| patterns.iter().any(|it| matches(it, url));
    (source.include_patterns.is_empty() || is_any(&source.include_patterns)) && !is_any(&source.exclude_patterns)
}

/// Matches a glob: against the whole address when it has a scheme, against the path otherwise, with or without its
/// query.
pub(crate) fn matches(pattern: &str, url: &Url) -> bool {
    let glob = |text: &str| {
        let (pattern, text) = (pattern.replace('/', SLASH), text.replace('/', SLASH));
        fast_glob::glob_match(&pattern, &text)
    };
    if pattern.contains("://") {
        return glob(url.as_str());
    }
    let path = url.path();
    let with_query = url.query().map(|it| format!("{path}?{it}"));
    let texts = [Some(path), with_query.as_deref()];
    // `blog/*` means what `/blog/*` does.
    let starts = if pattern.starts_with(['/', '*']) { 0 } else { 1 };
    let mut texts = texts.into_iter().flatten().filter_map(|it| it.get(starts..));
    texts.any(glob)
}

/// Checks patterns as they are given.
///
/// # Errors
/// Names the field and says why.
pub(crate) fn check_patterns(field: &str, patterns: &[String]) -> Result<(), Error> {
    if patterns.len() > MAX_PATTERNS {
        return Err(Error::field(field, format!("must be at most {MAX_PATTERNS} patterns")));
    }
    for (index, pattern) in patterns.iter().enumerate() {
        let field = format!("{field}[{index}]");
        if pattern.trim().is_empty() || pattern.len() > MAX_PATTERN_BYTES {
            return Err(Error::field(
                field,
                format!("must be 1 to {MAX_PATTERN_BYTES} bytes long"),
            ));
        }
        // Braces multiply the work, stars add to it.
        let count = |it: char| pattern.matches(it).count();
        if count('{') > 4 || count('*') > 16 {
            return Err(Error::field(field, "must have at most 4 braces and 16 stars"));
        }
    }
    Ok(())
}

/// Checks hosts as they are given, and spells them as addresses do.
///
/// # Errors
/// Names the field and says why.
pub(crate) fn check_hosts(field: &str, hosts: &[String]) -> Result<Vec<String>, Error> {
    if hosts.len() > MAX_PATTERNS {
        return Err(Error::field(field, format!("must be at most {MAX_PATTERNS} hosts")));
    }
    let spell = |(index, host): (usize, &String)| {
        let wrong = || {
            Error::field(
                format!("{field}[{index}]"),
                "must be a host such as `docs.example.com` or `*.example.com`",
            )
        };
        let (star, name) = match host.trim().strip_prefix("*.") {
            Some(rest) => ("*.", rest),
            None => ("", host.trim()),
        };
        // A star is a letter like others to the parser of addresses.
        if name.contains('*') {
            return Err(wrong());
        }
        let url = Url::parse(&format!("http://{name}/")).map_err(|_| wrong())?;
        let is_host_alone = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        match is_host_alone && url.username().is_empty() && url.password().is_none() && url.host().is_some() {
            true => Ok(format!("{star}{}", address::host(&url))),
            false => Err(wrong()),
        }
    };
    hosts.iter().enumerate().map(spell).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_star_crosses_slashes() {
        let url = |path: &str| Url::parse(&format!("https://docs.example.com{path}")).unwrap();
        for (pattern, path, is_match) in [
            ("/docs/*", "/docs/a/b/c.html", true),
            ("/docs/*", "/docs", false),
            ("/docs/*", "/blog/docs/a", false),
            ("/docs*", "/docs", true),
            ("blog/*", "/blog/2026/a", true),
            ("*.pdf", "/a/b/manual.pdf", true),
            ("*.pdf", "/manual.pdf?version=2", true),
            ("*/print", "/a/b/print", true),
            ("*page=*", "/list?page=3", true),
            ("/list", "/list?page=3", true),
            ("/a?c", "/abc", true),
            ("/{de,fr}/*", "/fr/accueil", true),
            ("/{de,fr}/*", "/en/home", false),
            ("/v[12]/*", "/v2/x", true),
            ("https://docs.example.com/*", "/a/b", true),
            ("http://docs.example.com/*", "/a/b", false),
            ("*", "/a/b", true),
        ] {
            assert_eq!(matches(pattern, &url(path)), is_match, "{pattern} {path}");
        }
    }

    #[test]
    fn what_is_no_host_or_pattern_is_named() {
        let texts = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let hosts = check_hosts("h", &texts(&["Docs.Example.com", "*.example.org", "localhost:9000"]));
        assert_eq!(hosts.unwrap(), ["docs.example.com", "*.example.org", "localhost:9000"]);
        for wrong in ["", "https://a.b", "a/b", "a b", "u@a", "*"] {
            let error = check_hosts("h", &texts(&["fine.com", wrong])).unwrap_err();
            assert_eq!(error.field.as_deref(), Some("h[1]"), "{wrong}");
        }
        for wrong in [String::new(), "x".repeat(301), "{".repeat(5), "*".repeat(17)] {
            assert!(check_patterns("p", &[wrong]).is_err());
        }
        assert!(check_patterns("p", &vec!["/a".to_owned(); 51]).is_err());
    }
}
