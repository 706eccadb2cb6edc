//! How Durable Objects of the jobs Worker are woken, seen from both sides.
//!
//! A call names the caller's `AUTH_SECRET` by its key id. Two Workers with different secrets would mail codes that do
//! not fit and could not sign webhooks, so the call is refused at once and says why.
use crate::app;
use crate::role::Role;
use edge_core::settings::Settings;
use worker::{Env, ObjectNamespace};

/// The objects are reached by a binding; the address only carries the key id.
const WAKE_URL: &str = "https://background.local/wake?key=";

/// The Durable Objects of one kind of background work.
pub(crate) struct BackgroundObjects {
    objects: ObjectNamespace,
    url: String,
}

impl BackgroundObjects {
    /// Wraps a binding.
    pub(crate) fn new(objects: ObjectNamespace, settings: &Settings) -> Self {
        Self {
            objects,
            url: format!("{WAKE_URL}{}", settings.auth_keys.current().id()),
        }
    }

    /// Wakes the object of a name.
    ///
    /// # Errors
    /// When it does not answer, or refuses the call.
    pub(crate) async fn wake(&self, name: &str) -> worker::Result<()> {
        let first = self.try_to_wake(name).await;
        // An object may be on the move just now, and waking it twice is as good as once.
        if first.is_ok() {
            first
        } else {
            self.try_to_wake(name).await
        }
    }

    async fn try_to_wake(&self, name: &str) -> worker::Result<()> {
        let mut answer = self.objects.get_by_name(name)?.fetch_with_str(&self.url).await?;
        match answer.status_code() {
            200 => Ok(()),
            status => Err(format!("{name} answered {status}: {}", answer.text().await?).into()),
        }
    }
}

/// Checks in the called object that it and its caller are configured for each other.
///
/// # Errors
/// Says in words what is wrong with the configuration.
pub(crate) fn check_call(env: &Env, url: &str) -> Result<(), String> {
    Role::Jobs.require(env, "background work")?;
    let keys = &app::get(env)?.settings.auth_keys;
    match url.strip_prefix(WAKE_URL) {
        Some(id) if keys.candidates(Some(id)).next().is_some() => Ok(()),
        _ => Err("the jobs Worker has not the AUTH_SECRET of the Worker that calls it; store the same in both".into()),
    }
}
