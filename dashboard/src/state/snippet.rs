//! The lines that put the widget on a page.

/// What stands where the key goes while there is none to show.
pub const KEY_PLACEHOLDER: &str = "pk_live_YOUR_KEY";

/// Returns the lines for an HTML page, for the installation at `origin`.
pub fn html(origin: &str, agent: &str, key: Option<&str>) -> String {
    let key = key.unwrap_or(KEY_PLACEHOLDER);
    format!(
        r#"<script src="{origin}/widget.js"></script>
<script>
  InsydrAI.init({{
    agentId: "{agent}",
    apiKey: "{key}"
  }});
</script>"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_snippet_holds_agent_key_and_origin() {
        let lines = html("https://answers.example", "agent_1", Some("pk_live_abc"));
        for part in [
            "https://answers.example/widget.js",
            "agentId: \"agent_1\"",
            "apiKey: \"pk_live_abc\"",
        ] {
            assert!(lines.contains(part), "{lines}");
        }
    }

    #[test]
    fn without_a_key_there_is_a_place_for_it() {
        assert!(html("https://a.example", "agent_1", None).contains(KEY_PLACEHOLDER));
    }
}
