//! Counting mails: with the changes that order them, so that requests that come together are counted, too.
use crate::app::App;
use crate::changes::{Changes, Committed};
use crate::{Error, Kind, Result, mailbox};
use edge_model::account::Account;
use edge_model::mail_ledger::{LedgerEntry, MailKind, MailLimits};
use edge_model::plan::Plan;
use edge_model::time::TimeDelta;
use edge_model::{Timestamp, WorkspaceId};
use edge_store::directory::mail_ledger::{self, MailRoom};
use edge_store::{Constraint, Directory};

/// Mails of one kind to one address.
const TO_RECIPIENT_PER_HOUR: u32 = 3;
const TO_RECIPIENT_PER_DAY: u32 = 10;
/// What an account may send out before it is a day old and before anybody else belongs to a workspace of its own.
pub const NEW_ACCOUNT_OPEN_INVITATIONS: u32 = 5;
pub const NEW_ACCOUNT_INVITATIONS_PER_DAY: u32 = 10;

/// Returns how many mails a workspace may send within a day, and an account of each kind.
pub fn mails_per_day(plan: Plan) -> u32 {
    match plan {
        Plan::Free => 50,
        Plan::Starter => 200,
        Plan::Pro => 1_000,
        Plan::Enterprise => 10_000,
    }
}

/// Returns how many invitations of an account may be open.
pub fn open_invitations(plan: Plan) -> u32 {
    match plan {
        Plan::Free => 20,
        Plan::Starter => 100,
        Plan::Pro => 500,
        Plan::Enterprise => 5_000,
    }
}

/// Returns after which time mails may go that are ordered together to one address: as many at once as an hour has, and
/// as many as a day has before the next day.
pub(crate) fn delays() -> impl Iterator<Item = TimeDelta> {
    (0..).flat_map(|day| {
        let hour = |it: u32| TimeDelta::hours(i64::from(it / TO_RECIPIENT_PER_HOUR));
        (0..TO_RECIPIENT_PER_DAY).map(move |it| TimeDelta::days(day) + hour(it))
    })
}

/// Returns the limits of mails that members of a workspace cause.
pub(crate) fn limits(plan: Plan) -> MailLimits {
    MailLimits {
        to_recipient_per_hour: TO_RECIPIENT_PER_HOUR,
        to_recipient_per_day: TO_RECIPIENT_PER_DAY,
        by_account_per_day: mails_per_day(plan),
        from_workspace_per_day: mails_per_day(plan),
        open_invitations: None,
    }
}

/// Returns the limits of an account's invitations.
pub(crate) async fn invitation_limits(app: &App, account: &Account, plan: Plan) -> Result<MailLimits> {
    let is_young = account.created_at.plus(TimeDelta::days(1)) > app.now();
    let limits = limits(plan);
    if is_young || !app.directory().has_colleague(&account.id).await? {
        return Ok(MailLimits {
            by_account_per_day: NEW_ACCOUNT_INVITATIONS_PER_DAY,
            open_invitations: Some(NEW_ACCOUNT_OPEN_INVITATIONS),
            ..limits
        });
    }
    Ok(MailLimits {
        open_invitations: Some(open_invitations(plan)),
        ..limits
    })
}

/// Returns an entry for a mail that no member causes.
pub(crate) fn entry(app: &App, id: String, to: &str, kind: MailKind, workspace: Option<&WorkspaceId>) -> LedgerEntry {
    LedgerEntry {
        id,
        recipient: mailbox::hash(to),
        kind,
        workspace_id: workspace.cloned(),
        account_id: None,
        subject_id: None,
        created_at: app.now(),
    }
}

/// Counts a mail that is about to be sent, and tells whether there was room at its address.
pub(crate) async fn admit(app: &App, entry: &LedgerEntry) -> Result<bool> {
    let count = mail_ledger::count_if_room(entry, TO_RECIPIENT_PER_HOUR, TO_RECIPIENT_PER_DAY);
    let mut changes = Changes::new(app, app.directory());
    let counted = changes.push(count);
    Ok(changes.commit().await?.has(counted))
}

/// Returns an entry for what would be a mail if its address had room for one. It counts for the account and the
/// workspace alone.
pub(crate) fn unmailed(entry: LedgerEntry) -> LedgerEntry {
    LedgerEntry {
        recipient: format!("unmailed {}", entry.id),
        ..entry
    }
}

/// Tells whether a mail's address has no room for it now.
pub(crate) async fn is_recipient_full(app: &App, entry: &LedgerEntry, limits: &MailLimits) -> Result<bool> {
    let room = app.directory().mail_room(entry, limits, None).await?;
    Ok(room.to_recipient_within_hour_at.is_some() || room.to_recipient_within_day_at.is_some())
}

