//! Words too common to search by, for the languages that have a list; they also tell the languages apart.

use super::{fold, units};

/// Returns whether the folded word is too common in the language (ISO 639-1) to search by.
///
/// A language without a list has no stop words; without a language, English is assumed.
pub fn is_stop_word(folded: &str, language: Option<&str>) -> bool {
    let language = language.unwrap_or("en");
    let list = LISTS.iter().find(|(name, _)| *name == language);
    list.is_some_and(|(_, list)| list.binary_search(&folded).is_ok())
}

/// Returns the language most of whose stop words a text has, if it has at least two and clearly more than of any other.
pub(super) fn language_by_stop_words(text: &str) -> Option<&'static str> {
    let mut counts = [0_usize; LISTS.len()];
    for unit in units(text).filter(|unit| unit.is_word).take(200) {
        let word = fold(unit.text);
        for (count, (_, list)) in counts.iter_mut().zip(LISTS) {
            *count += usize::from(list.binary_search(&word.as_ref()).is_ok());
        }
    }
    let most = *counts.iter().max()?;
    let mut likely = counts.iter().zip(LISTS).filter(|(count, _)| **count * 4 > most * 3);
    match (likely.next(), likely.next()) {
        (Some((_, (name, _))), None) if most >= 2 => Some(name),
        _ => None,
    }
}

/// Each list is folded and in byte order.
const LISTS: [(&str, &[&str]); 17] = [
    ("en", EN),
    ("de", DE),
    ("fr", FR),
    ("es", ES),
    ("it", IT),
    ("pt", PT),
    ("nl", NL),
    ("sv", SV),
    ("da", DA),
    ("no", NO),
    ("fi", FI),
    ("ru", RU),
    ("pl", PL),
    ("tr", TR),
    ("ro", RO),
    ("hu", HU),
    ("cs", CS),
];

