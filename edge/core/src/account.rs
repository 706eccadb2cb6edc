//! Accounts: signing up, confirming the address, signing in and out.
//!
//! What strangers may learn: nothing. A known and an unknown address get the same answers after the same work.
use crate::address::ClientAddress;
use crate::app::App;
use crate::limit::lane::{self, Operation};
use crate::limit::{Meter, Window};
use crate::password::{self, Password};
use crate::throttle::{self, LoginGuess};
use crate::token::{self, Audience};
use crate::{Error, Kind, Reason, Result, erasure, letter, secret};
use edge_model::account::{Account, Otp, OtpPurpose, Session};
use edge_model::letter::Letter;
use edge_model::text::{Email, Name};
use edge_model::time::{DAY, HOUR, MINUTE};
use edge_model::{AccountId, SessionId};
use edge_store::{accounts, members};
use serde::{Deserialize, Serialize};

/// How long a code is good for, in minutes.
pub const OTP_MINUTES: u32 = 10;
const OTP_TRIES: u32 = 5;
const OTP_SENDS_PER_HOUR: u32 = 3;
const SESSION: i64 = DAY;

/// What a sign-in token holds.
#[derive(Serialize, Deserialize)]
struct Claims {
    sub: AccountId,
    sid: SessionId,
}

/// A signed-in person, and the session they speak through.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub account: Account,
    pub session: SessionId,
}

/// Signs a person up and mails them a code.
///
/// # Errors
/// [`Kind::RateLimited`] when one address or one caller asks too often.
pub async fn sign_up(
    app: &App,
    from: &ClientAddress,
    email: &Email,
    password: &Password,
    full_name: &Name,
) -> Result<()> {
    throttle::count(app, from, "signup", 300, Window::Hour).await?;
    // Hashed whether or not it will be needed, so that the time is the same.
    let password_hash = password::hash(&*app.random, password)?;
    let purpose = OtpPurpose::VerifyEmail;
    let (account, otp) = app.store.account_and_otp(email.as_str(), purpose).await?;
    match account {
        Some(account) if account.email_verified_at.is_some() => {
            letter::post(app, email.as_str(), Letter::KnownAddress, vec![]).await
        }
        Some(account) => {
            let replace = accounts::replace_unverified(&account.id, full_name.as_str(), &password_hash);
            send_code(app, &account, otp, purpose, vec![replace]).await
        }
        None => {
            let account = Account {
                id: AccountId::new(app.id(AccountId::PREFIX)?),
                email: email.to_string(),
                full_name: full_name.to_string(),
                password_hash,
                email_verified_at: None,
                created_at: app.now(),
            };
            let done = send_code(app, &account, None, purpose, vec![accounts::insert(&account)]).await;
            // Somebody was quicker with the same address and has been mailed; the answer must not tell.
            done.or_else(|error| {
                if error.kind == Kind::Conflict {
                    Ok(())
                } else {
                    Err(error)
                }
            })
        }
    }
}

/// Mails a fresh code to an address that waits for one; says nothing of whether it does.
///
/// # Errors
/// [`Kind::RateLimited`] when one caller asks too often.
pub async fn resend_code(app: &App, from: &ClientAddress, email: &Email) -> Result<()> {
    throttle::count(app, from, "resend", 100, Window::Hour).await?;
    let purpose = OtpPurpose::VerifyEmail;
    let (account, otp) = app.store.account_and_otp(email.as_str(), purpose).await?;
    match account.filter(|it| it.email_verified_at.is_none()) {
        Some(account) => send_code(app, &account, otp, purpose, vec![]).await,
        None => send_nothing(app, email, purpose).await,
    }
}

