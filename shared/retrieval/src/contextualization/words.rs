//! Word lists that mark a follow-up question, folded, in the languages that most visitors write.

/// Pronouns and other words that refer back.
pub(super) const POINTING: &[&str] = &[
    "it", "its", "they", "them", "their", "theirs", "that", "this", "those", "these", "he", "him", "his", "she", "her",
    "there", "one", "ones", "other", "others", "another", "else", "same", "former", "latter", "das", "dieser", "diese",
    "dieses", "dort", "dafur", "damit", "davon", "dazu", "cela", "ceci", "ca", "celui", "celle", "eso", "esto", "ese",
    "esa", "aquello", "questo", "questa", "quello", "isso", "isto", "dat", "deze",
];

/// Words of assent and dissent, and of politeness around them.
pub(super) const REPLIES: &[&str] = &[
    "yes", "yeah", "yep", "yup", "no", "nope", "not", "ok", "okay", "sure", "right", "correct", "exactly", "please",
    "thanks", "thank", "you", "i", "do", "did", "am", "ja", "nein", "bitte", "danke", "oui", "non", "si", "sim", "nao",
];

/// How a question may begin that continues the one before; longest first.
const OPENINGS: &[&[&str]] = &[
    &["and", "what", "about"],
    &["and", "how", "about"],
    &["but", "what", "about"],
    &["ok", "and"],
    &["okay", "and"],
    &["yes", "and"],
    &["what", "about"],
    &["how", "about"],
    &["what", "if"],
    &["und", "was", "ist", "mit"],
    &["was", "ist", "mit"],
    &["wie", "sieht", "es", "aus"],
    &["et", "pour"],
    &["que", "tal"],
    &["and"],
    &["or"],
    &["but"],
    &["also"],
    &["then"],
    &["so"],
    &["und"],
    &["oder"],
    &["aber"],
    &["et"],
    &["ou"],
    &["mais"],
    &["y"],
    &["e"],
    &["o"],
    &["pero"],
    &["en"],
];

/// Words that begin a part of a question that only narrows it.
pub(super) const PREPOSITIONS: &[&str] = &[
    "for", "in", "on", "at", "with", "without", "from", "to", "by", "as", "if", "when", "after", "before", "during",
    "under", "over", "outside", "inside", "abroad", "through", "via", "fur", "mit", "ohne", "bei", "nach", "aus",
    "von", "pour", "avec", "sans", "dans", "chez", "para", "con", "sin", "per", "com", "voor", "met",
];

/// Words that make a sentence of a few others; a part of a question has none.
pub(super) const VERBS: &[&str] = &[
    "is", "are", "was", "were", "do", "does", "did", "can", "could", "will", "would", "should", "must", "may", "might",
    "have", "has", "had", "need", "want", "get", "am", "ist", "sind", "kann", "muss", "est", "sont", "peut", "es",
    "son",
];

/// Returns how many of the first words only go on from the question before.
pub(super) fn opening(words: &[(String, usize)]) -> usize {
    let starts = |opening: &&&[&str]| {
        words.len() > opening.len() && opening.iter().zip(words).all(|(opening, (word, _))| opening == word)
    };
    OPENINGS.iter().find(starts).map_or(0, |opening| opening.len())
}
