//! English antonyms: a question for the minimum is not answered by the maximum.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Stemmer, terms};

/// Returns the antonyms of a term.
pub(crate) fn antonyms(term: &str) -> &'static [String] {
    ANTONYMS.get(term).map_or(&[], Vec::as_slice)
}

static ANTONYMS: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let stemmer = Stemmer::new(Some(ENGLISH));
    let term = |word| terms(word, Some(ENGLISH), &stemmer).pop().map(|term| term.text);
    let mut antonyms: HashMap<String, Vec<String>> = HashMap::new();
    for (one, other) in PAIRS {
        let (Some(one), Some(other)) = (term(one), term(other)) else {
            continue;
        };
        antonyms.entry(one.clone()).or_default().push(other.clone());
        antonyms.entry(other).or_default().push(one);
    }
    antonyms
});

const ENGLISH: &str = "en";

const PAIRS: &[(&str, &str)] = &[
    ("above", "below"),
    ("accept", "refuse"),
    ("accept", "reject"),
    ("active", "inactive"),
    ("add", "remove"),
    ("advantage", "disadvantage"),
    ("after", "before"),
    ("agree", "disagree"),
    ("allow", "forbid"),
    ("allow", "prohibit"),
    ("always", "never"),
    ("ancient", "modern"),
    ("appear", "disappear"),
    ("approve", "deny"),
    ("approve", "reject"),
    ("arrive", "depart"),
    ("arrive", "leave"),
    ("artificial", "natural"),
    ("attack", "defend"),
    ("begin", "end"),
    ("began", "ended"),
    ("best", "worst"),
    ("better", "worse"),
    ("big", "small"),
    ("biggest", "smallest"),
    ("bottom", "top"),
    ("buy", "sell"),
    ("buyer", "seller"),
    ("cause", "prevent"),
    ("cheap", "expensive"),
    ("close", "open"),
    ("closest", "farthest"),
    ("cold", "hot"),
    ("cold", "warm"),
    ("common", "rare"),
    ("common", "uncommon"),
    ("complete", "incomplete"),
    ("complex", "simple"),
    ("construct", "destroy"),
    ("create", "destroy"),
    ("deep", "shallow"),
    ("decrease", "increase"),
    ("defeat", "victory"),
    ("dependent", "independent"),
    ("difficult", "easy"),
    ("direct", "indirect"),
    ("disable", "enable"),
    ("discourage", "encourage"),
    ("domestic", "foreign"),
    ("domestic", "international"),
    ("dry", "wet"),
    ("earliest", "latest"),
    ("early", "late"),
    ("east", "west"),
    ("eastern", "western"),
    ("employee", "employer"),
    ("empty", "full"),
    ("enter", "leave"),
    ("evening", "morning"),
    ("exclude", "include"),
    ("expand", "shrink"),
    ("export", "import"),
    ("external", "internal"),
    ("failure", "success"),
    ("fall", "rise"),
    ("fast", "slow"),
    ("faster", "slower"),
    ("fastest", "slowest"),
    ("father", "mother"),
    ("female", "male"),
    ("fewer", "more"),
    ("first", "last"),
    ("formal", "informal"),
    ("future", "past"),
    ("gain", "lose"),
    ("heavy", "light"),
    ("high", "low"),
    ("higher", "lower"),
    ("highest", "lowest"),
    ("husband", "wife"),
    ("illegal", "legal"),
    ("impossible", "possible"),
    ("improve", "worsen"),
    ("incoming", "outgoing"),
    ("inner", "outer"),
    ("inside", "outside"),
    ("join", "leave"),
    ("king", "queen"),
    ("known", "unknown"),
    ("large", "small"),
    ("larger", "smaller"),
    ("largest", "smallest"),
    ("least", "most"),
    ("left", "right"),
    ("less", "more"),
    ("limited", "unlimited"),
    ("long", "short"),
    ("longest", "shortest"),
    ("lose", "win"),
    ("lost", "won"),
    ("lower", "upper"),
    ("major", "minor"),
    ("majority", "minority"),
    ("mandatory", "optional"),
    ("mandatory", "voluntary"),
    ("man", "woman"),
    ("maximum", "minimum"),
    ("men", "women"),
    ("multiple", "single"),
    ("narrow", "wide"),
    ("negative", "positive"),
    ("newest", "oldest"),
    ("north", "south"),
    ("northern", "southern"),
    ("oldest", "youngest"),
    ("oppose", "support"),
    ("optional", "required"),
    ("peace", "war"),
    ("permanent", "temporary"),
    ("physical", "virtual"),
    ("poor", "rich"),
    ("primary", "secondary"),
    ("private", "public"),
    ("receive", "send"),
    ("rural", "urban"),
    ("strong", "weak"),
    ("succeed", "fail"),
    ("successful", "unsuccessful"),
    ("summer", "winter"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_opposed_in_every_form_and_both_ways() {
        let stemmer = Stemmer::new(Some("en"));
        assert_eq!(antonyms(&stemmer.stem("increasing")), [stemmer.stem("decreased")]);
        assert_eq!(antonyms(&stemmer.stem("decreases")), [stemmer.stem("increase")]);
        assert_eq!(antonyms(&stemmer.stem("before")), ["after"]);
        assert!(antonyms("lantern").is_empty());
    }

    #[test]
    fn every_pair_is_there_once_and_its_words_differ_by_stem() {
        for (place, (one, other)) in PAIRS.iter().enumerate() {
            let again = |pair: &(&str, &str)| *pair == (*one, *other) || *pair == (*other, *one);
            assert!(!PAIRS[place + 1..].iter().any(again), "{one} and {other}");
            let stemmer = Stemmer::new(Some("en"));
            assert_ne!(stemmer.stem(one), stemmer.stem(other));
        }
    }
}
