//! Who calls: a program, by `Authorization: Bearer twin_live_…`.
use super::error::{ApiError, ApiResult};
use edge_model::key::KeyKind;

crate::program::caller!(KeyKind::Twin);
