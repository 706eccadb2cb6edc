//! Throttles: how often strangers may try something, counted by the network that they call from.
use crate::address::ClientAddress;
use crate::app::App;
use crate::limit::{rate_limited, with_wait};
use crate::ports::{Outcome, Take, Window};
use crate::{Error, Kind, Result, secret};
use edge_model::time::TimeDelta;

/// How many wrong passwords a quarter of an hour has for one account from one network.
const GUESSES_PER_ACCOUNT: u64 = 5;
/// How many wrong passwords a quarter of an hour has from one network, over all accounts.
const GUESSES_PER_NETWORK: u64 = 20;
/// How many wrong passwords a quarter of an hour has for one account from all networks that its owner has never used.
const GUESSES_OF_UNKNOWN_NETWORKS: u64 = 100;

/// How many mails an hour strangers may cause from one network, and ten times that from the /48 around it.
const MAILS_PER_NETWORK: u64 = 20;

/// Tries that were counted, and where.
pub(crate) struct Counted {
    scope: String,
    counters: Vec<String>,
}

impl Counted {
    /// Gives the tries back, because they turned out to be none.
    pub(crate) async fn take_back(self, app: &App) -> Result<()> {
        app.limiter.give_back(&self.scope, &self.counters).await
    }
}

/// Counts a try of `what` from a network, before it is looked at, so that tries that are sent together are counted too.
///
/// # Errors
/// [`Kind::RateLimited`] when the network has used up its `limit`, or its /48 ten times that.
pub(crate) async fn count(app: &App, from: &ClientAddress, what: &str, limit: u64, window: Window) -> Result<Counted> {
    counted(
        app,
        format!("{what}:{}", from.widest()),
        from.takes(what, window, limit),
    )
    .await
}

/// Counts a mail that a stranger asks for, and tells whether one may go: a network may cause so many an hour, to all
/// addresses together. The caller is answered the same beyond it.
pub(crate) async fn may_mail(app: &App, from: &ClientAddress) -> Result<bool> {
    let scope = format!("mails:{}", from.widest());
    let takes = from.takes("mails", Window::Hour, MAILS_PER_NETWORK);
    Ok(app.limiter.take(&scope, &takes).await?.refused.is_none())
}

/// Refuses a network that has used up its tries of `what`, without counting one.
///
/// # Errors
/// [`Kind::RateLimited`].
pub(crate) async fn check(app: &App, from: &ClientAddress, what: &str, limit: u64, window: Window) -> Result<()> {
    let mut takes = from.takes(what, window, limit);
    takes.iter_mut().for_each(|it| it.amount = 0);
    counted(app, format!("{what}:{}", from.widest()), takes).await.map(drop)
}

async fn counted(app: &App, scope: String, takes: Vec<Take>) -> Result<Counted> {
    let outcome = app.limiter.take(&scope, &takes).await?;
    if let Some(index) = outcome.refused {
        return Err(rate_limited(&outcome, index, app.now()));
    }
    let counters = takes.into_iter().map(|it| it.counter).collect();
    Ok(Counted { scope, counters })
}

/// Counts a guess of an account's password by the network: for all accounts, and for this one.
///
/// Both stand in one scope of the network, so that a refused guess leaves nothing behind and none creates a scope of
/// its own.
///
/// # Errors
/// [`Kind::RateLimited`].
pub(crate) async fn guess(app: &App, from: &ClientAddress, email: &str) -> Result<Counted> {
    let mut takes = from.takes("all", Window::QuarterHour, GUESSES_PER_NETWORK);
    takes.extend(from.takes(&secret::sha256(email), Window::QuarterHour, GUESSES_PER_ACCOUNT));
    counted(app, format!("login:{}", from.widest()), takes).await
}

/// A password that a person signs in with, as it was counted.
pub(crate) struct LoginGuess {
    of_network: Counted,
    of_account: Counted,
    known: Take,
    /// Whether it is known for a long time yet that the owner has signed in from this network.
    is_remembered: bool,
}

impl LoginGuess {
    /// Counts a guess by the network, and for the account over all networks. Beyond the account's figure only networks
    /// are refused from which its owner has not signed in for two months: strangers cannot lock the owner out.
    ///
    /// # Errors
    /// [`Kind::RateLimited`].
    pub(crate) async fn count(app: &App, from: &ClientAddress, email: &str) -> Result<Self> {
        // The network comes first: what it refuses must not reach the account's counters.
        let of_network = guess(app, from, email).await?;
        let scope = account_scope(email);
        let take = Take {
            counter: "guesses".into(),
            window: Window::QuarterHour,
            limit: GUESSES_OF_UNKNOWN_NETWORKS,
            amount: 1,
        };
        let known = known_network(from, 0);
        let outcome = app.limiter.take(&scope, &[take.clone(), known.clone()]).await?;
        let standing = outcome.standings.get(1).filter(|it| it.remaining < it.limit);
        let is_known = standing.is_some();
        let is_remembered =
            standing.is_some_and(|it| it.resets_at > Window::TwoMonths.end(app.now()).plus(-TimeDelta::days(1)));
        let counters = match outcome.refused {
            None => vec![take.counter],
            Some(_) if is_known => vec![],
            Some(index) => return Err(unknown_network(app, &outcome, index)),
        };
        Ok(Self {
            of_network,
            of_account: Counted { scope, counters },
            known,
            is_remembered,
        })
    }

    /// Gives the guess back and remembers the network, because the password was right.
    pub(crate) async fn was_right(self, app: &App) -> Result<()> {
        if !self.is_remembered {
            let known = Take {
                amount: 1,
                ..self.known.clone()
            };
            app.limiter.take(&self.of_account.scope, &[known]).await?;
        }
        self.take_back(app).await
    }

    /// Gives the guess back, because it was not looked at.
    pub(crate) async fn take_back(self, app: &App) -> Result<()> {
        self.of_network.take_back(app).await?;
        if self.of_account.counters.is_empty() {
            return Ok(());
        }
        self.of_account.take_back(app).await
    }
}

fn unknown_network(app: &App, outcome: &Outcome, index: usize) -> Error {
    let message = "too many wrong passwords were tried for this account; reset the password, or try again later";
    with_wait(Error::new(Kind::RateLimited, message), outcome, index, app.now())
}

fn account_scope(email: &str) -> String {
    format!("login-account:{}", secret::sha256(email))
}

/// Whether an account's owner has signed in from a network: a counter that is above zero.
fn known_network(from: &ClientAddress, amount: u64) -> Take {
    Take {
        // Hashed, since it is kept for long and need not be readable.
        counter: format!("known {}", secret::sha256(from.widest())),
        window: Window::TwoMonths,
        limit: u64::MAX,
        amount,
    }
}

/// Remembers that an account's owner has proved by a mailed code, from a network, who they are.
pub(crate) async fn remember_network(app: &App, from: &ClientAddress, email: &str) {
    // Their code is used up, so a limiter that does not answer must not fail them; they only stay unknown there.
    let _ = app.limiter.take(&account_scope(email), &[known_network(from, 1)]).await;
}

/// Forgets what was counted for an account that is gone.
pub(crate) async fn forget(app: &App, email: &str) -> Result<()> {
    app.limiter.forget(&account_scope(email)).await
}
