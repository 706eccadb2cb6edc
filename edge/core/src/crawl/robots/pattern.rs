//! Patterns of robots.txt: `*` stands for any characters, `$` at the end for the end of the address.

/// Spells a path with its query as patterns are spelled (RFC 9309, section 2.2.2): what need not be percent-encoded is
/// not, and everything else is, in capitals. So a `*` or `$` in the path is `%2A` or `%24`.
pub(super) fn spell_path(path: &str) -> String {
    spell(path.as_bytes(), |_, _| false)
}

/// Spells a pattern: its `*`, and its `$` at the end, stay as they are.
pub(super) fn spell_pattern(pattern: &[u8]) -> String {
    spell(pattern, |byte, is_last| byte == b'*' || (byte == b'$' && is_last))
}

fn spell(bytes: &[u8], is_special: impl Fn(u8, bool) -> bool) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut spelled = String::with_capacity(bytes.len());
    let encode = |spelled: &mut String, byte: u8| {
        spelled.push('%');
        for half in [byte >> 4, byte & 15] {
            spelled.push(char::from(DIGITS.get(usize::from(half)).copied().unwrap_or_default()));
        }
    };
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let encoded = (byte == b'%').then(|| decoded(after)).flatten();
        match encoded {
            Some(byte) => {
                rest = after.get(2..).unwrap_or_default();
                if is_unreserved(byte) {
                    spelled.push(char::from(byte));
                } else {
                    encode(&mut spelled, byte);
                }
            }
            None if is_unreserved(byte) || is_reserved(byte) || is_special(byte, after.is_empty()) => {
                spelled.push(char::from(byte));
            }
            None => encode(&mut spelled, byte),
        }
    }
    spelled
}

/// Returns the byte that two hexadecimal digits stand for.
fn decoded(digits: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*digits.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// What RFC 3986 reserves, without `*` and `$`, which mean something else in patterns, and `#`, which is in no path.
fn is_reserved(byte: u8) -> bool {
    b":/?[]@!&'()+,;=".contains(&byte)
}

/// Tells whether a pattern matches a path, both as they are spelled. Takes time that grows with their lengths together:
/// each part between two stars is looked for once, behind the one before it.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, is_anchored) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return !is_anchored || rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    if is_anchored {
        rest.ends_with(last)
    } else {
        rest.contains(last)
    }
}

/// Returns what stands before the first `*`, or before the `$` at the end.
pub(super) fn literal_beginning(pattern: &str) -> &str {
    let pattern = pattern.strip_suffix('$').unwrap_or(pattern);
    pattern.split('*').next().unwrap_or_default()
}
