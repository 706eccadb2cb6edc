//! Who calls: a program, by `Authorization: Bearer twig_live_…`.
use super::error::{ApiError, ApiResult};

crate::program::caller!(super::KEY);
