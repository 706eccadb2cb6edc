//! From the platform's requests to `http`'s, and from `http`'s responses to the platform's.
//!
//! Our own, because the ready-made conversions wrap every body in a stream, which costs several times what the rest
//! of a request does.

mod request;
mod response;

pub(crate) use request::from_js;
pub(crate) use response::to_js;
