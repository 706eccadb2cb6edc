//! The directory's half: people, what they may find, and where each workspace is.
//!
//! `accounts`, `workspaces` and `memberships` are in every database. The directory has all of them; a tenants' database
//! has those of its own tenants, of an account its id and name alone. In the first database both are one row.

pub mod accounts;
pub mod invitations;
pub mod key_hashes;
pub mod mail_ledger;
pub mod mailed_codes;
pub mod members;
pub mod sign_ups;
pub mod unsubscribes;
pub mod workspaces;
