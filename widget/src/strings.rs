//! Every word that the visitor reads, by language.

/// The words of one language.
#[derive(Debug, PartialEq)]
pub(crate) struct Strings {
    pub(crate) close: &'static str,
    pub(crate) new_conversation: &'static str,
    pub(crate) subtitle: &'static str,
    pub(crate) transcript: &'static str,
    pub(crate) suggestions: &'static str,
    pub(crate) placeholder: &'static str,
    pub(crate) send: &'static str,
    pub(crate) stop: &'static str,
    pub(crate) characters_left: &'static str,
    pub(crate) characters_over: &'static str,
    pub(crate) powered_by: &'static str,
    pub(crate) you: &'static str,
    pub(crate) is_typing: &'static str,
    pub(crate) stopped: &'static str,
    pub(crate) retry: &'static str,
    pub(crate) retry_in: &'static str,
    pub(crate) to_latest: &'static str,
    pub(crate) sources: &'static str,
    pub(crate) source: &'static str,
    pub(crate) previous_source: &'static str,
    pub(crate) next_source: &'static str,
    pub(crate) open_page: &'static str,
    pub(crate) close_source: &'static str,
    pub(crate) helpful: &'static str,
    pub(crate) not_helpful: &'static str,
    pub(crate) copy: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) thanks: &'static str,
    pub(crate) what_was_wrong: &'static str,
    pub(crate) comment_placeholder: &'static str,
    pub(crate) send_comment: &'static str,
    pub(crate) skip_comment: &'static str,
    pub(crate) offline: &'static str,
    pub(crate) offline_answer: &'static str,
    pub(crate) interrupted: &'static str,
    pub(crate) silent: &'static str,
    pub(crate) limited: &'static str,
    pub(crate) forbidden: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) code_sample: &'static str,
    pub(crate) table: &'static str,
}

/// Returns the words for a BCP 47 language tag such as `pt-BR`; English when there are none for it.
pub(crate) fn for_language(tag: &str) -> &'static Strings {
    let language = tag.split('-').next().unwrap_or(tag);
    LANGUAGES
        .iter()
        .find(|(code, _)| code.eq_ignore_ascii_case(language))
        .map_or(&ENGLISH, |(_, strings)| strings)
}

static LANGUAGES: &[(&str, &Strings)] = &[("en", &ENGLISH)];

static ENGLISH: Strings = Strings {
    close: "Close chat",
    new_conversation: "New conversation",
    subtitle: "AI assistant",
    transcript: "Conversation",
    suggestions: "Suggested questions",
    placeholder: "Ask a question…",
    send: "Send",
    stop: "Stop answering",
    characters_left: "characters left",
    characters_over: "characters too many",
    powered_by: "Powered by",
    you: "You said",
    is_typing: "The assistant is typing",
    stopped: "Stopped",
    retry: "Try again",
    retry_in: "Try again in",
    to_latest: "Go to the latest message",
    sources: "Sources",
    source: "Source",
    previous_source: "Previous source",
    next_source: "Next source",
    open_page: "Open the page",
    close_source: "Close the source",
    helpful: "Helpful",
    not_helpful: "Not helpful",
    copy: "Copy",
    copied: "Copied",
    thanks: "Thanks for the feedback",
    what_was_wrong: "What was missing or wrong?",
    comment_placeholder: "Optional",
    send_comment: "Send",
    skip_comment: "No, thanks",
    offline: "You are offline. You can go on as soon as the connection is back.",
    offline_answer: "You are offline.",
    interrupted: "The connection was lost before the answer was complete.",
    silent: "The answer is taking too long.",
    limited: "That was a lot of questions. Please wait a moment.",
    forbidden: "This page is not allowed to use this chat.",
    failed: "Something went wrong.",
    code_sample: "Code",
    table: "Table",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_language_is_english() {
        for tag in ["en", "EN-gb", "xx", ""] {
            assert_eq!(for_language(tag), &ENGLISH, "{tag}");
        }
    }
}
