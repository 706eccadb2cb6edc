//! Who made or changed something: a person, or a program by its API key.
use crate::{AccountId, KeyId};
use serde::Deserialize;

/// Who did something, as its row says. Both ids are none where it was not noted, or the account is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Actor {
    #[serde(default, alias = "created_by_account_id", alias = "updated_by_account_id")]
    pub account_id: Option<AccountId>,
    #[serde(default, alias = "created_by_key_id", alias = "updated_by_key_id")]
    pub key_id: Option<KeyId>,
    /// The person's or the key's name, where the query joined it.
    #[serde(default)]
    pub actor_name: Option<String>,
}

impl Actor {
    /// Names a person.
    pub fn person(id: &AccountId, name: &str) -> Self {
        Self {
            account_id: Some(id.clone()),
            key_id: None,
            actor_name: Some(name.into()),
        }
    }

    /// Names a program by its key.
    pub fn key(id: &KeyId, name: &str) -> Self {
        Self {
            account_id: None,
            key_id: Some(id.clone()),
            actor_name: Some(name.into()),
        }
    }
}
