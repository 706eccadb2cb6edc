//! robots.txt: RFC 9309 by its examples, and what is made to do harm.
use super::pattern::{matches, spell_path, spell_pattern};
use super::*;
use edge_model::time::TimeDelta;

fn read(text: &str) -> Rules {
    Rules::read(text.as_bytes(), true)
}

fn allows(rules: &Rules, path: &str) -> bool {
    rules.allow(&format!("https://example.com{path}"))
}

#[test]
fn our_group_comes_before_the_group_of_everybody() {
    let rules = read(
        "User-agent: *\nDisallow: /\n\nUser-agent: edgewisebot\nDisallow: /private\nAllow: /private/open\n\
         Disallow: /*.pdf$\nCrawl-delay: 2.5\n\nSitemap: https://example.com/map.xml\n",
    );
    for (path, is_allowed) in [
        ("/", true),
        ("/private/a", false),
        ("/private/open/a", true),
        ("/a/b.pdf", false),
        ("/a/b.pdf?x", true),
        ("/robots.txt", true),
    ] {
        assert_eq!(allows(&rules, path), is_allowed, "{path}");
    }
    assert_eq!(rules.delay(), TimeDelta::milliseconds(2_500));
    assert_eq!(rules.sitemaps(), ["https://example.com/map.xml"]);
}

#[test]
fn groups_are_told_apart_as_rfc_9309_says() {
    for (text, is_allowed, why) in [
        (
            "User-agent: EdgewiseBot/0.1.0\nDisallow: /a",
            false,
            "the token is ours",
        ),
        (
            "User-agent: EDGEWISEBOT # us\nDisallow: /a",
            false,
            "letters of any case",
        ),
        ("User-agent: EdgewiseBot-News\nDisallow: /a", true, "another token"),
        ("User-agent: Edgewise\nDisallow: /a", true, "a shorter token"),
        (
            "User-agent: x\nUser-agent: EdgewiseBot\nDisallow: /a",
            false,
            "two names",
        ),
        (
            "User-agent: EdgewiseBot\nUser-agent: x\nDisallow: /a",
            false,
            "two names",
        ),
        (
            "User-agent: EdgewiseBot\n\nFoo: bar\nSitemap: /s\nUser-agent: x\nDisallow: /a",
            false,
            "other lines",
        ),
        (
            "User-agent: EdgewiseBot\nAllow: /b\nUser-agent: x\nDisallow: /a",
            true,
            "the rule ends our group",
        ),
        (
            "User-agent: EdgewiseBot\nAllow: /b\nUser-agent: *\nDisallow: /",
            true,
            "ours alone counts",
        ),
        (
            "User-agent: EdgewiseBot\n\nUser-agent: *\nDisallow: /a",
            false,
            "they have the rule in common",
        ),
        (
            "User-agent: EdgewiseBot\nDisallow: /b\nUser-agent: x\nAllow: /\nUser-agent: EdgewiseBot\nDisallow: /a",
            false,
            "groups of one name are one",
        ),
        (
            "User-agent: *\nDisallow: /a\nUser-agent: *\nDisallow: /b",
            false,
            "the same for all",
        ),
        ("Disallow: /a", true, "a rule of nobody"),
        ("User-agent: *\rDisallow: /a\r", false, "ends of lines"),
        ("User-agent: *\r\nDisallow: /a\r\n", false, "ends of lines"),
        ("\u{feff}User-agent: *\nDisallow: /a", false, "a byte order mark"),
        ("USER-AGENT : *\nDISALLOW : /a", false, "keys of any case"),
        ("User-agent: *\nDisallow:", true, "nothing is forbidden"),
        ("User-agent: *\nDisallow: a", false, "a slash is meant"),
        (
            "User-agent: *\nDisallow: https://example.com/a",
            false,
            "its path is meant",
        ),
        ("User-agent: *\nDissallow: /a", false, "a misspelling"),
        ("", true, "nothing"),
        ("\u{0}\u{1}<html>no robots here</html>", true, "something else"),
    ] {
        assert_eq!(allows(&read(text), "/a"), is_allowed, "{why}: {text:?}");
    }
    let utf_16: Vec<u8> = "\u{feff}User-agent: *\nDisallow: /a"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert!(!allows(&Rules::read(&utf_16, true), "/a"));
}

