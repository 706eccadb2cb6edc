//! The vector indexes against the plain scan.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
