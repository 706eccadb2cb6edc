//! Nothing: the tests are in `suite`, `worker`, `browser` and `bench`.
