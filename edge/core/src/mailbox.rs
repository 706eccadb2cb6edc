//! Mailboxes: which addresses lead to the same one, and how one is kept.
use crate::secret;

/// Hexadecimal digits of a hash: 128 bits.
const DIGITS: usize = 32;

/// Returns the mailbox that an address leads to, in one form: mails are counted by it and kept from it, and go to the
/// address as it was written. Most providers deliver what stands behind a `+` to the name before it; Gmail's names have
/// no dots.
pub(crate) fn of(address: &str) -> String {
    let address = address.to_lowercase();
    let Some((local, domain)) = address.rsplit_once('@') else {
        return address;
    };
    let name = local.split('+').next().filter(|it| !it.is_empty()).unwrap_or(local);
    match domain {
        "gmail.com" | "googlemail.com" => format!("{}@gmail.com", name.replace('.', "")),
        domain => format!("{name}@{domain}"),
    }
}

/// Returns how the mailbox of an address is kept. Without a key, so that what it said outlives a change of the
/// installation's secret.
pub(crate) fn hash(address: &str) -> String {
    short_hash(&of(address))
}

/// Returns all the ways in which an address may be kept, its mailbox's first: earlier versions of ours kept it as it
/// was written.
pub(crate) fn hashes(address: &str) -> Vec<String> {
    let (of_mailbox, as_written) = (hash(address), short_hash(address));
    match of_mailbox == as_written {
        true => vec![of_mailbox],
        false => vec![of_mailbox, as_written],
    }
}

fn short_hash(text: &str) -> String {
    let hash = secret::sha256(format!("mail recipient:{text}"));
    hash.get(..DIGITS).unwrap_or(&hash).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_has_one_form() {
        for (address, mailbox) in [
            ("Ann@Example.com", "ann@example.com"),
            ("ann+shop@example.com", "ann@example.com"),
            ("ann+a+b@example.com", "ann@example.com"),
            ("a.nn@example.com", "a.nn@example.com"),
            ("a.n.n+x@gmail.com", "ann@gmail.com"),
            ("ann@googlemail.com", "ann@gmail.com"),
            ("+ann@example.com", "+ann@example.com"),
            ("no address", "no address"),
        ] {
            assert_eq!(of(address), mailbox, "{address}");
        }
    }
}
