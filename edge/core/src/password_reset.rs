//! A new password for who has forgotten theirs: by a mailed code, or by the link in the same mail.
//!
//! Strangers can neither learn whether an address has an account nor keep its owner from a new password: codes of
//! several networks are valid at once, each network has tries of its own, and a link needs no tries at all.
use crate::address::ClientAddress;
use crate::app::App;
use crate::changes::Changes;
use crate::password::{self, Password};
use crate::ports::Window;
use crate::{Result, code, outbox, throttle};
use edge_model::CodeId;
use edge_model::account::OtpPurpose;
use edge_model::outbox::QueuedMail;
use edge_model::text::Email;
use edge_store::DirectoryStatement;
use edge_store::directory::mailed_codes;

const PURPOSE: OtpPurpose = OtpPurpose::ResetPassword;

/// What proves that the caller reads the mail of an account's address.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// A code, entered for an address.
    Code { email: &'a Email, code: &'a str },
    /// What stands in a mailed link.
    Token(&'a str),
}

/// Mails a code and a link to the owner of an address; says nothing of whether there is one.
///
/// # Errors
/// [`crate::Kind::RateLimited`] when one network asks too often.
pub async fn request(app: &App, from: &ClientAddress, email: &Email) -> Result<()> {
    throttle::count(app, from, "forgot", 100, Window::Hour).await?;
    if !throttle::may_mail(app, from).await? {
        return Ok(());
    }
    let code = code::new(app, from, email, PURPOSE)?;
    let mut changes = Changes::of(
        app,
        app.directory(),
        mailed_codes::insert_for_account(&code, code::MAIL_LIMITS),
    );
    changes.push(mailed_codes::replace_older(&code.id));
    let mail = QueuedMail::Code {
        purpose: PURPOSE,
        nonce: code.id.to_string(),
    };
    outbox::post(changes, email.as_str(), mail).await
}

/// Sets a new password. Ends all sessions of the account, and all its codes and links.
///
/// # Errors
/// [`crate::Reason::WrongCode`]; [`crate::Kind::RateLimited`] when one network tries codes too often.
pub async fn finish(app: &App, from: &ClientAddress, proof: Proof<'_>, password: &Password) -> Result<()> {
    let attempt = app.id("attempt_")?;
    let (code, used) = check(app, from, proof, &attempt).await?;
    let password_hash = password::hash(&*app.random, password)?;
    let email = app
        .directory()
        .reset_password(used, &code, &attempt, &password_hash)
        .await?;
    throttle::remember_network(app, from, &email.ok_or_else(code::wrong_code)?).await;
    Ok(())
}

/// Returns which code was mailed, and the write that uses it up.
async fn check(
    app: &App,
    from: &ClientAddress,
    proof: Proof<'_>,
    attempt: &str,
) -> Result<(CodeId, DirectoryStatement)> {
    match proof {
        Proof::Code { email, code } => {
            throttle::count(app, from, "otp", 300, Window::Hour).await?;
            let network = code::network_hash(app, from)?;
            let codes = app
                .directory()
                .count_try_of_reset(email.as_str(), &network, code::RESET_TRIES, app.now())
                .await?;
            let code = code::entered(app, PURPOSE, codes, code)?;
            let used = mailed_codes::use_code(&code, attempt, app.now());
            Ok((code, used))
        }
        // 128 bits cannot be guessed, so a link is not throttled and works whatever strangers did.
        Proof::Token(token) => {
            let code = code::of_token(app, token)?;
            let used = mailed_codes::use_link(&code, attempt, app.now());
            Ok((code, used))
        }
    }
}
