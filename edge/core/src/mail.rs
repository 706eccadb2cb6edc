//! What our mails say. Every mail names the address it is for, and stands a code on a line of its own. A mail that is
//! no code says who sends it and how to get no more.
mod names;

use crate::code::{CODE_MINUTES, LINK_MINUTES, Secrets};
use crate::origin;
use crate::ports::Mail;
use edge_model::WorkspaceId;
use edge_model::account::OtpPurpose;
use edge_model::actor::Actor;
use edge_model::invitation::{INVITATION_DAYS, Invitation};
use edge_model::key::ApiKey;
use edge_model::webhook::{DisabledBecause, Webhook};
use edge_store::directory::accounts::OwnerAddress;
use names::safe_name;

/// Who sends a mail that is no code, and where one gets no more of them.
#[derive(Clone, Debug)]
pub struct Sender {
    /// None for the installation itself.
    pub workspace: Option<WorkspaceId>,
    /// None where the installation does not know its own address.
    pub unsubscribe_url: Option<String>,
}

/// Brings a one-time code, and for a new password a link as well.
pub(crate) fn code(to: &str, purpose: OtpPurpose, secrets: &Secrets, public_url: &str) -> Mail {
    match purpose {
        OtpPurpose::VerifyEmail => verify_email(to, &secrets.code),
        OtpPurpose::ResetPassword => reset_password(to, secrets, public_url),
    }
}

/// Asks a new account's owner to confirm their address. There is no link: it would confirm the password of a stranger
/// who signed up with the address.
fn verify_email(to: &str, code: &str) -> Mail {
    let text = format!(
        "To confirm {to}, enter this code where you signed up:\n\n{code}\n\n\
         It is valid for {CODE_MINUTES} minutes. If you did not sign up, ignore this mail.\n"
    );
    mail(to, "Your confirmation code", text)
}

/// Tells an account's owner that there was a sign-up with their address.
pub fn signup_of_known_address(to: &str, sender: &Sender) -> Mail {
    let text = format!(
        "Somebody tried to sign up with {to}, which has an account already.\n\n\
         If it was you, sign in instead, or reset your password. If it was not, there is nothing to do.\n"
    );
    sent_by(sender, mail(to, "You have an account already", text))
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

/// Invites an address into a workspace.
pub fn invitation(invitation: &Invitation, public_url: &str, sender: &Sender) -> Mail {
    let workspace = safe_name(&invitation.workspace_name);
    let inviter = invitation
        .inviter_name
        .as_deref()
        .map_or_else(|| "Somebody".into(), safe_name);
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
        days = INVITATION_DAYS,
    );
    sent_by(sender, mail(&invitation.email, "An invitation into a workspace", text))
}

/// Asks whether a visitor wants the reply to their question. It holds no word of the reply or of the question: it is
/// not proved yet that the address is the visitor's.
pub fn confirm_reply(to: &str, workspace: &str, confirm_url: &str, sender: &Sender) -> Mail {
    let workspace = safe_name(workspace);
    let text = format!(
        "\"{workspace}\" has replied to a question that was asked on its website with the address {to}.\n\n\
         To receive the reply, open this page and confirm that you want it:\n\n{confirm_url}\n\n\
         If you did not ask anything, ignore this mail. You will not get the reply then.\n"
    );
    sent_by(sender, mail(to, "Do you want the reply to your question?", text))
}

/// Brings a visitor the reply to their question. The question is theirs and goes back to no one else.
pub fn reply_to_visitor(to: &str, workspace: &str, question: &str, reply: &str, sender: &Sender) -> Mail {
    let quoted: String = question.lines().map(|it| format!("> {it}\n")).collect();
    let subject = format!("{} replied to your question", safe_name(workspace));
    sent_by(sender, mail(to, &subject, format!("{reply}\n\nYou asked:\n\n{quoted}")))
}

/// Tells a workspace's owner that an endpoint is told nothing any more.
pub fn webhook_disabled(owner: &OwnerAddress, webhook: &Webhook, why: DisabledBecause, sender: &Sender) -> Mail {
    let reason = match why {
        DisabledBecause::Asked => "a member of the workspace asked for it",
        DisabledBecause::Gone => "it answered 410 (Gone)",
        DisabledBecause::Failing => "it has not taken any event for 5 days",
    };
    let text = format!(
        "The webhook \"{name}\" of the workspace \"{workspace}\" was disabled: {reason}.\n\n\
         It is told of nothing until somebody makes it active again. The events of the last 30 days can be sent to it \
         then.\n\nIts address is {url}\n",
        name = safe_name(&webhook.name),
        workspace = safe_name(&owner.workspace_name),
        url = webhook.url,
    );
    sent_by(sender, mail(&owner.email, "A webhook was disabled", text))
}

/// Says under a mail who sends it and how to get no more, for people and for mail programs (RFC 2369, RFC 8058).
fn sent_by(sender: &Sender, mut mail: Mail) -> Mail {
    mail.text.push_str("\n-- \n");
    if let Some(workspace) = &sender.workspace {
        mail.text.push_str(&format!("Sent for the workspace {workspace}.\n"));
    }
    if let Some(url) = &sender.unsubscribe_url {
        mail.text.push_str(&format!("To get no more of these mails: {url}\n"));
        mail.headers.push(("List-Unsubscribe", format!("<{url}>")));
        mail.headers
            .push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
    }
    mail
}

/// Tells a workspace's owner of a new API key.
pub fn api_key_added(owner: &OwnerAddress, key: &ApiKey, public_url: &str, sender: &Sender) -> Mail {
    let text = format!(
        "An API key was added to the workspace \"{workspace}\".\n\n\
         Name: {name}\nKind: {kind}\nMade by: {maker}\n\n{review}",
        workspace = safe_name(&owner.workspace_name),
        name = safe_name(&key.name),
        kind = key.kind.as_str(),
        maker = maker(&key.created_by),
        review = review("revoke the key", public_url),
    );
    sent_by(sender, mail(&owner.email, "An API key was added", text))
}

/// Tells a workspace's owner of a new webhook, or of one that has moved. The host alone is named, since an address may
/// be a secret.
pub fn webhook_added(owner: &OwnerAddress, webhook: &Webhook, public_url: &str, sender: &Sender) -> Mail {
    let text = format!(
        "A webhook of the workspace \"{workspace}\" was added, or was given a new address.\n\n\
         Name: {name}\nSent to: {origin}\nMade by: {maker}\n\n{review}",
        workspace = safe_name(&owner.workspace_name),
        name = safe_name(&webhook.name),
        origin = origin::of_url(&webhook.url),
        maker = maker(&webhook.created_by),
        review = review("delete the webhook, revoke the key that made it", public_url),
    );
    sent_by(sender, mail(&owner.email, "A webhook was added", text))
}

/// Names who made something.
fn maker(actor: &Actor) -> String {
    match (&actor.actor_name, &actor.key_id) {
        (Some(name), Some(_)) => format!("the API key \"{}\"", safe_name(name)),
        (Some(name), None) => safe_name(name),
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

fn mail(to: &str, subject: &str, text: String) -> Mail {
    Mail {
        to: to.into(),
        subject: subject.into(),
        text,
        headers: vec![],
    }
}
