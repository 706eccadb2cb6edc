//! The OpenAPI document: all routes, no dangling reference, marked extensions.
use serde_json::Value;

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.push(reference.clone());
            }
            members.values().for_each(|it| references(it, found));
        }
        Value::Array(items) => items.iter().for_each(|it| references(it, found)),
        _ => {}
    }
}

#[test]
fn every_route_is_in_the_document_once() {
    let document = edge_dialects::openapi::document().unwrap();
    let mut ids = vec![];
    for route in edge_dialects::routes() {
        let path = route.path.replace("{*", "{");
        let operation = &document["paths"][&path][route.method.as_str().to_lowercase()];
        assert!(operation.is_object(), "{} {path}", route.method);
        assert_eq!(
            operation["x-extension"].as_bool().unwrap_or_default(),
            route.is_extension
        );
        ids.push(operation["operationId"].as_str().unwrap().to_owned());
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "operation ids are unique");
}

#[test]
fn a_body_that_may_have_two_forms_is_shown_in_both() {
    let document = edge_dialects::openapi::document().unwrap();
    let path = "/api/v1/workspaces/{workspace_id}/documents/{document_id}";
    let content = document["paths"][path]["put"]["requestBody"]["content"]
        .as_object()
        .unwrap();
    assert!(
        content.keys().eq(["application/json", "multipart/form-data"]),
        "{content:?}"
    );
}

#[test]
fn every_reference_leads_somewhere() {
    let document = edge_dialects::openapi::document().unwrap();
    let mut found = vec![];
    references(&document, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn the_operations_are_what_they_were() {
    let document = edge_dialects::openapi::document().unwrap();
    let mut lines = vec![];
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let extension = if operation["x-extension"].is_null() {
                ""
            } else {
                " (extension)"
            };
            let status = operation["responses"].as_object().unwrap().keys().next().unwrap();
            lines.push(format!("{} {path} -> {status}{extension}", method.to_uppercase()));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}
