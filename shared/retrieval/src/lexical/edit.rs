//! Typing errors: whether one insertion, deletion, replacement or swap of neighbors turns one word into another.

/// Returns whether the words differ by exactly one edit.
pub(crate) fn within_one_edit(a: &[char], b: &[char]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let prefix = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (short, long) = (
        short.get(prefix..).unwrap_or_default(),
        long.get(prefix..).unwrap_or_default(),
    );
    match (short, long) {
        ([], []) => false,
        ([x, y, short @ ..], [z, w, long @ ..]) if x == w && y == z && short == long => true,
        ([_, short @ ..], [_, long @ ..]) if short.len() == long.len() => short == long,
        (short, [_, long @ ..]) => short == long,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(a: &str, b: &str) -> bool {
        within_one_edit(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
    }

    #[test]
    fn one_edit_is_found_and_two_are_not() {
        assert!(edit("refund", "refunds"));
        assert!(edit("rfund", "refund"));
        assert!(edit("rafund", "refund"));
        assert!(edit("erfund", "refund"));
        assert!(edit("refudn", "refund"));
        assert!(!edit("refund", "refund"));
        assert!(!edit("rfnd", "refund"));
        assert!(!edit("dnufer", "refund"));
        assert!(edit("", "a"));
        assert!(!edit("", "ab"));
    }
}
