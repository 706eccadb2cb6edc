//! The pages, one file for each noun.
pub mod account;
pub mod agent;
pub mod agents;
pub mod documents;
pub mod keys;
pub mod missing;
pub mod overview;
pub mod password;
pub mod settings;
pub mod sign_in;
pub mod sign_up;
pub mod verification;
pub mod workspaces;
