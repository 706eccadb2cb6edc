//! What is said of limits is what is held to: the page for people and the schemas of the wire name the same figures as
//! [`shared::limits`].
use shared::limits::*;
use std::fmt::Display;
use std::ops::RangeInclusive;

/// Writes a number as the documentation does: 20,971,520.
fn figure(number: impl Display) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes a range as the documentation does: one that begins with nothing is named by its end.
fn span<T: Display + Default + PartialEq>(range: &RangeInclusive<T>) -> String {
    if *range.start() == T::default() {
        return figure(range.end());
    }
    whole_span(range)
}

fn whole_span<T: Display>(range: &RangeInclusive<T>) -> String {
    format!("{} to {}", figure(range.start()), figure(range.end()))
}

fn assert_says(path: &str, sentences: &[String]) {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../");
    let text = std::fs::read_to_string(format!("{root}{path}")).unwrap();
    for sentence in sentences {
        assert!(text.contains(sentence.as_str()), "{path} does not say: {sentence}");
    }
}

#[test]
fn the_page_on_limits_names_the_limits() {
    let mib = MAX_UPLOAD_BYTES / 1024 / 1024;
    assert_says(
        "public/docs/limits.md",
        &[
            format!("| Uploaded file | {mib} MB ({} bytes) |", figure(MAX_UPLOAD_BYTES)),
            format!("| Question | {} characters |", span(&QUESTION_CHARS)),
            format!("| Session id | {} characters |", span(&SESSION_KEY_CHARS)),
            format!(
                "| Name of anything, file name, title | {} characters |",
                span(&NAME_CHARS)
            ),
            format!("| Description | {} characters |", span(&DESCRIPTION_CHARS)),
            format!("| Greeting, fallback | {} characters each |", span(&PHRASE_CHARS)),
            format!("| Comment of a feedback | {} characters |", span(&COMMENT_CHARS)),
            format!("| Reply to an escalation | {} characters |", span(&REPLY_CHARS)),
            format!("| Answer | {} characters, as set for the agent |", span(&ANSWER_CHARS)),
            format!("| Suggested questions | {MAX_SUGGESTIONS}, of {MAX_SUGGESTION_CHARS} characters each |"),
            format!("| Days that conversations are kept | {} |", whole_span(&RETENTION_DAYS)),
            format!("| Days of one figure | {} |", span(&FIGURE_DAYS)),
            format!("| Password | {} characters |", span(&PASSWORD_CHARS)),
            format!("| E-mail address | {MAX_EMAIL_BYTES} characters |"),
            format!(
                "| Rows of one page of a list | {}; {}, and {} unless asked for more,",
                figure(SHORT_ROWS.most),
                TEXT_ROWS.most,
                TEXT_ROWS.usual
            ),
        ],
    );
}

#[test]
fn the_schemas_of_the_wire_name_the_limits() {
    let agent = [
        format!("/// In characters, {}.", span(&ANSWER_CHARS)),
        format!("/// In CSS pixels, {}.", whole_span(&BORDER_RADIUS_PX)),
        format!("/// In milliseconds, {}.", whole_span(&GREETING_DELAY_MS)),
    ];
    assert_says("shared/src/agent.rs", &agent);
    let widget = [
        format!("/// Chosen by the client, {} characters;", span(&SESSION_KEY_CHARS)),
        format!("/// {} characters.", span(&QUESTION_CHARS)),
    ];
    assert_says("shared/src/widget.rs", &widget);
    let escalation = [
        format!("/// {} characters, mailed to who asked", span(&REPLY_CHARS)),
        format!("/// {} characters.", span(&QUESTION_CHARS)),
    ];
    assert_says("shared/src/escalation.rs", &escalation);
    let pages = format!("/// {}; {DEFAULT_CRAWL_PAGES} when absent.", span(&CRAWL_PAGES));
    assert_says("shared/src/knowledge.rs", &[pages]);
    let days = format!("/// Extension: {}, or null.", whole_span(&RETENTION_DAYS));
    assert_says("shared/src/workspace.rs", &[days]);
}