/// Mails a code for a new password to the owner of an address; says nothing of whether there is one.
///
/// # Errors
/// [`Kind::RateLimited`] when one caller asks too often.
pub async fn forgot_password(app: &App, from: &ClientAddress, email: &Email) -> Result<()> {
    throttle::count(app, from, "forgot", 100, Window::Hour).await?;
    let purpose = OtpPurpose::ResetPassword;
    let (account, otp) = app.store.account_and_otp(email.as_str(), purpose).await?;
    match account {
        Some(account) => send_code(app, &account, otp, purpose, vec![]).await,
        None => send_nothing(app, email, purpose).await,
    }
}

/// Confirms an address by its code and signs its owner in.
///
/// # Errors
/// [`Reason::WrongCode`].
pub async fn verify_email(app: &App, from: &ClientAddress, email: &Email, code: &str) -> Result<(Account, String)> {
    let account = take_code(app, from, email, OtpPurpose::VerifyEmail, code).await?;
    let (session, token) = new_session(app, &account)?;
    let now = app.now();
    app.store
        .write(vec![
            accounts::verify(&account.id, now),
            accounts::insert_session(&session, now),
        ])
        .await?;
    throttle::remember_network(app, from, &account.email).await;
    Ok((account, token))
}

/// Sets a new password by a mailed code. Ends all sessions; whoever has the mail has the address, too.
///
/// # Errors
/// [`Reason::WrongCode`].
pub async fn reset_password(
    app: &App,
    from: &ClientAddress,
    email: &Email,
    code: &str,
    password: &Password,
) -> Result<()> {
    let account = take_code(app, from, email, OtpPurpose::ResetPassword, code).await?;
    let password_hash = password::hash(&*app.random, password)?;
    let writes = vec![
        accounts::set_password(&account.id, &password_hash),
        accounts::verify(&account.id, app.now()),
        accounts::delete_sessions(&account.id),
    ];
    app.store.write(writes).await?;
    throttle::remember_network(app, from, &account.email).await;
    Ok(())
}

/// Signs a person in and returns their token.
///
/// # Errors
/// [`Reason::WrongCredentials`] whatever of the two is wrong; [`Reason::UnverifiedEmail`] only to who knows the
/// password; [`Kind::RateLimited`] after too many wrong guesses.
pub async fn log_in(app: &App, from: &ClientAddress, email: &str, password: &str) -> Result<(Account, String)> {
    let email = email.trim().to_lowercase();
    let guess = LoginGuess::count(app, from, &email).await?;
    let account = app.store.account_by_email(&email).await?;
    let is_right = password::verify(password, account.as_ref().map(|it| it.password_hash.as_str()))?;
    let Some(account) = account.filter(|_| is_right) else {
        return Err(Error::unauthenticated("e-mail address or password is wrong").because(Reason::WrongCredentials));
    };
    if account.email_verified_at.is_none() {
        guess.take_back(app).await?;
        let error = Error::new(
            Kind::Forbidden,
            "confirm your e-mail address first, with the code we sent you",
        );
        return Err(error.because(Reason::UnverifiedEmail));
    }
    guess.was_right(app).await?;
    let (session, token) = new_session(app, &account)?;
    app.store
        .write(vec![accounts::insert_session(&session, app.now())])
        .await?;
    Ok((account, token))
}

/// Reads the session out of a sign-in token.
///
/// # Errors
/// [`Kind::Unauthenticated`] when the token is not ours or its time is over.
pub fn session_of(app: &App, token: &str) -> Result<SessionId> {
    let claims: Claims = token::verify(&app.settings.auth_secret, Audience::Account, token, app.now())?;
    Ok(claims.sid)
}

/// Finds who a token speaks for.
///
/// # Errors
/// [`Kind::Unauthenticated`] when the token is not ours, its time is over, or its session was ended.
pub async fn signed_in(app: &App, token: &str) -> Result<SignedIn> {
    let session = session_of(app, token)?;
    let account = app
        .store
        .account_of_session(&session, app.now())
        .await?
        .ok_or_else(session_ended)?;
    Ok(SignedIn { account, session })
}

