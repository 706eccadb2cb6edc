//! Sign-ups: asking for an account, and confirming the address of it.
//!
//! Name and password wait in a row of the sign-up's own until the code that was mailed for it is entered: of two people
//! who sign up with one address, neither confirms the other's password.
//! Once it is entered, no other sign-up with the address can be confirmed.
//! Who holds no id of a sign-up is behind a network that others may share: what they mean must be the only sign-up with
//! the address from there, or its repetitions with the same password.
//! Every call does the same work in the same round trips, whether or not the address is known.
use crate::address::ClientAddress;
use crate::app::App;
use crate::auth::session;
use crate::changes::Changes;
use crate::password::{self, Password};
use crate::ports::Window;
use crate::{Result, code, outbox, throttle};
use edge_model::account::{Account, OtpPurpose};
use edge_model::outbox::QueuedMail;
use edge_model::sign_up::SignUp;
use edge_model::text::{Email, Name};
use edge_model::time::TimeDelta;
use edge_model::{AccountId, SignUpId};
use edge_store::directory::mailed_codes::{self, SignUpRef};
use edge_store::directory::sign_ups;

const PURPOSE: OtpPurpose = OtpPurpose::VerifyEmail;
/// What who enters a wrong code without an id may do.
const NOT_TOLD_APART: &str = "the code is wrong or no longer valid, or there was more than one sign-up with this address \
    from your network; send `signup_id`, or sign up again in ten minutes";
/// How long a sign-up waits for its code.
const SIGN_UP_LIFETIME: TimeDelta = TimeDelta::days(1);

/// Takes a sign-up and mails a code for it. Returns its id, also when the address has an account already or has been
/// sent too many mails: the answer must not tell.
///
/// # Errors
/// [`crate::Kind::RateLimited`] when one network asks too often.
pub async fn create(
    app: &App,
    from: &ClientAddress,
    email: &Email,
    password: &Password,
    full_name: &Name,
) -> Result<SignUpId> {
    throttle::count(app, from, "signup", 300, Window::Hour).await?;
    let now = app.now();
    let network = code::network_hash(app, from)?;
    let sign_up = SignUp {
        id: SignUpId::new(app.id(SignUpId::PREFIX)?),
        email: email.to_string(),
        full_name: full_name.to_string(),
        // Hashed whether or not it will be needed, so that the time is the same.
        password_hash: password::hash(&*app.random, password)?,
        network: network.clone(),
        expires_at: now.plus(SIGN_UP_LIFETIME),
        created_at: now,
    };
    let earlier = app.directory().newest_sign_up(email.as_str(), &network, now).await?;
    // Compared also when there is none, so that the time is the same.
    let hash = earlier.as_ref().map(|it| it.1.as_str());
    let is_repeated = password::verify(password.as_str(), hash)?;
    let may_mail = throttle::may_mail(app, from).await?;
    let code = code::new(app, from, email, PURPOSE)?;
    let held = SignUpRef::Held(&sign_up.id);
    let (limits, block_limits) = (code::MAIL_LIMITS, code::SIGN_UP_BLOCK_LIMITS);
    let mut changes = Changes::of(app, app.directory(), sign_ups::insert(&sign_up));
    if may_mail {
        changes.push(mailed_codes::insert_for_sign_up(&code, held, limits, block_limits));
    }
    changes.push(sign_ups::delete_unmailed(&sign_up));
    if let Some((earlier, _)) = earlier.filter(|_| is_repeated) {
        changes.extend(sign_ups::unite(&earlier, &sign_up.id));
    }
    if !may_mail {
        changes.commit().await?;
        return Ok(sign_up.id);
    }
    let nonce = code.id.to_string();
    outbox::post(changes, email.as_str(), QueuedMail::SignUp { nonce }).await?;
    Ok(sign_up.id)
}

/// Mails another code for a sign-up, in place of those before; says nothing of whether it does. Without an id it is for
/// the only sign-up with the address from the caller's network; with several of them there is none.
///
/// # Errors
/// [`crate::Kind::RateLimited`] when one network asks too often.
pub async fn resend_code(app: &App, from: &ClientAddress, email: &Email, id: Option<&SignUpId>) -> Result<()> {
    throttle::count(app, from, "resend", 100, Window::Hour).await?;
    if !throttle::may_mail(app, from).await? {
        return Ok(());
    }
    let network = code::network_hash(app, from)?;
    let code = code::new(app, from, email, PURPOSE)?;
    let (limits, block_limits) = (code::MAIL_LIMITS, code::SIGN_UP_BLOCK_LIMITS);
    let mailed = mailed_codes::insert_for_sign_up(&code, meant(id, &network), limits, block_limits);
    let mut changes = Changes::of(app, app.directory(), mailed);
    changes.push(mailed_codes::replace_older(&code.id));
    let mail = QueuedMail::Code {
        purpose: PURPOSE,
        nonce: code.id.to_string(),
    };
    outbox::post(changes, email.as_str(), mail).await
}

/// Confirms an address by the code of a sign-up, makes the account of that sign-up, and signs in. Without an id the
/// code must be that of the only sign-up with the address from the caller's network for which a code can be entered.
///
/// # Errors
/// [`crate::Reason::WrongCode`], also for the code of another sign-up, and without an id when there are several;
/// [`crate::Kind::RateLimited`] when one network tries too often.
pub async fn confirm(
    app: &App,
    from: &ClientAddress,
    email: &Email,
    id: Option<&SignUpId>,
    entered: &str,
) -> Result<(Account, String)> {
    throttle::count(app, from, "otp", 300, Window::Hour).await?;
    let network = code::network_hash(app, from)?;
    let codes = app
        .directory()
        .count_try_of_sign_up(email.as_str(), meant(id, &network), code::SIGN_UP_TRIES, app.now())
        .await?;
    let code = code::entered(app, PURPOSE, codes, entered).map_err(|error| match id {
        Some(_) => error,
        // Said of every wrong code, so that strangers do not learn what others have signed up with.
        None => error.saying(NOT_TOLD_APART),
    })?;
    let new_id = AccountId::new(app.id(AccountId::PREFIX)?);
    let (session, token) = session::new_session(app, &new_id)?;
    let attempt = app.id("attempt_")?;
    let made = app
        .directory()
        .confirm_sign_up(&code, &attempt, &session, app.now())
        .await?;
    let account = made.ok_or_else(code::wrong_code)?;
    throttle::remember_network(app, from, &account.email).await;
    Ok((account, token))
}

fn meant<'a>(id: Option<&'a SignUpId>, network: &'a str) -> SignUpRef<'a> {
    id.map_or(SignUpRef::OnlyFrom(network), SignUpRef::Held)
}
