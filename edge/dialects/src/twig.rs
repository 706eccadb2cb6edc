//! The Twig dialect (`/api/*`, seed 000): its errors and webhooks; it has no routes yet.
pub mod envelope;
pub mod error;
pub use error::{ApiError, ApiResult};
