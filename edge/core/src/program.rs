//! Programs: back ends that call with a key of their own.
use crate::address::block_of;
use crate::app::App;
use crate::changes::Changes;
use crate::limit::plan::Counting;
use crate::limit::{Meter, lane};
use crate::permission::{self, Action};
use crate::workspace::Member;
use crate::{Error, Kind, Reason, Result, secret, widget};
use edge_model::actor::Actor;
use edge_model::key::KeyKind;
use edge_model::workspace::Workspace;
use edge_store::conversations::{KeyOwner, KeyRef};
use edge_store::{Statement, caller_checks};

/// Whoever acts in a workspace: a member, as far as their role goes, or a program with a key.
pub trait Caller: Sync {
    /// Returns the workspace.
    fn workspace(&self) -> &Workspace;

    /// Names the caller in what they make and change.
    fn actor(&self) -> Actor;

    /// Refuses what the caller may not do.
    ///
    /// # Errors
    /// [`Kind::Forbidden`].
    fn require(&self, action: Action) -> Result<()>;

    /// Refuses the batch that this is part of with [`Kind::Forbidden`] when the caller may not do this any more. A body may
    /// take most of a minute to come in, and what somebody changes must not outlive their removal.
    fn require_in_batch(&self, action: Action) -> Statement {
        caller_checks::require(&self.workspace().id, &self.actor(), &permission::roles(action))
    }
}

impl Caller for Member {
    fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    fn actor(&self) -> Actor {
        Actor::person(&self.person.account.id, &self.person.account.full_name)
    }

    fn require(&self, action: Action) -> Result<()> {
        Self::require(self, action)
    }
}

/// A program, let in.
#[derive(Clone, Debug)]
pub struct Program(KeyOwner);

impl Caller for Program {
    fn workspace(&self) -> &Workspace {
        &self.0.workspace
    }

    fn actor(&self) -> Actor {
        Actor::key(&self.0.key.id, &self.0.key.name)
    }

    /// A key opens the content of its workspace and has events sent; keys, members and the workspace itself are for
    /// people.
    fn require(&self, action: Action) -> Result<()> {
        if matches!(action, Action::Read | Action::EditContent | Action::ManageWebhooks) {
            return Ok(());
        }
        Err(Error::new(Kind::Forbidden, "an API key does not allow this"))
    }
}

/// Finds whose key this is, and writes nothing. A malformed key, or one of another kind, is refused without asking the
/// database.
///
/// # Errors
/// [`Reason::WrongKey`].
pub async fn find(app: &App, kind: KeyKind, text: &str) -> Result<KeyOwner> {
    let wrong = || Error::unauthenticated("the API key is not valid").because(Reason::WrongKey);
    if secret::key_kind(text) != Some(kind) {
        return Err(wrong());
    }
    let found = app.store.key_owner(&KeyRef::Hash(secret::sha256(text))).await?;
    let is_living = |it: &KeyOwner| it.key.revoked_at.is_none() && it.key.kind == kind;
    found.filter(is_living).ok_or_else(wrong)
}

/// Lets a key of a kind in, and counts the request. The network of `address`, where the program calls from, is noted with
/// the key's use.
///
/// # Errors
/// Those of [`find`]; [`Kind::RateLimited`].
pub async fn enter(
    app: &App,
    meter: &Meter,
    kind: KeyKind,
    counting: Counting,
    text: &str,
    address: Option<&str>,
) -> Result<Program> {
    let owner = find(app, kind, text).await?;
    let now = app.now();
    lane::admit_program(&*app.limiter, meter, counting, &owner, now).await?;
    if let Some(touch) = widget::touch(&owner, address.and_then(block_of).as_deref(), now) {
        Changes::of(app, touch).commit().await?;
    }
    Ok(Program(owner))
}
