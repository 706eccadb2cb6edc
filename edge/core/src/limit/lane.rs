//! Lanes: members, programs and visitors of a workspace are counted apart, so that none of them can use up what the
//! others have. Strangers are counted by their network alone.
//!
//! Every request takes all its counters in one call, from one scope: those of a workspace stand in the scope of the
//! workspace, those of a person in the scope of the account.
use super::plan::{RateLimitPolicy, UNLIMITED, answers_per_month, grouped, messages_per_month, requests_of_programs};
use super::{Meter, plan, rate_limited, with_wait};
use crate::address::ClientAddress;
use crate::ports::{Limiter, Outcome, Take, Window};
use crate::{Error, Kind, Result, secret};
use edge_model::plan::Plan;
use edge_model::{AccountId, Timestamp, WorkspaceId};
use edge_store::api_keys::KeyOwner;

/// The counter of a workspace's monthly answers by its deputy.
pub const ANSWERS: &str = "answers";
/// The counter of a workspace's monthly messages.
pub const MESSAGES: &str = "messages";

/// Requests per minute of a signed-in person outside of any workspace.
const ACCOUNT_REQUESTS: u64 = 300;
/// Control operations per minute of a signed-in person that nothing else can use up.
const CONTROL_REQUESTS: u64 = 60;
/// Requests per minute of a network that are refused for their key, their page or what they name.
const STRANGER_REQUESTS: u64 = 60;

/// What a signed-in person does, as far as limits are concerned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operation {
    #[default]
    Ordinary,
    /// What ends something, such as signing out, revoking a key or deleting a workspace: it must be possible however
    /// much others, or the same person's reads, have used.
    Control,
}

/// The part of the visitors' lane that one session, one network, one /48 and one key can use at most.
#[derive(Clone, Copy, Debug)]
struct Share(u64, u64);

const SESSION_SHARE: Share = Share(1, 3);
const NETWORK_SHARE: Share = Share(1, 2);
const WIDE_NETWORK_SHARE: Share = Share(3, 4);
const KEY_SHARE: Share = Share(9, 10);

impl Share {
    fn of(self, lane: u64) -> u64 {
        lane * self.0 / self.1
    }
}

fn per_minute(counter: impl Into<String>, limit: u64) -> Take {
    Take {
        counter: counter.into(),
        window: Window::Minute,
        limit,
        amount: 1,
    }
}

/// Counts one request of a member of a workspace.
///
/// # Errors
/// [`Kind::RateLimited`], with when to come back.
pub(crate) async fn admit_member(
    limiter: &dyn Limiter,
    meter: &Meter,
    workspace: &WorkspaceId,
    plan: Plan,
    now: Timestamp,
) -> Result<()> {
    let take = per_minute("members", plan::requests_per_minute(plan));
    admit(limiter, meter, workspace.as_str(), &[take], now).await
}

/// Counts one request of a signed-in person outside of any workspace.
///
/// # Errors
/// [`Kind::RateLimited`], with when to come back.
pub(crate) async fn admit_account(
    limiter: &dyn Limiter,
    meter: &Meter,
    account: &AccountId,
    now: Timestamp,
) -> Result<()> {
    let take = per_minute("requests", ACCOUNT_REQUESTS);
    admit(limiter, meter, account.as_str(), &[take], now).await
}

/// Counts one control operation of a signed-in person, and tells whether it was within the figure that is for these
/// alone. Beyond it, as when much is deleted at once, a control operation counts like any other.
pub(crate) async fn admit_control(limiter: &dyn Limiter, meter: &Meter, account: &AccountId) -> Result<bool> {
    let take = per_minute("control", CONTROL_REQUESTS);
    let outcome = limiter.take(account.as_str(), &[take]).await?;
    record(meter, &outcome);
    Ok(outcome.refused.is_none())
}

/// A visitor's request whose key, page and agent are known to be good.
pub(crate) struct Visit<'a> {
    pub(crate) owner: &'a KeyOwner,
    pub(crate) from: &'a ClientAddress,
    /// What the visitor calls the conversation, where the request names it.
    pub(crate) session: Option<&'a str>,
    /// How many messages to an agent it takes.
    pub(crate) messages: u64,
}

impl Visit<'_> {
    /// Returns the takes within the lane: a plan without a limit has no shares of it either.
    fn shares(&self, lane: u64) -> Vec<Take> {
        if lane >= UNLIMITED {
            return vec![];
        }
        let session = self.session.map(|session| {
            // Cut, since a visitor chooses it and all of them are kept for a minute.
            let name: String = secret::sha256(session).chars().take(16).collect();
            per_minute(format!("session {name}"), SESSION_SHARE.of(lane))
        });
        let network = per_minute(format!("network {}", self.from.network()), NETWORK_SHARE.of(lane));
        let wide = self.from.wide_network();
        let wide = wide.map(|it| per_minute(format!("network {it}"), WIDE_NETWORK_SHARE.of(lane)));
        let key = per_minute(format!("key {}", self.owner.key.id), KEY_SHARE.of(lane));
        session.into_iter().chain([network]).chain(wide).chain([key]).collect()
    }
}

