//! What our mails say. Every mail names the address it is for, and stands a code on a line of its own.
use crate::ports::Mail;

/// Asks a new account's owner to confirm their address.
pub fn verify_email(to: &str, code: &str) -> Mail {
    let text = format!(
        "To confirm {to}, enter this code:\n\n{code}\n\nIt is valid for 10 minutes. If you did not sign up, ignore this mail.\n"
    );
    mail(to, "Your confirmation code", text)
}

/// Tells an account's owner that somebody tried to sign up with their address.
pub fn signup_of_known_address(to: &str) -> Mail {
    let text = format!(
        "Somebody tried to sign up with {to}, which has an account already.\n\n\
         If it was you, sign in instead, or reset your password. If it was not, there is nothing to do.\n"
    );
    mail(to, "You have an account already", text)
}

/// Lets an account's owner choose a new password.
pub fn reset_password(to: &str, code: &str) -> Mail {
    let text = format!(
        "To choose a new password for {to}, enter this code:\n\n{code}\n\n\
         It is valid for 10 minutes. If you did not ask for it, ignore this mail.\n"
    );
    mail(to, "Your code for a new password", text)
}

fn mail(to: &str, subject: &str, text: String) -> Mail {
    Mail {
        to: to.into(),
        subject: subject.into(),
        text,
    }
}
