//! The Builder dialect (`/v1/{me,agents,schedules,workspaces}`, `/api/public/v1/*`, seed 003): its errors and
//! webhooks; it has no routes yet.
pub mod envelope;
pub mod error;
pub use error::{ApiError, ApiResult, unresolved};