/// Counts one request of a visitor: in the lane of all visitors, in the shares that bound a single one, and its
/// messages in those of the month.
///
/// # Errors
/// [`Kind::RateLimited`] or [`Kind::QuotaExhausted`], with when to come back.
pub(crate) async fn admit_visitor(
    limiter: &dyn Limiter,
    meter: &Meter,
    visit: &Visit<'_>,
    now: Timestamp,
) -> Result<()> {
    let workspace = &visit.owner.workspace;
    let lane = plan::requests_per_minute(workspace.plan);
    let mut takes = vec![per_minute("visitors", lane)];
    takes.extend(visit.shares(lane));
    let requests = takes.len();
    if visit.messages > 0 {
        takes.push(Take {
            counter: MESSAGES.into(),
            window: Window::Month,
            limit: messages_per_month(workspace.plan).unwrap_or(u64::MAX),
            amount: visit.messages,
        });
    }
    let outcome = limiter.take(workspace.id.as_str(), &takes).await?;
    record(meter, &outcome);
    match outcome.refused {
        None => Ok(()),
        Some(index) if index < requests => {
            // A caller who has used up a share has nothing left, whatever the lane has.
            if let Some(mut standing) = meter.standing() {
                standing.remaining = 0;
                meter.record(standing);
            }
            Err(rate_limited(&outcome, index, now))
        }
        Some(index) => {
            let limit = outcome.standings.get(index).map_or(0, |it| it.limit);
            let message = format!("monthly message limit reached ({limit}/{limit})");
            Err(with_wait(
                Error::new(Kind::QuotaExhausted, message),
                &outcome,
                index,
                now,
            ))
        }
    }
}

/// Counts one request that is refused for its key, its page or what it names: by its network alone, so that it costs
/// the workspace nothing.
///
/// # Errors
/// [`Kind::RateLimited`], with when to come back.
pub(crate) async fn admit_stranger(
    limiter: &dyn Limiter,
    meter: &Meter,
    from: &ClientAddress,
    now: Timestamp,
) -> Result<()> {
    let takes = from.takes("strangers", Window::Minute, STRANGER_REQUESTS);
    admit(limiter, meter, &format!("strangers:{}", from.widest()), &takes, now).await
}

/// Counts one request of a program.
///
/// # Errors
/// [`Kind::RateLimited`], with when to come back.
pub(crate) async fn admit_program(
    limiter: &dyn Limiter,
    meter: &Meter,
    policy: RateLimitPolicy,
    owner: &KeyOwner,
    now: Timestamp,
) -> Result<()> {
    let (scope, takes) = match policy {
        RateLimitPolicy::ByKey(limit) => (owner.key.id.as_str(), vec![per_minute("requests", limit)]),
        RateLimitPolicy::ByPlan => {
            let [minute, day] = requests_of_programs(owner.workspace.plan);
            let day = Take {
                window: Window::Day,
                ..per_minute("programs, day", day)
            };
            let takes = vec![per_minute("programs", minute), day];
            (owner.workspace.id.as_str(), takes)
        }
    };
    let outcome = limiter.take(scope, &takes).await?;
    // The headers show the limit that is nearer to its end.
    let nearest = outcome.standings.iter().min_by_key(|it| it.remaining);
    let told = outcome.refused.map_or(nearest, |it| outcome.standings.get(it));
    if let Some(standing) = told {
        meter.record(*standing);
    }
    refusal(&outcome, now)
}

/// Counts one answer of a workspace's deputy.
///
/// # Errors
/// [`Kind::QuotaExhausted`], with the message of `public/docs/api-twin.md#what-are-the-limits-of-the-twin-api`.
pub(crate) async fn admit_answer(
    limiter: &dyn Limiter,
    workspace: &WorkspaceId,
    plan: Plan,
    now: Timestamp,
) -> Result<()> {
    // Counted without a limit, too, since a workspace may change to a plan that has one.
    let limit = answers_per_month(plan).unwrap_or(u64::MAX);
    let take = Take {
        counter: ANSWERS.into(),
        window: Window::Month,
        limit,
        amount: 1,
    };
    let outcome = limiter.take(workspace.as_str(), &[take]).await?;
    let Some(index) = outcome.refused else {
        return Ok(());
    };
    let more = match plan {
        Plan::Free => format!(
            "Upgrade to Pro for {} answers/month",
            grouped(answers_per_month(Plan::Pro).unwrap_or_default())
        ),
        _ => "Upgrade to Enterprise for unlimited answers".into(),
    };
    let limit = grouped(limit);
    let message = format!("Monthly answer limit reached ({limit}/{limit}). {more}");
    Err(with_wait(
        Error::new(Kind::QuotaExhausted, message),
        &outcome,
        index,
        now,
    ))
}

/// Counts one question to an agent's draft. It is no message of the plan, but it may ask the operator's language model.
///
/// # Errors
/// [`Kind::RateLimited`], with when to come back.
pub(crate) async fn admit_test(
    limiter: &dyn Limiter,
    workspace: &WorkspaceId,
    plan: Plan,
    now: Timestamp,
) -> Result<()> {
    let take = Take {
        counter: "tests".into(),
        window: Window::Day,
        limit: plan::tests_per_day(plan),
        amount: 1,
    };
    let outcome = limiter.take(workspace.as_str(), &[take]).await?;
    refusal(&outcome, now)
}

/// Takes from the counters of a scope, and notes where the first of them stands.
async fn admit(limiter: &dyn Limiter, meter: &Meter, scope: &str, takes: &[Take], now: Timestamp) -> Result<()> {
    let outcome = limiter.take(scope, takes).await?;
    record(meter, &outcome);
    refusal(&outcome, now)
}

fn record(meter: &Meter, outcome: &Outcome) {
    if let Some(standing) = outcome.standings.first() {
        meter.record(*standing);
    }
}

fn refusal(outcome: &Outcome, now: Timestamp) -> Result<()> {
    let refused = outcome.refused;
    refused.map_or(Ok(()), |index| Err(rate_limited(outcome, index, now)))
}
