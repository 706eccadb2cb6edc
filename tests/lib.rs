//! What several test binaries share; the tests are in `suite`, `worker`, `browser` and `bench`.

pub mod hostile;
