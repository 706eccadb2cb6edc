//! Who calls: a program, by `Authorization: Bearer twin_live_…`.
use super::error::{ApiError, ApiResult};

crate::program::caller!(super::KEY);
