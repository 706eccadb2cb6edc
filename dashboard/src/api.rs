//! The only part that fetches: [`UnauthorizedApi`] for what anyone may ask, [`AuthorizedApi`] for what needs a session.
//!
//! An [`AuthorizedApi`] comes from a [`Session`] alone, so a signed-in operation cannot be called signed out.
//! Every failure is a [`shared::error::Error`] whose `detail` can be shown as it is.

mod authorized;
mod refusal;
mod upload;

use crate::session::Session;
use gloo_net::http::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::auth;
use shared::error::{Error, Message};

pub use refusal::{CHANGED_MEANWHILE, UNREACHABLE};

/// What every request comes to.
pub type Outcome<T> = Result<T, Error>;

const BASE: &str = "/api/v1";

/// What may be asked without a session.
#[derive(Clone, Copy)]
pub struct UnauthorizedApi(Session);

impl UnauthorizedApi {
    /// Makes the operations report to `session` whether the server was reached.
    pub fn new(session: Session) -> Self {
        Self(session)
    }

    /// Makes an account; a code is mailed to its address.
    pub async fn sign_up(self, account: &auth::Signup) -> Outcome<auth::SignedUp> {
        self.post("/auth/signup", account).await
    }

    /// Proves with the mailed code that the address is one's own, which signs in.
    pub async fn verify(self, proof: &auth::VerifyOtp) -> Outcome<auth::Verified> {
        self.post("/auth/verify-otp", proof).await
    }

    /// Signs in.
    pub async fn sign_in(self, credentials: &auth::Login) -> Outcome<auth::LoggedIn> {
        self.post("/auth/login", credentials).await
    }

    /// Has another code mailed.
    pub async fn resend_code(self, sign_up: &auth::ResendOtp) -> Outcome<Message> {
        self.post("/auth/resend-otp", sign_up).await
    }

    /// Has a code and a link for a new password mailed.
    pub async fn forgot_password(self, address: &auth::EmailOnly) -> Outcome<Message> {
        self.post("/auth/forgot-password", address).await
    }

    /// Sets a new password with the mailed code or link.
    pub async fn reset_password(self, reset: &auth::ResetPassword) -> Outcome<Message> {
        self.post("/auth/reset-password", reset).await
    }

    async fn post<T: DeserializeOwned>(self, path: &str, body: &impl Serialize) -> Outcome<T> {
        let body = written(body)?;
        read(&exchange(self.0, Method::POST, path, Some(body), None, None).await?)
    }
}

/// What may be asked with a session, which ends as soon as the server no longer takes its token.
#[derive(Clone, Copy)]
pub struct AuthorizedApi(Session);

impl AuthorizedApi {
    /// Only [`Session::api`] calls this, while a person is signed in.
    pub(crate) fn new(session: Session) -> Self {
        Self(session)
    }

    async fn get<T: DeserializeOwned>(self, path: &str) -> Outcome<T> {
        read(&self.ask(Method::GET, path, None).await?)
    }

    async fn post<T: DeserializeOwned>(self, path: &str, body: &impl Serialize) -> Outcome<T> {
        read(&self.ask(Method::POST, path, Some(written(body)?)).await?)
    }

    async fn trigger<T: DeserializeOwned>(self, path: &str) -> Outcome<T> {
        read(&self.ask(Method::POST, path, None).await?)
    }

    async fn patch<T: DeserializeOwned>(self, path: &str, body: &impl Serialize) -> Outcome<T> {
        read(&self.ask(Method::PATCH, path, Some(written(body)?)).await?)
    }

    async fn delete(self, path: &str) -> Outcome<()> {
        self.ask(Method::DELETE, path, None).await.map(|_| ())
    }

    async fn delete_for<T: DeserializeOwned>(self, path: &str) -> Outcome<T> {
        read(&self.ask(Method::DELETE, path, None).await?)
    }

    /// Changes something only while it is at the revision that was seen; with none, whatever it is at.
    async fn change_seen<T: DeserializeOwned>(
        self,
        method: Method,
        path: &str,
        body: Option<String>,
        seen: Option<u64>,
    ) -> Outcome<T> {
        let token = self.0.token();
        read(&exchange(self.0, method, path, body, token.as_deref(), seen).await?)
    }

    async fn ask(self, method: Method, path: &str, body: Option<String>) -> Outcome<String> {
        let token = self.0.token();
        exchange(self.0, method, path, body, token.as_deref(), None).await
    }
}

/// Sends one request and returns the body of its answer. Not generic, so that the module holds it once.
async fn exchange(
    session: Session,
    method: Method,
    path: &str,
    body: Option<String>,
    token: Option<&str>,
    seen: Option<u64>,
) -> Outcome<String> {
    let mut request = RequestBuilder::new(&format!("{BASE}{path}")).method(method);
    if let Some(token) = token {
        request = request.header("Authorization", &format!("Bearer {token}"));
    }
    if let Some(revision) = seen {
        request = request.header("If-Match", &format!("\"{revision}\""));
    }
    let request = match body {
        Some(body) => request.header("Content-Type", "application/json").body(body),
        None => request.build(),
    };
    let answer = match request {
        Ok(request) => request.send().await,
        Err(error) => Err(error),
    };
    session.set_reachable(answer.is_ok());
    let answer = answer.map_err(|_| refusal::unreachable())?;
    let text = answer.text().await.map_err(|_| refusal::unreachable())?;
    if answer.ok() {
        return Ok(text);
    }
    // Only if this token is still the session's: another person may have signed in since the request was sent.
    if answer.status() == 401 && token.is_some() && session.token().as_deref() == token {
        session.end();
    }
    Err(refusal::refusal(
        answer.status(),
        answer.headers().get("Retry-After").as_deref(),
        &text,
    ))
}

fn written(body: &impl Serialize) -> Outcome<String> {
    serde_json::to_string(body).map_err(|_| refusal::unreadable())
}

fn read<T: DeserializeOwned>(text: &str) -> Outcome<T> {
    serde_json::from_str(text).map_err(|_| refusal::unreadable())
}
