//! The Twin dialect (`/v1/{twin,kb,escalations,stats,settings}`, seed 002): its errors; it has no routes yet.
pub mod error;
pub use error::{ApiError, ApiResult};