#[test]
fn patterns_match_as_rfc_9309_says() {
    for (pattern, path, is_match) in [
        ("/foo/bar?baz=quz", "/foo/bar?baz=quz", true),
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https://foo.bar", true),
        ("/foo/bar/ツ", "/foo/bar/%E3%83%84", true),
        ("/foo/bar/%E3%83%84", "/foo/bar/%E3%83%84", true),
        ("/foo/bar/%e3%83%84", "/foo/bar/%E3%83%84", true),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz", true),
        ("/foo/bar/baz", "/foo/bar/%62%61%7A", true),
        ("/a%2Fb", "/a/b", false),
        ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html", true),
        ("/path/file-with-a-%2A.html", "/path/file-with-a-x.html", false),
        ("/path/foo-%24", "/path/foo-$", true),
        ("/path/foo-%24", "/path/foo-", false),
        ("/a$b", "/a$b", true),
        ("/a$", "/a", true),
        ("/a$", "/ab", false),
        ("/a$", "/a$", false),
        ("/this/*/exactly", "/this/path/exactly", true),
        ("/this/*/exactly", "/this/path/is/exactly/so", true),
        ("/*.gif$", "/a.gif/b.gif", true),
        ("/*.gif$", "/a.gif?x", false),
        ("*.gif", "/a.gif?x", true),
        ("*", "/", true),
        ("/**a", "/a", true),
        ("/a*a$", "/a", false),
        ("/a b", "/a%20b", true),
        ("/100%", "/100%25", true),
        ("/[x]", "/[x]", true),
        ("/{x}", "/%7Bx%7D", true),
        ("/A", "/a", false),
    ] {
        let (pattern, path) = (spell_pattern(pattern.as_bytes()), spell_path(path));
        assert_eq!(matches(&pattern, &path), is_match, "{pattern} {path}");
    }
}

#[test]
fn the_longest_rule_counts_and_allow_where_two_are_as_long() {
    for (rules, path, is_allowed) in [
        ("Allow: /p\nDisallow: /", "/page", true),
        ("Allow: /folder\nDisallow: /folder", "/folder/page", true),
        ("Disallow: /folder\nAllow: /folder", "/folder/page", true),
        ("Allow: /page\nDisallow: /*.htm", "/page.htm", false),
        ("Allow: /page\nDisallow: /*.ph", "/page.php5", true),
        ("Allow: /$\nDisallow: /", "/", true),
        ("Allow: /$\nDisallow: /", "/page.htm", false),
        (
            "Allow: /example/page/\nDisallow: /example/page/disallowed.gif",
            "/example/page/disallowed.gif",
            false,
        ),
    ] {
        let read = read(&format!("User-agent: *\n{rules}"));
        assert_eq!(allows(&read, path), is_allowed, "{rules} {path}");
    }
}

#[test]
fn a_rule_that_cannot_be_kept_forbids_what_it_begins_with() {
    let long = "x".repeat(3_000);
    let rules = read(&format!(
        "User-agent: *\nAllow: /a/{long}\nDisallow: /a/{long}\nDisallow: /b*{long}\nDisallow: /c\n"
    ));
    for (path, is_allowed) in [
        (format!("/a/{long}"), false),
        ("/a/y".into(), true),
        ("/b1".into(), false),
        ("/c".into(), false),
        ("/d".into(), true),
    ] {
        assert_eq!(allows(&rules, &path), is_allowed, "{path}");
    }
    // Where the rest of a rule would begin in the middle of a byte.
    let encoded = format!("/{}", "%C3%A4".repeat(700));
    assert!(!allows(&read(&format!("User-agent: *\nDisallow: {encoded}")), &encoded));
    // One long rule forbids no less than there is without it.
    let stars: String = (0..150).map(|it| format!("seg{it:03}*")).collect();
    let rules = read(&format!("User-agent: *\nDisallow: /{stars}$\nDisallow: /\n"));
    assert!(!allows(&rules, "/a"));
    // A line that the limit cuts off is none.
    let cut = Rules::read(b"User-agent: *\nDisallow: /a\nAllow: /a/b", false);
    assert!(!allows(&cut, "/a/b/c"));
}