const EN: &[&str] = &[
    "a", "about", "again", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "being", "but",
    "by", "can", "could", "d", "did", "do", "does", "doing", "for", "from", "had", "has", "have", "having", "he",
    "her", "here", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its", "just", "ll", "m", "may", "me",
    "might", "must", "my", "no", "nor", "not", "of", "on", "once", "only", "or", "our", "over", "own", "re", "s",
    "same", "shall", "she", "should", "so", "some", "such", "t", "than", "that", "the", "their", "them", "then",
    "there", "these", "they", "this", "those", "to", "too", "under", "us", "ve", "very", "was", "we", "were", "what",
    "when", "where", "which", "who", "whom", "whose", "why", "will", "with", "would", "you", "your",
];
const DE: &[&str] = &[
    "aber", "als", "am", "an", "auch", "auf", "aus", "bei", "bin", "bis", "bist", "da", "darf", "das", "dass", "dein",
    "deine", "dem", "den", "der", "des", "dich", "die", "dies", "diese", "diesem", "diesen", "dieser", "dieses", "dir",
    "du", "durch", "durfen", "ein", "eine", "einem", "einen", "einer", "eines", "er", "es", "fur", "habe", "haben",
    "hat", "hatte", "hatten", "hier", "ich", "ihm", "ihn", "ihnen", "ihr", "ihre", "im", "in", "ist", "kann", "kein",
    "keine", "keinen", "konnen", "konnte", "man", "mein", "meine", "mich", "mir", "mit", "muss", "mussen", "nach",
    "nicht", "noch", "nur", "oder", "schon", "seid", "sein", "seine", "sie", "sind", "so", "soll", "sollen", "uber",
    "um", "und", "uns", "unser", "unsere", "unter", "von", "vor", "wann", "war", "waren", "warum", "was", "welche",
    "welcher", "welches", "wem", "wen", "wenn", "wer", "werden", "wie", "wir", "wird", "wo", "wurde", "wurden", "zu",
    "zum", "zur",
];
const FR: &[&str] = &[
    "a", "ai", "as", "au", "aussi", "aux", "avaient", "avait", "avec", "avez", "avons", "c", "ca", "ce", "ceci",
    "cela", "ces", "cet", "cette", "chez", "comment", "d", "dans", "de", "des", "dois", "doit", "dont", "du", "elle",
    "elles", "en", "es", "est", "et", "etaient", "etait", "ete", "etes", "etre", "faire", "fait", "il", "ils", "j",
    "je", "l", "la", "le", "les", "leur", "leurs", "lui", "m", "ma", "mais", "me", "mes", "moi", "mon", "n", "ne",
    "non", "nos", "notre", "nous", "on", "ont", "ou", "par", "pas", "peut", "peuvent", "peux", "plus", "pour",
    "pourquoi", "pouvez", "puis", "qu", "quand", "que", "quel", "quelle", "quelles", "quels", "qui", "quoi", "s", "sa",
    "sans", "se", "ses", "si", "sommes", "son", "sont", "sous", "suis", "sur", "t", "ta", "te", "tes", "ton", "tu",
    "un", "une", "vers", "vos", "votre", "vous", "y",
];
const ES: &[&str] = &[
    "a", "al", "como", "con", "cual", "cuales", "cuando", "de", "debe", "del", "donde", "el", "ella", "ellas", "ellos",
    "en", "entre", "era", "eran", "eres", "es", "esa", "esas", "ese", "eso", "esos", "esta", "estaba", "estan",
    "estar", "estas", "este", "esto", "estos", "ha", "habia", "han", "has", "hay", "he", "hemos", "la", "las", "le",
    "les", "lo", "los", "mas", "me", "mi", "mis", "muy", "ni", "no", "nos", "nosotros", "nuestra", "nuestro", "o",
    "para", "pero", "por", "porque", "puede", "pueden", "puedo", "que", "quien", "quienes", "se", "ser", "si", "sido",
    "sin", "sobre", "somos", "son", "soy", "su", "sus", "tambien", "te", "tu", "tus", "u", "un", "una", "unas", "unos",
    "usted", "ustedes", "y", "ya", "yo",
];
const IT: &[&str] = &[
    "a", "abbiamo", "agli", "ai", "al", "alla", "alle", "allo", "anche", "avete", "aveva", "che", "chi", "ci", "come",
    "con", "cosa", "cui", "da", "dal", "dalla", "degli", "dei", "del", "della", "delle", "dello", "deve", "devo", "di",
    "dove", "e", "ed", "era", "erano", "essere", "fra", "gli", "ha", "hai", "hanno", "ho", "i", "il", "in", "io", "la",
    "le", "lei", "lo", "loro", "lui", "ma", "mi", "mia", "mie", "miei", "mio", "ne", "nei", "nel", "nella", "nelle",
    "noi", "non", "nostra", "nostro", "o", "per", "perche", "piu", "posso", "possono", "puo", "quale", "quali",
    "quando", "quella", "quello", "questa", "queste", "questi", "questo", "se", "sei", "si", "siamo", "siete", "sono",
    "stato", "su", "sua", "sue", "sul", "sulla", "suo", "suoi", "ti", "tra", "tu", "tua", "tuo", "un", "una", "uno",
    "vi", "voi", "vostro",
];
const PT: &[&str] = &[
    "a", "ao", "aos", "as", "com", "como", "da", "das", "de", "deve", "do", "dos", "e", "ela", "elas", "ele", "eles",
    "em", "entre", "era", "eram", "essa", "esse", "esta", "estao", "estar", "estas", "estava", "este", "estes", "eu",
    "ha", "isso", "isto", "ja", "lhe", "mais", "mas", "me", "meu", "meus", "minha", "minhas", "muito", "na", "nao",
    "nas", "nem", "no", "nos", "nossa", "nosso", "o", "onde", "os", "ou", "para", "pode", "podem", "por", "porque",
    "posso", "quais", "qual", "quando", "que", "quem", "sao", "se", "sem", "ser", "seu", "seus", "sido", "sobre",
    "somos", "sou", "sua", "suas", "tambem", "te", "tem", "temos", "tenho", "teu", "tinha", "tu", "tua", "um", "uma",
    "umas", "uns", "voce", "voces",
];
const NL: &[&str] = &[
    "aan", "al", "als", "ben", "bent", "bij", "daar", "dan", "dat", "de", "deze", "die", "dit", "door", "een", "en",
    "er", "geen", "haar", "had", "hadden", "heb", "hebben", "hebt", "heeft", "hem", "hen", "het", "hier", "hij", "hoe",
    "hun", "ik", "in", "is", "je", "jij", "jou", "jouw", "kan", "kon", "kunnen", "maar", "mag", "me", "met", "mij",
    "mijn", "moet", "moeten", "mogen", "naar", "niet", "nog", "of", "om", "onder", "ons", "onze", "ook", "op", "over",
    "te", "tot", "u", "uit", "uw", "van", "voor", "waar", "waarom", "wanneer", "waren", "was", "wat", "we", "wel",
    "welke", "werd", "werden", "wie", "wij", "worden", "wordt", "zal", "ze", "zij", "zijn", "zou", "zullen",
];
const SV: &[&str] = &[
    "an", "ar", "att", "av", "blev", "blir", "dar", "de", "dem", "den", "denna", "deras", "dessa", "det", "detta",
    "dig", "din", "dina", "ditt", "du", "eller", "en", "er", "era", "ett", "far", "for", "fran", "hade", "han", "hans",
    "har", "henne", "hennes", "hon", "honom", "hur", "i", "inga", "ingen", "inget", "inte", "jag", "kan", "kunde",
    "maste", "med", "men", "mig", "min", "mina", "mitt", "nar", "ni", "och", "ocksa", "om", "oss", "pa", "sa", "sig",
    "sin", "sina", "sitt", "ska", "skall", "skulle", "som", "till", "vad", "var", "vara", "varfor", "varit", "vart",
    "vem", "vi", "vid", "vilka", "vilken", "vilket",
];
const DA: &[&str] = &[
    "af", "at", "blev", "bliver", "de", "dem", "den", "denne", "der", "deres", "det", "dette", "dig", "din", "dine",
    "disse", "dit", "du", "eller", "en", "end", "er", "et", "for", "fra", "ham", "han", "hans", "har", "havde",
    "hende", "hendes", "her", "hun", "hvad", "hvem", "hvilke", "hvilken", "hvilket", "hvis", "hvor", "hvordan",
    "hvorfor", "hvornar", "i", "ikke", "ingen", "intet", "jeg", "jer", "jeres", "kan", "kunne", "ma", "matte", "med",
    "men", "mig", "min", "mine", "mit", "og", "ogsa", "om", "os", "pa", "sa", "sig", "sin", "sine", "sit", "skal",
    "skulle", "som", "til", "vaere", "vaeret", "var", "ved", "vi", "vores",
];
const NO: &[&str] = &[
    "at", "av", "ble", "blir", "de", "deg", "dem", "den", "denne", "der", "dere", "deres", "det", "dette", "din",
    "dine", "disse", "ditt", "du", "ei", "eller", "en", "enn", "er", "et", "for", "fra", "hadde", "ham", "han", "hans",
    "har", "henne", "hennes", "her", "hun", "hva", "hvem", "hvilke", "hvilken", "hvilket", "hvis", "hvor", "hvordan",
    "hvorfor", "i", "ikke", "ingen", "jeg", "kan", "kunne", "ma", "matte", "med", "meg", "men", "mi", "min", "mine",
    "mitt", "nar", "og", "ogsa", "om", "oss", "pa", "sa", "seg", "sin", "sine", "sitt", "skal", "skulle", "som", "til",
    "vaere", "vaert", "var", "vare", "vart", "ved", "vi",
];
const FI: &[&str] = &[
    "ei", "eivat", "emme", "en", "et", "etta", "ette", "han", "hanen", "he", "heidan", "ja", "joka", "jonka", "jos",
    "jotka", "kenen", "kuin", "kuka", "kun", "me", "meidan", "mihin", "mika", "miksi", "milloin", "mina", "minka",
    "minua", "minulle", "minun", "missa", "mista", "mita", "miten", "mutta", "myos", "nama", "ne", "niiden", "niin",
    "ole", "oli", "olivat", "olla", "ollut", "on", "ovat", "pitaa", "se", "sen", "sina", "sinun", "sita", "tai",
    "tama", "taman", "tata", "te", "teidan", "tuo", "tuon", "vain", "voi", "voiko", "voin", "voivat",
];
const RU: &[&str] = &[
    "а",
    "без",
    "будет",
    "бы",
    "был",
    "была",
    "были",
    "быть",
    "в",
    "вам",
    "вас",
    "ваш",
    "ваша",
    "во",
    "вы",
    "где",
    "да",
    "для",
    "до",
    "его",
    "ее",
    "ей",
    "ему",
    "если",
    "есть",
    "же",
    "за",
    "зачем",
    "и",
    "из",
    "или",
    "им",
    "их",
    "к",
    "как",
    "какая",
    "какие",
    "какое",
    "какой",
    "ко",
    "когда",
    "кого",
    "кому",
    "кто",
    "ли",
    "меня",
    "мне",
    "может",
    "можно",
    "мои",
    "мой",
    "моя",
    "мы",
    "на",
    "над",
    "нам",
    "нас",
    "наш",
    "наша",
    "не",
    "ни",
    "но",
    "нужно",
    "о",
    "об",
    "он",
    "она",
    "они",
    "оно",
    "от",
    "по",
    "под",
    "почему",
    "при",
    "с",
    "со",
    "та",
    "также",
    "те",
    "то",
    "только",
    "тот",
    "ты",
    "у",
    "уже",
    "чем",
    "что",
    "эта",
    "эти",
    "это",
    "этот",
    "я",
];
const PL: &[&str] = &[
    "a", "ale", "beda", "bedzie", "bez", "byc", "byl", "byla", "bylo", "byly", "ci", "cie", "co", "czy", "dla",
    "dlaczego", "do", "gdzie", "i", "ich", "im", "ja", "jak", "jego", "jej", "jemu", "jesli", "jest", "jestem",
    "jezeli", "juz", "kiedy", "kto", "ktora", "ktore", "ktory", "lub", "ma", "maja", "mam", "mamy", "masz", "mi",
    "mnie", "moj", "moja", "moje", "moze", "mozna", "musi", "my", "na", "nam", "nas", "nasz", "nasza", "nie", "o",
    "od", "on", "ona", "one", "oni", "ono", "po", "przez", "przy", "sa", "sie", "swoj", "swoje", "ta", "te", "tego",
    "tej", "ten", "tez", "to", "twoj", "twoja", "ty", "tych", "tylko", "tym", "u", "w", "we", "z", "za", "ze",
];
const TR: &[&str] = &[
    "ama", "bana", "ben", "benim", "bir", "biz", "bize", "bizim", "bu", "da", "daha", "de", "degil", "eger", "gibi",
    "hangi", "icin", "ile", "kadar", "kim", "mi", "mu", "nasil", "ne", "neden", "nerede", "o", "olan", "olarak",
    "onlar", "onun", "sana", "sen", "senin", "siz", "size", "sizin", "su", "var", "ve", "veya", "yok",
];
const RO: &[&str] = &[
    "aceasta", "acest", "aceste", "acesti", "ai", "al", "ale", "am", "are", "au", "avem", "aveti", "cand", "care",
    "ce", "cine", "cu", "cum", "daca", "dar", "de", "din", "ea", "ei", "el", "ele", "era", "erau", "este", "eu", "fi",
    "fost", "in", "la", "lor", "lui", "ma", "mai", "mea", "meu", "mie", "ne", "noi", "nostru", "nu", "o", "pe",
    "pentru", "poate", "pot", "prin", "sa", "sau", "se", "si", "sunt", "tau", "te", "trebuie", "tu", "un", "unde",
    "unei", "unui", "va", "voi",
];
const HU: &[&str] = &[
    "a", "az", "azt", "be", "csak", "de", "egy", "el", "en", "engem", "es", "ez", "ezt", "ha", "hogy", "hogyan", "hol",
    "is", "kell", "ki", "lehet", "lenni", "lesz", "mar", "meg", "melyik", "mi", "miert", "mikor", "milyen", "minket",
    "mint", "mit", "nekem", "nem", "o", "ok", "ot", "te", "teged", "ti", "tud", "vagy", "vagyok", "van", "vannak",
    "volt", "voltak",
];
const CS: &[&str] = &[
    "a", "ale", "bez", "bude", "byl", "byla", "byli", "bylo", "byt", "co", "do", "i", "ja", "jak", "je", "jeho",
    "jeji", "jejich", "jen", "jestlize", "jsem", "jsou", "kde", "kdo", "kdy", "ktera", "ktere", "ktery", "ma", "maji",
    "mam", "mame", "me", "mi", "moje", "muj", "musi", "muze", "my", "na", "nam", "nas", "ne", "nebo", "neni", "o",
    "od", "on", "ona", "oni", "po", "pokud", "pri", "pro", "proc", "s", "se", "ta", "take", "te", "ten", "tento", "ti",
    "to", "tvuj", "ty", "tyto", "u", "uz", "v", "ve", "z", "za", "ze",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_folded_and_sorted() {
        for (_, list) in LISTS {
            assert!(list.is_sorted());
            for word in list {
                assert_eq!(*word, fold(word));
            }
        }
    }

    #[test]
    fn a_word_is_common_in_its_language_only() {
        assert!(is_stop_word("the", None));
        assert!(is_stop_word("die", Some("de")));
        assert!(!is_stop_word("die", Some("en")));
        assert!(!is_stop_word("the", Some("xx")));
    }
}
