//! Passwords: argon2id, m = 19,456 KiB, t = 2, p = 1 (OWASP Password Storage Cheat Sheet).
use crate::ports::Random;
use crate::{Error, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};

/// The 3,000 most common passwords of at least eight characters, one a line. Source: the frequency list of zxcvbn
/// (MIT), which counts leaked passwords.
const COMMON: &str = include_str!("password/common.txt");

/// A password that may be set: 8 to 128 characters, not among the most common ones.
pub struct Password(String);

impl Password {
    /// Takes a password as it is, white space and all.
    ///
    /// # Errors
    /// Says why it will not do.
    pub fn new(text: &str) -> Result<Self, String> {
        let length = text.chars().count();
        if length < 8 {
            return Err("must be at least 8 characters".into());
        }
        if length > 128 {
            return Err("must be at most 128 characters".into());
        }
        let lower = text.to_lowercase();
        if COMMON.lines().any(|it| it == lower) {
            return Err("is among the most common passwords".into());
        }
        Ok(Self(text.into()))
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a password into a PHC string.
///
/// # Errors
/// When the platform has no randomness.
pub fn hash(random: &dyn Random, password: &Password) -> Result<String> {
    let mut salt = [0; 16];
    random.fill(&mut salt)?;
    let hash: PasswordHash = argon2()?
        .hash_password_with_salt(password.0.as_bytes(), &salt)
        .map_err(Error::internal)?;
    Ok(hash.to_string())
}

/// Tells whether a password is the hashed one. Without a hash the same work is done in vain, so that the time does
/// not tell whether there is an account.
///
/// # Errors
/// When the stored hash is damaged.
pub fn verify(password: &str, hash: Option<&str>) -> Result<bool> {
    // The hash of a password that nobody has.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$Zm9yIG5vYm9keSBhdCBhbGwsIGp1c3QgZm9yIHRpbWU";
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY)).map_err(Error::internal)?;
    // Nobody's password would be longer than one may be set; hashing megabytes would be a way to keep us busy.
    let text = if password.len() > 1_024 { "" } else { password };
    Ok(argon2()?.verify_password(text.as_bytes(), &parsed).is_ok() && hash.is_some())
}
