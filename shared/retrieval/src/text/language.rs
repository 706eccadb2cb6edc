//! Guesses the language of a text.

use whatlang::Lang;

use super::stop_words::language_by_stop_words;

/// How many bytes at the start of a text are looked at to tell its language.
const SAMPLE: usize = 8192;

/// Returns the language of the text as ISO 639-1, or `None` when the text is too short or too mixed to tell.
pub fn language(text: &str) -> Option<&'static str> {
    let text = text.get(..text.floor_char_boundary(SAMPLE)).unwrap_or(text);
    let guess = whatlang::detect(text)?;
    // A script that only one language uses is certain. Between Latin or Cyrillic languages, common words decide sooner
    // than letters do.
    if guess.is_reliable() {
        return iso_639_1(guess.lang());
    }
    language_by_stop_words(text)
}

fn iso_639_1(language: Lang) -> Option<&'static str> {
    Some(match language {
        Lang::Afr => "af",
        Lang::Aka => "ak",
        Lang::Amh => "am",
        Lang::Ara => "ar",
        Lang::Aze => "az",
        Lang::Bel => "be",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Cym => "cy",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Guj => "gu",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jav => "jv",
        Lang::Jpn => "ja",
        Lang::Kan => "kn",
        Lang::Kat => "ka",
        Lang::Khm => "km",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Mkd => "mk",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Nld => "nl",
        Lang::Nob => "no",
        Lang::Ori => "or",
        Lang::Pan => "pa",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Sin => "si",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Sna => "sn",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tgl => "tl",
        Lang::Tha => "th",
        Lang::Tuk => "tk",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Uzb => "uz",
        Lang::Vie => "vi",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
        // The list above is complete for the version in use; the enumeration may grow.
        #[expect(unreachable_patterns, reason = "a newer version may know more languages")]
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_of_several_languages_are_told_apart() {
        let english = "You can return any item within thirty days of delivery, as long as it has not been used.";
        let german = "Sie können jeden Artikel innerhalb von dreißig Tagen nach der Lieferung zurückgeben.";
        let french = "Vous pouvez retourner tout article dans les trente jours suivant la livraison, sans frais.";
        assert_eq!(language(english), Some("en"));
        assert_eq!(language(german), Some("de"));
        assert_eq!(language(french), Some("fr"));
        assert_eq!(language("商品は到着後三十日以内であれば返品できます。"), Some("ja"));
        assert_eq!(language("Вы можете вернуть товар в течение тридцати дней."), Some("ru"));
    }

    #[test]
    fn short_sentences_are_told_by_their_common_words() {
        assert_eq!(
            language("To reset a password, open the page and choose Forgot."),
            Some("en")
        );
        assert_eq!(language("Wie kann ich den Vertrag ändern?"), Some("de"));
        assert_eq!(language("refund"), None);
    }

    #[test]
    fn no_words_have_no_language() {
        assert_eq!(language("12345 --- 67"), None);
    }
}
