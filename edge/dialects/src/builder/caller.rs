//! Who calls: a program, by `x-api-key: tw_live_…`.
use super::error::{ApiError, ApiResult};
use edge_model::key::KeyKind;

crate::program::caller!(KeyKind::Builder);
