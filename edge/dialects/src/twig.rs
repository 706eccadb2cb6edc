//! The Twig dialect (`/api/*`, seed 000): its errors; it has no routes yet.
pub mod error;
pub use error::{ApiError, ApiResult};
