//! What goes with an API key or with a member: the keys, webhooks and invitations that they made.
use crate::port::sql;
use crate::{DatabaseStatement, SqlError, TenantStatement, decode, json};
use edge_model::key::KeyKind;
use edge_model::webhook::WebhookForm;
use edge_model::{AccountId, InvitationId, KeyId, Timestamp, WebhookId, WorkspaceId};
use serde::Deserialize;
use serde_json::Value;

/// A key, as an answer names it that says what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct KeyRef {
    pub id: KeyId,
    pub name: String,
    pub kind: KeyKind,
}

/// A webhook, as an answer names it that says what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WebhookRef {
    pub id: WebhookId,
    pub name: String,
    pub url: String,
    pub form: WebhookForm,
}

/// An invitation, as an answer names it that says what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct InvitationRef {
    pub id: InvitationId,
    pub email: String,
}

/// A key that is revoked at a moment, by a statement of the same batch.
#[derive(Clone, Copy, Debug)]
pub struct Revoked<'a> {
    pub workspace: &'a WorkspaceId,
    pub key: &'a KeyId,
    pub at: Timestamp,
}

/// A member who is removed or given another role, by a statement of the same batch. Nothing is written when they have
/// one of `roles` afterwards.
#[derive(Clone, Copy, Debug)]
pub struct Leaver<'a> {
    pub workspace: &'a WorkspaceId,
    pub account: &'a AccountId,
    /// The roles that may have keys and webhooks.
    pub roles: &'a [&'static str],
}

/// Reads what a statement of this file returned.
///
/// # Errors
/// When a row is not what the statement returns.
pub fn read<T: serde::de::DeserializeOwned>(rows: Vec<Value>) -> Result<Vec<T>, SqlError> {
    rows.into_iter().map(decode).collect()
}

/// Deletes the webhooks that a key made, with what was on its way to them, and returns them.
pub fn delete_webhooks_of_key(revoked: Revoked<'_>) -> TenantStatement {
    sql!(&revoked.workspace => "DELETE FROM webhooks WHERE workspace_id = ?1 AND created_by_key_id = ?2
            AND EXISTS (SELECT 1 FROM api_keys WHERE workspace_id = ?1 AND id = ?2 AND revoked_at = ?3)
         RETURNING id, name, url, form",
        revoked.workspace.as_str(),
        revoked.key.as_str(),
        revoked.at.0
    )
}

/// Makes the webhooks that a key made those of a person, and returns them.
pub fn hand_over_webhooks_of_key(revoked: Revoked<'_>, to: &AccountId) -> TenantStatement {
    sql!(&revoked.workspace => "UPDATE webhooks SET created_by_account_id = ?4, created_by_key_id = NULL
         WHERE workspace_id = ?1 AND created_by_key_id = ?2
            AND EXISTS (SELECT 1 FROM api_keys WHERE workspace_id = ?1 AND id = ?2 AND revoked_at = ?3)
         RETURNING id, name, url, form",
        revoked.workspace.as_str(),
        revoked.key.as_str(),
        revoked.at.0,
        to.as_str()
    )
}

/// Deletes the webhooks that a leaver made, and those that their keys made where these end as well, with what was on
/// its way to them, and returns them.
pub fn delete_webhooks_of_member(leaver: Leaver<'_>, keys_end: bool) -> TenantStatement {
    sql!(&leaver.workspace => "DELETE FROM webhooks WHERE workspace_id = ?1
            AND (created_by_account_id = ?2 OR (?4 AND created_by_key_id IN
                (SELECT id FROM api_keys WHERE workspace_id = ?1 AND created_by_account_id = ?2)))
            AND NOT EXISTS (SELECT 1 FROM memberships WHERE workspace_id = ?1 AND account_id = ?2
                AND role IN (SELECT value FROM json_each(?3)))
         RETURNING id, name, url, form",
        leaver.workspace.as_str(),
        leaver.account.as_str(),
        json(&leaver.roles),
        i64::from(keys_end)
    )
}

/// Makes the webhooks that a leaver made, and those that their keys made where these end, those of another person, and
/// returns them.
pub fn hand_over_webhooks_of_member(leaver: Leaver<'_>, keys_end: bool, to: &AccountId) -> TenantStatement {
    sql!(&leaver.workspace => "UPDATE webhooks SET created_by_account_id = ?5, created_by_key_id = NULL WHERE workspace_id = ?1
            AND (created_by_account_id = ?2 OR (?4 AND created_by_key_id IN
                (SELECT id FROM api_keys WHERE workspace_id = ?1 AND created_by_account_id = ?2)))
            AND NOT EXISTS (SELECT 1 FROM memberships WHERE workspace_id = ?1 AND account_id = ?2
                AND role IN (SELECT value FROM json_each(?3)))
         RETURNING id, name, url, form",
        leaver.workspace.as_str(),
        leaver.account.as_str(),
        json(&leaver.roles),
        i64::from(keys_end),
        to.as_str()
    )
}

/// Revokes the keys of programs that a leaver made, and returns them. Keys of web pages are public and go on.
pub fn revoke_keys_of_member(leaver: Leaver<'_>, now: Timestamp) -> TenantStatement {
    sql!(&leaver.workspace => "UPDATE api_keys SET revoked_at = ?4
         WHERE workspace_id = ?1 AND created_by_account_id = ?2 AND kind <> 'widget' AND revoked_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM memberships WHERE workspace_id = ?1 AND account_id = ?2
                AND role IN (SELECT value FROM json_each(?3)))
         RETURNING id, name, kind",
        leaver.workspace.as_str(),
        leaver.account.as_str(),
        json(&leaver.roles),
        now.0
    )
}

/// Makes the keys of programs that a leaver made those of another person, and returns them.
pub fn hand_over_keys_of_member(leaver: Leaver<'_>, to: &AccountId) -> TenantStatement {
    sql!(&leaver.workspace => "UPDATE api_keys SET created_by_account_id = ?4
         WHERE workspace_id = ?1 AND created_by_account_id = ?2 AND kind <> 'widget' AND revoked_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM memberships WHERE workspace_id = ?1 AND account_id = ?2
                AND role IN (SELECT value FROM json_each(?3)))
         RETURNING id, name, kind",
        leaver.workspace.as_str(),
        leaver.account.as_str(),
        json(&leaver.roles),
        to.as_str()
    )
}

/// Ends, in every workspace of a database, what a person made whose account is deleted: their webhooks with those of
/// their keys, and the keys of programs.
pub fn end_of_account(account: &AccountId, now: Timestamp) -> [DatabaseStatement; 2] {
    [
        sql!(Database =>
            "DELETE FROM webhooks WHERE created_by_account_id = ?1
                OR created_by_key_id IN (SELECT id FROM api_keys WHERE created_by_account_id = ?1)",
            account.as_str()
        ),
        sql!(Database =>
            "UPDATE api_keys SET revoked_at = ?2
             WHERE created_by_account_id = ?1 AND kind <> 'widget' AND revoked_at IS NULL",
            account.as_str(),
            now.0
        ),
    ]
}
