//! Passwords: argon2id, m = 19,456 KiB, t = 2, p = 1 (OWASP Password Storage Cheat Sheet).
use crate::ports::Random;
use crate::{Error, Result, secret};
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use edge_model::limits::PASSWORD_CHARS;
use std::cell::RefCell;
use std::fmt::Display;

/// The 3,000 most common passwords of at least eight characters, one a line. Source: the frequency list of zxcvbn
/// (MIT), which counts leaked passwords.
const COMMON: &str = include_str!("password/common.txt");

/// A password that may be set: of [`PASSWORD_CHARS`], not among the most common ones.
pub struct Password(String);

impl Password {
    /// Takes a password as it is, white space and all.
    pub fn new(text: &str) -> Result<Self, String> {
        let length = text.chars().count();
        let (least, most) = PASSWORD_CHARS.into_inner();
        if length < least {
            return Err(format!("must be at least {least} characters"));
        }
        if length > most {
            return Err(format!("must be at most {most} characters"));
        }
        let lower = text.to_lowercase();
        if COMMON.lines().any(|it| it == lower) {
            return Err("is among the most common passwords".into());
        }
        Ok(Self(text.into()))
    }

    /// Returns the password.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a new hash costs: m in KiB, t, p.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// The blocks that one hash works in, of 1 KiB each. A stored hash that wants more is not checked.
const ARENA_BLOCKS: usize = COST.0 as usize;
/// The most passes and lanes that a stored hash may want.
const MAX_PASSES_AND_LANES: u32 = 16;
/// The length of a new hash, in bytes.
const LENGTH: usize = 32;
/// When hashing may succeed that failed for want of memory, in seconds.
const RETRY_AFTER: u64 = 2;

thread_local! {
    /// Where hashes are worked out. Kept, since an isolate that is full has no 19 MiB in one piece. Hashing is
    /// synchronous, so one arena is enough.
    static ARENA: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

fn unavailable(cause: impl Display) -> Error {
    Error::unavailable("passwords cannot be checked at the moment; try again", cause).retry_after(RETRY_AFTER)
}

/// Allocates the memory for hashing. To be called before the first request is answered, while there is room.
///
/// # Errors
/// [`crate::Kind::Unavailable`] when there is no room; hashing tries again.
pub fn allocate_arena() -> Result<()> {
    with_arena(|_| Ok(()))
}

fn with_arena<T>(work: impl FnOnce(&mut [Block]) -> Result<T>) -> Result<T> {
    ARENA.with(|arena| {
        let mut arena = arena.try_borrow_mut().map_err(unavailable)?;
        if arena.is_empty() {
            arena.try_reserve_exact(ARENA_BLOCKS).map_err(unavailable)?;
            arena.resize(ARENA_BLOCKS, Block::new());
        }
        let done = work(&mut arena);
        // The blocks are made of the password.
        arena.fill(Block::new());
        done
    })
}

/// Works a hash out.
fn derive(argon2: &Argon2<'_>, password: &str, salt: &[u8], output: &mut [u8]) -> Result<()> {
    with_arena(|blocks| {
        let done = argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, blocks);
        done.map_err(unavailable)
    })
}

/// Hashes a password into a PHC string.
///
/// # Errors
/// When the platform has no randomness; [`crate::Kind::Unavailable`] when there is no memory.
pub fn hash(random: &dyn Random, password: &Password) -> Result<String> {
    let mut salt = [0; 16];
    random.fill(&mut salt)?;
    let (m, t, p) = COST;
    let params = Params::new(m, t, p, Some(LENGTH)).map_err(Error::internal)?;
    let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
    let mut output = [0; LENGTH];
    derive(
        &Argon2::new(algorithm, version, params.clone()),
        &password.0,
        &salt,
        &mut output,
    )?;
    let hash = PasswordHash {
        algorithm: algorithm.ident(),
        version: Some(version.into()),
        params: ParamsString::try_from(&params).map_err(Error::internal)?,
        salt: Some(Salt::new(&salt).map_err(Error::internal)?),
        hash: Some(Output::new(&output).map_err(Error::internal)?),
    };
    Ok(hash.to_string())
}

/// Tells whether a password is the hashed one, by the parameters of the hash. Without a hash the same work is done in
/// vain, so that the time does not tell whether there is an account.
///
/// # Errors
/// [`crate::Kind::Unavailable`] when it cannot be told: there is no memory, or the stored hash cannot be read. It says
/// nothing about the password.
pub fn verify(password: &str, hash: Option<&str>) -> Result<bool> {
    // The hash of a password that no account has.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$Zm9yIG5vYm9keSBhdCBhbGwsIGp1c3QgZm9yIHRpbWU";
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY)).map_err(unavailable)?;
    let (Some(salt), Some(expected)) = (&parsed.salt, &parsed.hash) else {
        return Err(unavailable("the stored hash is incomplete"));
    };
    let algorithm = Algorithm::try_from(parsed.algorithm.as_str()).map_err(unavailable)?;
    let version = parsed.version.map(Version::try_from).transpose().map_err(unavailable)?;
    let params = Params::try_from(&parsed).map_err(unavailable)?;
    if params.block_count() > ARENA_BLOCKS || params.t_cost().max(params.p_cost()) > MAX_PASSES_AND_LANES {
        return Err(unavailable(format!("the stored hash wants too much: {params}")));
    }
    // No account has a password longer than one may set; hashing megabytes would be a way to keep the Worker busy.
    let text = if password.len() > 1_024 { "" } else { password };
    let mut output = vec![0; expected.len()];
    let argon2 = Argon2::new(algorithm, version.unwrap_or_default(), params);
    derive(&argon2, text, salt, &mut output)?;
    Ok(secret::is_equal(&output, expected.as_bytes()) && hash.is_some())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Kind;

    struct Counting;

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) -> Result<()> {
            (0..).zip(bytes).for_each(|(value, it)| *it = value);
            Ok(())
        }
    }

    #[test]
    fn a_hash_is_what_it_was_and_verifies() {
        let made = hash(&Counting, &Password::new("correct horse battery").unwrap()).unwrap();
        let before = "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$";
        assert!(made.starts_with(before), "{made}");
        assert!(verify("correct horse battery", Some(&made)).unwrap());
        assert!(!verify("correct horse batterz", Some(&made)).unwrap());
        assert!(!verify("correct horse battery", None).unwrap());
        ARENA.with(|it| assert!(it.borrow().iter().all(|it| it.as_ref().iter().all(|it| *it == 0))));
    }

    /// Of the reference implementation: `echo -n password | argon2 somesalt -v 13 -t 2 -m 16 …`, with m = 256.
    #[test]
    fn a_hash_with_other_parameters_is_read_by_its_own() {
        let other = "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8";
        assert!(verify("password", Some(other)).unwrap());
        assert!(!verify("Password", Some(other)).unwrap());
    }

    #[test]
    fn what_cannot_be_told_is_no_mismatch() {
        for stored in [
            "",
            "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5",
            "$argon2id$v=19$m=4294967295,t=2,p=1$bm9ib2R5bm9ib2R5$Zm9yIG5vYm9keSBhdCBhbGwsIGp1c3QgZm9yIHRpbWU",
            "$argon2id$v=19$m=19456,t=4000000,p=1$bm9ib2R5bm9ib2R5$Zm9yIG5vYm9keSBhdCBhbGwsIGp1c3QgZm9yIHRpbWU",
            "$pbkdf2$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$Zm9yIG5vYm9keSBhdCBhbGwsIGp1c3QgZm9yIHRpbWU",
        ] {
            let error = verify("password", Some(stored)).unwrap_err();
            assert_eq!(
                (error.kind, error.retry_after),
                (Kind::Unavailable, Some(2)),
                "{stored}"
            );
        }
    }
}
