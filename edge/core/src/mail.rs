//! What our mails say. Every mail names the address it is for, and stands a code on a line of its own.
use crate::code::{CODE_MINUTES, LINK_MINUTES, Secrets};
use crate::ports::Mail;
use crate::{invitation, webhook};
use edge_model::account::OtpPurpose;
use edge_model::actor::Actor;
use edge_model::invitation::Invitation;
use edge_model::key::ApiKey;
use edge_model::webhook::{DisabledBecause, Webhook};
use edge_store::webhooks::OwnerAddress;

/// Brings a one-time code, and for a new password a link as well.
pub(crate) fn code(to: &str, purpose: OtpPurpose, secrets: &Secrets, public_url: &str) -> Mail {
    match purpose {
        OtpPurpose::VerifyEmail => verify_email(to, &secrets.code),
        OtpPurpose::ResetPassword => reset_password(to, secrets, public_url),
    }
}

/// Asks a new account's owner to confirm their address. There is no link: it would confirm the password of a stranger who
/// signed up with the address.
fn verify_email(to: &str, code: &str) -> Mail {
    let text = format!(
        "To confirm {to}, enter this code where you signed up:\n\n{code}\n\n\
         It is valid for {CODE_MINUTES} minutes. If you did not sign up, ignore this mail.\n"
    );
    mail(to, "Your confirmation code", text)
}

/// Tells an account's owner that somebody tried to sign up with their address.
pub fn signup_of_known_address(to: &str) -> Mail {
    let text = format!(
        "Somebody tried to sign up with {to}, which has an account already.\n\n\
         If it was you, sign in instead, or reset your password. If it was not, there is nothing to do.\n"
    );
    mail(to, "You have an account already", text)
}

/// Lets an account's owner choose a new password. The token stands behind the `#`, so that no server's log has it.
fn reset_password(to: &str, secrets: &Secrets, public_url: &str) -> Mail {
    let Secrets { code, token } = secrets;
    let link = match public_url.is_empty() {
        true => String::new(),
        false => format!(
            "Or open this link, which is valid for {LINK_MINUTES} minutes:\n\n\
             {public_url}/dashboard/reset-password#token={token}\n\n"
        ),
    };
    let text = format!(
        "To choose a new password for {to}, enter this code:\n\n{code}\n\n\
         It is valid for {CODE_MINUTES} minutes.\n\n{link}If you did not ask for it, ignore this mail.\n"
    );
    mail(to, "Your code for a new password", text)
}

/// Invites somebody into a workspace. What members have named comes on one line, so that it cannot pass for our words.
pub fn invitation(invitation: &Invitation, public_url: &str) -> Mail {
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let workspace = line(&invitation.workspace_name);
    let inviter = invitation
        .inviter_name
        .as_deref()
        .map_or_else(|| "Somebody".into(), line);
    let place = if public_url.is_empty() {
        "the dashboard".to_owned()
    } else {
        format!("{public_url}/dashboard/")
    };
    let text = format!(
        "{inviter} invites you into the workspace \"{workspace}\" as {role}.\n\n\
         To accept, sign in or sign up with {to} at {place}.\n\n\
         The invitation is open for {days} days. If you do not know what this is about, ignore this mail.\n",
        role = invitation.role.as_str(),
        to = invitation.email,
        days = invitation::DAYS,
    );
    mail(&invitation.email, "An invitation into a workspace", text)
}

/// Brings a visitor the reply to their question. The question is theirs and goes back to nobody else.
pub fn reply_to_visitor(to: &str, workspace: &str, question: &str, reply: &str) -> Mail {
    let quoted: String = question.lines().map(|it| format!("> {it}\n")).collect();
    // A subject is one line.
    let workspace: String = workspace
        .chars()
        .map(|it| if it.is_control() { ' ' } else { it })
        .collect();
    mail(
        to,
        &format!("{workspace} replied to your question"),
        format!("{reply}\n\nYou asked:\n\n{quoted}"),
    )
}

/// Tells a workspace's owner that an endpoint is told nothing any more. What members have named comes on one line, so
/// that it cannot pass for our words.
pub fn webhook_disabled(owner: &OwnerAddress, webhook: &Webhook, why: DisabledBecause) -> Mail {
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let reason = match why {
        DisabledBecause::Asked => "a member of the workspace asked for it",
        DisabledBecause::Gone => "it answered 410 (Gone)",
        DisabledBecause::Failing => "it has not taken any event for 5 days",
    };
    let text = format!(
        "The webhook \"{name}\" of the workspace \"{workspace}\" was disabled: {reason}.\n\n\
         It is told of nothing until somebody makes it active again. The events of the last 30 days can be sent to it \
         then.\n\nIts address is {url}\n",
        name = line(&webhook.name),
        workspace = line(&owner.workspace_name),
        url = webhook.url,
    );
    mail(&owner.email, "A webhook was disabled", text)
}

/// Tells a workspace's owner of a new API key.
pub fn api_key_added(to: &str, workspace: &str, key: &ApiKey, public_url: &str) -> Mail {
    let text = format!(
        "An API key was added to the workspace \"{workspace}\".\n\n\
         Name: {name}\nKind: {kind}\nMade by: {maker}\n\n{review}",
        workspace = one_line(workspace),
        name = one_line(&key.name),
        kind = key.kind.as_str(),
        maker = maker(&key.created_by),
        review = review("revoke the key", public_url),
    );
    mail(to, "An API key was added", text)
}

/// Tells a workspace's owner of a new webhook, or of one that has moved. The host alone is named, since an address may
/// be a secret.
pub fn webhook_added(to: &str, workspace: &str, webhook: &Webhook, public_url: &str) -> Mail {
    let text = format!(
        "A webhook of the workspace \"{workspace}\" was added, or was given a new address.\n\n\
         Name: {name}\nSent to: {origin}\nMade by: {maker}\n\n{review}",
        workspace = one_line(workspace),
        name = one_line(&webhook.name),
        origin = webhook::origin(&webhook.url),
        maker = maker(&webhook.created_by),
        review = review("delete the webhook, revoke the key that made it", public_url),
    );
    mail(to, "A webhook was added", text)
}

/// Names who made something. What members have named comes on one line, so that it cannot pass for our words.
fn maker(actor: &Actor) -> String {
    match (&actor.actor_name, &actor.key_id) {
        (Some(name), Some(_)) => format!("the API key \"{}\"", one_line(name)),
        (Some(name), None) => one_line(name),
        (None, _) => "unknown".into(),
    }
}

fn review(remedy: &str, public_url: &str) -> String {
    let place = match public_url {
        "" => String::new(),
        url => format!("\n\nThe dashboard is at {url}/dashboard/"),
    };
    format!("If nobody of yours did this, {remedy}, and change your password.{place}\n")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn mail(to: &str, subject: &str, text: String) -> Mail {
    Mail {
        to: to.into(),
        subject: subject.into(),
        text,
    }
}
