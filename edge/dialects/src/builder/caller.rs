//! Who calls: a program, by `x-api-key: tw_live_…`.
use super::error::{ApiError, ApiResult};

crate::program::caller!(super::KEY);
