//! Codes and links that prove that a person reads the mail of an address: what they are made of, how many are mailed,
//! and how often they may be tried.
use crate::address::ClientAddress;
use crate::app::App;
use crate::keyring::RingKey;
use crate::{Error, Kind, Reason, Result, mailbox, secret};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_model::CodeId;
use edge_model::account::OtpPurpose;
use edge_model::code::MailedCode;
use edge_model::text::Email;
use edge_model::time::TimeDelta;
use edge_store::directory::mailed_codes::{BlockLimits, MailLimits, TryLimits};

/// How long a code is valid, in minutes.
pub const CODE_MINUTES: u32 = 10;
/// How long a link is valid, in minutes. Not less than the hour in which a mail goes also beyond the limit of a day: a
/// stranger who uses the limits up leaves a valid link in the owner's inbox.
pub const LINK_MINUTES: u32 = 60;
/// How many mails may go to a mailbox, for each purpose.
pub(crate) const MAIL_LIMITS: MailLimits = MailLimits {
    per_network_and_hour: 3,
    per_day: 10,
};
/// How many of the mails of a day strangers in one block of networks may cause for sign-ups: enough are left for the
/// owner of the address.
pub(crate) const SIGN_UP_BLOCK_LIMITS: BlockLimits = BlockLimits {
    per_block: 3,
    kept_for_others: 4,
};
/// How often the code of a sign-up may be tried by who holds the sign-up's id, and as often from the sign-up's network.
/// Ten guesses at a million codes: 1 in 100,000.
pub(crate) const SIGN_UP_TRIES: u32 = 5;
/// Twenty guesses at one code: 1 in 50,000. A guess counts for each of the at most eleven codes that it is compared
/// with, so that all guesses of a day have less than 1 in 10,000 for an address.
pub(crate) const RESET_TRIES: TryLimits = TryLimits {
    per_network: 5,
    from_other_networks: 15,
    per_day: 80,
};
/// How many bytes of a MAC a link holds: 128 bits.
const TOKEN_BYTES: usize = 16;

/// What a mail brings.
pub(crate) struct Secrets {
    /// Six digits.
    pub(crate) code: String,
    /// What stands in the link.
    pub(crate) token: String,
}

/// Returns a keyed hash of the network that a call comes from, for rows: who reads them cannot tell the network.
pub(crate) fn network_hash(app: &App, from: &ClientAddress) -> Result<String> {
    keyed_hash(app, &format!("network:{}", from.network()))
}

fn keyed_hash(app: &App, text: &str) -> Result<String> {
    let mac = app.settings.auth_keys.current().mac(text.as_bytes())?;
    Ok(secret::hex(mac.get(..TOKEN_BYTES).unwrap_or(&mac)))
}

/// Makes the row of a new code.
pub(crate) fn new(app: &App, from: &ClientAddress, email: &Email, purpose: OtpPurpose) -> Result<MailedCode> {
    let now = app.now();
    let after = |minutes: u32| now.plus(TimeDelta::minutes(minutes.into()));
    Ok(MailedCode {
        id: CodeId::new(app.id(CodeId::PREFIX)?),
        purpose,
        email: email.to_string(),
        mailbox: mailbox::of(email.as_str()),
        network: network_hash(app, from)?,
        block: keyed_hash(app, &format!("block:{}", from.block()))?,
        code_expires_at: after(CODE_MINUTES),
        link_expires_at: match purpose {
            // A click proves that a person reads the mail, not that the sign-up and its password are theirs.
            OtpPurpose::VerifyEmail => after(CODE_MINUTES),
            OtpPurpose::ResetPassword => after(LINK_MINUTES),
        },
        created_at: now,
    })
}

/// Returns what the mail of a code brings, if the code can still be entered.
pub(crate) async fn active(app: &App, email: &str, purpose: OtpPurpose, id: &CodeId) -> Result<Option<Secrets>> {
    if !app.directory().is_living_code(email, id, app.now()).await? {
        return Ok(None);
    }
    let key = app.settings.auth_keys.current();
    let (code, token) = (digits(key, purpose, id)?, token(key, id)?);
    Ok(Some(Secrets { code, token }))
}

/// Returns which of some codes was entered.
///
/// # Errors
/// [`Reason::WrongCode`].
pub(crate) fn entered(app: &App, purpose: OtpPurpose, codes: Vec<CodeId>, text: &str) -> Result<CodeId> {
    let mut found = None;
    for id in codes {
        let is_it = app
            .settings
            .auth_keys
            .has_made(text.trim(), |key| digits(key, purpose, &id))?;
        found = if is_it { Some(id) } else { found };
    }
    found.ok_or_else(wrong_code)
}

/// Returns whose token a text is.
///
/// # Errors
/// [`Reason::WrongCode`] when it is not one of ours.
pub(crate) fn of_token(app: &App, text: &str) -> Result<CodeId> {
    let id = text
        .split_once('.')
        .map(|it| CodeId::new(it.0))
        .ok_or_else(wrong_code)?;
    match app.settings.auth_keys.has_made(text, |key| token(key, &id))? {
        true => Ok(id),
        false => Err(wrong_code()),
    }
}

/// Refuses a code or a link.
pub(crate) fn wrong_code() -> Error {
    Error::new(Kind::Invalid, "the code is wrong or no longer valid").because(Reason::WrongCode)
}

fn digits(key: &RingKey, purpose: OtpPurpose, id: &CodeId) -> Result<String> {
    let mac = key.mac(format!("code:{}:{id}", purpose.as_str()).as_bytes())?;
    Ok(secret::otp_code(&mac))
}

fn token(key: &RingKey, id: &CodeId) -> Result<String> {
    let mac = key.mac(format!("link:{id}").as_bytes())?;
    let secret = URL_SAFE_NO_PAD.encode(mac.get(..TOKEN_BYTES).unwrap_or(&mac));
    Ok(format!("{id}.{secret}"))
}
