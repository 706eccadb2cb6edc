//! Accounts: signing in and out, one's name, and deleting the account.
//!
//! A known and an unknown address get the same answers after the same work.
use crate::address::ClientAddress;
use crate::app::App;
use crate::auth::session::{self, SignedIn};
use crate::changes::Changes;
use crate::password;
use crate::throttle::{self, LoginGuess};
use crate::{Error, Kind, Reason, Result, code, erasure, outbox};
use edge_model::account::Account;
use edge_model::text::Name;
use edge_store::{Constraint, accounts, jobs, members, provenance};

/// Signs a person in and returns their token.
///
/// # Errors
/// [`Reason::WrongCredentials`] whatever of the two is wrong; [`Reason::UnverifiedEmail`] only to who knows the
/// password of a sign-up from their network that waits for its code; [`Kind::RateLimited`] after too many wrong
/// guesses.
pub async fn log_in(app: &App, from: &ClientAddress, email: &str, password: &str) -> Result<(Account, String)> {
    let email = email.trim().to_lowercase();
    let guess = LoginGuess::count(app, from, &email).await?;
    let network = code::network_hash(app, from)?;
    let (account, sign_up) = app.store.account_and_sign_up(&email, &network, app.now()).await?;
    let hash = account.as_ref().map(|it| it.password_hash.as_str());
    let checked = password::verify(password, hash).and_then(|is_right| {
        // Also where there is an account: who signed up with the address of another person must not learn of it.
        let is_waiting = !is_right && password::verify(password, sign_up.as_deref())?;
        Ok((is_right, is_waiting))
    });
    let (is_right, is_waiting) = match checked {
        Ok(checked) => checked,
        Err(error) => {
            // A password that was not compared does not count as a guess.
            guess.take_back(app).await?;
            return Err(error);
        }
    };
    if !is_right && !is_waiting {
        return Err(wrong_credentials());
    }
    let Some(account) = account.filter(|_| is_right) else {
        guess.take_back(app).await?;
        let error = Error::new(
            Kind::Forbidden,
            "confirm your e-mail address first, with the code we sent you",
        );
        return Err(error.because(Reason::UnverifiedEmail));
    };
    guess.was_right(app).await?;
    let (session, token) = session::new_session(app, &account.id)?;
    let changes = Changes::of(app, accounts::insert_session(&session, app.now()));
    match changes.commit().await {
        Ok(_) => Ok((account, token)),
        // The account was deleted while the password was compared.
        Err(error) if error.constraint() == Some(Constraint::ForeignKey) => Err(wrong_credentials()),
        Err(error) => Err(error),
    }
}

fn wrong_credentials() -> Error {
    Error::unauthenticated("e-mail address or password is wrong").because(Reason::WrongCredentials)
}

/// Ends a session: its token is worth nothing from now on.
pub async fn log_out(app: &App, caller: &SignedIn) -> Result<()> {
    Changes::of(app, accounts::delete_session(&caller.session))
        .commit()
        .await
        .map(drop)
}

/// Changes a person's name.
pub async fn rename(app: &App, caller: &SignedIn, full_name: &Name) -> Result<Account> {
    Changes::of(app, accounts::rename(&caller.account.id, full_name.as_str()))
        .commit()
        .await?;
    Ok(Account {
        full_name: full_name.to_string(),
        ..caller.account.clone()
    })
}

/// Deletes an account, and the workspaces whose only member it is.
///
/// # Errors
/// [`Reason::WrongCredentials`] when the password is wrong; [`Kind::RateLimited`] after too many wrong guesses;
/// [`Kind::Conflict`] when a workspace with other members would be left without an owner.
pub async fn delete(app: &App, from: &ClientAddress, caller: &SignedIn, password: &str) -> Result<()> {
    let account = &caller.account;
    let guess = throttle::guess(app, from, &account.email).await?;
    let is_right = match password::verify(password, Some(&account.password_hash)) {
        Ok(is_right) => is_right,
        Err(error) => {
            guess.take_back(app).await?;
            return Err(error);
        }
    };
    if !is_right {
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
    let queue = outbox::queue(&account.email);
    let mut changes = Changes::of(app, jobs::delete_all(&queue, None));
    let (shared, own): (Vec<_>, Vec<_>) = holdings.into_iter().partition(|it| it.others > 0);
    for holding in &own {
        erasure::workspace(&mut changes, &holding.workspace_id)?;
    }
    for holding in &shared {
        changes.push(members::delete(&holding.workspace_id, &account.id));
        changes.push(members::reassign_owner(&holding.workspace_id));
    }
    // Keys and webhooks that the person made elsewhere end with their memberships.
    changes.extend(provenance::end_of_account(&account.id, app.now()));
    changes.extend(accounts::delete(&account.id, &account.email));
    changes.commit().await?;
    app.limiter.forget(account.id.as_str()).await?;
    app.limiter.forget(queue.as_str()).await?;
    throttle::forget(app, &account.email).await
}
