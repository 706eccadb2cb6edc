//! The figures below which a set may not fall: `floors.json` beside it.
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Of these, less is better.
const CEILINGS: [&str; 2] = ["ece", "ms_per_query"];

/// Compares the figures with the set's floors, if it has any.
///
/// # Errors
/// When a figure is worse than its floor, or the floors do not read.
pub(super) fn check(folder: &Path, figures: &Value) -> Result<()> {
    let file = folder.join("floors.json");
    if !file.exists() {
        return Ok(());
    }
    let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let floors: BTreeMap<String, f64> =
        serde_json::from_str(&text).with_context(|| format!("reading {}", file.display()))?;
    let worse = worse(&floors, figures);
    if !worse.is_empty() {
        bail!("{}", worse.join("\n"));
    }
    println!("No figure is worse than {} allows.", file.display());
    Ok(())
}

fn worse(floors: &BTreeMap<String, f64>, figures: &Value) -> Vec<String> {
    let mut worse = Vec::new();
    for (name, limit) in floors {
        match figures.get(name).and_then(Value::as_f64) {
            Some(figure) if CEILINGS.contains(&name.as_str()) && figure > *limit => {
                worse.push(format!("{name} is {figure:.3}, above its ceiling of {limit:.3}"));
            }
            Some(figure) if !CEILINGS.contains(&name.as_str()) && figure < *limit => {
                worse.push(format!("{name} is {figure:.3}, below its floor of {limit:.3}"));
            }
            Some(_) => {}
            None => worse.push(format!("{name} has a floor, but was not measured")),
        }
    }
    worse
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_worse_than_its_floor_is_named() {
        let floors = BTreeMap::from([("mrr_at_10".into(), 0.9), ("ece".into(), 0.1), ("auroc".into(), 0.9)]);
        let good = json!({"mrr_at_10": 0.9, "ece": 0.1, "auroc": 1.0});
        assert!(worse(&floors, &good).is_empty());
        let bad = json!({"mrr_at_10": 0.89, "ece": 0.2, "auroc": null});
        assert_eq!(
            worse(&floors, &bad),
            [
                "auroc has a floor, but was not measured",
                "ece is 0.200, above its ceiling of 0.100",
                "mrr_at_10 is 0.890, below its floor of 0.900"
            ]
        );
    }
}
