//! Every way in which a request fails, as one error with a sentence for a person.
use shared::error::Error;

/// Code of an error that the server never saw.
pub const UNREACHABLE: &str = "UNREACHABLE";
/// The code of a refusal: another person changed the same thing after it was read.
pub const CHANGED_MEANWHILE: &str = "PRECONDITION_FAILED";

/// Returns the error of an answer with `status`, whatever its body is.
pub(super) fn refusal(status: u16, retry_after: Option<&str>, body: &str) -> Error {
    let said: Option<Error> = serde_json::from_str(body).ok();
    let code = said
        .as_ref()
        .map_or_else(|| format!("STATUS_{status}"), |error| error.code.clone());
    let field = said.as_ref().and_then(|error| error.field.clone());
    let wait = retry_after.and_then(|seconds| seconds.trim().parse::<u64>().ok());
    let detail = match (status, code.as_str(), said) {
        (429, "MESSAGE_LIMIT_REACHED", Some(error)) => sentence(&error.detail),
        (429, ..) => too_fast(wait),
        (_, "INVALID_CREDENTIALS", _) => "That e-mail address and password do not match.".to_owned(),
        (_, "TOKEN_EXPIRED", _) => "Your session has ended. Sign in again.".to_owned(),
        (500.., ..) => "Something went wrong on our side. Try again in a moment.".to_owned(),
        (_, _, Some(error)) => sentence(&error.detail),
        (413, ..) => "That is larger than the server takes.".to_owned(),
        _ => format!("The server refused this (status {status})."),
    };
    Error { detail, code, field }
}

/// Returns the error of a request that no server answered.
pub(super) fn unreachable() -> Error {
    Error {
        detail: "Edgewise could not be reached. Check your connection and try again.".to_owned(),
        code: UNREACHABLE.to_owned(),
        field: None,
    }
}

/// Returns the error of an answer that is not what this application expects.
pub(super) fn unreadable() -> Error {
    Error {
        detail: "The server\u{2019}s answer could not be read. Reload the page; it may be out of date.".to_owned(),
        code: "UNREADABLE".to_owned(),
        field: None,
    }
}

fn too_fast(wait: Option<u64>) -> String {
    match wait {
        None => "Too many requests. Wait a moment and try again.".to_owned(),
        Some(0 | 1) => "Too many requests. Try again in a second.".to_owned(),
        Some(seconds @ 2..=90) => format!("Too many requests. Try again in {seconds} seconds."),
        Some(seconds @ 91..=5_400) => format!("Too many requests. Try again in {} minutes.", seconds.div_ceil(60)),
        Some(seconds) => format!("Too many requests. Try again in {} hours.", seconds.div_ceil(3_600)),
    }
}

/// Returns a sentence with its capital letter and its full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let mut sentence: String = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default();
    if !sentence.ends_with(['.', '!', '?', '\u{2026}']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_sentence_is_shown_with_its_field() {
        let error = refusal(
            400,
            None,
            r#"{"detail":"name must not be empty","code":"VALIDATION_ERROR","field":"name"}"#,
        );
        assert_eq!(
            (error.detail.as_str(), error.field.as_deref()),
            ("Name must not be empty.", Some("name"))
        );
    }

    #[test]
    fn waiting_times_are_said() {
        let said = |wait: Option<&str>| refusal(429, wait, r#"{"detail":"slow down","code":"RATE_LIMITED"}"#).detail;
        assert_eq!(said(Some("32")), "Too many requests. Try again in 32 seconds.");
        assert_eq!(said(Some("600")), "Too many requests. Try again in 10 minutes.");
        assert_eq!(said(Some("7200")), "Too many requests. Try again in 2 hours.");
        assert_eq!(said(None), "Too many requests. Wait a moment and try again.");
    }

    #[test]
    fn a_used_up_plan_is_not_a_matter_of_waiting() {
        let error = refusal(
            429,
            Some("9"),
            r#"{"detail":"Monthly limit reached","code":"MESSAGE_LIMIT_REACHED"}"#,
        );
        assert_eq!(error.detail, "Monthly limit reached.");
    }

    #[test]
    fn an_answer_without_a_body_still_has_a_sentence() {
        assert_eq!(
            refusal(503, None, "<html>").detail,
            "Something went wrong on our side. Try again in a moment."
        );
        assert_eq!(refusal(418, None, "").detail, "The server refused this (status 418).");
    }

    #[test]
    fn internal_errors_are_not_quoted() {
        let error = refusal(500, None, r#"{"detail":"row 7 of table x","code":"INTERNAL"}"#);
        assert!(!error.detail.contains("row 7"));
    }
}
