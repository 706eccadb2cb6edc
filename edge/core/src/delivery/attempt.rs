//! One attempt: an event in the endpoint's dialect, signed, posted, and what came back.
use crate::app::App;
use crate::ports::{Envelope, Incoming, Outgoing};
use crate::ssrf::PublicUrl;
use crate::webhook::{self, signature};
use edge_model::Timestamp;
use edge_model::delivery::Attempt;
use edge_model::time::TimeDelta;
use edge_model::webhook::Webhook;
use edge_store::deliveries::Due;
use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use std::pin::pin;
use std::time::Duration;

/// How long an endpoint may take to answer.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(30);
/// How much of an answer is kept, in bytes.
const MAX_KEPT_RESPONSE_BYTES: usize = 2_048;
/// How we introduce ourselves.
const AGENT: &str = concat!("Edgewise-Webhooks/", env!("CARGO_PKG_VERSION"));

/// What came of an attempt.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Its number is not known yet.
    pub(super) attempt: Attempt,
    /// For how long the endpoint wants to be left alone.
    pub(super) retry_after: Option<TimeDelta>,
}

impl Outcome {
    /// Tells whether the endpoint took the event: 2xx, and nothing else.
    pub(super) fn is_delivered(&self) -> bool {
        self.attempt.status.is_some_and(|it| (200..300).contains(&it))
    }

    /// Tells whether the endpoint says that it will never take anything again.
    pub(super) fn is_gone(&self) -> bool {
        self.attempt.status == Some(410)
    }
}

/// What is sent, and what of it the log shows.
struct Prepared {
    outgoing: Outgoing,
    shown: Vec<(String, String)>,
}

/// Makes an attempt. Whatever goes wrong is part of the outcome.
pub(super) async fn make(app: &App, webhook: &Webhook, due: &Due) -> Outcome {
    let began = app.now();
    let mut outcome = Outcome {
        attempt: Attempt {
            number: 0,
            url: webhook.url.clone(),
            headers: vec![],
            status: None,
            error: None,
            response: String::new(),
            duration_ms: 0,
            created_at: began,
        },
        retry_after: None,
    };
    match prepare(app, webhook, due, began) {
        Ok(Prepared { outgoing, shown }) => {
            outcome.attempt.headers = shown;
            exchange(app, outgoing, began, &mut outcome).await;
        }
        Err(why) => outcome.attempt.error = Some(why),
    }
    outcome.attempt.duration_ms = app.now().millis_since(began);
    outcome
}

fn prepare(app: &App, webhook: &Webhook, due: &Due, now: Timestamp) -> Result<Prepared, String> {
    // Checked again: the host's name may resolve to another address than when the endpoint was made.
    let url =
        PublicUrl::new(&webhook.url, &app.settings.allow_private_hosts).map_err(|why| format!("the URL {why}"))?;
    let Some(envelope) = app.envelopes.envelope(webhook.form, &due.event) else {
        return Err("this API has no name for the event".into());
    };
    let Envelope {
        body,
        signature_header,
        event_header,
    } = envelope;
    // The log is the customer's, so it says what they can do and not what went wrong on our side.
    let ours =
        |_| "the webhook cannot sign: its secret does not open; ask the operator, or make another one".to_owned();
    let (secret, old) = webhook::secrets(app, webhook, now).map_err(ours)?;
    let own = webhook::own_headers(app, webhook).map_err(ours)?;
    let id = due.event.id.as_str();
    let dialects = secret.sign_body(&body).map_err(ours)?;
    let secrets: Vec<_> = [Some(secret), old].into_iter().flatten().collect();
    let standard = signature::standard(&secrets, id, now, &body).map_err(ours)?;
    let mut shown = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("user-agent".to_owned(), AGENT.to_owned()),
        ("webhook-id".to_owned(), id.to_owned()),
        ("webhook-timestamp".to_owned(), now.seconds().to_string()),
        ("webhook-signature".to_owned(), standard),
        (signature_header.to_owned(), dialects),
    ];
    shown.extend(event_header.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let own = own.as_map().iter().map(|(name, value)| (name.clone(), value.clone()));
    let headers = shown.iter().cloned().chain(own);
    let outgoing = Outgoing {
        url,
        headers: headers.map(|(name, value)| (name.into(), value)).collect(),
        body,
    };
    Ok(Prepared { outgoing, shown })
}

async fn exchange(app: &App, outgoing: Outgoing, began: Timestamp, outcome: &mut Outcome) {
    let posted = app.fetcher.post(outgoing);
    let answer = match select(posted, app.clock.sleep(WEBHOOK_TIMEOUT)).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(format!("no answer within {} seconds", WEBHOOK_TIMEOUT.as_secs())),
    };
    let Incoming {
        status,
        retry_after,
        mut body,
    } = match answer {
        Ok(answer) => answer,
        Err(why) => {
            outcome.attempt.error = Some(why.chars().take(500).collect());
            return;
        }
    };
    outcome.attempt.status = Some(status);
    outcome.retry_after = retry_after.and_then(|it| asked_delay(&it, app.now()));
    if (300..400).contains(&status) {
        outcome.attempt.error = Some("redirects are not followed".into());
    }
    let mut response = Vec::new();
    {
        let read = async {
            while response.len() < MAX_KEPT_RESPONSE_BYTES
                && let Some(Ok(bytes)) = body.next().await
            {
                response.extend(bytes);
            }
        };
        let rest = app.clock.sleep(WEBHOOK_TIMEOUT.saturating_sub(app.now().since(began)));
        // The status is known; an answer that does not end is cut off.
        select(pin!(read), rest).await;
    }
    response.truncate(MAX_KEPT_RESPONSE_BYTES);
    outcome.attempt.response = String::from_utf8_lossy(&response).into_owned();
}

/// Reads `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
fn asked_delay(text: &str, now: Timestamp) -> Option<TimeDelta> {
    let text = text.trim();
    match text.parse::<u32>() {
        Ok(seconds) => Some(TimeDelta::seconds(seconds.into())),
        Err(_) => Timestamp::from_http_date(text).map(|it| TimeDelta::milliseconds(it.0 - now.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_asks_for_time_in_seconds_or_by_a_date() {
        let now = Timestamp(1_792_567_680_000);
        assert_eq!(asked_delay("120", now), Some(TimeDelta::minutes(2)));
        assert_eq!(
            asked_delay(" Wed, 21 Oct 2026 07:29:00 GMT", now),
            Some(TimeDelta::minutes(1))
        );
        assert_eq!(asked_delay("soon", now), None);
        assert_eq!(asked_delay("-1", now), None);
    }
}
