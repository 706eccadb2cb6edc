//! What questions are about: the words that most of them share.
use super::Cluster;
use retrieval::text::{fold, is_stop_word, language, units};
use std::collections::BTreeMap;

/// How many categories there are at most, beside the rest.
const MAX_CATEGORIES: usize = 8;
/// The category of questions that share no word with others.
const REST: &str = "Other";

/// Words of a cluster by their stems, for people to read.
type Terms = BTreeMap<String, String>;

/// Returns categories and how many questions each has, the largest first. A question is in one category.
pub(super) fn of(clusters: &[Cluster]) -> Vec<(String, u64)> {
    let mut left: Vec<(Terms, u64)> = clusters.iter().map(|it| (terms(it), it.count())).collect();
    let mut categories = Vec::new();
    while categories.len() < MAX_CATEGORIES {
        let mut totals: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
        for (terms, count) in &left {
            for stem in terms.keys() {
                let total = totals.entry(stem).or_default();
                total.0 += count;
                total.1 += 1;
            }
        }
        // One question alone makes a category when it is asked more than once.
        let candidates = totals.into_iter().filter(|(_, it)| it.1 > 1 || it.0 > 1);
        let best = candidates.max_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.len().cmp(&b.0.len())));
        let Some((stem, (count, _))) = best.map(|it| (it.0.to_owned(), it.1)) else {
            break;
        };
        let name = left.iter().find_map(|it| it.0.get(&stem)).cloned().unwrap_or_default();
        left.retain(|it| !it.0.contains_key(&stem));
        categories.push((capitalised(&name), count));
    }
    let rest: u64 = left.iter().map(|it| it.1).sum();
    if rest > 0 {
        categories.push((REST.into(), rest));
    }
    categories
}

fn terms(cluster: &Cluster) -> Terms {
    let mut terms = Terms::new();
    for question in &cluster.questions {
        let language = language(&question.text);
        for unit in units(&question.text).filter(|it| it.is_word) {
            let word = fold(unit.text).to_lowercase();
            let says_nothing = word.chars().count() < 3
                || word.chars().all(char::is_numeric)
                || is_stop_word(&word, language)
                || is_stop_word(&word, Some("en"));
            if !says_nothing {
                terms.entry(stem(&word)).or_insert_with(|| unit.text.to_lowercase());
            }
        }
    }
    terms
}

/// Brings one and many together.
fn stem(word: &str) -> String {
    let word = word
        .strip_suffix("ies")
        .map_or_else(|| word.to_owned(), |it| format!("{it}y"));
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 3 && !stem.ends_with('s') => stem.to_owned(),
        _ => word,
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|it| it.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use edge_model::Timestamp;
    use edge_model::analytics::Asked;

    fn cluster(text: &str, count: u64) -> Cluster {
        let asked = Asked {
            normal: text.to_lowercase(),
            text: text.into(),
            count,
            count_before: 0,
            confidence: 0.0,
            first_at: Timestamp(0),
            last_at: Timestamp(0),
        };
        Cluster { questions: vec![asked] }
    }

    #[test]
    fn a_question_has_the_category_most_questions_share() {
        let clusters = [
            cluster("What are your pricing plans?", 5),
            cluster("Is there student pricing?", 2),
            cluster("Can plans be changed?", 1),
            cluster("Do you deliver to Norway?", 1),
        ];
        let found = of(&clusters);
        assert_eq!(found.iter().map(|it| it.1).sum::<u64>(), 9);
        assert_eq!(found.first(), Some(&("Pricing".to_owned(), 7)));
        assert_eq!(found.last(), Some(&("Other".to_owned(), 2)));
    }

    #[test]
    fn nothing_asked_is_no_category() {
        assert_eq!(of(&[]), []);
    }
}