/// Counts the mail of an invitation that the changes order, and commits them. Beyond a limit nothing of them is
/// written. `invitee` is the address that the invitation is to.
///
/// # Errors
/// [`Kind::RateLimited`], with when to come back; [`Kind::Forbidden`] when the operator stopped the workspace's mail.
pub(crate) async fn write(
    app: &App,
    mut changes: Changes<'_, Directory>,
    entry: &LedgerEntry,
    limits: &MailLimits,
    invitee: Option<&str>,
) -> Result<Committed> {
    // Last, since a batch that is taken up again is known by its first statement.
    changes.push(mail_ledger::count(entry, limits, invitee));
    let outcome = changes.commit().await;
    explained(app, outcome, entry, limits, invitee).await
}

/// Says which limit refused a batch that counts a mail.
async fn explained(
    app: &App,
    outcome: Result<Committed>,
    entry: &LedgerEntry,
    limits: &MailLimits,
    invitee: Option<&str>,
) -> Result<Committed> {
    match outcome {
        Err(error) if error.constraint() == Some(Constraint::MailLimit) => {
            let room = app.directory().mail_room(entry, limits, invitee).await?;
            Err(refusal(&room, entry.created_at))
        }
        outcome => outcome,
    }
}

/// Counts a mail and commits the tenant's changes that order it: in one batch, or before it when the directory is
/// another database. Beyond a limit nothing of them is written; and a crash between the two leaves a mail counted that
/// is not ordered, never one ordered that is not counted.
///
/// # Errors
/// Those of [`write`].
pub(crate) async fn write_for_tenant(
    app: &App,
    mut changes: Changes<'_>,
    entry: &LedgerEntry,
    limits: &MailLimits,
) -> Result<Committed> {
    if changes.half().is_in_directory() {
        changes.push_of_directory(mail_ledger::count(entry, limits, None))?;
        let outcome = changes.commit().await;
        return explained(app, outcome, entry, limits, None).await;
    }
    write(app, Changes::new(app, app.directory()), entry, limits, None).await?;
    let workspace = changes.half().workspace_id().clone();
    let committed = changes.commit().await;
    // A lost batch may have ordered it, and a request that is sent again does not count it again.
    let may_be_ordered = |error: &Error| error.kind == Kind::Unavailable || app.store.is_repeatable();
    if committed.as_ref().is_err_and(|error| !may_be_ordered(error)) {
        let take_back = mail_ledger::delete(&workspace, &entry.id);
        Changes::of(app, app.directory(), take_back).commit().await?;
    }
    committed
}

/// Says which limit was met, and when there is room under all of them again.
fn refusal(room: &MailRoom, now: Timestamp) -> Error {
    if room.stopped_at.is_some() {
        let message = "the operator of this installation has stopped the mail of this workspace";
        return Error::new(Kind::Forbidden, message);
    }
    let limits = [
        (room.to_recipient_within_hour_at, "this address was mailed too often"),
        (room.to_recipient_within_day_at, "this address was mailed too often"),
        (
            room.about_subject_at,
            "a reply to this question was mailed within the hour",
        ),
        (room.open_invitations_at, "too many of your invitations are open"),
        (room.by_account_at, "you have sent too many mails today"),
        (room.from_workspace_at, "this workspace has sent too many mails today"),
    ];
    let met = limits.into_iter().filter_map(|(at, message)| Some((at?, message)));
    let latest = met.max_by_key(|it| it.0);
    // There may be room by now.
    let (at, message) = latest.unwrap_or((now, "too many mails"));
    let millis = at.0.saturating_sub(now.0).max(0);
    let seconds = u64::try_from((millis + 999) / 1_000).unwrap_or(1).max(1);
    Error::new(Kind::RateLimited, message).retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_for_the_last_limit_in_whole_seconds() {
        for (at, seconds) in [(1_000, 1), (1_001, 2), (2_000, 2), (-5, 1), (0, 1)] {
            let room = MailRoom {
                by_account_at: Some(Timestamp(10_000 + at)),
                about_subject_at: Some(Timestamp(9_000)),
                ..MailRoom::default()
            };
            let refused = refusal(&room, Timestamp(10_000));
            assert_eq!(
                (refused.kind, refused.retry_after),
                (Kind::RateLimited, Some(seconds)),
                "{at}"
            );
        }
        let stopped = MailRoom {
            stopped_at: Some(Timestamp(1)),
            ..MailRoom::default()
        };
        assert_eq!(refusal(&stopped, Timestamp(2)).kind, Kind::Forbidden);
    }
}
