//! Who calls: a program, by `Authorization: Bearer twig_live_…`.
use super::error::{ApiError, ApiResult};
use edge_model::key::KeyKind;

crate::program::caller!(KeyKind::Twig);
