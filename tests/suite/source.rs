//! Rust files as tokens, without their comments and their tests: what the rules of `tidy.rs` read.
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A name, a sign, a literal or a bracket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Returns the tokens of a file in their order. What is built for tests alone is left out, wherever it stands.
///
/// # Panics
/// When it is no Rust.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let stream: TokenStream = text.parse().unwrap_or_else(|why| panic!("{why}:\n{text}"));
    let mut found = vec![];
    flatten(stream, &mut found);
    found
}

/// Returns where a sequence of tokens begins first.
pub(crate) fn position(tokens: &[Token], sequence: &str) -> Option<usize> {
    let words: Vec<&str> = sequence.split(' ').collect();
    let mut windows = tokens.windows(words.len());
    windows.position(|it| it.iter().map(|token| token.text.as_str()).eq(words.iter().copied()))
}

/// Returns the lines of the places where one of the sequences of tokens stands, with the sequence.
pub(crate) fn places<'a>(tokens: &[Token], sequences: &[&'a str]) -> Vec<(usize, &'a str)> {
    let mut found = vec![];
    for sequence in sequences {
        let words: Vec<&str> = sequence.split(' ').collect();
        let windows = tokens.windows(words.len());
        let hits = windows.filter(|it| it.iter().map(|token| token.text.as_str()).eq(words.iter().copied()));
        found.extend(hits.map(|it| (it[0].line, *sequence)));
    }
    found.sort_unstable();
    found
}

fn flatten(stream: TokenStream, found: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        if is_sign(&tree, '#') {
            let is_inner = trees.next_if(|it| is_sign(it, '!')).is_some();
            match trees.next_if(is_bracketed).map(|it| without_spaces(&it)) {
                Some(attribute) if attribute.starts_with("[doc=") => continue,
                // All that is around it.
                Some(attribute) if attribute == "[cfg(test)]" && is_inner => return,
                Some(attribute) if attribute == "[cfg(test)]" => {
                    skip_item(&mut trees);
                    continue;
                }
                _ => continue,
            }
        }
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                found.push(Token {
                    line,
                    text: open.into(),
                });
                let end = group.span_close().start().line;
                flatten(group.stream(), found);
                found.push(Token {
                    line: end,
                    text: close.into(),
                });
            }
            other => found.push(Token {
                line,
                text: other.to_string(),
            }),
        }
    }
}

/// Skips an item up to its body or its semicolon, or a field up to its comma.
fn skip_item(trees: &mut impl Iterator<Item = TokenTree>) {
    let mut angles = 0_i32;
    let mut is_arrow = false;
    for tree in trees {
        match &tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return,
            TokenTree::Punct(sign) => match sign.as_char() {
                ';' => return,
                ',' if angles == 0 => return,
                '<' => angles += 1,
                '>' if !is_arrow => angles -= 1,
                _ => {}
            },
            _ => {}
        }
        is_arrow = is_sign(&tree, '-');
    }
}

fn is_sign(tree: &TokenTree, sign: char) -> bool {
    matches!(tree, TokenTree::Punct(it) if it.as_char() == sign)
}

fn is_bracketed(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(it) if it.delimiter() == Delimiter::Bracket)
}

fn without_spaces(tree: &TokenTree) -> String {
    tree.to_string().split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_tests_is_read() {
        let text = r#"
            //! A file.
            #[cfg(test)]
            use std::{fs, io};
            fn first<A, B>() -> u8 { a.unwrap() }
            #[cfg(test)]
            fn helper<A, B>(a: A) -> Vec<u8> { b.unwrap() }
            /// Never calls `c.unwrap()`.
            #[cfg(test)]
            #[allow(dead_code)]
            mod tests { fn it() { d.unwrap() } }
            fn last() { assert_eq!(vec![1], e.unwrap()) }
        "#;
        let tokens = tokens(text);
        let found: Vec<usize> = places(&tokens, &[". unwrap ("]).into_iter().map(|it| it.0).collect();
        assert_eq!(found, [5, 12]);
    }
}
