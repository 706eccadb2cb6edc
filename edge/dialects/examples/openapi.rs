//! Prints the OpenAPI document, for the build to serve as a file.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!(
        "{}",
        serde_json::to_string_pretty(&edge_dialects::openapi::document()?)?
    );
    Ok(())
}
