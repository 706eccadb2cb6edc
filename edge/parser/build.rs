//! Caps the parser's linear memory, so that running out of it looks the same here and in production.

/// 96 MiB: an isolate has 128 MB, and the bytes that JavaScript holds for us count as well.
const MAX_MEMORY: u32 = 96 * 1024 * 1024;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|it| it == "wasm32") {
        println!("cargo::rustc-link-arg-cdylib=--max-memory={MAX_MEMORY}");
    }
}
