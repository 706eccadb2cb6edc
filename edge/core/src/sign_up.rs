//! Sign-ups: asking for an account, and confirming the address of it.
//!
//! Name and password wait in a row of the sign-up's own until the code that was mailed for it is entered: of two people
//! who sign up with one address, nobody confirms the other's password.
//! Once it is entered, no other sign-up with the address can be confirmed.
//! Every call does the same work in the same round trips, whether or not the address is known.
use crate::account;
use crate::address::ClientAddress;
use crate::app::App;
use crate::limit::Window;
use crate::password::{self, Password};
use crate::{Result, code, letter, throttle};
use edge_model::account::{Account, OtpPurpose};
use edge_model::letter::Letter;
use edge_model::sign_up::SignUp;
use edge_model::text::{Email, Name};
use edge_model::time::DAY;
use edge_model::{AccountId, SignUpId};
use edge_store::mailed_codes::{self, SignUpRef};
use edge_store::sign_ups;

const PURPOSE: OtpPurpose = OtpPurpose::VerifyEmail;
/// How long a sign-up waits for its code, in milliseconds.
const SIGN_UP_LIFETIME: i64 = DAY;

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
    let code = code::new(app, network, email, PURPOSE)?;
    let held = SignUpRef::Held(&sign_up.id);
    let writes = vec![
        sign_ups::insert(&sign_up),
        mailed_codes::insert_for_sign_up(&code, held, code::MAIL_LIMITS),
        sign_ups::delete_unmailed(&sign_up),
    ];
    let nonce = code.id.to_string();
    letter::post(app, email.as_str(), Letter::SignUp { nonce }, writes).await?;
    Ok(sign_up.id)
}

/// Mails another code for a sign-up, in place of those before; says nothing of whether it does. Without an id it is for
/// the newest sign-up with the address from the caller's network.
///
/// # Errors
/// [`crate::Kind::RateLimited`] when one network asks too often.
pub async fn resend_code(app: &App, from: &ClientAddress, email: &Email, id: Option<&SignUpId>) -> Result<()> {
    throttle::count(app, from, "resend", 100, Window::Hour).await?;
    let network = code::network_hash(app, from)?;
    let code = code::new(app, network.clone(), email, PURPOSE)?;
    let writes = vec![
        mailed_codes::insert_for_sign_up(&code, meant(id, &network), code::MAIL_LIMITS),
        mailed_codes::replace_older(&code.id),
    ];
    let letter = Letter::Code {
        purpose: PURPOSE,
        nonce: code.id.to_string(),
    };
    letter::post(app, email.as_str(), letter, writes).await
}

/// Confirms an address by the code of a sign-up, makes the account of that sign-up, and signs in. Without an id the code
/// must be that of the newest sign-up with the address from the caller's network.
///
/// # Errors
/// [`crate::Reason::WrongCode`], also for the code of another sign-up; [`crate::Kind::RateLimited`] when one network tries too
/// often.
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
        .store
        .count_try_of_sign_up(email.as_str(), meant(id, &network), code::SIGN_UP_TRIES, app.now())
        .await?;
    let code = code::entered(app, PURPOSE, codes, entered)?;
    let new_id = AccountId::new(app.id(AccountId::PREFIX)?);
    let (session, token) = account::new_session(app, &new_id)?;
    let attempt = app.id("attempt_")?;
    let made = app.store.confirm_sign_up(&code, &attempt, &session, app.now()).await?;
    let account = made.ok_or_else(code::wrong_code)?;
    throttle::remember_network(app, from, &account.email).await;
    Ok((account, token))
}

fn meant<'a>(id: Option<&'a SignUpId>, network: &'a str) -> SignUpRef<'a> {
    id.map_or(SignUpRef::NewestFrom(network), SignUpRef::Held)
}
