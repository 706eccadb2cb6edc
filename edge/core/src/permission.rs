//! Roles: one table of who may do what.
use crate::{Error, Kind};
use edge_model::workspace::Role;

/// What a member of a workspace may want to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See anything of the workspace.
    Read,
    /// Change collections, documents and agents; deal with conversations and questions.
    EditContent,
    /// Change the workspace itself, its keys and its members.
    Administer,
    /// Make a member an owner, or an owner a member.
    ManageOwners,
    /// Have events of the workspace sent elsewhere.
    ManageWebhooks,
    /// Delete the workspace.
    DeleteWorkspace,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 6] = [
        Self::Read,
        Self::EditContent,
        Self::Administer,
        Self::ManageOwners,
        Self::ManageWebhooks,
        Self::DeleteWorkspace,
    ];
}

/// Tells whether a role may do something.
pub fn allows(role: Role, action: Action) -> bool {
    match action {
        Action::Read => true,
        Action::EditContent => matches!(role, Role::Owner | Role::Admin | Role::Member),
        Action::Administer | Action::ManageWebhooks => matches!(role, Role::Owner | Role::Admin),
        Action::ManageOwners | Action::DeleteWorkspace => matches!(role, Role::Owner),
    }
}

/// Returns the roles that may do something.
pub(crate) fn roles(action: Action) -> Vec<&'static str> {
    let roles = [Role::Owner, Role::Admin, Role::Member, Role::Viewer].into_iter();
    roles.filter(|it| allows(*it, action)).map(Role::as_str).collect()
}

/// Tells whether a program's key may do something.
pub(crate) fn key_allows(action: Action) -> bool {
    matches!(action, Action::Read | Action::EditContent | Action::ManageWebhooks)
}

/// Says that a role does not allow something.
pub(crate) fn refusal(role: Role) -> Error {
    let message = format!("your role here, {}, does not allow this", role.as_str());
    Error::new(Kind::Forbidden, message)
}
