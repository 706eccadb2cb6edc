//! Amounts of money in a sentence.

/// Signs and names of currencies, in lower case.
const CURRENCIES: &[&str] = &[
    "$", "€", "£", "¥", "usd", "eur", "gbp", "chf", "jpy", "cad", "aud", "sek", "nok", "dkk", "pln", "inr", "dollar",
    "dollars", "euro", "euros", "pound", "pounds", "francs", "bucks", "grand",
];

/// Returns the amounts that stand beside a currency.
pub(super) fn amounts(sentence: &str) -> impl Iterator<Item = f64> {
    let lower = sentence.to_lowercase();
    let spaced: String = lower
        .chars()
        .flat_map(|c| match c {
            '$' | '€' | '£' | '¥' => vec![' ', c, ' '],
            _ => vec![c],
        })
        .collect();
    let words: Vec<String> = spaced
        .split_whitespace()
        .map(|word| {
            word.trim_matches(['?', '!', '(', ')', ';', ':', '.', ',', '"'])
                .to_owned()
        })
        .collect();
    let is_currency = move |word: Option<&String>| word.is_some_and(|word| CURRENCIES.contains(&word.as_str()));
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let glued = CURRENCIES.iter().find_map(|currency| {
            let number = word.strip_suffix(currency).or(word.strip_prefix(currency))?;
            value(number)
        });
        let Some((number, has_currency)) = value(word)
            .map(|number| (number, false))
            .or(glued.map(|number| (number, true)))
        else {
            continue;
        };
        let scale = words.get(at + 1).and_then(|word| scale(word));
        let after = words.get(at + 1 + usize::from(scale.is_some()));
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        if has_currency || is_currency(before) || is_currency(after) {
            let thousands = after.is_some_and(|word| word == "grand");
            found.push(number * scale.unwrap_or(if thousands { 1e3 } else { 1.0 }));
        }
    }
    found.into_iter()
}

fn scale(word: &str) -> Option<f64> {
    Some(match word {
        "k" | "thousand" => 1e3,
        "m" | "mio" | "million" => 1e6,
        "bn" | "billion" => 1e9,
        _ => return None,
    })
}

/// "1,200.50", "1.200,50", "1'200", "5k".
fn value(word: &str) -> Option<f64> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match word.get(digits.len()..)? {
        "" => 1.0,
        letters => scale(letters)?,
    };
    let is_plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\''));
    if !is_plain {
        return None;
    }
    // The last sign is a decimal one unless three digits follow it.
    let last = digits.rfind(['.', ',']).filter(|at| digits.len() - at != 4);
    let plain: String = digits
        .char_indices()
        .filter_map(|(at, c)| match c {
            '0'..='9' => Some(c),
            _ if Some(at) == last => Some('.'),
            _ => None,
        })
        .collect();
    Some(plain.parse::<f64>().ok()? * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_several_notations() {
        let of = |sentence: &str| amounts(sentence).collect::<Vec<_>>();
        assert_eq!(of("Pay $1,200.50 or 1.200,50 EUR?"), [1200.5, 1200.5]);
        assert_eq!(of("about €5k, £2 million, 3 grand"), [5e3, 2e6, 3e3]);
        assert_eq!(of("2000€ and 70 dollars and USD 9'000"), [2000.0, 70.0, 9000.0]);
        assert!(of("in 2024, 15 people, version 1.2, 5 km").is_empty());
    }
}
