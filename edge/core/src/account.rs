//! Accounts: signing in and out, one's name, and deleting the account.
//!
//! A known and an unknown address get the same answers after the same work.
use crate::address::ClientAddress;
use crate::app::App;
use crate::auth::session::{self, SignedIn};
use crate::changes::Changes;
use crate::password;
use crate::provenance::{self, Keep};
use crate::throttle::{self, LoginGuess};
use crate::{Error, Kind, Reason, Result, code, copies, erasure, outbox};
use edge_model::AccountId;
use edge_model::account::Account;
use edge_model::job::Task;
use edge_model::text::Name;
use edge_model::time::TimeDelta;
use edge_store::directory::members::Holding;
use edge_store::directory::{accounts, invitations, members};
use edge_store::{Constraint, jobs, memberships};

/// When the job looks whether a deletion was cut off.
const RETRY_DELAY: TimeDelta = TimeDelta::minutes(1);

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
    let (account, sign_up) = app.directory().account_and_sign_up(&email, &network, app.now()).await?;
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
    let changes = Changes::of(app, app.directory(), accounts::insert_session(&session, app.now()));
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
    Changes::of(app, app.directory(), accounts::delete_session(&caller.session))
        .commit()
        .await
        .map(drop)
}

/// Changes a person's name.
pub async fn rename(app: &App, caller: &SignedIn, full_name: &Name) -> Result<Account> {
    let id = &caller.account.id;
    let mut changes = Changes::of(app, app.directory(), accounts::rename(id, full_name.as_str()));
    copies::order_account(&mut changes, id)?;
    changes.commit().await?;
    // The job that was ordered does it when this fails.
    copies::account(app, id).await.ok();
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
    check_holdings(&app.directory().holdings(&account.id).await?)?;
    // Before the deletion, too: when a job has to finish it, that cannot reach the counters.
    forget_counters(app, account).await?;
    let (account_id, queue) = (account.id.clone(), erasure::queue(&account.id));
    let mut changes = Changes::new(app, app.directory());
    let job = changes.enqueue(&queue, Task::DeleteAccount { account_id }, RETRY_DELAY)?;
    changes.commit().await?;
    if let Err(error) = erase(app, &account.id).await {
        if error.kind == Kind::Conflict {
            // Another member has left a workspace just now, and the account stays.
            let take_back = jobs::delete_in_directory(&queue, &job);
            Changes::of(app, app.directory(), take_back).commit().await?;
        }
        return Err(error);
    }
    forget_counters(app, account).await
}

async fn forget_counters(app: &App, account: &Account) -> Result<()> {
    app.limiter.forget(account.id.as_str()).await?;
    app.limiter.forget(outbox::queue(&account.email).as_str()).await?;
    throttle::forget(app, &account.email).await
}

/// Takes an owner out of a workspace that has others.
///
/// # Errors
/// [`Kind::Conflict`] when they are its last owner.
async fn leave(app: &App, holding: &Holding, id: &AccountId) -> Result<()> {
    let workspace = &holding.workspace_id;
    let tenant = app.store.tenant_in(&holding.database, workspace)?;
    let mut changes = Changes::new(app, &tenant);
    let deleted = changes.push(memberships::delete(workspace, id));
    changes.push(memberships::reassign_owner(workspace));
    provenance::with_member(&mut changes, id, id, Keep::default(), app.now());
    // None was deleted by an earlier run, or it is the last owner's by now.
    if !changes.commit().await?.has(deleted) && tenant.has_member(id).await? {
        return Err(would_be_orphan(holding));
    }
    if tenant.is_in_directory() {
        return Ok(());
    }
    let mut changes = Changes::new(app, app.directory());
    changes.extend(members::settle(workspace, id, None, app.now()));
    changes.commit().await.map(drop)
}

/// Refuses to leave a workspace with other members without an owner.
fn check_holdings(holdings: &[Holding]) -> Result<()> {
    let orphan = holdings.iter().find(|it| it.others > 0 && it.other_owners == 0);
    orphan.map_or(Ok(()), |it| Err(would_be_orphan(it)))
}

fn would_be_orphan(workspace: &Holding) -> Error {
    let message = format!(
        "make somebody else an owner of the workspace `{}` first",
        workspace.name
    );
    Error::new(Kind::Conflict, message)
}

/// Deletes an account whose owner has asked for it, a step after the other: its workspaces and memberships, what it
/// made in each database, and at last its row. Safe to repeat, so that a job takes it up after a crash.
///
/// # Errors
/// [`Kind::Conflict`] when a workspace with other members would be left without an owner.
pub(crate) async fn erase(app: &App, id: &AccountId) -> Result<()> {
    let directory = app.directory();
    let Some(email) = directory.account_address(id).await? else {
        return Ok(());
    };
    let holdings = directory.holdings(id).await?;
    check_holdings(&holdings)?;
    let (shared, own): (Vec<_>, Vec<_>) = holdings.into_iter().partition(|it| it.others > 0);
    // Those that may refuse come first, while nothing is erased.
    for holding in &shared {
        leave(app, holding, id).await?;
    }
    for holding in &own {
        let tenant = app.store.tenant_in(&holding.database, &holding.workspace_id)?;
        erasure::workspace(app, &tenant).await?;
    }
    // Keys and webhooks that the person made elsewhere end with their memberships.
    for database in app.databases() {
        let mut changes = Changes::new(app, database);
        changes.extend(edge_store::provenance::end_of_account(id, app.now()));
        if !database.is_directory() {
            changes.push(memberships::delete_account(id));
        }
        changes.commit().await?;
    }
    let mut changes = Changes::new(app, directory);
    changes.push(invitations::delete_of_account(id));
    changes.extend(accounts::delete(id));
    for queue in [outbox::queue(&email), erasure::queue(id)] {
        changes.push(jobs::delete_all_in_directory(&queue));
    }
    changes.commit().await.map(drop)
}
