//! Crawls: what is asked for, what is taken in, and what is not, and why.
mod asking;
mod bounds;
mod finding;
mod refreshing;
mod surviving;
