//! [`Mailer`] over the `send_email` binding, or over Resend's HTTP API when its key is set.
use async_trait::async_trait;
use edge_core::ports::{Mail, Mailer};
use edge_core::{Error, Result};
use js_sys::{Object, Reflect};
use serde_json::json;
use std::collections::BTreeMap;
use wasm_bindgen::JsCast as _;
use worker::send::IntoSendFuture as _;
use worker::{AbortSignal, Fetch, Headers, Method, Request, RequestInit, SendEmail, SendEmailBuilder};

/// See <https://resend.com/docs/api-reference/emails/send-email>.
const RESEND: &str = "https://api.resend.com/emails";

/// How long to wait for it.
const RESEND_TIMEOUT_MS: u32 = 10_000;

/// Where mails leave.
pub(crate) struct WorkerMailer {
    way: Way,
    from: String,
}

enum Way {
    Binding(SendEmail),
    Resend { key: String },
}

impl WorkerMailer {
    /// Sends through the binding, as `from`.
    pub(crate) fn over_binding(binding: SendEmail, from: &str) -> Self {
        Self {
            way: Way::Binding(binding),
            from: from.into(),
        }
    }

    /// Sends through Resend, as `from`.
    pub(crate) fn over_resend(key: String, from: &str) -> Self {
        Self {
            way: Way::Resend { key },
            from: from.into(),
        }
    }

    async fn deliver(&self, mail: &Mail) -> worker::Result<()> {
        match &self.way {
            Way::Binding(binding) => {
                let headers = Object::new();
                for (name, value) in &mail.headers {
                    Reflect::set(&headers, &(*name).into(), &value.as_str().into())?;
                }
                let message = SendEmailBuilder::builder(&self.from, &mail.to, &mail.subject)
                    .text(&mail.text)
                    .headers(headers.unchecked_ref())
                    .build();
                binding.send_with_builder(&message).await?;
                Ok(())
            }
            Way::Resend { key } => self.post(key, mail).await,
        }
    }

    async fn post(&self, key: &str, mail: &Mail) -> worker::Result<()> {
        let headers = Headers::new();
        headers.set("authorization", &format!("Bearer {key}"))?;
        headers.set("content-type", "application/json")?;
        let more: BTreeMap<_, _> = mail.headers.iter().map(|it| (it.0, &it.1)).collect();
        let body = json!({
            "from": self.from, "to": [mail.to], "subject": mail.subject, "text": mail.text, "headers": more,
        });
        let mut init = RequestInit::new();
        init.with_method(Method::Post)
            .with_headers(headers)
            .with_body(Some(body.to_string().into()));
        let request = Fetch::Request(Request::new_with_init(RESEND, &init)?);
        let signal = AbortSignal::from(web_sys::AbortSignal::timeout_with_u32(RESEND_TIMEOUT_MS));
        let answer = request.send_with_signal(&signal).await?;
        match answer.status_code() {
            200..=299 => Ok(()),
            status => Err(format!("Resend answered {status}").into()),
        }
    }
}

#[async_trait]
impl Mailer for WorkerMailer {
    async fn send(&self, mail: &Mail) -> Result<()> {
        let sent = self.deliver(mail).into_send().await;
        // The reason is logged and kept with the job, where no address is to stand.
        let reason = |why: worker::Error| why.to_string().replace(&mail.to, "the address");
        sent.map_err(|why| Error::unavailable("the mail could not be sent", reason(why)))
    }
}