/// Counts a request of a signed-in person outside of any workspace.
///
/// # Errors
/// [`Kind::RateLimited`].
pub async fn admit(app: &App, caller: &SignedIn, meter: &Meter, operation: Operation) -> Result<()> {
    let (limiter, id) = (&*app.limiter, &caller.account.id);
    if operation == Operation::Control && lane::admit_control(limiter, meter, id).await? {
        return Ok(());
    }
    lane::admit_account(limiter, meter, id, app.now()).await
}

pub(crate) fn session_ended() -> Error {
    Error::unauthenticated("this session has ended; sign in again")
}

/// Ends a session: its token is worth nothing from now on.
///
/// # Errors
/// When the database does not answer.
pub async fn log_out(app: &App, caller: &SignedIn) -> Result<()> {
    app.store.write(vec![accounts::delete_session(&caller.session)]).await?;
    Ok(())
}

/// Changes a person's name.
///
/// # Errors
/// When the database does not answer.
pub async fn rename(app: &App, caller: &SignedIn, full_name: &Name) -> Result<Account> {
    app.store
        .write(vec![accounts::rename(&caller.account.id, full_name.as_str())])
        .await?;
    Ok(Account {
        full_name: full_name.to_string(),
        ..caller.account.clone()
    })
}

/// Deletes a person's account, and the workspaces that nobody else belongs to.
///
/// # Errors
/// [`Reason::WrongCredentials`] when the password is wrong; [`Kind::RateLimited`] after too many wrong guesses;
/// [`Kind::Conflict`] when a workspace with other members would be left without an owner.
pub async fn delete(app: &App, from: &ClientAddress, caller: &SignedIn, password: &str) -> Result<()> {
    let account = &caller.account;
    let guess = throttle::guess(app, from, &account.email).await?;
    if !password::verify(password, Some(&account.password_hash))? {
        let error = Error::new(Kind::Forbidden, "the password is wrong").of_field("password");
        return Err(error.because(Reason::WrongCredentials));
    }
    guess.take_back(app).await?;
    let holdings = app.store.holdings(&account.id).await?;
    let orphan = holdings.iter().find(|it| it.others > 0 && it.other_owners == 0);
    if let Some(orphan) = orphan {
        let message = format!("make somebody else an owner of the workspace `{}` first", orphan.name);
        return Err(Error::new(Kind::Conflict, message));
    }
    let queue = letter::queue(&account.email);
    let mut writes = vec![edge_store::jobs::delete_all(&queue, None)];
    let (shared, own): (Vec<_>, Vec<_>) = holdings.into_iter().partition(|it| it.others > 0);
    for it in &own {
        app.jobs.wake(&it.workspace_id).await?;
        writes.extend(erasure::workspace(app, &it.workspace_id)?);
    }
    for it in &shared {
        writes.push(members::delete(&it.workspace_id, &account.id));
        writes.push(members::settle_owner(&it.workspace_id));
    }
    writes.extend(accounts::delete(&account.id, &account.email));
    app.store.write(writes).await?;
    for it in &own {
        app.jobs.wake(&it.workspace_id).await?;
    }
    app.limiter.forget(account.id.as_str()).await?;
    app.limiter.forget(queue.as_str()).await?;
    throttle::forget(app, &account.email).await
}

fn new_session(app: &App, account: &Account) -> Result<(Session, String)> {
    let id = SessionId::new(app.id(SessionId::PREFIX)?);
    let (now, account_id) = (app.now(), account.id.clone());
    let session = Session {
        id: id.clone(),
        account_id: account_id.clone(),
        expires_at: now.plus(SESSION),
    };
    let claims = Claims {
        sub: account_id,
        sid: id,
    };
    let token = token::sign(
        &app.settings.auth_secret,
        Audience::Account,
        claims,
        now,
        session.expires_at,
    )?;
    Ok((session, token))
}

