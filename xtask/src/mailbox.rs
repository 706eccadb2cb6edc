//! Mails that the Worker sent on this machine: wrangler writes the text of each to a file.
use crate::paths::files_below;
use anyhow::{Result, bail};
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

/// How long a mail may be on its way.
const MAIL_TIMEOUT: Duration = Duration::from_secs(10);

/// The one-time code of the newest mail that names `address`, sent at `since` or later.
///
/// # Errors
/// When no such mail arrives in time.
pub fn code_for(mail_dir: &Path, address: &str, since: SystemTime) -> Result<String> {
    let started = Instant::now();
    while started.elapsed() < MAIL_TIMEOUT {
        if let Some(code) = newest(mail_dir, address, since)?.as_deref().and_then(code_in) {
            return Ok(code);
        }
        sleep(Duration::from_millis(50));
    }
    bail!("no mail with a code for {address} below {}", mail_dir.display())
}

fn newest(mail_dir: &Path, address: &str, since: SystemTime) -> Result<Option<String>> {
    let mut newest: Option<(SystemTime, String)> = None;
    for file in files_below(mail_dir)?
        .into_iter()
        .filter(|file| file.extension().is_some_and(|it| it == "txt"))
    {
        let Ok(written) = fs::metadata(&file).and_then(|facts| facts.modified()) else {
            continue;
        };
        if written < since || newest.as_ref().is_some_and(|(time, _)| *time > written) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap_or_default();
        if text.contains(address) {
            newest = Some((written, text));
        }
    }
    Ok(newest.map(|(_, text)| text))
}

/// The first six digits that stand by themselves.
fn code_in(mail: &str) -> Option<String> {
    let mut words = mail.split(|letter: char| !letter.is_ascii_alphanumeric());
    words
        .find(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::code_in;

    #[test]
    fn a_code_is_six_digits_that_stand_by_themselves() {
        assert_eq!(
            code_in("To confirm a1234567@b.example, enter 042137.").as_deref(),
            Some("042137")
        );
        assert_eq!(code_in("1234567 x123456"), None);
    }
}
