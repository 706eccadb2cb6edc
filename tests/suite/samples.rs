//! The samples of the dialects' documents: each is of a route, shown in the OpenAPI document, and none is missing.
use edge_dialects::Access;
use edge_dialects::openapi::samples::{self, Sample};
use serde_json::Value;

/// Returns the sample of an operation.
pub(crate) fn sample(name: &str) -> Sample {
    let found = samples::all().unwrap().remove(name);
    found.unwrap_or_else(|| panic!("there is no sample of {name}"))
}

#[test]
fn every_sample_is_of_a_route_and_shown() {
    let document = edge_dialects::openapi::document().unwrap();
    let mut all = samples::all().unwrap();
    for route in edge_dialects::routes() {
        let Some(sample) = all.remove(&samples::name(&route.method, route.path)) else {
            continue;
        };
        let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        let examples = |content: &Value| -> Vec<Value> {
            let contents = content.as_object().map(|it| it.values()).into_iter().flatten();
            contents.filter_map(|it| it.get("example").cloned()).collect()
        };
        let request = examples(&operation["requestBody"]["content"]);
        assert_eq!(
            request,
            Vec::from_iter(sample.request),
            "{} {}",
            route.method,
            route.path
        );
        let responses = operation["responses"].as_object().unwrap();
        let answer = responses
            .values()
            .flat_map(|it| examples(&it["content"]))
            .collect::<Vec<_>>();
        assert_eq!(answer, Vec::from_iter(sample.answer), "{} {}", route.method, route.path);
    }
    assert!(all.is_empty(), "of no route: {:?}", all.keys());
}

#[test]
fn every_documented_operation_has_a_sample() {
    let all = samples::all().unwrap();
    let documented = edge_dialects::routes().into_iter().filter(|it| !it.is_extension);
    let apis = documented.filter(|it| matches!(it.access, Access::Program(_)) || it.path.starts_with("/api/v1/"));
    let names = apis.map(|it| samples::name(&it.method, it.path));
    let missing: Vec<_> = names.filter(|it| !all.contains_key(it)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}