/// Writes a fresh code together with `writes` and orders its mail. Beyond three codes an hour nothing is written, so
/// that an account is as it was when the last code was mailed, nothing is mailed and nothing said: the answer must not
/// tell a known address from an unknown one.
async fn send_code(
    app: &App,
    account: &Account,
    before: Option<Otp>,
    purpose: OtpPurpose,
    mut writes: Vec<edge_store::Statement>,
) -> Result<()> {
    let now = app.now();
    let (sends, window_started_at) = before
        .filter(|it| it.window_started_at.plus(HOUR) > now)
        .map_or((0, now), |it| (it.sends, it.window_started_at));
    let nonce = app.id("")?;
    if sends >= OTP_SENDS_PER_HOUR {
        writes.clear();
    } else {
        writes.push(accounts::put_otp(&Otp {
            account_id: account.id.clone(),
            purpose,
            code_hash: code_hash(account, purpose, &code(app, account, purpose, &nonce)?),
            expires_at: now.plus(i64::from(OTP_MINUTES) * MINUTE),
            tries: 0,
            sends: sends + 1,
            window_started_at,
        }));
    }
    letter::post(app, &account.email, Letter::Code { purpose, nonce }, writes).await
}

/// Does as [`send_code`] does, for an address that there is no code for.
async fn send_nothing(app: &App, email: &Email, purpose: OtpPurpose) -> Result<()> {
    let nonce = app.id("")?;
    letter::post(app, email.as_str(), Letter::Code { purpose, nonce }, vec![]).await
}

/// Makes the code of a nonce again, if it is the one that an address waits for.
pub(crate) async fn living_code(app: &App, email: &str, purpose: OtpPurpose, nonce: &str) -> Result<Option<String>> {
    let (Some(account), Some(otp)) = app.store.account_and_otp(email, purpose).await? else {
        return Ok(None);
    };
    let code = code(app, &account, purpose, nonce)?;
    let is_living = otp.expires_at > app.now() && otp.code_hash == code_hash(&account, purpose, &code);
    Ok(is_living.then_some(code))
}

/// Makes the code of a nonce: who can read the rows, but not the secret, learns nothing of it.
fn code(app: &App, account: &Account, purpose: OtpPurpose, nonce: &str) -> Result<String> {
    let text = format!("otp:{}:{}:{nonce}", account.id, purpose.as_str());
    let mac = secret::hmac_sha256(app.settings.auth_secret.as_bytes(), text.as_bytes())?;
    Ok(secret::otp_code(&mac))
}

/// Uses a code up, once, for the account of an address. The try is counted before the code is compared, so that
/// parallel guesses are counted too; and there is one also where there is no account, so that it takes as long.
async fn take_code(app: &App, from: &ClientAddress, email: &Email, purpose: OtpPurpose, code: &str) -> Result<Account> {
    throttle::count(app, from, "otp", 300, Window::Hour).await?;
    let now = app.now();
    let account = app.store.account_by_email(email.as_str()).await?;
    let nobody = AccountId::new("");
    let id = account.as_ref().map_or(&nobody, |it| &it.id);
    let hash = hash_of(id, purpose, code.trim());
    let writes = vec![
        accounts::count_try(id, purpose, OTP_TRIES, now),
        accounts::take_otp(id, purpose, &hash),
    ];
    let answers = app.store.write(writes).await?;
    let is_taken = answers.iter().all(|it| !it.is_empty()) && answers.len() == 2;
    let wrong = || Error::new(Kind::Invalid, "the code is wrong or no longer valid").because(Reason::WrongCode);
    account.filter(|_| is_taken).ok_or_else(wrong)
}

fn code_hash(account: &Account, purpose: OtpPurpose, code: &str) -> String {
    hash_of(&account.id, purpose, code)
}

fn hash_of(account: &AccountId, purpose: OtpPurpose, code: &str) -> String {
    secret::sha256(format!("{account}:{}:{code}", purpose.as_str()))
}
