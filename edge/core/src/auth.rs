//! Who calls, and what they may do: the only place where a request becomes a [`Caller`].
//!
//! People come by [`session`], programs by [`api_key`]; both act in one workspace as a [`Caller`], and every operation
//! first checks that its caller may do it. Visitors of a customer's page come by [`visitor`], and the operator of the
//! installation comes by [`operator`].
pub mod api_key;
pub mod operator;
pub mod session;
pub mod visitor;

use crate::permission::{self, Action};
use crate::{Error, Kind, Result};
use edge_model::actor::Actor;
use edge_model::workspace::{Role, Workspace};
use edge_store::api_keys::KeyOwner;
use edge_store::directory::members;
use edge_store::{DirectoryStatement, TenantStatement, TenantStore, caller_checks};
use session::SignedIn;

/// Someone who acts in a workspace: a person, as far as their role goes, or a program, as far as its key goes.
#[derive(Clone, Debug)]
pub struct Caller {
    workspace: Workspace,
    tenant: TenantStore,
    actor: Actor,
    rights: Rights,
    /// The person who is signed in, if it is one.
    person: Option<SignedIn>,
}

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rights {
    /// What the role allows that the person has in the workspace at present.
    Role(Role),
    /// The content of the workspace, and to have its events sent. Keys, members and the workspace itself are for
    /// people.
    Key,
}

impl Caller {
    fn person_in(workspace: Workspace, tenant: TenantStore, person: SignedIn, role: Role) -> Self {
        Self {
            workspace,
            tenant,
            actor: Actor::person(&person.account.id, &person.account.full_name),
            rights: Rights::Role(role),
            person: Some(person),
        }
    }

    fn of_key(owner: KeyOwner, tenant: TenantStore) -> Self {
        Self {
            tenant,
            actor: Actor::key(&owner.key.id, &owner.key.name),
            workspace: owner.workspace,
            rights: Rights::Key,
            person: None,
        }
    }

    /// Returns the workspace.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Returns the rows of the workspace.
    pub(crate) fn tenant(&self) -> &TenantStore {
        &self.tenant
    }

    /// Names the caller in what they make and change.
    pub fn actor(&self) -> Actor {
        self.actor.clone()
    }

    /// Returns the person, for what only people do.
    ///
    /// # Errors
    /// [`Kind::Forbidden`] for a program.
    pub fn person(&self) -> Result<&SignedIn> {
        self.person.as_ref().ok_or_else(not_for_keys)
    }

    /// Returns the person's role.
    ///
    /// # Errors
    /// [`Kind::Forbidden`] for a program, which has none.
    pub fn role(&self) -> Result<Role> {
        match self.rights {
            Rights::Role(role) => Ok(role),
            Rights::Key => Err(not_for_keys()),
        }
    }

    /// Tells whether the caller may do something.
    pub fn may(&self, action: Action) -> bool {
        match self.rights {
            Rights::Role(role) => permission::allows(role, action),
            Rights::Key => permission::key_allows(action),
        }
    }

    /// Refuses what the caller may not do.
    ///
    /// # Errors
    /// [`Kind::Forbidden`].
    pub fn require(&self, action: Action) -> Result<()> {
        match self.rights {
            _ if self.may(action) => Ok(()),
            Rights::Role(role) => Err(permission::refusal(role)),
            Rights::Key => Err(not_for_keys()),
        }
    }

    /// Refuses the batch that this is part of with [`Kind::Forbidden`] when the caller may not do this any more. A body
    /// may take most of a minute to arrive, and a member who is removed meanwhile must not change anything.
    pub(crate) fn require_in_batch(&self, action: Action) -> TenantStatement {
        caller_checks::require(&self.workspace.id, &self.actor, &permission::roles(action))
    }

    /// The same, for a batch of the directory, where only people write for a workspace.
    ///
    /// # Errors
    /// [`Kind::Forbidden`] for a program.
    pub(crate) fn require_in_directory(&self, action: Action) -> Result<DirectoryStatement> {
        let account = &self.person()?.account.id;
        Ok(members::require(
            &self.workspace.id,
            account,
            &permission::roles(action),
        ))
    }
}

fn not_for_keys() -> Error {
    Error::new(Kind::Forbidden, "an API key does not allow this")
}
