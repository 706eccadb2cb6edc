//! What to do now: addresses to open and lines to paste.
use crate::build::shown;
use crate::demo::Credentials;
use std::path::Path;

/// The text that greets the person once all is up.
pub(super) fn text(credentials: &Credentials, state: &Path) -> String {
    let Credentials {
        base_url,
        email,
        password,
        agent_id,
        keys,
        ..
    } = credentials;
    let key = keys.widget.as_deref().unwrap_or_default();
    let twin = keys.twin.as_deref().unwrap_or_default();
    let file = shown(&Credentials::file(state));
    format!(
        "
  {base_url}/            the demo page, with the widget on it
  {base_url}/dashboard/  the dashboard: {email}, password {password}
  {base_url}/docs/       the documentation
  {base_url}/reference/  the API

Ask from the terminal:

  curl -N {base_url}/api/v1/widget/chat \\
    -H 'X-API-Key: {key}' -H 'Origin: {base_url}' -H 'Content-Type: application/json' \\
    -d '{{\"agent_id\":\"{agent_id}\",\"session_id\":\"terminal\",\"message\":\"How do I embed the widget?\"}}'

Ask as a back end does:

  curl {base_url}/v1/twin \\
    -H 'Authorization: Bearer {twin}' -H 'Content-Type: application/json' \\
    -d '{{\"message\":\"How do I embed the widget?\"}}'

Sign in from the terminal:

  curl {base_url}/api/v1/auth/login -H 'Content-Type: application/json' \\
    -d '{{\"email\":\"{email}\",\"password\":\"{password}\"}}'

All of it is in {file}. Mails are files below {mails}. Ctrl-C ends everything.
",
        mails = shown(&credentials.mail_dir),
    )
}