#[test]
fn rules_beyond_the_limit_forbid_more_and_cost_no_more() {
    let lines: String = (0..26_000).map(|it| format!("Disallow: /a{it:05}$\n")).collect();
    let text = format!("User-agent: *\n{lines}Disallow: /a/b\nAllow: /\n");
    let rules = read(&text);
    assert_eq!(rules.rules.len(), MOST_RULES + 1, "one stands for all that had no room");
    for (path, is_allowed) in [("/a00000", false), ("/a25999", false), ("/a/b/c", false), ("/b", true)] {
        assert_eq!(allows(&rules, path), is_allowed, "{path}");
    }
    let path = format!("/{}", "a".repeat(2_000));
    for _ in 0..100 {
        assert!(!allows(&rules, &path));
    }
    // Each rule kept is looked at once, and each look is bounded by the lengths.
    let kept: usize = rules.rules.iter().map(|it| it.1.len()).sum();
    assert!(kept <= MOST_RULE_BYTES + LONGEST_RULE, "{kept}");
    assert!(rules.to_row().len() < 1_000_000);
    assert_eq!(Rules::from_row(&rules.to_row()), Some(rules));
}

#[test]
fn patterns_made_to_take_long_do_not() {
    let pattern = format!("/{}b", "a*".repeat(1_000));
    let lines = format!("Disallow: {pattern}\n").repeat(100) + &format!("Disallow: /{}{}b\n", "*", "a".repeat(2_000));
    let rules = read(&format!("User-agent: *\n{lines}"));
    let path = format!("/{}", "a".repeat(2_000));
    for _ in 0..100 {
        assert!(allows(&rules, &path));
    }
}

/// Tells whether a pattern matches, by trying everything.
fn matches_by_trying(pattern: &[u8], path: &[u8]) -> bool {
    match pattern {
        [] | [b'*'] => true,
        [b'$'] => path.is_empty(),
        [b'*', rest @ ..] => (0..=path.len()).any(|at| matches_by_trying(rest, &path[at..])),
        [first, rest @ ..] => path.first() == Some(first) && matches_by_trying(rest, &path[1..]),
    }
}

#[test]
fn a_pattern_matches_what_trying_everything_finds() {
    let mut seed = 0x9e37_79b9_u32;
    let mut next = |below: u32| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed % below
    };
    let mut matched = 0;
    for _ in 0..200_000 {
        let mut word = |letters: &[u8], most: u32| -> String {
            (0..next(most))
                .map(|_| char::from(letters[next(letters.len() as u32) as usize]))
                .collect()
        };
        let (mut pattern, path) = (word(b"aab/**", 9), word(b"aab/", 9));
        if pattern.len() % 3 == 0 {
            pattern.push('$');
        }
        let expected = matches_by_trying(pattern.as_bytes(), path.as_bytes());
        matched += u32::from(expected);
        assert_eq!(matches(&pattern, &path), expected, "{pattern} {path}");
    }
    assert!((20_000..180_000).contains(&matched), "{matched}");
}

#[test]
fn delays_and_sitemaps_have_bounds() {
    assert_eq!(
        read("User-agent: *\nCrawl-delay: 86400").delay(),
        TimeDelta::seconds(10)
    );
    assert_eq!(read("User-agent: *\nCrawl-delay: -1").delay(), TimeDelta::zero());
    assert_eq!(read("User-agent: *\nCrawl-delay: NaN").delay(), TimeDelta::zero());
    let maps: String = (0..1_000)
        .map(|it| format!("Sitemap: https://example.com/{it}.xml\n"))
        .collect();
    assert_eq!(read(&maps).sitemaps().len(), MOST_SITEMAPS);
    assert_eq!(read(&format!("Sitemap: /{}", "a".repeat(3_000))).sitemaps().len(), 0);
    assert_eq!(Rules::from_row("Disallow: /"), None);
    assert_eq!(
        Rules::from_row(r#"{"form":2,"rules":[],"delay_ms":0,"sitemaps":[]}"#),
        None
    );
}
