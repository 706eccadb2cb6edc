//! Caps the embedder's linear memory, so that running out of it looks the same here and in production.

/// 64 MiB: the model takes 23 MB of it, and JavaScript holds the file once more, beside it, while it is read.
const MAX_MEMORY: u32 = 64 * 1024 * 1024;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|it| it == "wasm32") {
        println!("cargo::rustc-link-arg-cdylib=--max-memory={MAX_MEMORY}");
    }
}
